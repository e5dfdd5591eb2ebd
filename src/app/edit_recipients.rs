//! Who receives a site's letters.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::alerts::Recipient;
use crate::db::{self};
use crate::domain::alert::Capacity;
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
/// # Errors
/// Refused when there is no such site, or the address is there in that capacity.
pub fn add(act: &mut Act<'_>, site: Finess, new: &NewRecipient) -> Result<Recipient, Error> {
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
    let recipient = Recipient {
        id: RecipientId::new(act.id()),
        site,
        capacity: new.capacity,
        name: new.name.clone(),
        email: new.email.clone(),
        language: new.language,
        position: list
            .iter()
            .map(|r| r.position)
            .max()
            .unwrap_or(0)
            .saturating_add(1),
        active: true,
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
    Ok(recipient)
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
