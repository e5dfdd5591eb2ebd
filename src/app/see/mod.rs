//! What can be seen, and nothing is changed by it.

pub mod alerts;
pub mod alternatives;
pub mod commons;
pub mod counts;
pub mod deliveries;
pub mod of_site;
pub mod plans;
pub mod requests;
pub mod safety;
pub mod situation;
pub mod transfers;
pub mod treatments;

use crate::app::act::{Act, Done};
use crate::app::ask_clearance::chosen_rule;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db::patients::PatientRecord;
use crate::db::{self};
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use crate::domain::quantity::Doses;
use crate::domain::reason::Refusal;
use crate::domain::reserve::{self, Reserve};
use crate::domain::rule::{Rulebook, Standing};
use serde_json::json;
use std::collections::BTreeSet;

/// The reserve of a site, and what a reader wants to know beside it.
pub struct SeenReserve<'r> {
    /// By which rulebook.
    pub rulebook: &'r Rulebook,
    /// The site.
    pub state: SiteState,
    /// Dose by dose.
    pub reserve: Reserve,
    /// How many reference doses the free units could make, beside every hold.
    pub reference_doses: Doses,
    /// How the rulebook stands on the site's day; it protects reserves until it is retired.
    pub standing: Standing,
}

/// Returns the reserve of a site as it stands.
///
/// # Errors
/// Refused when there is no such site or no such rulebook.
pub fn reserve<'r>(
    act: &mut Act<'r>,
    site: Finess,
    rulebook: Option<&str>,
) -> Result<SeenReserve<'r>, Error> {
    let (book, rule) = chosen_rule(act, rulebook)?;
    let state = SiteState::load(act, site)?;
    let (reserve, reference_doses) = reserve::seen(&state.facts(book, rule))?;
    Ok(SeenReserve {
        standing: act.rules.standing(book, state.today),
        reserve,
        reference_doses,
        rulebook: book,
        state,
    })
}

/// Writes that somebody read what names patients, by their ids: `what` is the list or the thing.
///
/// # Errors
/// When the database cannot be written.
pub fn note_reading(
    act: &mut Act<'_>,
    site: Finess,
    what: &str,
    patients: &BTreeSet<String>,
) -> Result<(), Error> {
    act.audit_read(
        site,
        Done {
            action: "patient.read",
            object: what,
            patient: None,
            details: json!({ "patients": patients }),
        },
    )
}

/// Returns a patient's record, and writes that it was read.
///
/// # Errors
/// Refused when there is no such patient here.
pub fn patient(act: &mut Act<'_>, site: Finess, id: &PatientId) -> Result<PatientRecord, Error> {
    let unknown = || Refusal::Unknown {
        what: "patient",
        name: id.to_string(),
    };
    let record = db::patients::find(act.conn, site, id)?.ok_or_else(unknown)?;
    let patient = Some((record.patient.id.clone(), record.hash.clone()));
    act.audit_read(
        site,
        Done {
            action: "patient.read",
            object: id.as_str(),
            patient,
            details: json!({}),
        },
    )?;
    Ok(record)
}

/// Returns a page of the patients of a site, and writes that they were read.
///
/// # Errors
/// When the database cannot be read or written.
pub fn patients(
    act: &mut Act<'_>,
    site: Finess,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<PatientRecord>, Error> {
    let records = db::patients::page(act.conn, site, after, limit)?;
    for record in &records {
        let patient = Some((record.patient.id.clone(), record.hash.clone()));
        act.audit_read(
            site,
            Done {
                action: "patient.read",
                object: record.patient.id.as_str(),
                patient,
                details: json!({}),
            },
        )?;
    }
    Ok(records)
}
