//! The minimums that a pharmacist sets for a site, and how far ahead it hears of what is to come.

use super::act::{Act, Done};
use super::after;
use super::edit_sites;
use super::error::Error;
use super::site_state::SiteState;
use crate::db;
use crate::domain::code::Finess;
use crate::domain::presentation::Route;
use crate::domain::reason::Refusal;
use crate::domain::shelf::{Subject, Threshold};
use crate::domain::site::{Ahead, Site};
use serde_json::json;

/// Returns the subject that somebody names: a CIP13, a rulebook with a colon and a route, or a route alone
/// where one rulebook alone has presentations of it.
///
/// # Errors
/// [`Refusal::Unknown`] when it names none, or a rulebook that has no presentation of the route;
/// [`Refusal::WhichRulebook`] when several rulebooks have some.
pub fn subject(act: &Act<'_>, named: &str) -> Result<Subject, Refusal> {
    let has = |route: Route| {
        let books = act.rules.iter();
        books
            .filter(move |book| book.by_route(route).next().is_some())
            .map(|book| book.name.clone())
            .collect::<Vec<_>>()
    };
    let unknown = || Refusal::Unknown {
        what: "threshold",
        name: named.to_owned(),
    };
    let of_route = Route::from_code(named);
    let parsed = match of_route {
        Some(route) => match has(route).as_slice() {
            [rulebook] => Some(Subject::Route {
                rulebook: rulebook.clone(),
                route,
            }),
            [] => None,
            several => {
                let known = several.iter().map(ToString::to_string).collect();
                return Err(Refusal::WhichRulebook { known });
            }
        },
        None => Subject::parse(named),
    };
    parsed.ok_or_else(unknown)
}

/// Sets a minimum. `allows` says of the version that stands, 0 where there is none, whether it may be
/// changed. An alert opens or closes in the same transaction.
///
/// # Errors
/// Refused when there is no such site, the presentation is not on the catalogue, no rulebook of that name
/// has presentations of the route, or the minimum was edited meanwhile.
pub fn set(
    act: &mut Act<'_>,
    site: Finess,
    subject: &Subject,
    minimum: u32,
    allows: impl Fn(i64) -> bool,
) -> Result<Threshold, Error> {
    let mut state = SiteState::load(act, site)?;
    there(act, subject)?;
    let before = db::thresholds::find(act.conn, site, subject)?;
    let version = before.as_ref().map_or(0, |t| t.version);
    if !allows(version) {
        return Err(Refusal::Stale { version }.into());
    }
    let threshold = Threshold {
        subject: subject.clone(),
        minimum,
        version: version.saturating_add(1),
    };
    let (now, by) = (act.now, act.caller.id.clone());
    edit_sites::unless_there(act, "threshold", |conn| {
        db::thresholds::set(conn, site, &threshold, (now, &by))
    })?;
    let measured = subject.measured().code();
    let details = json!({
        "before": before.map(|t| t.minimum), "after": minimum, "measured": measured,
    });
    tell(act, site, "threshold.set", subject, details)?;
    after::settle(act, &mut state)?;
    Ok(threshold)
}

/// Takes a minimum away; its alert closes.
///
/// # Errors
/// Refused when there is none of that subject here, or it was edited meanwhile.
pub fn remove(
    act: &mut Act<'_>,
    site: Finess,
    subject: &Subject,
    allows: impl Fn(i64) -> bool,
) -> Result<(), Error> {
    let mut state = SiteState::load(act, site)?;
    let before = see(act, site, subject)?;
    if !allows(before.version) {
        return Err(Refusal::Stale {
            version: before.version,
        }
        .into());
    }
    db::thresholds::delete(act.conn, site, subject)?;
    let details = json!({ "before": before.minimum, "measured": subject.measured().code() });
    tell(act, site, "threshold.remove", subject, details)?;
    after::settle(act, &mut state)?;
    Ok(())
}

/// Returns the minimum of one subject.
///
/// # Errors
/// Refused when there is none of it here.
pub fn see(act: &mut Act<'_>, site: Finess, subject: &Subject) -> Result<Threshold, Error> {
    let unknown = || Refusal::Unknown {
        what: "threshold",
        name: subject.to_string(),
    };
    let found = db::thresholds::find(act.conn, site, subject)?;
    Ok(found.ok_or_else(unknown)?)
}

/// Refuses what no unit can ever be counted of.
fn there(act: &mut Act<'_>, subject: &Subject) -> Result<(), Error> {
    match subject {
        Subject::Presentation(cip13) => {
            if db::catalogue::find(act.conn, *cip13)?.is_none() {
                let (cip13, known_as) = (*cip13, None);
                return Err(Refusal::NotOnCatalogue { cip13, known_as }.into());
            }
        }
        Subject::Route { rulebook, route } => {
            let book = act.rules.get(rulebook);
            if book.is_none_or(|book| book.by_route(*route).next().is_none()) {
                let (what, name) = ("threshold", subject.to_string());
                return Err(Refusal::Unknown { what, name }.into());
            }
        }
    }
    Ok(())
}

fn tell(
    act: &mut Act<'_>,
    site: Finess,
    action: &'static str,
    subject: &Subject,
    details: serde_json::Value,
) -> Result<(), Error> {
    let object = subject.to_string();
    let line = Done {
        action,
        object: &object,
        patient: None,
        details,
    };
    act.audit(Some(site), line)
}

/// Sets how far ahead a site hears of what is to come; what that opens or closes follows at once.
///
/// # Errors
/// Refused when there is no such site, or it was edited meanwhile.
pub fn look_ahead(
    act: &mut Act<'_>,
    site: Finess,
    version: i64,
    ahead: Ahead,
) -> Result<Site, Error> {
    edit_sites::edit_site(act, site, version, |site| site.ahead = ahead)
}
