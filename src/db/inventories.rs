//! Inventories: what was counted, and the differences that were booked.

use super::row::{RowOf, instant, kept};
use super::schema::{inventories, inventory_counts, inventory_differences, lots, movements};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{InventoryId, LotId, MovementId};
use crate::domain::inventory::{Moment, Moved, Place, Stage, Why};
use crate::domain::ledger::{MovementKind, UnitState};
use crate::domain::quantity::Units;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// One inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// Its name.
    pub id: InventoryId,
    /// Where.
    pub site: Finess,
    /// How far it has come.
    pub stage: Stage,
    /// What it is for, in words.
    pub note: Option<String>,
    /// When and by whom it was opened.
    pub opened: (Instant, String),
    /// When and by whom it was closed or cancelled.
    pub ended: Option<(Instant, String)>,
}

/// One count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountRecord {
    /// Its name.
    pub id: String,
    /// Of what.
    pub place: Place,
    /// How many were there.
    pub counted: Units,
    /// How many the ledger said, as it was known then.
    pub expected: i64,
    /// When.
    pub moment: Moment,
    /// By whom: the id of a token.
    pub by: String,
}

/// A difference that was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which lot.
    pub lot_id: LotId,
    /// In which state.
    pub state: UnitState,
    /// More, or negative: fewer than the ledger had.
    pub units: i64,
    /// Why.
    pub why: Why,
    /// Why, in words.
    pub note: Option<String>,
    /// By which movement.
    pub movement: MovementId,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = inventories, treat_none_as_default_value = false)]
struct Row {
    id: String,
    site: String,
    state: String,
    note: Option<String>,
    opened_at: NaiveDateTime,
    opened_by: String,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<String>,
}

fn value(row: Row) -> Result<Inventory, Error> {
    let of = RowOf {
        table: "inventories",
        id: &row.id,
    };
    Ok(Inventory {
        site: of.parsed(Finess::parse(&row.site))?,
        stage: of.code("state", &row.state, Stage::from_code(&row.state))?,
        id: InventoryId::new(&*row.id),
        note: row.note,
        opened: (instant(row.opened_at), row.opened_by),
        ended: row.ended_at.map(instant).zip(row.ended_by),
    })
}

/// Adds an inventory.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one is open at the site.
pub fn insert(conn: &mut Conn, inventory: &Inventory) -> Result<(), Error> {
    let row = Row {
        id: inventory.id.to_string(),
        site: inventory.site.to_string(),
        state: inventory.stage.code().to_owned(),
        note: inventory.note.clone(),
        opened_at: kept(inventory.opened.0),
        opened_by: inventory.opened.1.clone(),
        ended_at: inventory.ended.as_ref().map(|(at, _)| kept(*at)),
        ended_by: inventory.ended.as_ref().map(|(_, by)| by.clone()),
    };
    diesel::insert_into(inventories::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Writes that an inventory is over.
///
/// # Errors
/// When the database cannot be written.
pub fn end(
    conn: &mut Conn,
    id: &InventoryId,
    stage: Stage,
    (at, by): (Instant, &str),
) -> Result<(), Error> {
    diesel::update(inventories::table.find(id.as_str()))
        .set((
            inventories::state.eq(stage.code()),
            inventories::ended_at.eq(kept(at)),
            inventories::ended_by.eq(by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the inventory of an id at a site, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no inventory.
pub fn find(conn: &mut Conn, site: Finess, id: &InventoryId) -> Result<Option<Inventory>, Error> {
    inventories::table
        .filter(inventories::id.eq(id.as_str()))
        .filter(inventories::site.eq(site.as_str()))
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

/// Returns up to `limit` inventories of a site, the latest first; with a stage those that have come so
/// far.
///
/// # Errors
/// When the database cannot be read, or a row is no inventory.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    stage: Option<Stage>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Inventory>, Error> {
    let mut query = inventories::table
        .filter(inventories::site.eq(site.as_str()))
        .order(inventories::id.desc())
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(stage) = stage {
        query = query.filter(inventories::state.eq(stage.code()));
    }
    if let Some(before) = before {
        query = query.filter(inventories::id.lt(before.to_owned()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Adds a count.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_count(
    conn: &mut Conn,
    inventory: &InventoryId,
    count: &CountRecord,
) -> Result<(), Error> {
    diesel::insert_into(inventory_counts::table)
        .values((
            inventory_counts::id.eq(&count.id),
            inventory_counts::inventory_id.eq(inventory.as_str()),
            inventory_counts::lot_id.eq(count.place.lot_id.as_str()),
            inventory_counts::unit_state.eq(count.place.state.code()),
            inventory_counts::counted.eq(i64::from(count.counted.get())),
            inventory_counts::expected.eq(count.expected),
            inventory_counts::seq.eq(count.moment.seq),
            inventory_counts::counted_at.eq(kept(count.moment.at)),
            inventory_counts::recorded_at.eq(kept(count.moment.recorded_at)),
            inventory_counts::recorded_by.eq(&count.by),
        ))
        .execute(conn)?;
    Ok(())
}

type CountRow = (
    (String, String, String, NaiveDate),
    (String, String, i64, i64, i64),
    (NaiveDateTime, NaiveDateTime, String),
);

/// Returns every count of an inventory, the first first.
///
/// # Errors
/// When the database cannot be read, or a row is no count.
pub fn counts(conn: &mut Conn, inventory: &InventoryId) -> Result<Vec<CountRecord>, Error> {
    let rows: Vec<CountRow> = inventory_counts::table
        .inner_join(lots::table)
        .filter(inventory_counts::inventory_id.eq(inventory.as_str()))
        .order(inventory_counts::id)
        .select((
            (lots::id, lots::cip13, lots::lot, lots::expiry),
            (
                inventory_counts::id,
                inventory_counts::unit_state,
                inventory_counts::counted,
                inventory_counts::expected,
                inventory_counts::seq,
            ),
            (
                inventory_counts::counted_at,
                inventory_counts::recorded_at,
                inventory_counts::recorded_by,
            ),
        ))
        .load(conn)?;
    rows.into_iter().map(count).collect()
}

fn count(
    ((lot_id, cip13, lot, expiry), (id, state, counted, expected, seq), (at, recorded, by)): CountRow,
) -> Result<CountRecord, Error> {
    let row = RowOf {
        table: "inventory_counts",
        id: &id,
    };
    Ok(CountRecord {
        place: Place {
            lot_id: LotId::new(lot_id),
            cip13: row.parsed(Cip13::parse(&cip13))?,
            lot: row.parsed(LotNumber::parse(&lot))?,
            expiry: row.day(expiry)?,
            state: row.code("unit_state", &state, UnitState::from_code(&state))?,
        },
        counted: row.units(counted)?,
        moment: Moment {
            at: instant(at),
            recorded_at: instant(recorded),
            seq,
        },
        expected,
        by,
        id,
    })
}

/// Returns the movements of a lot at a site as far as they change its units in a state, in the order of
/// the ledger; what undoes another stands among them too.
///
/// # Errors
/// When the database cannot be read.
pub fn moved(
    conn: &mut Conn,
    site: Finess,
    lot: &LotId,
    state: UnitState,
) -> Result<Vec<Moved>, Error> {
    let undone = diesel::alias!(movements as undone);
    let rows: Vec<(i64, String, i64, i64, NaiveDateTime, Option<i64>)> = movements::table
        .left_join(
            undone.on(undone
                .field(movements::id)
                .nullable()
                .eq(movements::reverses)),
        )
        .filter(movements::lot_id.eq(lot.as_str()))
        .filter(movements::site.eq(site.as_str()))
        .order(movements::seq)
        .select((
            movements::seq,
            movements::kind,
            movements::usable,
            movements::quarantined,
            movements::happened_at,
            undone.field(movements::seq).nullable(),
        ))
        .load(conn)?;
    let one = |(seq, kind, usable, quarantined, at, undoes)| {
        let change = match state {
            UnitState::Usable => usable,
            UnitState::Quarantined => quarantined,
        };
        let adjusts = change != 0 && kind == MovementKind::CountAdjustment.code();
        Moved {
            seq,
            happened_at: instant(at),
            change,
            adjusts,
            undoes,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Adds a difference that was booked.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_difference(
    conn: &mut Conn,
    inventory: &InventoryId,
    difference: &Difference,
) -> Result<(), Error> {
    diesel::insert_into(inventory_differences::table)
        .values((
            inventory_differences::inventory_id.eq(inventory.as_str()),
            inventory_differences::lot_id.eq(difference.lot_id.as_str()),
            inventory_differences::unit_state.eq(difference.state.code()),
            inventory_differences::units.eq(difference.units),
            inventory_differences::reason.eq(difference.why.code()),
            inventory_differences::note.eq(difference.note.as_deref()),
            inventory_differences::movement_id.eq(difference.movement.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the differences that an inventory booked, by lot and state.
///
/// # Errors
/// When the database cannot be read, or a row is no difference.
pub fn differences(conn: &mut Conn, inventory: &InventoryId) -> Result<Vec<Difference>, Error> {
    type Booked = (String, String, i64, String, Option<String>, String);
    let rows: Vec<Booked> = inventory_differences::table
        .filter(inventory_differences::inventory_id.eq(inventory.as_str()))
        .order((
            inventory_differences::lot_id,
            inventory_differences::unit_state,
        ))
        .select((
            inventory_differences::lot_id,
            inventory_differences::unit_state,
            inventory_differences::units,
            inventory_differences::reason,
            inventory_differences::note,
            inventory_differences::movement_id,
        ))
        .load(conn)?;
    let one = |(lot, state, units, reason, note, movement): Booked| {
        let row = RowOf {
            table: "inventory_differences",
            id: &lot,
        };
        Ok(Difference {
            state: row.code("unit_state", &state, UnitState::from_code(&state))?,
            why: row.code("reason", &reason, Why::from_code(&reason))?,
            lot_id: LotId::new(&*lot),
            movement: MovementId::new(movement),
            units,
            note,
        })
    };
    rows.into_iter().map(one).collect()
}
