//! Who receives a site's letters.

use super::act::{Act, Done};
use super::error::Error;
use super::post_letters;
use super::reach;
use super::site_state::SiteState;
use crate::db::recipients::Recipient;
use crate::db::{self};
use crate::domain::alert::{AlertKind, AlertState, Capacity};
use crate::domain::code::Finess;
use crate::domain::hours::QuietHours;
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::domain::reason::Refusal;
use serde_json::json;
use std::collections::BTreeSet;

/// Somebody to be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecipient {
    /// In what capacity.
    pub capacity: Capacity,
    /// The name of the person or the desk.
    pub name: String,
    /// The address, checked at the door.
    pub email: String,
    /// Of their letters.
    pub language: Language,
    /// What they hear, and when.
    pub hearing: Hearing,
}

/// What somebody hears, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hearing {
    /// The kinds of alerts of their capacity that they do not hear.
    pub silent: BTreeSet<AlertKind>,
    /// When what can wait waits.
    pub quiet: Option<QuietHours>,
    /// Whether they hear each morning what is open.
    pub digest: bool,
}

/// As the product promises it to everybody: all kinds, at any hour, and the digest.
impl Default for Hearing {
    fn default() -> Self {
        Self {
            silent: BTreeSet::new(),
            quiet: None,
            digest: true,
        }
    }
}

/// What changes of a recipient; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The name of the person or the desk.
    pub name: Option<String>,
    /// Of their letters.
    pub language: Option<Language>,
    /// Their place in the list, from 1.
    pub position: Option<i64>,
    /// Whether they are written to.
    pub active: Option<bool>,
    /// The kinds that they do not hear.
    pub silent: Option<BTreeSet<AlertKind>>,
    /// When what can wait waits; never, when that is said.
    pub quiet: Option<Option<QuietHours>>,
    /// Whether they hear each morning what is open.
    pub digest: Option<bool>,
}

/// Returns the kinds of a capacity that somebody does not hear who hears `kinds`.
///
/// # Errors
/// With those of them that nobody in that capacity hears.
pub fn silent_beside(
    capacity: Capacity,
    kinds: &BTreeSet<AlertKind>,
) -> Result<BTreeSet<AlertKind>, Vec<AlertKind>> {
    let all: BTreeSet<AlertKind> = capacity.hears().collect();
    let strange: Vec<AlertKind> = kinds.difference(&all).copied().collect();
    if strange.is_empty() {
        Ok(all.difference(kinds).copied().collect())
    } else {
        Err(strange)
    }
}

/// Adds somebody at the end of a site's list.
///
/// The first who is there in a capacity is written to about every alert that is open and is for
/// that capacity: it opened when nobody could hear of it.
///
/// # Errors
/// Refused when there is no such site, or the address is there in that capacity.
pub fn add(act: &mut Act<'_>, site: Finess, new: &NewRecipient) -> Result<Recipient, Error> {
    add_as(act, site, new, &Listed::default())
}

/// How somebody stands on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Their place, from 1; at its end when nothing is said.
    pub(super) position: Option<i64>,
    /// Whether they are written to.
    pub(super) active: bool,
}

impl Default for Listed {
    fn default() -> Self {
        Self {
            position: None,
            active: true,
        }
    }
}

/// As [`add`], at a place of the list, or without being written to.
///
/// # Errors
/// As [`add`].
pub(super) fn add_as(
    act: &mut Act<'_>,
    site: Finess,
    new: &NewRecipient,
    listed: &Listed,
) -> Result<Recipient, Error> {
    if db::sites::find(act.conn, site)?.is_none() {
        return Err(Refusal::Unknown {
            what: "site",
            name: site.to_string(),
        }
        .into());
    }
    let list = db::recipients::of_site(act.conn, site)?;
    if list
        .iter()
        .any(|r| r.is_at(&new.email) && r.capacity == new.capacity)
    {
        return Err(Refusal::AlreadyThere { what: "recipient" }.into());
    }
    let last = list.iter().map(|r| r.position).max().unwrap_or(0);
    let recipient = Recipient {
        id: RecipientId::new(act.id()),
        site,
        capacity: new.capacity,
        name: new.name.clone(),
        email: new.email.clone(),
        language: new.language,
        position: listed.position.unwrap_or(last.saturating_add(1)),
        active: listed.active,
        silent: new.hearing.silent.clone(),
        quiet: new.hearing.quiet,
        digest: new.hearing.digest,
        refused: None,
        version: 1,
    };
    db::recipients::insert(act.conn, &recipient)?;
    let details = json!({ "capacity": recipient.capacity.code(), "position": recipient.position });
    act.audit(
        Some(site),
        Done {
            action: "recipient.add",
            object: recipient.id.as_str(),
            patient: None,
            details,
        },
    )?;
    let in_place = |r: &Recipient| r.works() && r.capacity == new.capacity;
    if recipient.active && !list.iter().any(in_place) {
        catch_up(act, &recipient)?;
    }
    reach::reached(act, site)?;
    Ok(recipient)
}

/// Writes to somebody what nobody in their capacity was there to hear, once an address: whoever is
/// taken off the list and put on it again is not told twice.
///
/// Choice: an alert that was acknowledged is left out, for somebody sees to it already.
fn catch_up(act: &mut Act<'_>, recipient: &Recipient) -> Result<(), Error> {
    let mut unheard = db::alerts::open(act.conn, recipient.site)?;
    unheard.retain(|a| a.state == AlertState::Open && recipient.hears(a.kind));
    if unheard.is_empty() {
        return Ok(());
    }
    let state = SiteState::load(act, recipient.site)?;
    // one letter names all that are told together
    let mut together: Vec<AlertKind> = Vec::new();
    for alert in unheard {
        if alert.kind.is_told_together() {
            if together.contains(&alert.kind) {
                continue;
            }
            together.push(alert.kind);
        }
        let told = db::outbox::written_to(act.conn, &alert.id)?;
        if !told.iter().any(|address| recipient.is_at(address)) {
            post_letters::to(act, &state, &alert, "opened", recipient, act.now)?;
        }
    }
    Ok(())
}

/// Returns somebody on a site's list.
///
/// # Errors
/// Refused when they are not on it.
pub fn see(act: &mut Act<'_>, site: Finess, id: &RecipientId) -> Result<Recipient, Error> {
    let found = db::recipients::find(act.conn, id)?;
    let unknown = || Refusal::Unknown {
        what: "recipient",
        name: id.to_string(),
    };
    Ok(found.filter(|r| r.site == site).ok_or_else(unknown)?)
}

/// Changes how somebody on a site's list is written to. Their address and capacity stay: somebody else is
/// added.
///
/// # Errors
/// Refused when they are not on it.
pub fn change(
    act: &mut Act<'_>,
    site: Finess,
    id: &RecipientId,
    change: &Change,
) -> Result<Recipient, Error> {
    let before = see(act, site, id)?;
    let after = Recipient {
        name: change.name.clone().unwrap_or_else(|| before.name.clone()),
        language: change.language.unwrap_or(before.language),
        position: change.position.unwrap_or(before.position),
        active: change.active.unwrap_or(before.active),
        silent: change
            .silent
            .clone()
            .unwrap_or_else(|| before.silent.clone()),
        quiet: change.quiet.unwrap_or(before.quiet),
        digest: change.digest.unwrap_or(before.digest),
        ..before.clone()
    };
    edit(act, &before, &after)
}

/// Edits somebody on a site's list. Whoever is written to from now on, and is the first in their capacity,
/// is written to about what is open. That their address refused letters is forgotten: somebody looked.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn edit(
    act: &mut Act<'_>,
    before: &Recipient,
    after: &Recipient,
) -> Result<Recipient, Error> {
    let after = &Recipient {
        refused: None,
        version: before.version.saturating_add(1),
        ..after.clone()
    };
    let list = db::recipients::of_site(act.conn, after.site)?;
    db::recipients::update(act.conn, after)?;
    let summary = |r: &Recipient| {
        let silent: Vec<&str> = r.silent.iter().map(|kind| kind.code()).collect();
        let quiet = r.quiet.map(|q| [q.from().to_string(), q.to().to_string()]);
        json!({
            "language": r.language.code(), "position": r.position, "active": r.active,
            "silent": silent, "quiet_hours": quiet, "digest": r.digest,
        })
    };
    let details = json!({
        "before": summary(before), "after": summary(after),
        "name_changed": before.name != after.name,
    });
    act.audit(
        Some(after.site),
        Done {
            action: "recipient.edit",
            object: after.id.as_str(),
            patient: None,
            details,
        },
    )?;
    let unheard: BTreeSet<AlertKind> = after.silent.difference(&before.silent).copied().collect();
    if !after.active {
        withdraw(act, after, None)?;
    } else if !unheard.is_empty() {
        withdraw(act, after, Some(&unheard))?;
    }
    let in_place = |r: &Recipient| r.works() && r.capacity == after.capacity;
    if after.active && !list.iter().any(in_place) {
        catch_up(act, after)?;
    }
    reach::reached(act, after.site)?;
    Ok(after.clone())
}

/// Withdraws what waits for the end of the quiet hours of somebody who is not written to any more, about all
/// or some kinds; not what they hear in another capacity.
fn withdraw(
    act: &mut Act<'_>,
    gone: &Recipient,
    kinds: Option<&BTreeSet<AlertKind>>,
) -> Result<(), Error> {
    let all: BTreeSet<AlertKind> = AlertKind::ALL.into_iter().collect();
    let mut kinds = kinds.unwrap_or(&all).clone();
    for other in db::recipients::of_site(act.conn, gone.site)? {
        if other.id != gone.id && other.is_at(&gone.email) {
            kinds.retain(|kind| !other.hears(*kind));
        }
    }
    let of = (gone.site, gone.email.as_str());
    db::outbox::withdraw(act.conn, of, &kinds, act.now)?;
    Ok(())
}

/// Takes somebody off a site's list.
///
/// # Errors
/// Refused when they are not on it.
pub fn remove(act: &mut Act<'_>, site: Finess, id: &RecipientId) -> Result<(), Error> {
    let gone = see(act, site, id)?;
    db::recipients::delete(act.conn, site, id)?;
    withdraw(act, &gone, None)?;
    act.audit(
        Some(site),
        Done {
            action: "recipient.remove",
            object: id.as_str(),
            patient: None,
            details: json!({}),
        },
    )
}
