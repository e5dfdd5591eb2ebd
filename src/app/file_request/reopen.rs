//! What follows when the dispensing that served a request is undone: it is open again.

use super::{note, withdraw};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::calendar::Instant;
use crate::domain::id::PatientId;
use crate::domain::request::{DISPENSING_UNDONE, Request, RequestState};
use serde_json::json;

/// Opens the request of a patient that was served by what was recorded at an instant, and withdraws the
/// one that was proposed to follow it, unless that was confirmed: then the treatment has gone on.
///
/// A dispensing and the end of the request that it served are of one instant.
///
/// # Errors
/// When the database cannot be written.
pub fn reopen(act: &mut Act<'_>, patient: &PatientId, recorded_at: Instant) -> Result<(), Error> {
    let all = db::requests::of_patient(act.conn, patient)?;
    let of_that = |r: &&Request| r.state == RequestState::Served && r.ended_at == Some(recorded_at);
    let Some(served) = all.iter().find(of_that) else {
        return Ok(());
    };
    let follows = |r: &&Request| r.follows.as_ref() == Some(&served.id);
    match all.iter().find(follows).map(|next| (next, next.state)) {
        Some((next, RequestState::Proposed)) => {
            withdraw::end(act, next, DISPENSING_UNDONE)?;
        }
        Some((_, RequestState::Open | RequestState::Served)) => return Ok(()),
        Some((_, RequestState::Withdrawn)) | None => {}
    }
    if all
        .iter()
        .any(|r| r.name == served.name && r.state == RequestState::Open)
    {
        return Ok(());
    }
    let mut open = served.clone();
    open.state = RequestState::Open;
    open.ended_at = None;
    open.version = open.version.saturating_add(1);
    db::requests::update(act.conn, &open)?;
    note(act, &open, "request.reopen", json!({}))
}
