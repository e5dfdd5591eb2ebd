//! A request is served: it ends.

use super::act::{Act, Done};
use super::error::Error;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::request::{Request, RequestState};
use serde_json::json;

/// Ends a request all of which was dispensed.
///
/// # Errors
/// When the database cannot be written.
pub fn served(act: &mut Act<'_>, request: &Request, given_on: Day) -> Result<(), Error> {
    let mut ended = request.clone();
    ended.state = RequestState::Served;
    ended.ended_at = Some(act.now);
    ended.version = ended.version.saturating_add(1);
    db::requests::update(act.conn, &ended)?;
    let patient = Some((ended.patient.clone(), ended.patient_hash.clone()));
    act.audit(
        Some(ended.site),
        Done {
            action: "request.served",
            object: ended.id.as_str(),
            patient,
            details: json!({ "on": given_on.to_string() }),
        },
    )
}
