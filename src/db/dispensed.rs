//! What was dispensed of a lot, and what came back: as far as the ledger knows.

use super::row::{RowOf, instant};
use super::schema::{movements, patient_payload};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{LotId, MovementId, PatientId};
use crate::domain::ledger::MovementKind;
use crate::domain::quantity::Units;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// Units of a lot that left for somebody, or came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispensed {
    /// Where.
    pub site: Finess,
    /// By which movement.
    pub movement: MovementId,
    /// Of which lot.
    pub lot_id: LotId,
    /// When, as told.
    pub happened_at: Instant,
    /// Whether they came back.
    pub back: bool,
    /// How many.
    pub units: Units,
    /// For whom, and under which pseudonym, unless that was erased; nothing for nobody in particular.
    pub patient: Option<(PatientId, Option<String>)>,
}

type Row = (
    String,
    String,
    String,
    NaiveDateTime,
    String,
    i64,
    Option<String>,
    Option<String>,
);

/// Returns what was dispensed and returned of a lot, at one site or everywhere, without what was undone:
/// site by site in the order of the ledger.
///
/// # Errors
/// When the database cannot be read, or a row is no movement.
pub fn of_lot(conn: &mut Conn, lot: &LotId, site: Option<Finess>) -> Result<Vec<Dispensed>, Error> {
    let kinds = [
        MovementKind::Dispensing,
        MovementKind::DispensingOverride,
        MovementKind::Return,
    ];
    let mut undone = movements::table
        .filter(movements::lot_id.eq(lot.to_string()))
        .filter(movements::reverses.is_not_null())
        .select(movements::reverses)
        .into_boxed::<<Conn as Connection>::Backend>();
    let mut query = movements::table
        .left_join(patient_payload::table)
        .filter(movements::lot_id.eq(lot.to_string()))
        .filter(movements::kind.eq_any(kinds.map(MovementKind::code)))
        .order((movements::site, movements::seq))
        .select((
            movements::id,
            movements::site,
            movements::lot_id,
            movements::happened_at,
            movements::kind,
            movements::usable + movements::quarantined,
            movements::patient_id,
            patient_payload::pseudonym.nullable(),
        ))
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(site) = site {
        undone = undone.filter(movements::site.eq(site.to_string()));
        query = query.filter(movements::site.eq(site.to_string()));
    }
    let undone: Vec<Option<String>> = undone.load(conn)?;
    let undone: BTreeSet<String> = undone.into_iter().flatten().collect();
    let rows: Vec<Row> = query.load(conn)?;
    let rows = rows.into_iter().filter(|row| !undone.contains(&row.0));
    rows.map(value).collect()
}

fn value((id, site, lot, at, kind, units, patient, pseudonym): Row) -> Result<Dispensed, Error> {
    let row = RowOf {
        table: "movements",
        id: &id,
    };
    Ok(Dispensed {
        site: row.parsed(Finess::parse(&site))?,
        movement: MovementId::new(&*id),
        lot_id: LotId::new(lot),
        happened_at: instant(at),
        back: kind == MovementKind::Return.code(),
        units: row.units(units.saturating_abs())?,
        patient: patient.map(|id| (PatientId::new(id), pseudonym)),
    })
}
