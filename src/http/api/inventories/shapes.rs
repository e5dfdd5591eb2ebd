//! What is answered about inventories.

use crate::app::inventory::{Line, SeenInventory};
use crate::app::records::Inventory;
use crate::domain::calendar::Instant;
use crate::domain::inventory::Place;
use crate::http::api::movements::Recorded;
use serde::Serialize;
use utoipa::ToSchema;

/// One inventory in a line.
#[derive(Serialize, ToSchema)]
pub struct InventoryHeader {
    /// Its id.
    pub id: String,
    site: String,
    /// `open`, `closed` or `cancelled`.
    state: &'static str,
    note: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// Id of the token that opened it.
    opened_by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    ended_by: Option<String>,
}

/// One inventory as it stands.
#[derive(Serialize, ToSchema)]
pub struct InventoryShape {
    #[serde(flatten)]
    head: InventoryHeader,
    /// Of each lot and state the last count.
    lines: Vec<InventoryLineShape>,
    /// What is on the shelf by the ledger and was not counted.
    uncounted: Vec<UncountedShape>,
    /// The differences that were booked.
    booked: Vec<BookedShape>,
}

/// What was counted of a lot in a state.
#[derive(Serialize, ToSchema)]
pub struct InventoryLineShape {
    cip13: String,
    lot: String,
    expiry: String,
    state: &'static str,
    counted: u32,
    /// What the ledger had at the moment of the count, as it is known now: entered since with an earlier hour
    /// counts, undone since does not.
    expected: i64,
    /// The same as it was known when the count was recorded.
    expected_then: i64,
    /// Counted, less expected.
    difference: i64,
    /// What moved since the count.
    moved_since: i64,
    /// Whether another count corrected the ledger since: count again.
    adjusted_since: bool,
    /// How often it was counted.
    times: usize,
    #[schema(value_type = String, format = DateTime)]
    counted_at: Instant,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// Id of the token that recorded it.
    recorded_by: String,
    /// Number of the site's last movement when it was recorded.
    ledger_seq: i64,
}

/// What was not counted.
#[derive(Serialize, ToSchema)]
pub struct UncountedShape {
    cip13: String,
    lot: String,
    expiry: String,
    state: &'static str,
    /// What the ledger has now.
    units: u32,
}

/// A difference that was booked.
#[derive(Serialize, ToSchema)]
pub struct BookedShape {
    cip13: Option<String>,
    lot: Option<String>,
    expiry: Option<String>,
    state: &'static str,
    /// More, or negative: fewer than the ledger had.
    units: i64,
    reason: &'static str,
    note: Option<String>,
    /// The movement that booked it.
    movement: String,
}

/// An inventory that was closed, and what that moved.
#[derive(Serialize, ToSchema)]
pub struct InventoryClosed {
    pub(super) inventory: InventoryShape,
    #[serde(flatten)]
    pub(super) recorded: Recorded,
}

pub(super) fn head(of: &Inventory) -> InventoryHeader {
    InventoryHeader {
        id: of.id.to_string(),
        site: of.site.to_string(),
        state: of.stage.code(),
        note: of.note.clone(),
        opened_at: of.opened.0,
        opened_by: of.opened.1.clone(),
        ended_at: of.ended.as_ref().map(|(at, _)| *at),
        ended_by: of.ended.as_ref().map(|(_, by)| by.clone()),
    }
}

pub(super) fn line(line: &Line) -> InventoryLineShape {
    let (count, place) = (&line.count, &line.count.place);
    InventoryLineShape {
        cip13: place.cip13.to_string(),
        lot: place.lot.to_string(),
        expiry: place.expiry.to_string(),
        state: place.state.code(),
        counted: count.counted.get(),
        expected: line.reckoned.expected,
        expected_then: count.expected,
        difference: line.difference(),
        moved_since: line.reckoned.since,
        adjusted_since: line.reckoned.adjusted_since,
        times: line.times,
        counted_at: count.moment.at,
        recorded_at: count.moment.recorded_at,
        recorded_by: count.by.clone(),
        ledger_seq: count.moment.seq,
    }
}

pub(super) fn shape(seen: &SeenInventory) -> InventoryShape {
    let uncounted = seen.uncounted.iter().map(|(place, units)| UncountedShape {
        cip13: place.cip13.to_string(),
        lot: place.lot.to_string(),
        expiry: place.expiry.to_string(),
        state: place.state.code(),
        units: units.get(),
    });
    let places: Vec<&Place> = seen.lines.iter().map(|l| &l.count.place).collect();
    let booked = seen.booked.iter().map(|one| {
        let place = places.iter().find(|p| p.lot_id == one.lot_id);
        BookedShape {
            cip13: place.map(|p| p.cip13.to_string()),
            lot: place.map(|p| p.lot.to_string()),
            expiry: place.map(|p| p.expiry.to_string()),
            state: one.state.code(),
            units: one.units,
            reason: one.why.code(),
            note: one.note.clone(),
            movement: one.movement.to_string(),
        }
    });
    InventoryShape {
        head: head(&seen.inventory),
        lines: seen.lines.iter().map(line).collect(),
        uncounted: uncounted.collect(),
        booked: booked.collect(),
    }
}
