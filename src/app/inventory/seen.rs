//! An inventory as it stands: line by line what was counted, what the ledger had, and what moved since.

use super::super::act::Act;
use super::super::error::Error;
use super::super::see::commons;
use crate::db;
use crate::db::inventories::{CountRecord, Difference, Inventory};
use crate::domain::code::Finess;
use crate::domain::id::{InventoryId, LotId};
use crate::domain::inventory::{Place, Reckoned, reckon};
use crate::domain::ledger::{StockLine, UnitState};
use crate::domain::quantity::Units;
use std::collections::BTreeMap;

/// One line: the last count of the units of a lot in a state.
pub struct Line {
    /// The count.
    pub count: CountRecord,
    /// What the ledger says of it now; of an inventory that is over, nothing is reckoned any more.
    pub reckoned: Reckoned,
    /// How often it was counted.
    pub times: usize,
}

impl Line {
    /// Returns what was counted, less what there should have been.
    pub fn difference(&self) -> i64 {
        i64::from(self.count.counted.get()).saturating_sub(self.reckoned.expected)
    }
}

/// An inventory as it stands.
pub struct SeenInventory {
    /// The inventory.
    pub inventory: Inventory,
    /// Its lines, by presentation, expiry, lot and state.
    pub lines: Vec<Line>,
    /// What is on the shelf now, by the ledger, and was not counted.
    pub uncounted: Vec<(Place, Units)>,
    /// The differences that were booked.
    pub booked: Vec<Difference>,
}

/// Returns a count with what the ledger says of it.
pub(super) fn line(act: &mut Act<'_>, site: Finess, count: CountRecord) -> Result<Line, Error> {
    let place = &count.place;
    let movements = db::inventories::moved(act.conn, site, &place.lot_id, place.state)?;
    Ok(Line {
        reckoned: reckon(&movements, count.moment),
        times: 1,
        count,
    })
}

/// The lines of an inventory: of each lot and state the last count.
pub(super) fn lines(act: &mut Act<'_>, site: Finess, id: &InventoryId) -> Result<Vec<Line>, Error> {
    let mut last: BTreeMap<(LotId, UnitState), (CountRecord, usize)> = BTreeMap::new();
    for count in db::inventories::counts(act.conn, id)? {
        let key = (count.place.lot_id.clone(), count.place.state);
        let times = last.get(&key).map_or(0, |(_, times)| *times);
        last.insert(key, (count, times.saturating_add(1)));
    }
    let mut lines = Vec::new();
    for (count, times) in last.into_values() {
        lines.push(Line {
            times,
            ..line(act, site, count)?
        });
    }
    lines.sort_by_key(|line| {
        let p = &line.count.place;
        (p.cip13, p.expiry, p.lot.clone(), p.lot_id.clone(), p.state)
    });
    Ok(lines)
}

/// What is on a shelf and was not counted: of each lot the states in which it has units.
pub(super) fn uncounted(shelf: &[StockLine], lines: &[Line]) -> Vec<(Place, Units)> {
    let mut all = Vec::new();
    for line in shelf {
        let states = [
            (UnitState::Usable, line.usable),
            (UnitState::Quarantined, line.quarantined),
        ];
        for (state, units) in states {
            let counted =
                |l: &Line| l.count.place.lot_id == line.lot_id && l.count.place.state == state;
            if units > Units::ZERO && !lines.iter().any(counted) {
                let place = Place {
                    lot_id: line.lot_id.clone(),
                    cip13: line.cip13,
                    lot: line.lot.clone(),
                    expiry: line.expiry,
                    state,
                };
                all.push((place, units));
            }
        }
    }
    all
}

/// Returns an inventory as it stands.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn see(act: &mut Act<'_>, site: Finess, id: &InventoryId) -> Result<SeenInventory, Error> {
    let inventory = super::find(act, site, id)?;
    let lines = lines(act, site, id)?;
    let shelf = db::shelf::not_empty(act.conn, site)?;
    Ok(SeenInventory {
        uncounted: uncounted(&shelf, &lines),
        booked: db::inventories::differences(act.conn, id)?,
        inventory,
        lines,
    })
}

/// Returns up to `limit` inventories of a site, the latest first.
///
/// # Errors
/// Refused when there is no such site.
pub fn list(
    act: &mut Act<'_>,
    site: Finess,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Inventory>, Error> {
    commons::site(act, site)?;
    Ok(db::inventories::page(act.conn, site, None, before, limit)?)
}
