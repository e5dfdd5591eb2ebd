//! Alerts that open and close by something else than a reading of the shelf.

use super::{hear, tell};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::alert::{AlertKind, OF_SAFETY, Reading, Step};
use crate::domain::gate::GateDecision;
use crate::domain::id::{BreakGlassId, OperationId};

/// Opens the alert that a refusal was overridden, with what that left of the reserve: also where
/// other vials made it good.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn overridden(
    act: &mut Act<'_>,
    state: &SiteState,
    operation: &OperationId,
    left: Reading,
) -> Result<(), Error> {
    let heard = (AlertKind::Override, operation.as_str(), left);
    tell(act, state, &mut Vec::new(), Step::Open, heard)
}

/// Opens the alert that what a safety rulebook said against a treatment was overridden.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn safety_overridden(
    act: &mut Act<'_>,
    state: &SiteState,
    decision: &GateDecision,
) -> Result<(), Error> {
    let subject = format!("{OF_SAFETY}{}", decision.id);
    let nothing = Reading::NOTHING;
    let heard = (AlertKind::Override, subject.as_str(), nothing);
    tell(act, state, &mut Vec::new(), Step::Open, heard)
}

/// Opens the alert that somebody broke the glass.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn glass_broken(
    act: &mut Act<'_>,
    state: &SiteState,
    id: &BreakGlassId,
) -> Result<(), Error> {
    let heard = (AlertKind::BreakGlass, id.as_str(), Reading::NOTHING);
    tell(act, state, &mut Vec::new(), Step::Open, heard)
}

/// Closes what is open about the reserve of a site that keeps none any more.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn no_reserve(act: &mut Act<'_>, state: &SiteState) -> Result<(), Error> {
    let kinds = [
        AlertKind::ReserveBelowMinimum,
        AlertKind::ResupplyCompromised,
        AlertKind::ReserveForecast,
        AlertKind::ClearanceRefused,
    ];
    for alert in db::alerts::open(act.conn, state.site.finess)? {
        if kinds.contains(&alert.kind) {
            ended(act, state, alert.kind, &alert.subject)?;
        }
    }
    Ok(())
}

/// Closes an alert whose cause has ended otherwise: a clearance that was released, a patient who
/// will not be infused.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn ended(
    act: &mut Act<'_>,
    state: &SiteState,
    kind: AlertKind,
    subject: &str,
) -> Result<(), Error> {
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    hear(act, state, &mut open, kind, subject, Reading::NOTHING)
}
