//! The requests whose patients are treated with what they ask for.

use super::{Head, Payload, value};
use crate::db::schema::{request_payload, requests};
use crate::db::{Conn, Error};
use crate::domain::code::Finess;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::{Slug, Treatment};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Returns the latest request of each patient of a site that a rulebook ranks, open or served, where its
/// treatment runs; in the order of filing.
///
/// # Errors
/// When the database cannot be read, or a row is no request.
pub fn treated_at(conn: &mut Conn, site: Finess, rulebook: &Slug) -> Result<Vec<Request>, Error> {
    let states = [RequestState::Open.code(), RequestState::Served.code()];
    let later = diesel::alias!(requests as later);
    let followed = later
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
        .filter(request_payload::treatment.eq(Treatment::Ongoing.code()))
        .filter(not(exists(followed)))
        .order(requests::id)
        .load(conn)?;
    rows.into_iter().map(value).collect()
}
