//! Where requests stand: what plans said of them, and what became of that. Read here, written where
//! plans are made and approved.

use super::row::{RowOf, instant};
use super::schema::{plan_line_payload, plan_lines, plan_payload, plans};
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::id::{LineId, PlanId, RequestId};
use crate::domain::line::LineState;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// What one plan said of one request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The line.
    pub line: LineId,
    /// Of which request.
    pub request: RequestId,
    /// The version of the request that was planned.
    pub request_version: i64,
    /// By which plan.
    pub plan: PlanId,
    /// The day of the plan.
    pub day: Day,
    /// When its inputs were frozen.
    pub made_at: Instant,
    /// Class of the ranking; none when it was not ranked.
    pub class: Option<String>,
    /// Place in the plan's order, from 1; none when it was not ranked.
    pub rank: Option<u32>,
    /// What was decided: `granted`, `deferred`, `refused`, `blocked`, `out-of-horizon`.
    pub status: String,
    /// Why, as a stable code.
    pub reason_code: String,
    /// What became of a granted line.
    pub state: Option<LineState>,
    /// Why it was left out, in the coordinator's words, unless they were erased; why it was refused,
    /// broken or released, as a code; of a deferred one, which delivery would bring what it lacks.
    pub why: Option<String>,
    /// When its state was last decided.
    pub decided_at: Option<Instant>,
    /// Until when its units are, or were, held.
    pub expires_at: Option<Instant>,
}

#[derive(Queryable)]
struct Row {
    line: String,
    request: Option<String>,
    request_version: Option<i64>,
    plan: String,
    day: NaiveDate,
    made_at: NaiveDateTime,
    class: Option<String>,
    rank: Option<i64>,
    status: String,
    reason_code: String,
    state: Option<String>,
    why: Option<String>,
    words: Option<String>,
    decided_at: Option<NaiveDateTime>,
    expires_at: Option<NaiveDateTime>,
}

impl Row {
    fn value(self) -> Result<Standing, Error> {
        let row = RowOf {
            table: "plan_lines",
            id: &self.line,
        };
        let request = row.code("request_id", "", self.request)?;
        let version = row.code("request_version", "", self.request_version)?;
        let state = self.state.as_deref();
        Ok(Standing {
            state: state
                .map(|code| row.code("state", code, LineState::from_code(code)))
                .transpose()?,
            day: row.day(self.day)?,
            rank: self.rank.map(|n| row.u32(n)).transpose()?,
            line: LineId::new(&*self.line),
            request: RequestId::new(request),
            request_version: version,
            plan: PlanId::new(self.plan),
            made_at: instant(self.made_at),
            class: self.class,
            status: self.status,
            reason_code: self.reason_code,
            why: self.words.or(self.why),
            decided_at: self.decided_at.map(instant),
            expires_at: self.expires_at.map(instant),
        })
    }
}

/// Returns what plans said of some requests, the latest plan first.
///
/// # Errors
/// When the database cannot be read, or a row is no such line.
pub fn of(conn: &mut Conn, requests: &[RequestId]) -> Result<Vec<Standing>, Error> {
    let rows: Vec<Row> = plan_lines::table
        .inner_join(plans::table)
        .left_join(plan_line_payload::table)
        .filter(plan_lines::request_id.eq_any(requests.iter().map(RequestId::as_str)))
        .order((plans::made_at.desc(), plan_lines::id.desc()))
        .select((
            plan_lines::id,
            plan_lines::request_id,
            plan_lines::request_version,
            plans::id,
            plans::day,
            plans::made_at,
            plan_lines::class,
            plan_lines::rank,
            plan_lines::status,
            plan_lines::reason_code,
            plan_lines::state,
            plan_lines::why,
            plan_line_payload::words.nullable(),
            plan_lines::decided_at,
            plan_lines::expires_at,
        ))
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// What a plan answered, in French and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// By which plan.
    pub plan: PlanId,
    /// The plan as JSON, with reasons in French.
    pub fr: String,
    /// The same in English.
    pub en: String,
}

/// Returns what a plan answered, unless it was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn answers(conn: &mut Conn, plan: &PlanId) -> Result<Option<Answers>, Error> {
    let row: Option<(String, String)> = plan_payload::table
        .find(plan.as_str())
        .select((plan_payload::answer_fr, plan_payload::answer_en))
        .get_result(conn)
        .optional()?;
    let plan = plan.clone();
    Ok(row.map(|(fr, en)| Answers { plan, fr, en }))
}
