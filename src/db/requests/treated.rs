//! The requests whose patients are treated with what they ask for.

use super::{Head, Payload, value};
use crate::db::schema::{request_payload, requests};
use crate::db::{Conn, Error};
use crate::domain::code::Finess;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::{Slug, Treatment};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Returns the latest request of each patient of a site for each indication that a rulebook ranks, open
/// or served, where its treatment runs or was begun by it; in the order of filing.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn treated_at(conn: &mut Conn, site: Finess, rulebook: &Slug) -> Result<Vec<Request>, Error> {
    let states = [RequestState::Open.code(), RequestState::Served.code()];
    let (later, wanted) = diesel::alias!(requests as later, request_payload as wanted);
    let same = wanted
        .field(request_payload::request_id)
        .eq(later.field(requests::id));
    let followed = later
        .inner_join(wanted.on(same))
        .filter(
            wanted
                .field(request_payload::indication)
                .eq(request_payload::indication),
        )
        .filter(
            later
                .field(requests::patient_id)
                .eq(requests::patient_id)
                .and(later.field(requests::id).gt(requests::id))
                .and(later.field(requests::rulebook).eq(requests::rulebook))
                .and(later.field(requests::state).eq_any(states)),
        )
        .select(later.field(requests::id));
    let rows: Vec<(Head, Payload)> = requests::table
        .inner_join(request_payload::table)
        .select((Head::as_select(), Payload::as_select()))
        .filter(requests::site.eq(site.as_str()))
        .filter(requests::rulebook.eq(rulebook.as_str()))
        .filter(requests::state.eq_any(states))
        .filter(
            request_payload::treatment
                .eq(Treatment::Ongoing.code())
                .or(requests::state.eq(RequestState::Served.code())),
        )
        .filter(not(exists(followed)))
        .order(requests::id)
        .load(conn)?;
    rows.into_iter().map(value).collect()
}
