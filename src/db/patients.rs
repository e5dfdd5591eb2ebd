//! CAR-T patients, and the one table that holds what is personal.

use super::row::{RowOf, kept};
use super::schema::{car_t_patients, patient_payload};
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use crate::domain::quantity::{Doses, Grams};
use crate::domain::reserve::CarTPatient;
use chrono::NaiveDate;
use diesel::prelude::*;

/// How far a patient's way has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatientState {
    /// Asked for and not cleared: no dose is kept for them yet.
    Waiting,
    /// To be infused, or inside the window after it.
    Expected,
    /// Will not be infused.
    Cancelled,
    /// The window is over.
    Ended,
}

impl PatientState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Expected, Self::Cancelled, Self::Ended];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Expected => "expected",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A CAR-T patient with all that is kept on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientRecord {
    /// What the reserve needs to know.
    pub patient: CarTPatient,
    /// Where.
    pub site: Finess,
    /// The site's word for them.
    pub pseudonym: String,
    /// The salted hash of that word.
    pub hash: String,
    /// How far they have come.
    pub state: PatientState,
    /// Counts the edits.
    pub version: i64,
}

type Row = (
    String,
    String,
    String,
    i64,
    i64,
    String,
    Option<String>,
    Option<i64>,
    Option<NaiveDate>,
);

fn value(row: Row) -> Result<Option<PatientRecord>, Error> {
    let (id, site, state, doses_given, version, hash, pseudonym, weight_g, infusion_on) = row;
    let of = RowOf {
        table: "car_t_patients",
        id: &id,
    };
    // an erased patient has no record any more
    let (Some(pseudonym), Some(weight_g), Some(infusion_on)) = (pseudonym, weight_g, infusion_on)
    else {
        return Ok(None);
    };
    Ok(Some(PatientRecord {
        patient: CarTPatient {
            id: PatientId::new(&*id),
            weight: of.parsed(Grams::new(weight_g))?,
            infusion_on: of.day(infusion_on)?,
            doses_given: Doses::new(of.u32(doses_given)?),
        },
        site: of.parsed(Finess::parse(&site))?,
        pseudonym,
        hash,
        state: of.code("state", &state, PatientState::from_code(&state))?,
        version,
    }))
}

macro_rules! records {
    () => {
        car_t_patients::table
            .inner_join(patient_payload::table)
            .select((
                car_t_patients::id,
                car_t_patients::site,
                car_t_patients::state,
                car_t_patients::doses_given,
                car_t_patients::version,
                patient_payload::hash,
                patient_payload::pseudonym,
                patient_payload::weight_g,
                patient_payload::infusion_on,
            ))
    };
}

// Written out: a statement with two texts, and the index of those who are expected.
diesel::postfix_operator!(IsExpected, " = 'expected'");

/// Returns the expected patients of a site who are, or were, infused on or after `since`, in the
/// order of registration: a site has ever more of those whose window is over.
///
/// # Errors
/// When the database cannot be read, or a row is no patient.
pub fn expected(conn: &mut Conn, site: Finess, since: Day) -> Result<Vec<PatientRecord>, Error> {
    // by the site of the day, whose index has both; it is that of the record
    let of_site = patient_payload::site.eq(site.as_str());
    let rows: Vec<Row> = records!()
        .filter(
            of_site
                .and(patient_payload::infusion_on.ge(since.date()))
                .and(IsExpected::new(car_t_patients::state)),
        )
        .order(car_t_patients::id)
        .load(conn)?;
    rows.into_iter()
        .filter_map(|row| value(row).transpose())
        .collect()
}

/// Returns the patients of a site who wait for a GO and are to be infused after `day`, in the order
/// of registration.
///
/// # Errors
/// When the database cannot be read, or a row is no patient.
pub fn waiting(conn: &mut Conn, site: Finess, day: Day) -> Result<Vec<PatientRecord>, Error> {
    let of_site = patient_payload::site.eq(site.as_str());
    let rows: Vec<Row> = records!()
        .filter(
            of_site
                .and(patient_payload::infusion_on.gt(day.date()))
                .and(car_t_patients::state.eq(PatientState::Waiting.code())),
        )
        .order(car_t_patients::id)
        .load(conn)?;
    rows.into_iter()
        .filter_map(|row| value(row).transpose())
        .collect()
}

/// Returns up to `limit` patients of a site whose id comes after `after`.
///
/// # Errors
/// When the database cannot be read, or a row is no patient.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<PatientRecord>, Error> {
    let rows: Vec<Row> = records!()
        .filter(
            car_t_patients::site
                .eq(site.as_str())
                .and(car_t_patients::id.gt(after.unwrap_or("")))
                // who was erased takes no row of a page
                .and(patient_payload::pseudonym.is_not_null()),
        )
        .order(car_t_patients::id)
        .limit(limit)
        .load(conn)?;
    rows.into_iter()
        .filter_map(|row| value(row).transpose())
        .collect()
}

/// Returns the patient of an id at a site, if there is one and they were not erased.
///
/// # Errors
/// When the database cannot be read, or the row is no patient.
pub fn find(conn: &mut Conn, site: Finess, id: &PatientId) -> Result<Option<PatientRecord>, Error> {
    let row: Option<Row> = records!()
        .filter(
            car_t_patients::site
                .eq(site.as_str())
                .and(car_t_patients::id.eq(id.as_str())),
        )
        .get_result(conn)
        .optional()?;
    Ok(row.map(value).transpose()?.flatten())
}

/// Returns the patient of a pseudonym at a site, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no patient.
pub fn by_pseudonym(
    conn: &mut Conn,
    site: Finess,
    pseudonym: &str,
) -> Result<Option<PatientRecord>, Error> {
    let row: Option<Row> = records!()
        .filter(
            car_t_patients::site
                .eq(site.as_str())
                .and(patient_payload::pseudonym.eq(pseudonym)),
        )
        .get_result(conn)
        .optional()?;
    Ok(row.map(value).transpose()?.flatten())
}

/// Returns the id and hash behind a pseudonym at a site, whether or not it is a CAR-T patient.
///
/// # Errors
/// When the database cannot be read.
pub fn payload_of(
    conn: &mut Conn,
    site: Finess,
    pseudonym: &str,
) -> Result<Option<(PatientId, String)>, Error> {
    let row: Option<(String, String)> = patient_payload::table
        .filter(
            patient_payload::site
                .eq(site.as_str())
                .and(patient_payload::pseudonym.eq(pseudonym)),
        )
        .select((patient_payload::patient_id, patient_payload::hash))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(id, hash)| (PatientId::new(id), hash)))
}

/// Returns whom a pseudonym means, site by site: it is each site's own word, and two sites may use one
/// for two patients. Only at some sites, when sites are named.
///
/// # Errors
/// When the database cannot be read, or a row is of no site.
pub fn known_as(
    conn: &mut Conn,
    pseudonym: &str,
    sites: Option<&[Finess]>,
) -> Result<Vec<Known>, Error> {
    // no pseudonym has one, and PostgreSQL takes no NUL
    if pseudonym.chars().any(char::is_control) {
        return Ok(Vec::new());
    }
    let mut query = patient_payload::table
        .filter(patient_payload::pseudonym.eq(pseudonym.to_owned()))
        .order(patient_payload::site)
        .select((
            patient_payload::patient_id,
            patient_payload::site,
            patient_payload::hash,
        ))
        .into_boxed();
    if let Some(sites) = sites {
        query = query.filter(patient_payload::site.eq_any(sites.iter().map(Finess::to_string)));
    }
    let rows: Vec<(String, String, String)> = query.load(conn)?;
    let known = rows.into_iter().map(|(id, site, hash)| {
        let row = RowOf {
            table: "patient_payload",
            id: &id,
        };
        let site = row.parsed(Finess::parse(&site))?;
        let id = PatientId::new(id);
        Ok(Known { site, id, hash })
    });
    known.collect()
}

/// A patient as a site knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where.
    pub site: Finess,
    /// Who.
    pub id: PatientId,
    /// The salted hash of the pseudonym.
    pub hash: String,
}

/// Returns the pseudonyms of some patients, CAR-T or not; of those who were erased there is none.
///
/// # Errors
/// When the database cannot be read.
pub fn pseudonyms(
    conn: &mut Conn,
    patients: &[PatientId],
) -> Result<Vec<(PatientId, String)>, Error> {
    let rows: Vec<(String, Option<String>)> = patient_payload::table
        .filter(patient_payload::patient_id.eq_any(patients.iter().map(PatientId::as_str)))
        .order(patient_payload::patient_id)
        .select((patient_payload::patient_id, patient_payload::pseudonym))
        .load(conn)?;
    let known = rows.into_iter();
    Ok(known
        .filter_map(|(id, pseudonym)| Some((PatientId::new(id), pseudonym?)))
        .collect())
}

/// Adds what is personal of a patient: for a CAR-T patient with weight and day, else the pseudonym.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_payload(
    conn: &mut Conn,
    site: Finess,
    id: &PatientId,
    salt: &str,
    hash: &str,
    pseudonym: &str,
    body: Option<(Grams, Day)>,
) -> Result<(), Error> {
    diesel::insert_into(patient_payload::table)
        .values((
            patient_payload::patient_id.eq(id.as_str()),
            patient_payload::site.eq(site.as_str()),
            patient_payload::salt.eq(salt),
            patient_payload::hash.eq(hash),
            patient_payload::pseudonym.eq(pseudonym),
            patient_payload::weight_g.eq(body.map(|(w, _)| i64::from(w.get()))),
            patient_payload::infusion_on.eq(body.map(|(_, d)| d.date())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes somebody whose pseudonym is known a CAR-T patient.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, record: &PatientRecord, now: Instant) -> Result<(), Error> {
    diesel::insert_into(car_t_patients::table)
        .values((
            car_t_patients::id.eq(record.patient.id.as_str()),
            car_t_patients::site.eq(record.site.as_str()),
            car_t_patients::state.eq(record.state.code()),
            car_t_patients::doses_given.eq(i64::from(record.patient.doses_given.get())),
            car_t_patients::version.eq(record.version),
            car_t_patients::created_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a patient's new particulars.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, record: &PatientRecord) -> Result<(), Error> {
    let id = record.patient.id.as_str();
    diesel::update(patient_payload::table.find(id))
        .set((
            patient_payload::weight_g.eq(i64::from(record.patient.weight.get())),
            patient_payload::infusion_on.eq(record.patient.infusion_on.date()),
        ))
        .execute(conn)?;
    diesel::update(car_t_patients::table.find(id))
        .set((
            car_t_patients::state.eq(record.state.code()),
            car_t_patients::doses_given.eq(i64::from(record.patient.doses_given.get())),
            car_t_patients::version.eq(record.version),
        ))
        .execute(conn)?;
    Ok(())
}
