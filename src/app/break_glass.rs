//! Somebody breaks the glass: takes access to a site that is not theirs, for a while and a stated reason.
//!
//! Nobody is asked first. The pharmacist of the site and the coordinator hear of it in the same transaction, and
//! every line that is written under it bears its mark.

use super::act::{Act, Done};
use super::error::Error;
use super::hear;
use super::site_state::SiteState;
use crate::db::{self, breakings};
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::breaking::{Breaking, ROLES};
use crate::domain::calendar::to_micros;
use crate::domain::code::Finess;
use crate::domain::id::{BreakGlassId, PersonId};
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::role::{Action, Role};
use crate::text::letter::glass::GlassFacts;
use chrono::TimeDelta;
use serde_json::json;

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where.
    pub site: Finess,
    /// In which role; it need not be said by who holds one alone.
    pub role: Option<Role>,
    /// Why.
    pub reason: String,
}

/// Breaks the glass for as long as `lasts`.
///
/// # Errors
/// Refused when it is no person who asks, there is no such site, they hold no such role anywhere or do not say
/// which, or have the access already.
pub fn break_glass(
    act: &mut Act<'_>,
    wanted: &Wanted,
    lasts: TimeDelta,
) -> Result<Breaking, Error> {
    let person = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    if db::sites::find(act.conn, wanted.site)?.is_none() {
        return Err(unknown("site", wanted.site.as_str()));
    }
    let role = which(act, wanted.role)?;
    let mut held = act.caller.held.iter().filter(|h| h.role == role);
    // what the caller held when they were let in may have changed since: two browsers at once
    let broken = breakings::held(act.conn, &person, act.now)?;
    let mut broken = broken.iter().filter(|b| b.role == role);
    if held.any(|h| h.reach.includes(wanted.site)) || broken.any(|b| b.site == wanted.site) {
        return Err(OfAccess::HeldAlready.into());
    }
    let one = Breaking {
        id: BreakGlassId::new(act.id()),
        person,
        role,
        site: wanted.site,
        reason: wanted.reason.clone(),
        at: to_micros(act.now),
        until: to_micros(act.now + lasts),
        ended: None,
    };
    breakings::insert(act.conn, &one)?;
    // the reason stays out of the trail, which nothing is ever erased from
    note(
        act,
        "break-glass",
        &one,
        json!({ "role": role.code(), "until": one.until }),
    )?;
    let state = SiteState::load(act, one.site)?;
    hear::glass_broken(act, &state, &one.id)?;
    Ok(one)
}

/// The role in which they break it: the one they name, or the only one.
fn which(act: &Act<'_>, named: Option<Role>) -> Result<Role, Error> {
    let given = act.caller.held.iter().filter(|h| h.by_breaking.is_none());
    let mut roles: Vec<Role> = given
        .map(|h| h.role)
        .filter(|r| ROLES.contains(r))
        .collect();
    roles.sort_unstable();
    roles.dedup();
    match (named, roles.as_slice()) {
        (Some(role), all) if all.contains(&role) => Ok(role),
        (None, [one]) => Ok(*one),
        _ => Err(OfAccess::WhichRole.into()),
    }
}

/// Ends one before its time: by whoever broke it, or who oversees it at the site.
///
/// # Errors
/// Refused when there is no such breaking that the caller may know of, or it is over.
pub fn end(act: &mut Act<'_>, id: &BreakGlassId) -> Result<(), Error> {
    let Some((one, _)) = breakings::find(act.conn, id)? else {
        return Err(unknown("break-glass", id.as_str()));
    };
    let own = act.caller.person().as_ref() == Some(&one.person);
    if !own
        && act
            .caller
            .check(Action::OverseeBreakings, Some(one.site))
            .is_err()
    {
        return Err(unknown("break-glass", id.as_str()));
    }
    if !one.holds_at(act.now) || !breakings::end(act.conn, id, &act.caller.id, act.now)? {
        return Err(Refusal::WrongState { state: "over" }.into());
    }
    note(act, "break-glass.end", &one, json!({}))
}

/// Returns where an end is to be written: the site of one, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn site_of(act: &mut Act<'_>, id: &BreakGlassId) -> Result<Option<Finess>, Error> {
    Ok(breakings::find(act.conn, id)?.map(|(one, _)| one.site))
}

/// Returns those of whoever asks, the latest first, from before `after` on.
///
/// # Errors
/// Refused when it is no person who asks.
pub fn own(
    act: &mut Act<'_>,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<(Breaking, String)>, Error> {
    let person: PersonId = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    let all = breakings::of_person(act.conn, &person, after, rows)?;
    let name = &act.caller.name;
    Ok(all.into_iter().map(|one| (one, name.clone())).collect())
}

/// Returns those at a site with the names of who it was, the latest first, from before `after` on.
///
/// # Errors
/// When the database cannot be read.
pub fn at_site(
    act: &mut Act<'_>,
    site: Finess,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<(Breaking, String)>, Error> {
    Ok(breakings::of_site(act.conn, site, after, rows)?)
}

/// What a letter says of it, when the alert is about one.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn facts(act: &mut Act<'_>, alert: &Alert) -> Result<Option<GlassFacts>, Error> {
    if alert.kind != AlertKind::BreakGlass {
        return Ok(None);
    }
    let found = breakings::find(act.conn, &BreakGlassId::new(&*alert.subject))?;
    Ok(found.map(|(one, name)| GlassFacts {
        name,
        role: one.role,
        until: one.ends_at(),
    }))
}

fn unknown(what: &'static str, name: &str) -> Error {
    Refusal::Unknown {
        what,
        name: name.to_owned(),
    }
    .into()
}

fn note(
    act: &mut Act<'_>,
    action: &'static str,
    one: &Breaking,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        Some(one.site),
        Done {
            action,
            object: one.id.as_str(),
            patient: None,
            details,
        },
    )
}
