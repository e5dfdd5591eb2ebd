//! When patients were given what they ask for.

use super::AT_ONCE;
use crate::db::row::instant;
use crate::db::schema::{lots, movements};
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Cip13;
use crate::domain::id::PatientId;
use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

/// What patients were given of some presentations, and nobody undid.
macro_rules! dispensings {
    ($patients:expr, $cip13s:expr) => {{
        let undone = diesel::alias!(movements as undone);
        let undoing = undone
            .filter(
                undone
                    .field(movements::reverses)
                    .eq(movements::id.nullable()),
            )
            .select(undone.field(movements::id));
        movements::table
            .inner_join(lots::table)
            .filter(movements::patient_id.eq_any($patients.iter().map(PatientId::as_str)))
            .filter(movements::kind.eq_any(["dispensing", "dispensing-override"]))
            .filter(lots::cip13.eq_any($cip13s.iter().map(Cip13::as_str)))
            .filter(not(exists(undoing)))
    }};
}

/// Returns for each of some patients who were given units of some presentations when that was last;
/// what was undone is not counted. A patient who is named twice may come twice, with the same instant.
///
/// # Errors
/// When the database cannot be read.
pub fn last_given(
    conn: &mut Conn,
    patients: &[PatientId],
    cip13s: &[Cip13],
) -> Result<Vec<(PatientId, Instant)>, Error> {
    let mut all = Vec::new();
    for some in patients.chunks(AT_ONCE) {
        all.extend(last_given_to(conn, some, cip13s)?);
    }
    Ok(all)
}

/// Returns for each of some patients when they were given units of some presentations, the first time
/// first; what was undone is not counted. A dose of several lots is as many movements, at one instant.
///
/// # Errors
/// When the database cannot be read.
pub fn given(
    conn: &mut Conn,
    patients: &[PatientId],
    cip13s: &[Cip13],
) -> Result<Vec<(PatientId, Instant)>, Error> {
    let mut all = Vec::new();
    for some in patients.chunks(AT_ONCE) {
        let rows: Vec<(Option<String>, NaiveDateTime)> = dispensings!(some, cip13s)
            .order((movements::happened_at, movements::id))
            .select((movements::patient_id, movements::happened_at))
            .load(conn)?;
        let known = rows
            .into_iter()
            .filter_map(|(patient, at)| Some((PatientId::new(patient?), instant(at))));
        all.extend(known);
    }
    Ok(all)
}

fn last_given_to(
    conn: &mut Conn,
    patients: &[PatientId],
    cip13s: &[Cip13],
) -> Result<Vec<(PatientId, Instant)>, Error> {
    let rows: Vec<(Option<String>, Option<NaiveDateTime>)> = dispensings!(patients, cip13s)
        .group_by(movements::patient_id)
        .select((movements::patient_id, max(movements::happened_at)))
        .load(conn)?;
    let known = rows
        .into_iter()
        .filter_map(|(patient, at)| Some((PatientId::new(patient?), instant(at?))));
    Ok(known.collect())
}
