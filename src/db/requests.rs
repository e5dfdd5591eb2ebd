//! Requests, and the tables that hold what is personal of them.

mod given;
mod tried;

pub use given::{given, last_given};

mod treated;

pub use treated::treated_at;

use super::row::{RowOf, instant, kept, micrograms};
use super::schema::{request_payload, requests};
use super::{Conn, Error};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::{PatientId, RequestId};
use crate::domain::presentation::Route;
use crate::domain::quantity::Grams;
use crate::domain::request::{Count, Request, RequestState, Wanted};
use crate::domain::rule::{Alternatives, Risk, Slug, Treatment};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = requests, treat_none_as_default_value = false)]
struct Head {
    id: String,
    name: String,
    site: String,
    rulebook: String,
    patient_id: String,
    patient_hash: String,
    state: String,
    follows: Option<String>,
    filed_at: NaiveDateTime,
    filed_by: String,
    ended_at: Option<NaiveDateTime>,
    version: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = request_payload, primary_key(request_id), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
struct Payload {
    request_id: String,
    indication: String,
    route: String,
    treatment: String,
    alternatives: String,
    alternatives_reason: Option<String>,
    risk: String,
    approved_exception: bool,
    age_years: i64,
    weight_g: Option<i64>,
    units: Option<i64>,
    prescribed_ug: Option<i64>,
    interval_days: Option<i64>,
    last_given_on: Option<NaiveDate>,
    due_by_hand: Option<NaiveDate>,
    due_reason: Option<String>,
    anc_per_mm3: Option<i64>,
    anc_on: Option<NaiveDate>,
    withdrawn_reason: Option<String>,
    conditions: String,
}

impl Head {
    fn of(r: &Request) -> Self {
        Self {
            id: r.id.to_string(),
            name: r.name.to_string(),
            site: r.site.to_string(),
            rulebook: r.rulebook.to_string(),
            patient_id: r.patient.to_string(),
            patient_hash: r.patient_hash.clone(),
            state: r.state.code().to_owned(),
            follows: r.follows.as_ref().map(RequestId::to_string),
            filed_at: kept(r.filed_at),
            filed_by: r.filed_by.clone(),
            ended_at: r.ended_at.map(kept),
            version: r.version,
        }
    }
}

impl Payload {
    fn of(r: &Request) -> Self {
        let w = &r.wanted;
        let by_hand = w.due_by_hand.as_ref();
        Self {
            request_id: r.id.to_string(),
            indication: w.indication.to_string(),
            route: w.route.code().to_owned(),
            treatment: w.treatment.code().to_owned(),
            alternatives: w.alternatives.code().to_owned(),
            alternatives_reason: w.alternatives_reason.clone(),
            risk: w.risk.code().to_owned(),
            approved_exception: w.approved_exception,
            age_years: i64::from(w.age_years),
            weight_g: w.weight.map(|weight| i64::from(weight.get())),
            units: w.units.map(|n| i64::from(n.get())),
            prescribed_ug: w.prescribed.map(micrograms),
            interval_days: w.interval_days.map(i64::from),
            last_given_on: w.last_given_on.map(Day::date),
            due_by_hand: by_hand.map(|(day, _)| day.date()),
            due_reason: by_hand.and_then(|(_, why)| why.clone()),
            anc_per_mm3: w.count.map(|c| i64::from(c.per_mm3)),
            anc_on: w.count.and_then(|c| c.on).map(Day::date),
            withdrawn_reason: r.reason.clone(),
            conditions: codes(&w.conditions),
        }
    }

    fn value(self, row: RowOf<'_>) -> Result<Wanted, Error> {
        let day = |date: Option<NaiveDate>| date.map(|d| row.day(d)).transpose();
        let by_hand = day(self.due_by_hand)?;
        let on = day(self.anc_on)?;
        let count = self.anc_per_mm3.map(|n| row.u32(n)).transpose()?;
        let conditions = self.conditions.split_whitespace();
        Ok(Wanted {
            indication: row.parsed(Slug::parse(&self.indication))?,
            route: row.code("route", &self.route, Route::from_code(&self.route))?,
            treatment: row.code(
                "treatment",
                &self.treatment,
                Treatment::from_code(&self.treatment),
            )?,
            alternatives: row.code(
                "alternatives",
                &self.alternatives,
                Alternatives::from_code(&self.alternatives),
            )?,
            alternatives_reason: self.alternatives_reason,
            // they stand in a table of their own
            tried: Vec::new(),
            conditions: conditions
                .map(|code| row.parsed(Slug::parse(code)))
                .collect::<Result<_, _>>()?,
            risk: row.code("risk", &self.risk, Risk::from_code(&self.risk))?,
            approved_exception: self.approved_exception,
            age_years: row.u32(self.age_years)?,
            weight: self
                .weight_g
                .map(|g| row.parsed(Grams::new(g)))
                .transpose()?,
            units: self.units.map(|n| row.units(n)).transpose()?,
            prescribed: self.prescribed_ug.map(|ug| row.mg(ug)).transpose()?,
            interval_days: self.interval_days.map(|n| row.u32(n)).transpose()?,
            last_given_on: day(self.last_given_on)?,
            due_by_hand: by_hand.map(|day| (day, self.due_reason)),
            count: count.map(|per_mm3| Count { per_mm3, on }),
        })
    }
}

/// Codes as one text: none has a space.
fn codes(codes: &[Slug]) -> String {
    codes.iter().map(Slug::as_str).collect::<Vec<_>>().join(" ")
}

/// Requests, with what was declared on them.
fn values(conn: &mut Conn, rows: Vec<(Head, Payload)>) -> Result<Vec<Request>, Error> {
    let mut requests = rows.into_iter().map(value).collect::<Result<Vec<_>, _>>()?;
    tried::fill(conn, &mut requests)?;
    Ok(requests)
}

fn value((head, mut payload): (Head, Payload)) -> Result<Request, Error> {
    let row = RowOf {
        table: "requests",
        id: &head.id,
    };
    Ok(Request {
        reason: payload.withdrawn_reason.take(),
        wanted: payload.value(row)?,
        site: row.parsed(Finess::parse(&head.site))?,
        rulebook: row.parsed(Slug::parse(&head.rulebook))?,
        state: row.code("state", &head.state, RequestState::from_code(&head.state))?,
        id: RequestId::new(&*head.id),
        name: RequestId::new(head.name),
        patient: PatientId::new(head.patient_id),
        patient_hash: head.patient_hash,
        follows: head.follows.map(RequestId::new),
        filed_at: instant(head.filed_at),
        filed_by: head.filed_by,
        ended_at: head.ended_at.map(instant),
        version: head.version,
    })
}

macro_rules! records {
    () => {
        requests::table
            .inner_join(request_payload::table)
            .select((Head::as_select(), Payload::as_select()))
    };
}

/// Returns the request of an id, if there is one and it was not erased.
///
/// # Errors
/// When the database cannot be read, or the row is no request.
pub fn find(conn: &mut Conn, id: &RequestId) -> Result<Option<Request>, Error> {
    let row: Option<(Head, Payload)> = records!()
        .filter(requests::id.eq(id.as_str()))
        .get_result(conn)
        .optional()?;
    Ok(values(conn, row.into_iter().collect())?.pop())
}

/// Returns the requests of some ids that there are and that were not erased, by id.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn named(conn: &mut Conn, ids: &[RequestId]) -> Result<Vec<Request>, Error> {
    let mut all = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<(Head, Payload)> = records!()
            .filter(requests::id.eq_any(some.iter().map(RequestId::as_str)))
            .order(requests::id)
            .load(conn)?;
        all.extend(values(conn, rows)?);
    }
    Ok(all)
}

/// Returns the open requests of some sites that a rulebook ranks, by name.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn open(conn: &mut Conn, sites: &[Finess], rulebook: &Slug) -> Result<Vec<Request>, Error> {
    let sites = sites.iter().map(Finess::as_str);
    let rows: Vec<(Head, Payload)> = records!()
        .filter(
            requests::state
                .eq(RequestState::Open.code())
                .and(requests::rulebook.eq(rulebook.as_str()))
                .and(requests::site.eq_any(sites)),
        )
        .order(requests::name)
        .load(conn)?;
    values(conn, rows)
}

// Written out, for the index `requests_open`: a database that is asked about `= ?` cannot know that the
// index has all the rows that are meant.
diesel::postfix_operator!(IsOpen, " = 'open'");

/// Returns whether a site has an open request.
///
/// # Errors
/// When the database cannot be read.
pub fn has_open(conn: &mut Conn, site: Finess) -> Result<bool, Error> {
    let open = requests::table
        .filter(requests::site.eq(site.as_str()))
        .filter(IsOpen::new(requests::state));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(conn)?)
}

/// Returns the requests of one patient, in the order of filing.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn of_patient(conn: &mut Conn, patient: &PatientId) -> Result<Vec<Request>, Error> {
    let rows: Vec<(Head, Payload)> = records!()
        .filter(requests::patient_id.eq(patient.as_str()))
        .order(requests::id)
        .load(conn)?;
    values(conn, rows)
}

/// Which requests are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of these sites, when sites are named.
    pub sites: Option<Vec<Finess>>,
    /// Only in this state.
    pub state: Option<RequestState>,
    /// Only of this patient.
    pub patient: Option<PatientId>,
}

/// Returns up to `limit` requests whose id comes after `after`.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Request>, Error> {
    let mut query = records!()
        .filter(requests::id.gt(after.unwrap_or("").to_owned()))
        .into_boxed();
    if let Some(sites) = &filter.sites {
        let sites: Vec<String> = sites.iter().map(Finess::to_string).collect();
        query = query.filter(requests::site.eq_any(sites));
    }
    if let Some(state) = filter.state {
        query = query.filter(requests::state.eq(state.code()));
    }
    if let Some(patient) = &filter.patient {
        query = query.filter(requests::patient_id.eq(patient.to_string()));
    }
    let rows: Vec<(Head, Payload)> = query.order(requests::id).limit(limit).load(conn)?;
    values(conn, rows)
}

/// Adds a request.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one of its name is in its state.
pub fn insert(conn: &mut Conn, request: &Request) -> Result<(), Error> {
    diesel::insert_into(requests::table)
        .values(Head::of(request))
        .execute(conn)?;
    diesel::insert_into(request_payload::table)
        .values(Payload::of(request))
        .execute(conn)?;
    tried::insert(conn, request)
}

/// Writes what is declared of the alternatives of a request now.
///
/// # Errors
/// When the database cannot be written.
pub fn declare(conn: &mut Conn, request: &Request) -> Result<(), Error> {
    tried::delete(conn, &request.id)?;
    tried::insert(conn, request)
}

/// Writes how far a request has come, and what is asked for now; what is declared of the alternatives is
/// written by [`declare`].
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, request: &Request) -> Result<(), Error> {
    diesel::update(requests::table.find(request.id.as_str()))
        .set((
            requests::state.eq(request.state.code()),
            requests::ended_at.eq(request.ended_at.map(kept)),
            requests::version.eq(request.version),
        ))
        .execute(conn)?;
    diesel::update(request_payload::table.find(request.id.as_str()))
        .set(Payload::of(request))
        .execute(conn)?;
    Ok(())
}

/// How many patients are asked about at once. Choice: an SQLite statement takes 32,766 values
/// (`SQLITE_MAX_VARIABLE_NUMBER`), and ten thousand leave room for the others.
const AT_ONCE: usize = 10_000;
