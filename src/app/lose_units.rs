//! Units are gone: broken, expired, warmed, stolen. A loss is recorded as it is.

use super::act::Act;
use super::after::{self, Recorded};
use super::apart;
use super::dispense::over_holds::cut;
use super::dispense::packs;
use super::error::Error;
use super::record::{Particulars, Which, not_in_the_future, record};
use super::site_state::SiteState;
use crate::db;
use crate::domain::code::Finess;
use crate::domain::ledger::{Effect, LossReason, Movement, MovementKind, StockLine, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Records a loss; where it is larger than what nobody holds, holds are cut in reverse rank.
///
/// # Errors
/// Refused when the lot is not there, or has fewer units in that state, or when the pack that is
/// named is not here, of another lot, or not so many units.
pub fn lose(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    units: Units,
    from: UnitState,
    why: LossReason,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    if let Some(serial) = &told.serial {
        packs::one_pack(act, which.cip13, units, None)?;
        let lot = packs::lot_of_pack(act, site, which.cip13, serial)?;
        let lot = lot.ok_or_else(|| packs::unknown(serial))?;
        let of_pack = state.find(act.conn, &lot)?.map(|l| l.lot);
        packs::same_lot(serial, Some(&line.lot), of_pack.as_ref(), None)?;
    }
    let told = Particulars {
        reason: Some(why.code()),
        ..told.clone()
    };
    remove(act, state, MovementKind::Loss, &line, units, from, &told)
}

/// Takes units away whatever holds them, and settles what follows.
///
/// # Errors
/// Refused when there are fewer units in that state.
pub(super) fn remove(
    act: &mut Act<'_>,
    mut state: SiteState,
    kind: MovementKind,
    line: &StockLine,
    units: Units,
    from: UnitState,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let movements = take_away(act, &mut state, kind, line, (units, from), told)?;
    after::stock_changed(act, state, movements)
}

/// Takes units away whatever holds them; what follows is the caller's to settle.
///
/// # Errors
/// Refused when there are fewer units in that state.
pub(super) fn take_away(
    act: &mut Act<'_>,
    state: &mut SiteState,
    kind: MovementKind,
    line: &StockLine,
    (units, from): (Units, UnitState),
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let there = match from {
        UnitState::Usable => line.usable,
        UnitState::Quarantined => line.quarantined,
    };
    if units > there {
        let (cip13, lot) = (line.cip13, Some(line.lot.clone()));
        return Err(Refusal::NotEnough {
            cip13,
            lot,
            wanted: units,
            free: there,
            held: Units::ZERO,
        }
        .into());
    }
    let site = state.site.finess;
    match from {
        UnitState::Usable => {
            let held = units.saturating_sub(line.free());
            cut(act, state, &line.lot_id, held)?;
        }
        UnitState::Quarantined => apart::gone(act, site, line, units)?,
    }
    let effect = if kind == MovementKind::Quarantine {
        Effect::quarantine(units)
    } else {
        Effect::leave(units, from)
    };
    let movements = record(act, site, kind, &[(line.lot_id.clone(), effect)], told)?;
    if let (Some(serial), Some(by)) = (&told.serial, movements.first()) {
        db::packs::pack_left(act.conn, line.cip13, serial, &by.id)?;
    }
    state.apply(&movements, None);
    Ok(movements)
}
