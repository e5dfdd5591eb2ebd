//! What people decided at the safety gate, and the table that holds what is personal of it.

use super::row::{RowOf, instant, kept};
use super::schema::{safety_decision_payload, safety_decisions};
use super::{Conn, Error};
use crate::domain::gate::{GateDecision, GateVerdict};
use crate::domain::id::{GateDecisionId, RequestId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// How many requests one query names.
const AT_ONCE: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = safety_decisions)]
struct Head {
    id: String,
    request_id: String,
    kind: String,
    rulebook: String,
    rulebook_hash: String,
    decided_at: NaiveDateTime,
    decided_by: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = safety_decision_payload, primary_key(decision_id), treat_none_as_default_value = false)]
struct Payload {
    decision_id: String,
    codes: String,
    seen: String,
    reason: Option<String>,
}

fn value((head, payload): (Head, Payload)) -> Result<GateDecision, Error> {
    let row = RowOf {
        table: "safety_decisions",
        id: &head.id,
    };
    let verdict = row.code("kind", &head.kind, GateVerdict::from_code(&head.kind))?;
    Ok(GateDecision {
        id: GateDecisionId::new(&*head.id),
        request: RequestId::new(head.request_id),
        verdict,
        rulebook: head.rulebook,
        rulebook_hash: head.rulebook_hash,
        at: instant(head.decided_at),
        by: head.decided_by,
        codes: payload.codes.split(' ').map(str::to_owned).collect(),
        seen: payload.seen,
        reason: payload.reason,
    })
}

/// Returns what was decided on some requests, the first decision first; what was erased is not there.
///
/// # Errors
/// When the database cannot be read, or a row is no decision.
pub fn of(conn: &mut Conn, requests: &[RequestId]) -> Result<Vec<GateDecision>, Error> {
    let mut all = Vec::new();
    for some in requests.chunks(AT_ONCE) {
        let rows: Vec<(Head, Payload)> = safety_decisions::table
            .inner_join(safety_decision_payload::table)
            .filter(safety_decisions::request_id.eq_any(some.iter().map(RequestId::as_str)))
            .order(safety_decisions::id)
            .select((Head::as_select(), Payload::as_select()))
            .load(conn)?;
        for row in rows {
            all.push(value(row)?);
        }
    }
    Ok(all)
}

/// Adds a decision.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, decision: &GateDecision) -> Result<(), Error> {
    let head = Head {
        id: decision.id.to_string(),
        request_id: decision.request.to_string(),
        kind: decision.verdict.code().to_owned(),
        rulebook: decision.rulebook.clone(),
        rulebook_hash: decision.rulebook_hash.clone(),
        decided_at: kept(decision.at),
        decided_by: decision.by.clone(),
    };
    let codes: Vec<&str> = decision.codes.iter().map(String::as_str).collect();
    let payload = Payload {
        decision_id: head.id.clone(),
        codes: codes.join(" "),
        seen: decision.seen.clone(),
        reason: decision.reason.clone(),
    };
    diesel::insert_into(safety_decisions::table)
        .values(head)
        .execute(conn)?;
    diesel::insert_into(safety_decision_payload::table)
        .values(payload)
        .execute(conn)?;
    Ok(())
}
