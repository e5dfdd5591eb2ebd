//! Neutrophil counts, and the table that holds what is personal of them.

use super::dialect::insert_all;
use super::row::{RowOf, instant, kept};
use super::schema::{count_payload, counts, request_payload, requests};
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::count::{Count, CountUnit, Counted, Ended, Entry};
use crate::domain::id::{CountId, PatientId};
use crate::domain::request::RequestState;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// How many patients one query names.
const AT_ONCE: usize = 10_000;

/// How a row came to be, as it is kept.
const ENTERED: &str = "entered";
const CORRECTED: &str = "corrected";
const WITHDRAWN: &str = "withdrawn";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = counts, treat_none_as_default_value = false)]
struct Head {
    id: String,
    site: String,
    patient_id: String,
    patient_hash: String,
    kind: String,
    replaces: Option<String>,
    entered_at: NaiveDateTime,
    entered_by: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = count_payload, primary_key(count_id), treat_none_as_default_value = false)]
struct Payload {
    count_id: String,
    amount: Option<String>,
    unit: Option<String>,
    taken_on: Option<NaiveDate>,
    reason: Option<String>,
}

macro_rules! records {
    () => {
        counts::table
            .inner_join(count_payload::table)
            .filter(counts::kind.ne(WITHDRAWN))
            .select((Head::as_select(), Payload::as_select()))
    };
}

fn entry(row: RowOf<'_>, payload: Payload) -> Result<Entry, Error> {
    let (Some(amount), Some(unit), Some(taken_on)) =
        (payload.amount, payload.unit, payload.taken_on)
    else {
        return Err(row.corrupt("it has no amount, unit or day"));
    };
    let unit = row.code("unit", &unit, CountUnit::from_code(&unit))?;
    Ok(Entry {
        taken_on: row.past_day(taken_on)?,
        counted: row.parsed(Counted::new(&amount, unit))?,
    })
}

fn value((head, payload): (Head, Payload)) -> Result<Count, Error> {
    let row = RowOf {
        table: "counts",
        id: &head.id,
    };
    Ok(Count {
        entry: entry(row, payload)?,
        site: row.parsed(Finess::parse(&head.site))?,
        id: CountId::new(&*head.id),
        patient: PatientId::new(head.patient_id),
        patient_hash: head.patient_hash,
        entered_at: instant(head.entered_at),
        entered_by: head.entered_by,
        replaces: head.replaces.map(CountId::new),
        ended: None,
    })
}

/// The counts with what ended each.
fn with_ends(conn: &mut Conn, rows: Vec<(Head, Payload)>) -> Result<Vec<Count>, Error> {
    let ids: Vec<&str> = rows.iter().map(|(head, _)| head.id.as_str()).collect();
    let mut ends: Vec<(Head, Option<String>)> = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let some: Vec<(Head, Option<String>)> = counts::table
            .left_join(count_payload::table)
            .filter(counts::replaces.eq_any(some))
            .order(counts::id)
            .select((Head::as_select(), count_payload::reason.nullable()))
            .load(conn)?;
        ends.extend(some);
    }
    let mut by_count: BTreeMap<String, Ended> = BTreeMap::new();
    for (head, reason) in ends {
        let Some(ended) = head.replaces else { continue };
        let by = (head.kind != WITHDRAWN).then(|| CountId::new(head.id));
        let end = Ended {
            at: instant(head.entered_at),
            by: head.entered_by,
            reason,
            replaced_by: by,
        };
        by_count.insert(ended, end);
    }
    rows.into_iter()
        .map(|row| {
            let mut count = value(row)?;
            count.ended = by_count.remove(count.id.as_str());
            Ok(count)
        })
        .collect()
}

/// Returns the count of an id, if there is one and it was not erased.
///
/// # Errors
/// When the database cannot be read, or the row is no count.
pub fn find(conn: &mut Conn, id: &CountId) -> Result<Option<Count>, Error> {
    let row: Option<(Head, Payload)> = records!()
        .filter(counts::id.eq(id.as_str()))
        .get_result(conn)
        .optional()?;
    Ok(with_ends(conn, row.into_iter().collect())?.pop())
}

/// Which counts of a patient are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that stand.
    Current,
    /// Those that were corrected or withdrawn as well.
    All,
}

/// Returns up to `limit` counts of a patient, the latest day first and of one day what was entered
/// last, after the count of that day and id.
///
/// # Errors
/// When the database cannot be read, or a row is no count.
pub fn page(
    conn: &mut Conn,
    patient: &PatientId,
    which: Which,
    after: Option<(Day, &str)>,
    limit: i64,
) -> Result<Vec<Count>, Error> {
    let later = diesel::alias!(counts as later);
    let mut query = records!()
        .filter(counts::patient_id.eq(patient.to_string()))
        .order((count_payload::taken_on.desc(), counts::id.desc()))
        .limit(limit)
        .into_boxed();
    if which == Which::Current {
        let replaced = later
            .filter(later.field(counts::replaces).eq(counts::id.nullable()))
            .select(later.field(counts::id));
        query = query.filter(not(exists(replaced)));
    }
    if let Some((day, id)) = after {
        let earlier = count_payload::taken_on.lt(day.date());
        let same = count_payload::taken_on.eq(day.date());
        let before = same.and(counts::id.lt(id.to_owned()).nullable());
        query = query.filter(earlier.or(before));
    }
    let rows: Vec<(Head, Payload)> = query.load(conn)?;
    with_ends(conn, rows)
}

/// Returns every count of a patient, whether it stands or not.
///
/// # Errors
/// When the database cannot be read, or a row is no count.
pub fn all(conn: &mut Conn, patient: &PatientId) -> Result<Vec<Count>, Error> {
    page(conn, patient, Which::All, None, i64::MAX)
}

/// Returns what is known of some patients' counts, for rules to look at: of each the days with whole
/// cells per cubic millimetre, the first day first, and of one day the lower first; nothing of who has
/// none.
///
/// It is the counts that stand, and, on days that have none of these, those that came with a day in a
/// request of the patient: a count that is entered corrects one that a request told wrong.
/// Choice: not in one that was withdrawn, whose particulars nobody stands by any more.
///
/// # Errors
/// When the database cannot be read, or a row is no count.
pub fn known(
    conn: &mut Conn,
    patients: &[PatientId],
) -> Result<BTreeMap<PatientId, Vec<(Day, u32)>>, Error> {
    let mut known: BTreeMap<PatientId, Vec<(Day, u32)>> = BTreeMap::new();
    for some in patients.chunks(AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(PatientId::as_str).collect();
        for (patient, count) in standing(conn, &ids)? {
            known.entry(patient).or_default().push(count);
        }
        let mut told = told(conn, &ids)?;
        told.retain(|(patient, (day, _))| {
            let entered = known.get(patient).into_iter().flatten();
            !entered.into_iter().any(|(on, _)| on == day)
        });
        for (patient, count) in told {
            known.entry(patient).or_default().push(count);
        }
    }
    for counts in known.values_mut() {
        counts.sort_unstable();
        counts.dedup();
    }
    Ok(known)
}

/// A count of one day, in whole cells per cubic millimetre, and whose it is.
type Dated = (PatientId, (Day, u32));

/// The counts that stand.
fn standing(conn: &mut Conn, patients: &[&str]) -> Result<Vec<Dated>, Error> {
    let later = diesel::alias!(counts as later);
    let replaced = later
        .filter(later.field(counts::replaces).eq(counts::id.nullable()))
        .select(later.field(counts::id));
    let rows: Vec<(Head, Payload)> = counts::table
        .inner_join(count_payload::table)
        .filter(counts::kind.ne(WITHDRAWN))
        .filter(counts::patient_id.eq_any(patients))
        .filter(not(exists(replaced)))
        .select((Head::as_select(), Payload::as_select()))
        .load(conn)?;
    rows.into_iter()
        .map(|(head, payload)| {
            let row = RowOf {
                table: "counts",
                id: &head.id,
            };
            let entry = entry(row, payload)?;
            let patient = PatientId::new(head.patient_id.as_str());
            Ok((patient, (entry.taken_on, entry.counted.per_mm3())))
        })
        .collect()
}

/// Those that came with requests.
fn told(conn: &mut Conn, patients: &[&str]) -> Result<Vec<Dated>, Error> {
    let rows: Vec<(String, String, Option<i64>, Option<NaiveDate>)> = requests::table
        .inner_join(request_payload::table)
        .filter(requests::patient_id.eq_any(patients))
        .filter(requests::state.ne(RequestState::Withdrawn.code()))
        .filter(request_payload::anc_per_mm3.is_not_null())
        .filter(request_payload::anc_on.is_not_null())
        .select((
            requests::id,
            requests::patient_id,
            request_payload::anc_per_mm3,
            request_payload::anc_on,
        ))
        .load(conn)?;
    let mut told = Vec::new();
    for (id, patient, per_mm3, on) in rows {
        let row = RowOf {
            table: "requests",
            id: &id,
        };
        if let (Some(per_mm3), Some(on)) = (per_mm3, on) {
            told.push((
                PatientId::new(patient),
                (row.past_day(on)?, row.u32(per_mm3)?),
            ));
        }
    }
    Ok(told)
}

/// Adds counts.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one replaces a count that another
/// has replaced, or that of another patient.
pub fn insert(conn: &mut Conn, all: &[Count], reason: Option<&str>) -> Result<(), Error> {
    let heads: Vec<Head> = all.iter().map(head).collect();
    let payloads: Vec<Payload> = all
        .iter()
        .map(|count| Payload {
            count_id: count.id.to_string(),
            amount: Some(count.entry.counted.digits().to_owned()),
            unit: Some(count.entry.counted.unit().code().to_owned()),
            taken_on: Some(count.entry.taken_on.date()),
            reason: reason.map(str::to_owned),
        })
        .collect();
    insert_all!(conn, counts::table, heads)?;
    insert_all!(conn, count_payload::table, payloads)
}

fn head(count: &Count) -> Head {
    let kind = match count.replaces {
        Some(_) => CORRECTED,
        None => ENTERED,
    };
    Head {
        id: count.id.to_string(),
        site: count.site.to_string(),
        patient_id: count.patient.to_string(),
        patient_hash: count.patient_hash.clone(),
        kind: kind.to_owned(),
        replaces: count.replaces.as_ref().map(CountId::to_string),
        entered_at: kept(count.entered_at),
        entered_by: count.entered_by.clone(),
    }
}

/// Writes that a count was entered by mistake, under an id of its own.
///
/// # Errors
/// As [`insert`].
pub fn withdraw(
    conn: &mut Conn,
    count: &Count,
    id: &CountId,
    (at, by, reason): (Instant, &str, &str),
) -> Result<(), Error> {
    let row = Head {
        id: id.to_string(),
        kind: WITHDRAWN.to_owned(),
        replaces: Some(count.id.to_string()),
        entered_at: kept(at),
        entered_by: by.to_owned(),
        ..head(count)
    };
    diesel::insert_into(counts::table)
        .values(row)
        .execute(conn)?;
    diesel::insert_into(count_payload::table)
        .values(Payload {
            count_id: id.to_string(),
            amount: None,
            unit: None,
            taken_on: None,
            reason: Some(reason.to_owned()),
        })
        .execute(conn)?;
    Ok(())
}
