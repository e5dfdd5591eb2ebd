//! Units are set apart, released, or destroyed.

use super::act::Act;
use super::after::{self, Recorded};
use super::apart;
use super::error::Error;
use super::lose_units::remove;
use super::record::{Particulars, Which, not_in_the_future, record};
use super::site_state::SiteState;
use crate::domain::code::Finess;
use crate::domain::ledger::{Effect, MovementKind, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Sets units apart. Like a loss it is never refused for a reserve: a doubtful vial is no dose.
///
/// # Errors
/// Refused when the lot is not there, or has fewer usable units.
pub fn quarantine(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    units: Units,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    remove(
        act,
        state,
        MovementKind::Quarantine,
        &line,
        units,
        UnitState::Usable,
        told,
    )
}

/// Releases units from quarantine: those that somebody set apart, and not what waits for a recall to be
/// lifted or an excursion to be decided.
///
/// # Errors
/// Refused when fewer are in quarantine, or fewer of them wait for nothing.
pub fn release(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    units: Units,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    if units > line.quarantined {
        let (cip13, lot) = (line.cip13, Some(line.lot));
        return Err(Refusal::NotEnough {
            cip13,
            lot,
            wanted: units,
            free: line.quarantined,
            held: Units::ZERO,
        }
        .into());
    }
    apart::released_by_hand(act, site, &line, units)?;
    let movements = record(
        act,
        site,
        MovementKind::Release,
        &[(line.lot_id, Effect::release(units))],
        told,
    )?;
    state.apply(&movements, None);
    after::stock_changed(act, state, movements)
}

/// Destroys units that are in quarantine.
///
/// # Errors
/// Refused when fewer are in quarantine.
pub fn destroy(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    units: Units,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    remove(
        act,
        state,
        MovementKind::Destruction,
        &line,
        units,
        UnitState::Quarantined,
        told,
    )
}
