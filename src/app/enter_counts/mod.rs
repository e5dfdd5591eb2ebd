//! Neutrophil counts: entered, corrected, withdrawn, and taken over from files.
//!
//! A pseudonym is a site's own word: two sites may use one for two patients, whose counts are never
//! put together. Where several sites within the caller's reach know it, the site must be said. Nobody
//! becomes known by a count: a slip in a pseudonym would be a new patient whom no rule looks at.

mod correct;
mod import;

pub use correct::{Correction, correct, site_of, withdraw};
pub use import::{Imported, Placed, Weighed, import, sort, weigh};

use super::act::{Act, Done};
use super::error::Error;
use super::monitor;
use super::see::commons;
use super::site_state::today;
use crate::db;
use crate::db::patients::Known;
use crate::domain::calendar::{Day, to_micros};
use crate::domain::code::Finess;
use crate::domain::count::{Count, Entry};
use crate::domain::id::CountId;
use crate::domain::reason::Refusal;
use serde_json::{Value, json};

/// Returns whom a pseudonym means within the caller's reach, at a site if one is named.
///
/// # Errors
/// Refused when the site is beyond the caller's reach or not there, nobody has the pseudonym, or
/// somebody has at each of several sites.
pub fn whose(act: &mut Act<'_>, pseudonym: &str, site: Option<Finess>) -> Result<Known, Error> {
    let mut known = candidates(act, pseudonym, site)?;
    match (known.pop(), known.as_slice()) {
        (None, _) => Err(Refusal::UnknownPatient.into()),
        (Some(one), []) => Ok(one),
        (Some(last), others) => {
            let sites = others.iter().chain([&last]).map(|k| k.site).collect();
            Err(Refusal::WhichSite { sites }.into())
        }
    }
}

/// Everybody whom a pseudonym may mean.
fn candidates(
    act: &mut Act<'_>,
    pseudonym: &str,
    site: Option<Finess>,
) -> Result<Vec<Known>, Error> {
    let reach = &act.caller.reach;
    let sites = match site {
        Some(site) if !reach.includes(site) => return Err(Refusal::Forbidden.into()),
        Some(site) => {
            commons::site(act, site)?;
            Some(vec![site])
        }
        None => reach.sites().map(<[_]>::to_vec),
    };
    let known = db::patients::known_as(act.conn, pseudonym.trim(), sites.as_deref())?;
    Ok(known)
}

/// Enters a count of a patient.
///
/// # Errors
/// Refused when the blood is said to be taken on a day to come; when the database cannot be written.
pub fn enter(act: &mut Act<'_>, known: &Known, entry: Entry) -> Result<Count, Error> {
    not_to_come(act, known.site, entry.taken_on)?;
    let count = new(act, known, entry, None);
    db::counts::insert(act.conn, std::slice::from_ref(&count), None)?;
    note(act, &count, "count.enter", json!({}))?;
    monitor::settle(act, count.site)?;
    Ok(count)
}

/// A count that is entered now.
fn new(act: &Act<'_>, known: &Known, entry: Entry, replaces: Option<CountId>) -> Count {
    Count {
        id: CountId::new(act.id()),
        site: known.site,
        patient: known.id.clone(),
        patient_hash: known.hash.clone(),
        entry,
        entered_at: to_micros(act.now),
        entered_by: act.caller.id.clone(),
        replaces,
        ended: None,
    }
}

/// Refuses a day that has not begun at the site.
fn not_to_come(act: &mut Act<'_>, site: Finess, day: Day) -> Result<(), Error> {
    let site = commons::site(act, site)?;
    if day > today(act, &site)? {
        return Err(Refusal::InTheFuture { what: "taken_on" }.into());
    }
    Ok(())
}

/// Writes what was done with a count on the audit trail of its site; `details` says nothing of the
/// patient.
fn note(act: &mut Act<'_>, count: &Count, action: &str, details: Value) -> Result<(), Error> {
    let patient = Some((count.patient.clone(), count.patient_hash.clone()));
    act.audit(
        Some(count.site),
        Done {
            action,
            object: count.id.as_str(),
            patient,
            details,
        },
    )
}
