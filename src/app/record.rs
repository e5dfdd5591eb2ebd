//! Writing movements into the ledger.

use super::act::{Act, Done};
use super::error::Error;
use crate::db;
use crate::domain::calendar::{Day, Instant, to_micros};
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::{LotId, MovementId, OperationId, PatientId};
use crate::domain::ledger::{Effect, Movement, MovementKind};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use serde_json::json;

/// Which units of a shelf somebody means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot.
    pub lot: LotNumber,
    /// Its expiry, where two lots share the number.
    pub expiry: Option<Day>,
}

/// What is told beside the units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Why, in words.
    pub note: Option<String>,
    /// When it happened; now, when nothing is said.
    pub happened_at: Option<Instant>,
    /// The code of the reason.
    pub reason: Option<&'static str>,
    /// For whom.
    pub patient: Option<(PatientId, String)>,
    /// With which delivery.
    pub delivery: Option<String>,
    /// Of a loss, the serial number of the pack that is lost.
    pub serial: Option<Serial>,
    /// What it undoes.
    pub reverses: Option<MovementId>,
}

/// Writes the movements of one act and its line on the audit trail.
///
/// # Errors
/// Refused when it happened before there were the units that it takes; when the database cannot be
/// written, or a law of the ledger would be broken.
pub fn record(
    act: &mut Act<'_>,
    site: Finess,
    kind: MovementKind,
    effects: &[(LotId, Effect)],
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    were_there(act, site, effects, told)?;
    let operation = OperationId::new(act.id());
    let first = db::stock::last_seq(act.conn, site)?.saturating_add(1);
    let now = to_micros(act.now);
    let movements: Vec<Movement> = effects
        .iter()
        .zip(first..)
        .map(|((lot, effect), seq)| Movement {
            id: MovementId::new(act.id()),
            site,
            seq,
            operation: operation.clone(),
            kind,
            lot_id: lot.clone(),
            effect: *effect,
            reason: told.reason.map(str::to_owned),
            note: told.note.clone(),
            patient: told.patient.clone(),
            delivery: told.delivery.clone(),
            reverses: told.reverses.clone(),
            happened_at: told.happened_at.map_or(now, to_micros),
            recorded_at: now,
            recorded_by: act.caller.id.clone(),
        })
        .collect();
    db::stock::insert_movements(act.conn, &movements)?;
    let changes: Vec<_> = movements
        .iter()
        .map(|m| json!({ "movement": m.id.as_str(), "lot": m.lot_id.as_str(), "usable": m.effect.usable, "quarantined": m.effect.quarantined }))
        .collect();
    let takes = effects.iter().any(|(_, effect)| effect.usable < 0);
    // those by which a reserve may refuse what is taken
    let rules = act.reserve_rules();
    let rules = rules
        .iter()
        .filter(|_| takes)
        .map(|(book, _)| book.name.as_str());
    let details = json!({
        "kind": kind.code(), "reason": told.reason, "delivery": told.delivery, "movements": changes,
        "rulebooks": rules.collect::<Vec<_>>(),
    });
    act.audit(
        Some(site),
        Done {
            action: "stock.move",
            object: operation.as_str(),
            patient: told.patient.clone(),
            details,
        },
    )?;
    Ok(movements)
}

/// Refuses what is said to have happened when the lot had fewer units than it takes.
fn were_there(
    act: &mut Act<'_>,
    site: Finess,
    effects: &[(LotId, Effect)],
    told: &Particulars,
) -> Result<(), Error> {
    // what happens now is measured against what there is now; a reversal undoes its movement
    let Some(at) = told.happened_at.filter(|at| *at < act.now) else {
        return Ok(());
    };
    if told.reverses.is_some() {
        return Ok(());
    }
    for (lot, effect) in effects {
        if effect.usable >= 0 && effect.quarantined >= 0 {
            continue;
        }
        let then = db::stock::balance_at(act.conn, site, lot, at)?;
        for (there, change) in [
            (then.usable, effect.usable),
            (then.quarantined, effect.quarantined),
        ] {
            if change < 0 && there.saturating_add(change) < 0 {
                let units = |n: i64| Units::new(u32::try_from(n.max(0)).unwrap_or(u32::MAX));
                return Err(Refusal::BeforeItsUnits {
                    what: "happened_at",
                    there: units(there),
                    wanted: units(change.saturating_neg()),
                }
                .into());
            }
        }
    }
    Ok(())
}

/// Returns the id and hash of the patient that a pseudonym means at a site; somebody new is
/// registered with the pseudonym alone.
///
/// # Errors
/// When the database cannot be written.
pub fn patient(
    act: &mut Act<'_>,
    site: Finess,
    pseudonym: &str,
) -> Result<(PatientId, String), Error> {
    if let Some(known) = db::patients::payload_of(act.conn, site, pseudonym)? {
        return Ok(known);
    }
    let id = PatientId::new(act.id());
    let (salt, hash) = salted(pseudonym);
    db::patients::insert_payload(act.conn, site, &id, &salt, &hash, pseudonym, None)?;
    Ok((id, hash))
}

/// Returns a new random salt and the hash of a pseudonym under it, both in hexadecimal.
pub fn salted(pseudonym: &str) -> (String, String) {
    use sha2::{Digest as _, Sha256};
    let salt = hex::encode(rand::random::<[u8; 16]>());
    let hash = hex::encode(Sha256::digest(format!("{salt}:{pseudonym}")));
    (salt, hash)
}

/// Refuses a movement dated in the future, or before this century.
///
/// Choice: five minutes ahead are forgiven, since the clocks of two machines differ.
///
/// # Errors
/// [`Refusal::InTheFuture`].
pub fn not_in_the_future(act: &Act<'_>, told: &Particulars) -> Result<(), Refusal> {
    told.happened_at
        .map_or(Ok(()), |at| not_to_come(act, at, "happened_at"))
}

/// Refuses `what` lies in the future, with the same grace.
///
/// # Errors
/// [`Refusal::InTheFuture`].
pub fn not_to_come(act: &Act<'_>, at: Instant, what: &'static str) -> Result<(), Refusal> {
    if at > act.now + chrono::TimeDelta::minutes(5) {
        return Err(Refusal::InTheFuture { what });
    }
    Ok(())
}
