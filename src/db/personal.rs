//! What is held on a patient, table by table: to be taken out as a whole, and to be erased.
//!
//! One list says where it stands ([`HELD`]), for both: what is personal is in tables whose names end in
//! `_payload`, whose rows go; the others hold the patient's id and salted hash, and stay. A test compares the
//! list with every table that there is.

use super::dialect::whole;
use super::patients::Known;
use super::row::{RowOf, kept};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Timestamp};

/// Where something stands of a patient: a table, and which of its rows (`$1` is the patient's id).
pub const HELD: [(&str, &str); 19] = [
    ("patient_payload", "patient_id = $1"),
    ("car_t_patients", "id = $1"),
    ("clearances", "patient_id = $1"),
    (
        "holds",
        "clearance_id IN (SELECT id FROM clearances WHERE patient_id = $1)",
    ),
    ("requests", "patient_id = $1"),
    (
        "request_payload",
        "request_id IN (SELECT id FROM requests WHERE patient_id = $1)",
    ),
    (
        "request_tried_payload",
        "request_id IN (SELECT id FROM requests WHERE patient_id = $1)",
    ),
    ("counts", "patient_id = $1"),
    (
        "count_payload",
        "count_id IN (SELECT id FROM counts WHERE patient_id = $1)",
    ),
    ("treatments", "patient_id = $1"),
    (
        "treatment_payload",
        "treatment_id IN (SELECT id FROM treatments WHERE patient_id = $1)",
    ),
    (
        "safety_decisions",
        "request_id IN (SELECT id FROM requests WHERE patient_id = $1)",
    ),
    (
        "safety_decision_payload",
        "decision_id IN (SELECT id FROM safety_decisions WHERE request_id IN (SELECT id FROM requests WHERE patient_id = $1))",
    ),
    (
        "plan_lines",
        "request_id IN (SELECT id FROM requests WHERE patient_id = $1)",
    ),
    (
        "plan_line_payload",
        "line_id IN (SELECT id FROM plan_lines WHERE request_id IN (SELECT id FROM requests WHERE patient_id = $1))",
    ),
    ("movements", "patient_id = $1"),
    (
        "transfers",
        "clearance_id IN (SELECT id FROM clearances WHERE patient_id = $1)",
    ),
    (
        "transfer_payload",
        "transfer_id IN (SELECT id FROM transfers WHERE clearance_id IN (SELECT id FROM clearances WHERE patient_id = $1))",
    ),
    ("audit", "patient_id = $1"),
];

/// The plans whose frozen case may speak of a patient: it names requests and CAR-T patients by their ids.
const PLANS: &str = "id IN (SELECT plan_id FROM plan_payload WHERE frozen LIKE '%' || $1 || '%')
    OR id IN (SELECT plan_id FROM plan_payload p WHERE EXISTS
        (SELECT 1 FROM requests r WHERE r.patient_id = $1 AND (p.frozen LIKE '%' || r.id || '%' OR p.frozen LIKE '%\"' || r.name || '\"%')))";

/// Why a patient's data are needed still, and the question that finds it.
const NEEDED: [(&str, &str); 5] = [
    (
        "needed-expected",
        "SELECT 'x' AS line FROM car_t_patients WHERE id = $1 AND state IN ('waiting', 'expected')",
    ),
    (
        "needed-request",
        "SELECT 'x' AS line FROM requests WHERE patient_id = $1 AND state IN ('proposed', 'open')",
    ),
    (
        "needed-treatment",
        "SELECT 'x' AS line FROM treatments t WHERE t.patient_id = $1 AND t.state <> 'stopped' AND NOT EXISTS
            (SELECT 1 FROM treatments n WHERE n.patient_id = t.patient_id AND n.site = t.site
                AND n.rulebook = t.rulebook AND n.version > t.version)",
    ),
    (
        "needed-hold",
        "SELECT 'x' AS line FROM holds WHERE clearance_id IN (SELECT id FROM clearances WHERE patient_id = $1)
            OR line_id IN (SELECT id FROM plan_lines WHERE request_id IN (SELECT id FROM requests WHERE patient_id = $1))",
    ),
    (
        "needed-transfer",
        "SELECT 'x' AS line FROM transfers WHERE closed_at IS NULL
            AND clearance_id IN (SELECT id FROM clearances WHERE patient_id = $1)",
    ),
];

/// Patients after the id `$1`, whose infusion was before `$2`, and with whom nothing was done since `$3`.
const IDLE: &str = "
SELECT p.patient_id AS id, p.site AS site, p.hash AS hash FROM patient_payload p
WHERE p.pseudonym IS NOT NULL AND p.patient_id > $1 AND (p.infusion_on IS NULL OR p.infusion_on < $2)
    AND NOT EXISTS (SELECT 1 FROM car_t_patients c WHERE c.id = p.patient_id AND c.created_at >= $3)
    AND NOT EXISTS (SELECT 1 FROM clearances c WHERE c.patient_id = p.patient_id AND (c.asked_at >= $3 OR c.ended_at >= $3))
    AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.patient_id = p.patient_id AND (r.filed_at >= $3 OR r.ended_at >= $3))
    AND NOT EXISTS (SELECT 1 FROM counts c WHERE c.patient_id = p.patient_id AND c.entered_at >= $3)
    AND NOT EXISTS (SELECT 1 FROM treatments t WHERE t.patient_id = p.patient_id AND t.recorded_at >= $3)
    AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.patient_id = p.patient_id AND m.recorded_at >= $3)
ORDER BY p.patient_id LIMIT $4";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Idle {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    site: String,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// Returns all rows that are held on a patient, by table, each as a JSON object; and the ids of the kept plans
/// whose cases speak of them.
///
/// # Errors
/// When the database cannot be read.
pub fn held(conn: &mut Conn, id: &PatientId) -> Result<Vec<(&'static str, Vec<String>)>, Error> {
    let mut all = Vec::new();
    for (table, rows) in HELD {
        all.push((table, whole::objects(conn, table, rows, id.as_str())?));
    }
    let ids = format!("SELECT '\"' || id || '\"' AS line FROM plans WHERE {PLANS} ORDER BY id");
    all.push(("plans", lines(conn, &ids, id)?));
    Ok(all)
}

/// Returns why a patient's data are needed still; nothing when they are not.
///
/// # Errors
/// When the database cannot be read.
pub fn needed(conn: &mut Conn, id: &PatientId) -> Result<Vec<&'static str>, Error> {
    let mut why = Vec::new();
    for (code, question) in NEEDED {
        if !lines(conn, &format!("{question} LIMIT 1"), id)?.is_empty() {
            why.push(code);
        }
    }
    Ok(why)
}

/// What was erased of a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows of tables whose names end in `_payload`.
    pub rows: usize,
    /// Frozen cases of plans, with all that they said.
    pub plans: usize,
}

/// Erases what is personal of a patient. What stays is the id, and the hash without the salt that made it: with
/// the salt, whoever knows the words that a site uses could try them all.
///
/// # Errors
/// When the database cannot be written.
pub fn erase(conn: &mut Conn, id: &PatientId, now: Instant) -> Result<Erased, Error> {
    let mut erased = Erased::default();
    for sentences in ["plan_line_payload", "plan_payload"] {
        let rows = match sentences {
            "plan_line_payload" => {
                format!(
                    "line_id IN (SELECT id FROM plan_lines WHERE plan_id IN (SELECT id FROM plans WHERE {PLANS}))"
                )
            }
            _ => format!("plan_id IN (SELECT id FROM plans WHERE {PLANS})"),
        };
        let gone = delete(conn, sentences, &rows, id)?;
        if sentences == "plan_payload" {
            erased.plans = gone;
        } else {
            erased.rows = erased.rows.saturating_add(gone);
        }
    }
    // the last first: a row is found by those that hold the id
    let personal = HELD
        .iter()
        .rev()
        .filter(|(table, _)| table.ends_with("_payload") && *table != "patient_payload");
    for (table, rows) in personal {
        erased.rows = erased.rows.saturating_add(delete(conn, table, rows, id)?);
    }
    let gone = diesel::sql_query(
        "UPDATE patient_payload SET pseudonym = NULL, weight_g = NULL, infusion_on = NULL, salt = $1, erased_at = $2
         WHERE patient_id = $3",
    );
    let gone = gone
        .bind::<Text, _>("0".repeat(32))
        .bind::<Timestamp, _>(kept(now))
        .bind::<Text, _>(id.as_str())
        .execute(conn)?;
    erased.rows = erased.rows.saturating_add(gone);
    Ok(erased)
}

/// Returns up to `limit` patients with whom nothing was done since `since`, whose id comes after `after`.
///
/// # Errors
/// When the database cannot be read, or a row is of no site.
pub fn idle(conn: &mut Conn, since: Instant, after: &str, limit: i64) -> Result<Vec<Known>, Error> {
    let rows: Vec<Idle> = diesel::sql_query(IDLE)
        .bind::<Text, _>(after)
        .bind::<Date, _>(since.date_naive())
        .bind::<Timestamp, _>(kept(since))
        .bind::<BigInt, _>(limit)
        .get_results(conn)?;
    let known = rows.into_iter().map(|row| {
        let of = RowOf {
            table: "patient_payload",
            id: &row.id,
        };
        Ok(Known {
            site: of.parsed(Finess::parse(&row.site))?,
            id: PatientId::new(&*row.id),
            hash: row.hash,
        })
    });
    known.collect()
}

/// Whether nothing was done with a patient since `since`, who was not erased.
///
/// # Errors
/// When the database cannot be read.
pub fn is_idle(conn: &mut Conn, since: Instant, id: &PatientId) -> Result<bool, Error> {
    let one = IDLE.replace("p.patient_id > $1", "p.patient_id = $1");
    let rows: Vec<Idle> = diesel::sql_query(one)
        .bind::<Text, _>(id.as_str())
        .bind::<Date, _>(since.date_naive())
        .bind::<Timestamp, _>(kept(since))
        .bind::<BigInt, _>(1)
        .get_results(conn)?;
    Ok(!rows.is_empty())
}

/// Counts, or erases, what plans were made from that were made before `before` and hold no units any more.
///
/// # Errors
/// When the database cannot be read or written.
pub fn old_plans(conn: &mut Conn, before: Instant, keep: Keep) -> Result<usize, Error> {
    let of = "plan_id IN (SELECT id FROM plans p WHERE p.made_at < $1 AND NOT EXISTS
        (SELECT 1 FROM plan_lines l WHERE l.plan_id = p.id AND l.state = 'approved'))";
    if keep == Keep::All {
        return counted(conn, "plan_payload", of, before);
    }
    let lines = format!("line_id IN (SELECT id FROM plan_lines WHERE {of})");
    timed(
        conn,
        &format!("DELETE FROM plan_line_payload WHERE {lines}"),
        before,
    )?;
    timed(
        conn,
        &format!("DELETE FROM plan_payload WHERE {of}"),
        before,
    )
}

/// Counts, or erases, what letters said that were written before `before` and wait for nothing: subject,
/// text, and to whom. That there was a letter, about what and what became of it, stays.
///
/// # Errors
/// When the database cannot be read or written.
pub fn old_letters(conn: &mut Conn, before: Instant, keep: Keep) -> Result<usize, Error> {
    let of = "created_at < $1 AND state <> 'queued' AND body_text <> ''";
    if keep == Keep::All {
        return counted(conn, "outbox", of, before);
    }
    let erase = "UPDATE outbox SET subject = '', body_text = '', body_html = '', to_name = '', to_email = '', last_error = NULL";
    timed(conn, &format!("{erase} WHERE {of}"), before)
}

/// Whether something is erased, or counted only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is counted.
    All,
    /// It is erased.
    Nothing,
}

fn timed(conn: &mut Conn, sql: &str, at: Instant) -> Result<usize, Error> {
    let done = diesel::sql_query(sql).bind::<Timestamp, _>(kept(at));
    Ok(done.execute(conn)?)
}

fn counted(conn: &mut Conn, table: &str, of: &str, at: Instant) -> Result<usize, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let sql = format!("SELECT count(*) AS rows FROM {table} WHERE {of}");
    let count = diesel::sql_query(sql).bind::<Timestamp, _>(kept(at));
    let count: Count = count.get_result(conn)?;
    Ok(usize::try_from(count.rows).unwrap_or(usize::MAX))
}

fn lines(conn: &mut Conn, sql: &str, id: &PatientId) -> Result<Vec<String>, Error> {
    let rows: Vec<Line> = diesel::sql_query(sql)
        .bind::<Text, _>(id.as_str())
        .get_results(conn)?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

fn delete(conn: &mut Conn, table: &str, rows: &str, id: &PatientId) -> Result<usize, Error> {
    let sql = format!("DELETE FROM {table} WHERE {rows}");
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(id.as_str())
        .execute(conn)?)
}
