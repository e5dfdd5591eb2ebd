//! Requests: filed, edited, confirmed, withdrawn; and proposed anew when one was dispensed.
//!
//! A request that is kept can be planned: what a rulebook does not allow is refused here, with every
//! field that does not fit. Its role is asked at the door; that it is of a site within the caller's
//! reach, which no address says, is asked here.

mod approved;
mod confirm;
mod edit;
mod propose;
mod reopen;
mod withdraw;

pub use approved::sites_of;
pub use confirm::{confirm, misfits_of_confirm};
pub use edit::{edit, misfits_of_edit};
pub use propose::propose_next;
pub use reopen::reopen;
pub use withdraw::withdraw;

use super::act::{Act, Done};
use super::error::Error;
use super::forecast;
use super::last_given::last_given;
use super::live_case;
use super::monitor;
use super::notices;
use super::record;
use super::see::commons;
use super::site_state::today;
use crate::db;
use crate::domain::calendar::to_micros;
use crate::domain::code::Finess;
use crate::domain::id::{PatientId, RequestId};
use crate::domain::reason::Refusal;
use crate::domain::request::{
    Against, Checked, Draft, FILED_ANEW, Misfit, Request, RequestState, Told, Wanted, Wrong,
};
use crate::domain::rule::Rulebook;
use crate::domain::site::Site;
use serde_json::json;

/// A request to be filed.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Where the patient is treated.
    pub site: Finess,
    /// The site's word for them; never a name.
    pub pseudonym: String,
    /// By which rulebook it is ranked; the only one that ranks, when nothing is said.
    pub rulebook: Option<String>,
    /// What is asked for, as it was filled in.
    pub draft: Draft,
}

/// Files a request, in the place of one that a dispensing proposed for the same.
///
/// # Errors
/// Refused when the site is beyond the caller's reach or not there, what is asked for does not fit,
/// or a request of the patient for the indication is open.
pub fn file(act: &mut Act<'_>, new: &NewRequest) -> Result<Request, Error> {
    if !act.caller.reach.includes(new.site) {
        return Err(Refusal::Forbidden.into());
    }
    let site = commons::site(act, new.site)?;
    let Ok(book) = ranking(act, new.rulebook.as_deref())? else {
        let fields = vec!["rulebook"];
        return Err(Refusal::UnfitRequest { fields }.into());
    };
    let day = today(act, &site)?;
    notices::still_applies(&notices::retired(act, day)?, book)?;
    let known = known_patient(act, new.site, Some(&new.pseudonym))?;
    let wanted = fitting(checked(
        act,
        Some(book),
        Some(&site),
        known.as_ref(),
        &new.draft,
    )?)?;
    let (patient, patient_hash) = record::patient(act, new.site, &new.pseudonym)?;
    let name = first_name(act, &patient, book, &wanted)?;
    let id = RequestId::new(act.id());
    let request = Request {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        site: new.site,
        rulebook: book.name.clone(),
        patient,
        patient_hash,
        state: RequestState::Open,
        follows: None,
        reason: None,
        filed_at: to_micros(act.now),
        filed_by: act.caller.id.clone(),
        ended_at: None,
        version: 1,
        wanted,
    };
    db::requests::insert(act.conn, &request)?;
    let details = json!({ "rulebook": request.rulebook.as_str() });
    note(act, &request, "request.file", details)?;
    forecast::look_again(act, request.site)?;
    Ok(request)
}

/// Returns everything that does not fit of a request as it was filled in; what is not known yet
/// (`None`) is not asked. Nothing is written.
///
/// Who is refused for another reason hears that from [`file()`]: nothing is told of a site beyond the
/// caller's reach.
///
/// # Errors
/// When the database cannot be read.
pub fn misfits(
    act: &mut Act<'_>,
    site: Option<Finess>,
    pseudonym: Option<&str>,
    rulebook: Option<&str>,
    draft: &Draft,
) -> Result<Vec<Misfit>, Error> {
    let reach = &act.caller.reach;
    let site = site.filter(|site| reach.includes(*site));
    let site = match site {
        Some(site) => db::sites::find(act.conn, site)?,
        None => None,
    };
    let patient = match &site {
        Some(site) => Some(known_patient(act, site.finess, pseudonym)?),
        None => None,
    };
    let mut misfits = Vec::new();
    let book = match ranking(act, rulebook)? {
        Ok(book) => Some(book),
        Err(wrong) => {
            let field = "rulebook";
            misfits.push(Misfit { field, wrong });
            None
        }
    };
    let known = patient.unwrap_or(Told::Unread);
    misfits.extend(checked(act, book, site.as_ref(), known.as_ref(), draft)?.misfits);
    Ok(misfits)
}

/// The rulebook of a name among those that rank; without a name, the only one.
fn ranking<'r>(act: &Act<'r>, name: Option<&str>) -> Result<Result<&'r Rulebook, Wrong>, Error> {
    Ok(match live_case::ranking(act, name) {
        Ok(book) => Ok(book),
        Err(Refusal::NoRanking { asked: None, known }) => Err(Wrong::WhichRulebook { known }),
        Err(Refusal::NoRanking {
            asked: Some(found),
            known,
        }) => Err(Wrong::Unlisted {
            found: found.chars().take(60).collect(),
            known,
        }),
        Err(other) => return Err(other.into()),
    })
}

/// The patient of a pseudonym, if they are known here already.
fn known_patient(
    act: &mut Act<'_>,
    site: Finess,
    pseudonym: Option<&str>,
) -> Result<Told<PatientId>, Error> {
    let Some(pseudonym) = pseudonym else {
        return Ok(Told::Unread);
    };
    let known = db::patients::payload_of(act.conn, site, pseudonym)?;
    Ok(Told::of(known.map(|(id, _)| id)))
}

/// Checks a draft against its rulebook, the site's day and the ledger.
fn checked(
    act: &mut Act<'_>,
    book: Option<&Rulebook>,
    site: Option<&Site>,
    patient: Told<&PatientId>,
    draft: &Draft,
) -> Result<Checked, Error> {
    let recorded = match (book, site, &draft.route, patient) {
        (Some(book), Some(site), Told::Is(route), Told::Is(patient)) => {
            let treated = (patient.clone(), book.name.clone(), *route);
            Told::of(
                last_given(act, [(treated, site.zone)])?
                    .into_values()
                    .next(),
            )
        }
        (_, Some(_), _, Told::Nothing) => Told::Nothing,
        (..) => Told::Unread,
    };
    let today = site.map(|site| today(act, site)).transpose()?;
    Ok(draft.check(&Against {
        book,
        safety: book.and_then(|book| act.safety_of(book)),
        today,
        recorded,
        by: &act.caller.id,
        now: to_micros(act.now),
    }))
}

/// What is asked for, when all of it fits.
fn fitting(checked: Checked) -> Result<Wanted, Error> {
    if let Some(wanted) = checked.wanted {
        return Ok(wanted);
    }
    let fields: Vec<_> = checked.misfits.iter().map(|m| m.field).collect();
    if fields.is_empty() {
        return Err(Error::Bug("a request with a field nobody read".to_owned()));
    }
    Err(Refusal::UnfitRequest { fields }.into())
}

/// The name under which the patient's requests for the indication are known; a proposed one gives
/// way.
fn first_name(
    act: &mut Act<'_>,
    patient: &PatientId,
    book: &Rulebook,
    wanted: &Wanted,
) -> Result<Option<RequestId>, Error> {
    let mut alike = db::requests::of_patient(act.conn, patient)?;
    alike.retain(|r| r.rulebook == book.name && r.wanted.indication == wanted.indication);
    if let Some(open) = alike.iter().find(|r| r.state == RequestState::Open) {
        let request = open.id.clone();
        return Err(Refusal::AlreadyAsked { request }.into());
    }
    let proposed = alike.iter().find(|r| r.state == RequestState::Proposed);
    if let Some(proposed) = proposed {
        withdraw::end(act, proposed, FILED_ANEW)?;
    }
    Ok(alike.first().map(|first| first.name.clone()))
}

/// The request of an id within the caller's reach.
pub(super) fn within_reach(act: &mut Act<'_>, id: &RequestId) -> Result<Request, Error> {
    let unknown = || Refusal::Unknown {
        what: "request",
        name: id.to_string(),
    };
    let found = db::requests::find(act.conn, id)?;
    Ok(found
        .filter(|r| act.caller.reach.includes(r.site))
        .ok_or_else(unknown)?)
}

/// Returns the site of a request, which a write to it locks.
///
/// # Errors
/// Refused when there is no such request within the caller's reach.
pub fn site_of(act: &mut Act<'_>, id: &RequestId) -> Result<Finess, Error> {
    Ok(within_reach(act, id)?.site)
}

/// Returns whether there is such a site, whoever asks: a refusal is written down where there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn is_site(act: &mut Act<'_>, site: Finess) -> Result<bool, Error> {
    Ok(db::sites::find(act.conn, site)?.is_some())
}

/// Writes what was done with a request on the audit trail of its site, and settles what follows: a
/// request tells of a count, or of a patient who is to be counted. `details` says nothing of the patient.
fn note(
    act: &mut Act<'_>,
    request: &Request,
    action: &str,
    details: serde_json::Value,
) -> Result<(), Error> {
    let patient = Some((request.patient.clone(), request.patient_hash.clone()));
    act.audit(
        Some(request.site),
        Done {
            action,
            object: request.id.as_str(),
            patient,
            details,
        },
    )?;
    monitor::settle(act, request.site)
}
