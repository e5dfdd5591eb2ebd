//! Clearances, and the units that they hold.

use super::row::{RowOf, instant, kept};
use super::schema::{clearances, holds};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::clearance::ClearanceState;
use crate::domain::code::Finess;
use crate::domain::id::{ClearanceId, HoldId, LotId, PatientId};
use crate::domain::quantity::{Doses, Units};
use crate::domain::reserve::Hold;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A clearance, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearanceRecord {
    /// Its name.
    pub id: ClearanceId,
    /// Where.
    pub site: Finess,
    /// Its number at the site: the order of asking.
    pub seq: i64,
    /// For whom.
    pub patient: PatientId,
    /// By which rulebook.
    pub rulebook: String,
    /// The hash of its file, in hexadecimal.
    pub rulebook_hash: String,
    /// How far it has come.
    pub state: ClearanceState,
    /// How many doses were asked for.
    pub doses: Doses,
    /// How many were missing when it was refused, or are now when it is broken.
    pub missing: Doses,
    /// Why it was released or moved.
    pub reason: Option<String>,
    /// When it was asked for.
    pub asked_at: Instant,
    /// By whom.
    pub asked_by: String,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Counts its edits.
    pub version: i64,
}

// nothing is NULL, never DEFAULT: the statement stays one text, and prepared
#[derive(Queryable, Insertable)]
#[diesel(table_name = clearances, treat_none_as_default_value = false)]
struct Row {
    id: String,
    site: String,
    seq: i64,
    patient_id: String,
    rulebook: String,
    rulebook_hash: String,
    state: String,
    doses: i64,
    missing: i64,
    reason: Option<String>,
    asked_at: NaiveDateTime,
    asked_by: String,
    ended_at: Option<NaiveDateTime>,
    version: i64,
}

impl Row {
    fn of(c: &ClearanceRecord) -> Self {
        Self {
            id: c.id.to_string(),
            site: c.site.to_string(),
            seq: c.seq,
            patient_id: c.patient.to_string(),
            rulebook: c.rulebook.clone(),
            rulebook_hash: c.rulebook_hash.clone(),
            state: c.state.code().to_owned(),
            doses: i64::from(c.doses.get()),
            missing: i64::from(c.missing.get()),
            reason: c.reason.clone(),
            asked_at: kept(c.asked_at),
            asked_by: c.asked_by.clone(),
            ended_at: c.ended_at.map(kept),
            version: c.version,
        }
    }

    fn value(self) -> Result<ClearanceRecord, Error> {
        let row = RowOf {
            table: "clearances",
            id: &self.id,
        };
        Ok(ClearanceRecord {
            site: row.parsed(Finess::parse(&self.site))?,
            state: row.code("state", &self.state, ClearanceState::from_code(&self.state))?,
            doses: Doses::new(row.u32(self.doses)?),
            missing: Doses::new(row.u32(self.missing)?),
            id: ClearanceId::new(&*self.id),
            seq: self.seq,
            patient: PatientId::new(self.patient_id),
            rulebook: self.rulebook,
            rulebook_hash: self.rulebook_hash,
            reason: self.reason,
            asked_at: instant(self.asked_at),
            asked_by: self.asked_by,
            ended_at: self.ended_at.map(instant),
            version: self.version,
        })
    }
}

// Written out, for the index `clearances_in_force`: a database that is asked about `?` cannot know
// that the index has all the rows that are meant.
diesel::postfix_operator!(InForce, " IN ('standing', 'broken')");

/// Returns the clearances of a site that hold, or should hold, units, in the order of asking.
///
/// # Errors
/// When the database cannot be read, or a row is no clearance.
pub fn in_force(conn: &mut Conn, site: Finess) -> Result<Vec<ClearanceRecord>, Error> {
    let in_force = InForce::new(clearances::state);
    let rows: Vec<Row> = clearances::table
        .filter(clearances::site.eq(site.as_str()).and(in_force))
        .order(clearances::seq)
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns the clearance of an id at a site, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no clearance.
pub fn find(
    conn: &mut Conn,
    site: Finess,
    id: &ClearanceId,
) -> Result<Option<ClearanceRecord>, Error> {
    let row: Option<Row> = clearances::table
        .filter(
            clearances::id
                .eq(id.as_str())
                .and(clearances::site.eq(site.as_str())),
        )
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns up to `limit` clearances of a site with a number below `before`, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no clearance.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<ClearanceRecord>, Error> {
    let rows: Vec<Row> = clearances::table
        .filter(
            clearances::site
                .eq(site.as_str())
                .and(clearances::seq.lt(before.unwrap_or(i64::MAX))),
        )
        .order(clearances::seq.desc())
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns the number of the last clearance asked for at a site: 0 before the first.
///
/// # Errors
/// When the database cannot be read.
pub fn last_seq(conn: &mut Conn, site: Finess) -> Result<i64, Error> {
    let last: Option<i64> = clearances::table
        .filter(clearances::site.eq(site.as_str()))
        .select(diesel::dsl::max(clearances::seq))
        .get_result(conn)?;
    Ok(last.unwrap_or(0))
}

/// Adds a clearance.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the patient has one in force.
pub fn insert(conn: &mut Conn, clearance: &ClearanceRecord) -> Result<(), Error> {
    diesel::insert_into(clearances::table)
        .values(Row::of(clearance))
        .execute(conn)?;
    Ok(())
}

/// Writes how far a clearance has come.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, clearance: &ClearanceRecord) -> Result<(), Error> {
    diesel::update(clearances::table.find(clearance.id.as_str()))
        .set((
            clearances::state.eq(clearance.state.code()),
            clearances::doses.eq(i64::from(clearance.doses.get())),
            clearances::missing.eq(i64::from(clearance.missing.get())),
            clearances::reason.eq(clearance.reason.as_deref()),
            clearances::ended_at.eq(clearance.ended_at.map(kept)),
            clearances::version.eq(clearance.version),
        ))
        .execute(conn)?;
    Ok(())
}

type HoldRow = (String, String, i64, String, i64, String);

/// Returns what is held at a site, by clearance, dose and lot.
///
/// # Errors
/// When the database cannot be read, or a row is no hold.
pub fn holds(conn: &mut Conn, site: Finess) -> Result<Vec<Hold>, Error> {
    let rows: Vec<HoldRow> = holds::table
        .inner_join(clearances::table)
        .filter(holds::site.eq(site.as_str()))
        .order((clearances::seq, holds::dose, holds::lot_id, holds::id))
        .select((
            holds::id,
            clearances::id,
            holds::dose,
            holds::lot_id,
            holds::units,
            clearances::patient_id,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, clearance, dose, lot, units, patient)| {
            let row = RowOf {
                table: "holds",
                id: &id,
            };
            Ok(Hold {
                dose: row.u32(dose)?,
                units: row.units(units)?,
                id: HoldId::new(&*id),
                clearance: ClearanceId::new(clearance),
                patient: PatientId::new(patient),
                lot_id: LotId::new(lot),
            })
        })
        .collect()
}

/// Holds units for a dose.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the lot has no so many free.
pub fn insert_hold(conn: &mut Conn, site: Finess, hold: &Hold, now: Instant) -> Result<(), Error> {
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(hold.id.as_str()),
            holds::clearance_id.eq(Some(hold.clearance.as_str())),
            holds::dose.eq(i64::from(hold.dose)),
            holds::site.eq(site.as_str()),
            holds::lot_id.eq(hold.lot_id.as_str()),
            holds::units.eq(i64::from(hold.units.get())),
            holds::held_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes units out of a hold: all of them end it.
///
/// # Errors
/// When the database cannot be written.
pub fn shrink_hold(conn: &mut Conn, hold: &Hold, by: Units) -> Result<(), Error> {
    shrink(conn, &hold.id, hold.units.saturating_sub(by))
}

/// Leaves so many units in a hold: none of them ends it.
pub(super) fn shrink(conn: &mut Conn, hold: &HoldId, left: Units) -> Result<(), Error> {
    if left == Units::ZERO {
        diesel::delete(holds::table.find(hold.as_str())).execute(conn)?;
    } else {
        diesel::update(holds::table.find(hold.as_str()))
            .set(holds::units.eq(i64::from(left.get())))
            .execute(conn)?;
    }
    Ok(())
}
