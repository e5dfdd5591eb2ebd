//! Who is on the way to a provider of single sign-on: kept in the database, so that any instance may see them
//! come back, and as hashes, so that nobody who reads it can.

use super::row::{instant, kept};
use super::schema::sign_in_flows;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::{PersonId, SessionId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Somebody on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The hash of what comes back in the address.
    pub state: String,
    /// The hash of what the browser's cookie holds.
    pub browser: String,
    /// The short name of the provider.
    pub provider: String,
    /// The path of this service to go to afterwards.
    pub back_to: Option<String>,
    /// Who links an identity to themselves, and in which session; none: somebody signs in.
    pub links: Option<(PersonId, SessionId)>,
    /// When it began.
    pub created_at: Instant,
    /// Until when it is good.
    pub expires_at: Instant,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sign_in_flows, treat_none_as_default_value = false)]
struct Row {
    state: String,
    browser: String,
    provider: String,
    back_to: Option<String>,
    person_id: Option<String>,
    session_id: Option<String>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

/// Adds one.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, flow: &Flow) -> Result<(), Error> {
    let (person, session) = flow.links.clone().unzip();
    diesel::insert_into(sign_in_flows::table)
        .values(Row {
            state: flow.state.clone(),
            browser: flow.browser.clone(),
            provider: flow.provider.clone(),
            back_to: flow.back_to.clone(),
            person_id: person.map(|id| id.to_string()),
            session_id: session.map(|id| id.to_string()),
            created_at: kept(flow.created_at),
            expires_at: kept(flow.expires_at),
        })
        .execute(conn)?;
    Ok(())
}

/// Takes the one of these two hashes, which is good no more then: of two at once, one gets it. Nothing is taken
/// from another browser.
///
/// # Errors
/// When the database cannot be written.
pub fn take(conn: &mut Conn, state: &str, browser: &str) -> Result<Option<Flow>, Error> {
    let this = sign_in_flows::table.filter(
        sign_in_flows::state
            .eq(state)
            .and(sign_in_flows::browser.eq(browser)),
    );
    let row: Option<Row> = this.get_result(conn).optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    if diesel::delete(this).execute(conn)? == 0 {
        return Ok(None);
    }
    let (person, session) = (row.person_id, row.session_id);
    Ok(Some(Flow {
        state: row.state,
        browser: row.browser,
        provider: row.provider,
        back_to: row.back_to,
        links: person.map(PersonId::new).zip(session.map(SessionId::new)),
        created_at: instant(row.created_at),
        expires_at: instant(row.expires_at),
    }))
}

/// Returns whether there is one of this state, in whatever browser.
///
/// # Errors
/// When the database cannot be read.
pub fn is_known(conn: &mut Conn, state: &str) -> Result<bool, Error> {
    let this = sign_in_flows::table.find(state);
    Ok(diesel::select(diesel::dsl::exists(this)).get_result(conn)?)
}

/// Forgets those that ended before an instant. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let over = sign_in_flows::table.filter(sign_in_flows::expires_at.lt(kept(before)));
    Ok(diesel::delete(over).execute(conn)?)
}
