//! The cold was lost: what was in it is set apart in one transaction, and decided later.
//!
//! An excursion is about all units of its lots at the site: the usable ones are set apart, and those that
//! were in quarantine already were in it as well, so that lifting a recall does not free what was warm. A
//! decision to release lets go of what nothing else holds; one to destroy destroys what the excursion set
//! apart, and leaves what stood in quarantine for another cause to that cause: a recall may want it back. It
//! is spoilt all the same, and nobody can release it any more.

use super::act::{Act, Done};
use super::after::{self, Recorded};
use super::apart;
use super::error::Error;
use super::record::{Particulars, Which, not_to_come, record};
use super::site_state::SiteState;
use crate::db::stock::Lot;
use crate::db::{self};
use crate::domain::apart::{Cause, Decided, Decision, Excursion, ExcursionLot, Part};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{ExcursionId, LotId};
use crate::domain::ledger::{Effect, Movement, MovementKind, StockLine, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use serde_json::json;

/// An excursion to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExcursion {
    /// The lots that were in it; nothing: everything that is on the shelf.
    pub lots: Option<Vec<Which>>,
    /// What happened, in words.
    pub reason: String,
    /// When the cold was lost and when it was back, as far as that is known.
    pub lasted: (Option<Instant>, Option<Instant>),
    /// The lowest and the highest temperature, in tenths of a degree Celsius, as far as measured.
    pub tenths: (Option<i32>, Option<i32>),
}

/// An excursion as it stands.
pub struct SeenExcursion {
    /// The excursion.
    pub excursion: Excursion,
    /// The lots that were in it.
    pub lots: Vec<SeenLot>,
}

/// A lot that was in an excursion, as it stands.
pub struct SeenLot {
    /// The lot.
    pub lot: Lot,
    /// What the excursion found of it, and what was decided.
    pub of: ExcursionLot,
    /// Units that the excursion set apart and that still wait: for its decision, or for another.
    pub waiting: Units,
}

/// Records an excursion, and sets apart what was in it.
///
/// # Errors
/// Refused when a lot was never at the site, when nothing of one, or nothing at all, is on the shelf; when
/// it lies in the future.
pub fn open(
    act: &mut Act<'_>,
    site: Finess,
    new: &NewExcursion,
) -> Result<(Excursion, Recorded), Error> {
    let mut state = SiteState::load(act, site)?;
    for (what, at) in [("from", new.lasted.0), ("to", new.lasted.1)] {
        if let Some(at) = at {
            not_to_come(act, at, what)?;
        }
    }
    let lines = caught(act, &mut state, new.lots.as_deref())?;
    let before = db::stock::last_seq(act.conn, site)?;
    let usable = lines.iter().filter(|l| l.usable > Units::ZERO).count();
    let excursion = Excursion {
        id: ExcursionId::new(act.id()),
        site,
        seq: before.saturating_add(i64::try_from(usable).unwrap_or(0)),
        whole: new.lots.is_none(),
        reason: new.reason.clone(),
        lasted: new.lasted,
        tenths: new.tenths,
        recorded_at: act.now,
        recorded_by: act.caller.id.clone(),
    };
    db::apart::insert(act.conn, &excursion)?;
    for line in &lines {
        let of = ExcursionLot {
            lot_id: line.lot_id.clone(),
            set_apart: line.usable,
            stood: line.quarantined,
            decided: None,
        };
        db::apart::insert_lot(act.conn, &excursion.id, &of)?;
        catch_the_rest(act, site, line, before)?;
    }
    let lots: Vec<LotId> = lines.iter().map(|l| l.lot_id.clone()).collect();
    let cause = Cause::Excursion(excursion.id.clone());
    let movements = apart::set_apart(act, &mut state, &lots, &cause, &new.reason)?;
    let rows = lines.iter().map(|l| {
        json!({ "lot": l.lot_id.as_str(), "set_apart": l.usable.get(), "stood": l.quarantined.get() })
    });
    let details = json!({
        "reason": new.reason, "whole": excursion.whole, "lots": rows.collect::<Vec<_>>(),
    });
    note(act, "excursion.open", &excursion, details)?;
    Ok((excursion, after::stock_changed(act, state, movements)?))
}

/// The lines that were in it: those named, or all that is on the shelf.
fn caught(
    act: &mut Act<'_>,
    state: &mut SiteState,
    named: Option<&[Which]>,
) -> Result<Vec<StockLine>, Error> {
    let nothing = || Refusal::WrongState {
        state: "nothing-there",
    };
    let mut lines: Vec<StockLine> = Vec::new();
    match named {
        None => lines.clone_from(&state.stock),
        Some(named) => {
            for which in named {
                let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
                if line.usable == Units::ZERO && line.quarantined == Units::ZERO {
                    return Err(nothing().into());
                }
                if !lines.iter().any(|l| l.lot_id == line.lot_id) {
                    lines.push(line);
                }
            }
        }
    }
    if lines.is_empty() {
        return Err(nothing().into());
    }
    Ok(lines)
}

/// What was set apart by hand, and waits for nothing, waits for this from now on.
fn catch_the_rest(
    act: &mut Act<'_>,
    site: Finess,
    line: &StockLine,
    seq: i64,
) -> Result<(), Error> {
    let parts = db::apart::parts(act.conn, site, &line.lot_id)?;
    let waits = Units::sum(parts.iter().map(|p| p.units));
    let units = line.quarantined.saturating_sub(waits);
    if units == Units::ZERO {
        return Ok(());
    }
    let part = Part {
        id: act.id(),
        seq,
        cause: Cause::Hand,
        units,
    };
    Ok(db::apart::insert_part(act.conn, site, &line.lot_id, &part)?)
}

/// A decision about an excursion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// The lots that it is about; nothing: all that are not decided.
    pub lots: Option<Vec<Which>>,
    /// What is decided.
    pub decision: Decision,
    /// Why, in words.
    pub reason: String,
    /// On whose word: the reference of the manufacturer's answer.
    pub reference: Option<String>,
}

/// Decides about an excursion: what nothing else holds is released, or what it set apart is destroyed.
///
/// # Errors
/// Refused when there is no such excursion here, a lot was not in it, or is decided.
pub fn decide(
    act: &mut Act<'_>,
    site: Finess,
    id: &ExcursionId,
    new: &NewDecision,
) -> Result<(Excursion, Recorded), Error> {
    let mut state = SiteState::load(act, site)?;
    let excursion = find(act, site, id)?;
    let lots = undecided(act, id, new.lots.as_deref())?;
    let decided = Decided {
        decision: new.decision,
        at: act.now,
        by: act.caller.id.clone(),
        reason: new.reason.clone(),
        reference: new.reference.clone(),
    };
    for lot in &lots {
        db::apart::decide(act.conn, id, lot, &decided)?;
    }
    let words = match &new.reference {
        Some(reference) => format!("{} ({reference})", new.reason),
        None => new.reason.clone(),
    };
    let mut movements = match new.decision {
        Decision::Release => Vec::new(),
        Decision::Destroy => destroy(act, &mut state, id, &lots, &words)?,
    };
    movements.extend(apart::let_go(
        act,
        &mut state,
        &lots,
        ("excursion", &words),
    )?);
    let named: Vec<&str> = lots.iter().map(LotId::as_str).collect();
    let details = json!({
        "decision": new.decision.code(), "lots": named, "reason": new.reason,
        "reference": new.reference,
    });
    note(act, "excursion.decide", &excursion, details)?;
    Ok((excursion, after::stock_changed(act, state, movements)?))
}

/// The lots that a decision is about.
fn undecided(
    act: &mut Act<'_>,
    id: &ExcursionId,
    named: Option<&[Which]>,
) -> Result<Vec<LotId>, Error> {
    let decided = || Error::from(Refusal::WrongState { state: "decided" });
    let all = db::apart::lots_of(act.conn, id)?;
    let Some(named) = named else {
        let open = all.into_iter().filter(|(_, of)| of.decided.is_none());
        let open: Vec<LotId> = open.map(|(lot, _)| lot.id).collect();
        return if open.is_empty() {
            Err(decided())
        } else {
            Ok(open)
        };
    };
    let mut lots: Vec<LotId> = Vec::new();
    for which in named {
        let meant = all.iter().filter(|(lot, _)| {
            let same = lot.cip13 == which.cip13 && lot.lot == which.lot;
            same && which.expiry.is_none_or(|expiry| lot.expiry == expiry)
        });
        let meant: Vec<_> = meant.collect();
        match meant.as_slice() {
            [] => {
                let (cip13, lot) = (which.cip13, which.lot.clone());
                return Err(Refusal::UnknownLot { cip13, lot }.into());
            }
            [(_, of)] if of.decided.is_some() => return Err(decided()),
            [(lot, _)] if lots.contains(&lot.id) => {}
            [(lot, _)] => lots.push(lot.id.clone()),
            several => {
                let expiries = several.iter().map(|(lot, _)| lot.expiry).collect();
                let lot = which.lot.clone();
                return Err(Refusal::WhichExpiry { lot, expiries }.into());
            }
        }
    }
    Ok(lots)
}

/// Destroys what an excursion set apart of some lots and is still there.
fn destroy(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &ExcursionId,
    lots: &[LotId],
    words: &str,
) -> Result<Vec<Movement>, Error> {
    let site = state.site.finess;
    let mut effects = Vec::new();
    for lot in lots {
        let mut units = Units::ZERO;
        for part in own_parts(act, site, lot, id)? {
            units = units.saturating_add(part.units);
            db::apart::set_units(act.conn, &part.id, Units::ZERO)?;
        }
        if units > Units::ZERO && state.find(act.conn, lot)?.is_some() {
            effects.push((lot.clone(), Effect::leave(units, UnitState::Quarantined)));
        }
    }
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let told = Particulars {
        reason: Some("excursion"),
        note: Some(words.to_owned()),
        ..Particulars::default()
    };
    let movements = record(act, site, MovementKind::Destruction, &effects, &told)?;
    state.apply(&movements, None);
    Ok(movements)
}

fn own_parts(
    act: &mut Act<'_>,
    site: Finess,
    lot: &LotId,
    id: &ExcursionId,
) -> Result<Vec<Part>, Error> {
    let cause = Cause::Excursion(id.clone());
    let parts = apart::waiting(act, site, lot)?.into_iter();
    Ok(parts.filter(|part| part.cause == cause).collect())
}

fn find(act: &mut Act<'_>, site: Finess, id: &ExcursionId) -> Result<Excursion, Error> {
    let unknown = || Refusal::Unknown {
        what: "excursion",
        name: id.to_string(),
    };
    Ok(db::apart::find(act.conn, site, id)?.ok_or_else(unknown)?)
}

/// Returns an excursion as it stands.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn see(act: &mut Act<'_>, site: Finess, id: &ExcursionId) -> Result<SeenExcursion, Error> {
    let excursion = find(act, site, id)?;
    seen(act, excursion)
}

/// Returns an excursion with its lots as they stand.
///
/// # Errors
/// When the database cannot be read.
pub fn seen(act: &mut Act<'_>, excursion: Excursion) -> Result<SeenExcursion, Error> {
    let mut lots = Vec::new();
    for (lot, of) in db::apart::lots_of(act.conn, &excursion.id)? {
        let own = own_parts(act, excursion.site, &lot.id, &excursion.id)?;
        let waiting = Units::sum(own.iter().map(|part| part.units));
        lots.push(SeenLot { lot, of, waiting });
    }
    Ok(SeenExcursion { excursion, lots })
}

/// Returns up to `limit` excursions of a site as they stand, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn list(
    act: &mut Act<'_>,
    site: Finess,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<SeenExcursion>, Error> {
    let found = db::apart::page(act.conn, site, before, limit)?;
    found.into_iter().map(|one| seen(act, one)).collect()
}

fn note(
    act: &mut Act<'_>,
    action: &str,
    excursion: &Excursion,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        Some(excursion.site),
        Done {
            action,
            object: excursion.id.as_str(),
            patient: None,
            details,
        },
    )
}
