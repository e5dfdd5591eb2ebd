//! A mistake is undone by a counter-movement.

use super::act::Act;
use super::after::{self, Recorded};
use super::apart;
use super::error::Error;
use super::record::{Particulars, record};
use super::site_state::SiteState;
use super::{crs, edit_deliveries, edit_patients, file_request, plan_lines, protect};
use crate::db::{self};
use crate::domain::code::Finess;
use crate::domain::id::{DeliveryId, MovementId};
use crate::domain::ledger::{Movement, MovementKind, StockLine};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Undoes one movement, whole.
///
/// What it takes off the shelf must be free, and may not cost a reserve a dose: units that are
/// truly gone are a loss and not a mistake of the pen. CRS doses that what is undone made were not
/// given; units that came with a delivery are still to come with it; a request that was served by it is
/// open again. What a transfer moved is not undone at one end: send it back; nor is undone what a recall or
/// an excursion from the cold set apart: lift it, or decide; nor what a decision destroyed.
///
/// # Errors
/// Refused when the movement is unknown here, was undone, is a reversal, or its units are no
/// longer there.
pub fn reverse(
    act: &mut Act<'_>,
    site: Finess,
    id: &MovementId,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    let unknown = || Refusal::Unknown {
        what: "movement",
        name: id.to_string(),
    };
    let movement = db::stock::find_movement(act.conn, id)?
        .filter(|m| m.site == site)
        .ok_or_else(unknown)?;
    if movement.kind == MovementKind::Reversal {
        return Err(Refusal::NotReversible { why: "is-reversal" }.into());
    }
    let moved = matches!(
        movement.kind,
        MovementKind::TransferOut | MovementKind::TransferIn
    );
    if moved || db::transfers::was_moved(act.conn, id)? {
        // the other half is at another site
        return Err(Refusal::NotReversible { why: "transferred" }.into());
    }
    if db::stock::reversal_of(act.conn, id)?.is_some() {
        return Err(Refusal::NotReversible { why: "reversed" }.into());
    }
    let effect = movement.effect.undone();
    let line = state
        .find(act.conn, &movement.lot_id)?
        .ok_or_else(|| Error::Bug("a movement without its lot".to_owned()))?;
    still_there(&line, -effect.usable, -effect.quarantined)?;
    let decided = matches!(
        movement.kind,
        MovementKind::Quarantine | MovementKind::Destruction
    );
    if decided && matches!(movement.reason.as_deref(), Some("recall" | "excursion")) {
        return Err(Refusal::NotReversible { why: "held-back" }.into());
    }
    let leave = Units::new(u32::try_from(-effect.quarantined).unwrap_or(0));
    let back = Units::new(u32::try_from(effect.quarantined).unwrap_or(0));
    if back > Units::ZERO {
        apart::back(act, site, &line, back)?;
    } else if leave > Units::ZERO && effect.usable > 0 {
        apart::released_by_hand(act, site, &line, leave)?;
    } else if leave > Units::ZERO {
        apart::gone(act, site, &line, leave)?;
    }
    if let Ok(units) = u32::try_from(-effect.usable) {
        protect::reserves(act, &state, &[(line.lot_id, Units::new(units))])?;
    }
    let told = Particulars {
        reverses: Some(id.clone()),
        patient: movement.patient.clone(),
        delivery: movement.delivery.clone(),
        ..told.clone()
    };
    let patient = movement.patient.as_ref().map(|(id, _)| id.clone());
    let given = crs::doses_dispensed(act, &state, patient.as_ref())?;
    let movements = record(
        act,
        site,
        MovementKind::Reversal,
        &[(movement.lot_id.clone(), effect)],
        &told,
    )?;
    for by in &movements {
        db::packs::packs_undone(act.conn, &movement, &by.id)?;
    }
    state.apply(&movements, None);
    if let Some(delivery) = &movement.delivery {
        let units = movement
            .effect
            .usable
            .saturating_add(movement.effect.quarantined);
        let units = Units::new(u32::try_from(units).unwrap_or(0));
        let delivery = DeliveryId::new(delivery.as_str());
        edit_deliveries::did_not_arrive(act, &mut state, &delivery, units)?;
    }
    if was_crs(&movement) {
        let left = crs::doses_dispensed(act, &state, patient.as_ref())?;
        let by = crs::change(given, left);
        edit_patients::dose_given(act, &mut state, patient.as_ref(), by)?;
    }
    // what left against the safety gate is an override, and served a request all the same
    let served = [MovementKind::Dispensing, MovementKind::DispensingOverride];
    if let Some(patient) = patient.as_ref().filter(|_| served.contains(&movement.kind)) {
        // a dose that left in several lots was given until all of them are back
        if is_undone(act, &movement)? {
            file_request::reopen(act, patient, movement.recorded_at)?;
        }
        plan_lines::given_back(act, patient, (site, line.cip13))?;
    }
    after::stock_changed(act, state, movements)
}

fn still_there(line: &StockLine, usable: i64, quarantined: i64) -> Result<(), Refusal> {
    let enough =
        usable <= i64::from(line.free().get()) && quarantined <= i64::from(line.quarantined.get());
    if enough {
        Ok(())
    } else {
        Err(Refusal::NotReversible { why: "units-gone" })
    }
}

/// Whether every movement of the act that a movement belongs to was undone.
fn is_undone(act: &mut Act<'_>, movement: &Movement) -> Result<bool, Error> {
    let filter = db::stock::Filter {
        operation: Some(movement.operation.clone()),
        ..db::stock::Filter::default()
    };
    for (of_it, _) in db::stock::page(act.conn, movement.site, &filter, i64::MAX)? {
        if db::stock::reversal_of(act.conn, &of_it.id)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn was_crs(movement: &Movement) -> bool {
    movement.kind == MovementKind::Dispensing && movement.reason.as_deref() == Some("crs")
}
