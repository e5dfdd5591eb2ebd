//! Treatments of patients, version by version, and the table that holds what is personal of them.

use super::row::{RowOf, instant, kept};
use super::schema::{treatment_payload, treatments};
use super::{Conn, Error};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::{PatientId, TreatmentId};
use crate::domain::rule::Slug;
use crate::domain::treatment::{Days, Told, Treated, TreatmentState};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// How many patients one query names.
const AT_ONCE: usize = 10_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = treatments)]
struct Head {
    id: String,
    site: String,
    patient_id: String,
    patient_hash: String,
    rulebook: String,
    version: i64,
    state: String,
    recorded_at: NaiveDateTime,
    recorded_by: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = treatment_payload, primary_key(treatment_id), treat_none_as_default_value = false)]
struct Payload {
    treatment_id: String,
    indication: String,
    age_years: i64,
    age_told_on: NaiveDate,
    started_on: Option<NaiveDate>,
    interrupted_on: Option<NaiveDate>,
    resumes_on: Option<NaiveDate>,
    stopped_on: Option<NaiveDate>,
    benign_ethnic_neutropenia: bool,
    symptoms_of_infection: bool,
    conditions: String,
    co_medication: String,
    disease_activity: Option<String>,
}

impl Payload {
    fn told(self, row: RowOf<'_>, state: TreatmentState) -> Result<Told, Error> {
        let day = |date: Option<NaiveDate>| date.map(|d| row.past_day(d)).transpose();
        let days = Days {
            started_on: day(self.started_on)?,
            interrupted_on: day(self.interrupted_on)?,
            resumes_on: day(self.resumes_on)?,
            stopped_on: day(self.stopped_on)?,
        };
        // whether a day was to come, or needed, was asked when it was told
        let course = days.course(state, false, Day::LAST);
        let codes = |text: &str| {
            let all = text.split_whitespace().map(Slug::parse);
            row.parsed(all.collect::<Result<Vec<Slug>, _>>())
        };
        Ok(Told {
            indication: row.parsed(Slug::parse(&self.indication))?,
            age_years: row.u32(self.age_years)?,
            age_told_on: row.past_day(self.age_told_on)?,
            course: course.map_err(|_wrong| row.corrupt("its days do not fit its state"))?,
            benign_ethnic_neutropenia: self.benign_ethnic_neutropenia,
            symptoms_of_infection: self.symptoms_of_infection,
            conditions: codes(&self.conditions)?,
            co_medication: codes(&self.co_medication)?,
            disease_activity: self
                .disease_activity
                .map(|code| row.parsed(Slug::parse(&code)))
                .transpose()?,
        })
    }
}

fn value((head, payload): (Head, Payload)) -> Result<Treated, Error> {
    let row = RowOf {
        table: "treatments",
        id: &head.id,
    };
    let state = row.code("state", &head.state, TreatmentState::from_code(&head.state))?;
    Ok(Treated {
        told: payload.told(row, state)?,
        site: row.parsed(Finess::parse(&head.site))?,
        rulebook: row.parsed(Slug::parse(&head.rulebook))?,
        id: TreatmentId::new(&*head.id),
        patient: PatientId::new(head.patient_id),
        patient_hash: head.patient_hash,
        version: head.version,
        recorded_at: instant(head.recorded_at),
        recorded_by: head.recorded_by,
    })
}

macro_rules! records {
    () => {
        treatments::table
            .inner_join(treatment_payload::table)
            .select((Head::as_select(), Payload::as_select()))
    };
}

/// Those that stand: the greatest version of each.
macro_rules! standing {
    () => {{
        let later = diesel::alias!(treatments as later);
        let followed = later
            .filter(
                later
                    .field(treatments::patient_id)
                    .eq(treatments::patient_id)
                    .and(later.field(treatments::rulebook).eq(treatments::rulebook))
                    .and(later.field(treatments::version).gt(treatments::version)),
            )
            .select(later.field(treatments::id));
        records!().filter(not(exists(followed)))
    }};
}

/// Returns the treatments of some patients under a rulebook, as they stand.
///
/// # Errors
/// When the database cannot be read, or a row is no treatment.
pub fn of(conn: &mut Conn, patients: &[PatientId], rulebook: &Slug) -> Result<Vec<Treated>, Error> {
    let mut all = Vec::new();
    for some in patients.chunks(AT_ONCE) {
        let ids = some.iter().map(PatientId::as_str);
        let rows: Vec<(Head, Payload)> = standing!()
            .filter(treatments::patient_id.eq_any(ids))
            .filter(treatments::rulebook.eq(rulebook.as_str()))
            .order(treatments::id)
            .load(conn)?;
        for row in rows {
            all.push(value(row)?);
        }
    }
    Ok(all)
}

/// Returns the treatments of a site under a rulebook, as they stand.
///
/// # Errors
/// When the database cannot be read, or a row is no treatment.
pub fn at(conn: &mut Conn, site: Finess, rulebook: &Slug) -> Result<Vec<Treated>, Error> {
    let rows: Vec<(Head, Payload)> = standing!()
        .filter(treatments::site.eq(site.as_str()))
        .filter(treatments::rulebook.eq(rulebook.as_str()))
        .order(treatments::id)
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns every version of a patient's treatments, of one rulebook when it is named: by rulebook, the
/// latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no treatment.
pub fn history(
    conn: &mut Conn,
    patient: &PatientId,
    rulebook: Option<&Slug>,
) -> Result<Vec<Treated>, Error> {
    let mut query = records!()
        .filter(treatments::patient_id.eq(patient.to_string()))
        .order((treatments::rulebook, treatments::version.desc()))
        .into_boxed();
    if let Some(rulebook) = rulebook {
        query = query.filter(treatments::rulebook.eq(rulebook.to_string()));
    }
    let rows: Vec<(Head, Payload)> = query.load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns the greatest version of a patient's treatment under a rulebook, erased or not: 0 when there is
/// none.
///
/// # Errors
/// When the database cannot be read.
pub fn version(conn: &mut Conn, patient: &PatientId, rulebook: &Slug) -> Result<i64, Error> {
    let last: Option<i64> = treatments::table
        .filter(treatments::patient_id.eq(patient.as_str()))
        .filter(treatments::rulebook.eq(rulebook.as_str()))
        .select(diesel::dsl::max(treatments::version))
        .get_result(conn)?;
    Ok(last.unwrap_or(0))
}

/// Adds a version.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when there is one of that number.
pub fn insert(conn: &mut Conn, treated: &Treated) -> Result<(), Error> {
    let told = &treated.told;
    let codes = |all: &[Slug]| {
        let all: Vec<&str> = all.iter().map(Slug::as_str).collect();
        all.join(" ")
    };
    let days = Days::of(told.course);
    diesel::insert_into(treatments::table)
        .values(Head {
            id: treated.id.to_string(),
            site: treated.site.to_string(),
            patient_id: treated.patient.to_string(),
            patient_hash: treated.patient_hash.clone(),
            rulebook: treated.rulebook.to_string(),
            version: treated.version,
            state: told.state().code().to_owned(),
            recorded_at: kept(treated.recorded_at),
            recorded_by: treated.recorded_by.clone(),
        })
        .execute(conn)?;
    diesel::insert_into(treatment_payload::table)
        .values(Payload {
            treatment_id: treated.id.to_string(),
            indication: told.indication.to_string(),
            age_years: i64::from(told.age_years),
            age_told_on: told.age_told_on.date(),
            started_on: days.started_on.map(Day::date),
            interrupted_on: days.interrupted_on.map(Day::date),
            resumes_on: days.resumes_on.map(Day::date),
            stopped_on: days.stopped_on.map(Day::date),
            benign_ethnic_neutropenia: told.benign_ethnic_neutropenia,
            symptoms_of_infection: told.symptoms_of_infection,
            conditions: codes(&told.conditions),
            co_medication: codes(&told.co_medication),
            disease_activity: told.disease_activity.as_ref().map(Slug::to_string),
        })
        .execute(conn)?;
    Ok(())
}
