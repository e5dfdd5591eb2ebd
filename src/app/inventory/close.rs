//! An inventory is closed: its differences are booked.

use super::super::act::Act;
use super::super::after::{self, Recorded};
use super::super::count_units::{Shortage, adjust};
use super::super::error::Error;
use super::super::record::{Particulars, Which, record};
use super::super::site_state::SiteState;
use super::seen::{Line, lines, uncounted};
use crate::db;
use crate::db::inventories::{Difference, Inventory};
use crate::db::stock::Lot;
use crate::domain::code::Finess;
use crate::domain::id::InventoryId;
use crate::domain::inventory::{Hindrance, Place, Stage, Why, hindrance};
use crate::domain::ledger::{Effect, Movement, MovementKind, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use serde_json::json;

/// Why a line differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Of which lot; its expiry where two lots share the number.
    pub which: Which,
    /// In which state.
    pub state: UnitState,
    /// Why.
    pub why: Why,
    /// Why, in words.
    pub note: Option<String>,
}

/// What becomes of lots that are on the shelf and were never counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// They are left as they are.
    Leave,
    /// There may be none.
    Refuse,
}

/// Closes an inventory, and books every difference that has its reason.
///
/// What was counted and has moved since stays moved. Units that are missing are a loss and cut what holds
/// them; a clerical correction takes nothing that is held, and costs no reserve a dose.
///
/// # Errors
/// Refused when there is no such inventory here or it is over; when lines hinder it, all of them named; when
/// a clerical correction would cost a reserve a dose or take held units. Then nothing is booked.
pub fn close(
    act: &mut Act<'_>,
    site: Finess,
    id: &InventoryId,
    reasons: &[Reason],
    left: Uncounted,
) -> Result<(Inventory, Recorded), Error> {
    let mut state = SiteState::load(act, site)?;
    let inventory = super::running(act, site, id)?;
    let lines = lines(act, site, id)?;
    let mut hinder: Vec<(Place, Hindrance)> = Vec::new();
    let mut booked: Vec<(&Line, &Reason)> = Vec::new();
    for line in &lines {
        let reason = reasons.iter().find(|r| is_of(r, &line.count.place));
        let why = reason.map(|r| r.why);
        let hindered = hindrance(line.count.counted.get(), line.reckoned, why);
        if let Some(hindered) = hindered {
            hinder.push((line.count.place.clone(), hindered));
        } else if let Some(reason) = reason {
            booked.push((line, reason));
        }
    }
    stray(&lines, reasons)?;
    if left == Uncounted::Refuse {
        let rest = uncounted(&state.stock, &lines).into_iter();
        hinder.extend(rest.map(|(place, _)| (place, Hindrance::Uncounted)));
    }
    if !hinder.is_empty() {
        return Err(Refusal::CannotClose { lines: hinder }.into());
    }
    // what was found first: it may make good what is missing; what is missing last, which nothing refuses
    let order = |why: Why| match why {
        Why::Found => 0,
        Why::Clerical => 1,
        Why::Missing => 2,
    };
    booked.sort_by_key(|(line, reason)| (order(reason.why), line.difference() < 0));
    let mut movements = Vec::new();
    for (line, reason) in booked {
        movements.extend(book(act, &mut state, id, line, reason)?);
    }
    let ended = super::end(act, inventory, Stage::Closed)?;
    let details = json!({ "differences": movements.len() });
    super::written(act, "inventory.close", &ended, details)?;
    Ok((ended, after::stock_changed(act, state, movements)?))
}

fn is_of(reason: &Reason, place: &Place) -> bool {
    let which = &reason.which;
    let same = which.cip13 == place.cip13 && which.lot == place.lot;
    same && reason.state == place.state && which.expiry.is_none_or(|day| day == place.expiry)
}

/// Refuses a reason that is about no line, or about two.
fn stray(lines: &[Line], reasons: &[Reason]) -> Result<(), Refusal> {
    for reason in reasons {
        let meant = lines.iter().filter(|l| is_of(reason, &l.count.place));
        let meant: Vec<&Line> = meant.collect();
        match meant.as_slice() {
            [_] => {}
            [] => {
                let (cip13, lot) = (reason.which.cip13, reason.which.lot.clone());
                return Err(Refusal::UnknownLot { cip13, lot });
            }
            several => {
                let lot = reason.which.lot.clone();
                let expiries = several.iter().map(|l| l.count.place.expiry).collect();
                return Err(Refusal::WhichExpiry { lot, expiries });
            }
        }
    }
    Ok(())
}

/// Books one difference, and keeps which movement did.
fn book(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &InventoryId,
    line: &Line,
    reason: &Reason,
) -> Result<Vec<Movement>, Error> {
    let place = &line.count.place;
    let shortage = match reason.why {
        Why::Clerical => Shortage::Clerical,
        Why::Missing | Why::Found => Shortage::Missing,
    };
    let told = Particulars {
        reason: Some(reason.why.code()),
        note: reason.note.clone(),
        ..Particulars::default()
    };
    let difference = line.difference();
    let found = state.find(act.conn, &place.lot_id)?;
    let (movements, stock) = match found {
        Some(stock) => (
            adjust(
                act,
                state,
                &stock,
                (difference, place.state),
                shortage,
                &told,
            )?,
            stock.lot_id,
        ),
        None => (
            enter_new(act, state, place, difference, &told)?,
            place.lot_id.clone(),
        ),
    };
    for movement in &movements {
        let booked = Difference {
            lot_id: stock.clone(),
            state: place.state,
            units: difference,
            why: reason.why,
            note: reason.note.clone(),
            movement: movement.id.clone(),
        };
        db::inventories::insert_difference(act.conn, id, &booked)?;
    }
    Ok(movements)
}

/// Enters units of a lot that the site never had.
fn enter_new(
    act: &mut Act<'_>,
    state: &mut SiteState,
    place: &Place,
    difference: i64,
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let units = Units::new(u32::try_from(difference).unwrap_or(0));
    let effects = [(place.lot_id.clone(), Effect::enter(units, place.state))];
    let site = state.site.finess;
    let movements = record(act, site, MovementKind::CountAdjustment, &effects, told)?;
    let lot = Lot {
        id: place.lot_id.clone(),
        cip13: place.cip13,
        lot: place.lot.clone(),
        expiry: place.expiry,
    };
    state.apply(&movements, Some(&lot));
    Ok(movements)
}
