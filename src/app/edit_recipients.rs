//! Who receives a site's letters.

use super::act::{Act, Done};
use super::error::Error;
use super::post_letters;
use super::site_state::SiteState;
use crate::db::alerts::Recipient;
use crate::db::{self};
use crate::domain::alert::{AlertKind, AlertState, Capacity};
use crate::domain::code::Finess;
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::domain::reason::Refusal;
use serde_json::json;

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
    let list = db::alerts::recipients(act.conn, site)?;
    if list
        .iter()
        .any(|r| r.email.eq_ignore_ascii_case(&new.email) && r.capacity == new.capacity)
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
    };
    db::alerts::insert_recipient(act.conn, &recipient)?;
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
    let in_place = |r: &Recipient| r.active && r.capacity == new.capacity;
    if recipient.active && !list.iter().any(in_place) {
        catch_up(act, &recipient)?;
    }
    Ok(recipient)
}

/// Writes to somebody what nobody in their capacity was there to hear, once an address: whoever is
/// taken off the list and put on it again is not told twice.
///
/// Choice: an alert that was acknowledged is left out, for somebody sees to it already.
fn catch_up(act: &mut Act<'_>, recipient: &Recipient) -> Result<(), Error> {
    let mut unheard = db::alerts::open(act.conn, recipient.site)?;
    unheard
        .retain(|a| a.state == AlertState::Open && a.kind.heard_by().contains(&recipient.capacity));
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
        if !told
            .iter()
            .any(|e| e.eq_ignore_ascii_case(&recipient.email))
        {
            post_letters::to(act, &state, &alert, "opened", recipient.clone(), act.now)?;
        }
    }
    Ok(())
}

/// Edits somebody on a site's list: name, language, place, and whether they are written to. Whoever is
/// written to from now on, and is the first in their capacity, is written to about what is open.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn edit(act: &mut Act<'_>, before: &Recipient, after: &Recipient) -> Result<(), Error> {
    let list = db::alerts::recipients(act.conn, after.site)?;
    db::alerts::update_recipient(act.conn, after)?;
    let summary = |r: &Recipient| json!({ "language": r.language.code(), "position": r.position, "active": r.active });
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
    let in_place = |r: &Recipient| r.active && r.capacity == after.capacity;
    if after.active && !list.iter().any(in_place) {
        catch_up(act, after)?;
    }
    Ok(())
}

/// Takes somebody off a site's list.
///
/// # Errors
/// Refused when they are not on it.
pub fn remove(act: &mut Act<'_>, site: Finess, id: &RecipientId) -> Result<(), Error> {
    if !db::alerts::delete_recipient(act.conn, site, id)? {
        return Err(Refusal::Unknown {
            what: "recipient",
            name: id.to_string(),
        }
        .into());
    }
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
