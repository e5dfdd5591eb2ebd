//! Who is linked to which identity at a provider of single sign-on.
//!
//! Whoever has the identity is that person here. So an administrator links one to those whose address they could
//! change as well ([`super::edit_people`]), or a person links their own: signed in, with a code of their second
//! factor just now, and by signing in at the provider anew. The person is written to each time.

use super::access::Access;
use super::act::{Act, Done};
use super::edit_people::{editable, see};
use super::error::Error;
use super::set_password::{Told, tell};
use super::sign_in::by_provider::{self, Entered, Sent, trace};
use super::sign_in::{Offered, shown};
use crate::db::people;
use crate::db::sessions::{self, Stage};
use crate::db::{self, identities};
use crate::domain::calendar::to_micros;
use crate::domain::id::{IdentityId, PersonId, SessionId};
use crate::domain::identity::{Identity, IssuedBy, Proved, Subject};
use crate::domain::person::Person;
use crate::domain::reason::{OfAccess, Refusal};
use serde_json::json;

/// Returns the identities of a person whom the caller may see.
///
/// # Errors
/// Refused when there is none.
pub fn list(act: &mut Act<'_>, person: &PersonId) -> Result<Vec<Identity>, Error> {
    see(act, person)?;
    Ok(identities::of_person(act.conn, person)?)
}

/// Returns the identities of whoever asks.
///
/// # Errors
/// Refused when it is no person who asks.
pub fn own(act: &mut Act<'_>) -> Result<Vec<Identity>, Error> {
    let person = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    Ok(identities::of_person(act.conn, &person)?)
}

/// Links an identity to a person whom the caller may edit.
///
/// # Errors
/// Refused when there is no such person within the caller's reach, it is the caller themselves (who show a code
/// of their second factor, [`begin`]), or it is linked to somebody already.
pub fn add(
    act: &mut Act<'_>,
    person: &PersonId,
    by: &IssuedBy,
    subject: &Subject,
) -> Result<Identity, Error> {
    if act.caller.person().as_ref() == Some(person) {
        return Err(OfAccess::SecondFactorFirst.into());
    }
    let person = editable(act, person)?.person;
    match link(act, &person, by, subject)? {
        Some(identity) => Ok(identity),
        None => Err(Refusal::AlreadyThere { what: "identity" }.into()),
    }
}

/// Links an identity, unless it is somebody's.
fn link(
    act: &mut Act<'_>,
    person: &Person,
    by: &IssuedBy,
    subject: &Subject,
) -> Result<Option<Identity>, Error> {
    // two who link the same wait for each other
    db::dialect::lock_chain(act.conn, "identities")?;
    if identities::find(act.conn, by, subject)?.is_some() {
        return Ok(None);
    }
    let identity = Identity {
        id: IdentityId::new(act.id()),
        person: person.id.clone(),
        by: by.clone(),
        subject: subject.clone(),
        linked_by: act.caller.id.clone(),
        linked_at: to_micros(act.now),
        used_at: None,
    };
    identities::insert(act.conn, &identity)?;
    write_down(act, "identity.add", &identity)?;
    tell(act, person, Told::IdentityLinked)?;
    Ok(Some(identity))
}

/// Removes an identity from a person whom the caller may edit; the sessions that it opened end.
///
/// # Errors
/// Refused when there is no such person within the caller's reach, or no such identity of theirs.
pub fn remove(act: &mut Act<'_>, person: &PersonId, id: &IdentityId) -> Result<(), Error> {
    let person = editable(act, person)?.person;
    unlink(act, &person, id)
}

/// Removes an identity from whoever asks; the sessions that it opened end.
///
/// # Errors
/// Refused when it is no person who asks, or no identity of theirs.
pub fn remove_own(act: &mut Act<'_>, id: &IdentityId) -> Result<(), Error> {
    let own = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    let account = people::find(act.conn, &own)?.ok_or(OfAccess::NotAPerson)?;
    unlink(act, &account.person, id)
}

fn unlink(act: &mut Act<'_>, person: &Person, id: &IdentityId) -> Result<(), Error> {
    let theirs = identities::of_person(act.conn, &person.id)?;
    let found = theirs.into_iter().find(|identity| identity.id == *id);
    let identity = found.ok_or_else(|| Refusal::Unknown {
        what: "identity",
        name: id.to_string(),
    })?;
    let by = act.caller.id.clone();
    if !identities::remove(act.conn, id, &by, act.now)? {
        return Ok(());
    }
    sessions::end_of(act.conn, id)?;
    write_down(act, "identity.remove", &identity)?;
    tell(act, person, Told::IdentityRemoved)
}

/// Begins to link an identity to whoever asks, who shows a code of their second factor. A wrong code is no error,
/// so that it stays counted.
///
/// # Errors
/// Refused when it is no person who asks, or they have no second factor.
pub fn begin(
    act: &mut Act<'_>,
    access: &Access,
    (session, offered): (&SessionId, &Offered),
    (cookie, provider, back_to): (&str, &str, Option<&str>),
) -> Result<Result<Sent, Refusal>, Error> {
    let account = match shown(act, access, offered)? {
        Ok(account) => account,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let links = (account.person.id, session.clone());
    let sent = by_provider::begin(act, cookie, (provider, back_to), Some(links))?;
    Ok(Ok(sent))
}

/// Links the identity that a provider proved to who began to, if the session in which they did is in force.
///
/// # Errors
/// The database's.
pub(super) fn came_back(
    act: &mut Act<'_>,
    access: &Access,
    (person, session): (&PersonId, &SessionId),
    proved: &Proved,
) -> Result<Entered, Error> {
    let now = act.now;
    let in_force = sessions::of_person(act.conn, person)?.into_iter().any(|s| {
        s.id == *session
            && s.stage == Stage::Full
            && now < s.expires_at
            && now - s.seen_at < access.idle
    });
    let account = people::find(act.conn, person)?;
    let Some(account) = account.filter(|account| account.person.active && in_force) else {
        by_provider::refuse(act, &proved.by.provider, "session-over")?;
        return Ok(Entered::Gone);
    };
    let caller = super::Caller {
        name: account.person.name.clone(),
        ..super::Caller::holding(
            &super::Caller::id_of_person(person),
            super::sessions::held_by(act.conn, person, now)?,
            &act.caller.asked(),
        )
    };
    let as_them = &mut Act {
        conn: act.conn,
        caller: &caller,
        ..*act
    };
    match link(as_them, &account.person, &proved.by, &proved.subject)? {
        Some(_) => Ok(Entered::Linked(Box::new(account.person))),
        None => already(as_them, person, proved),
    }
}

/// It is somebody's: their own, which is as they wish, or another's.
fn already(act: &mut Act<'_>, person: &PersonId, proved: &Proved) -> Result<Entered, Error> {
    let theirs = identities::find(act.conn, &proved.by, &proved.subject)?;
    let account = people::find(act.conn, person)?;
    if let (Some(identity), Some(account)) = (theirs, account)
        && identity.person == *person
    {
        return Ok(Entered::Linked(Box::new(account.person)));
    }
    let details = json!({
        "provider": proved.by.provider, "reason": "of-another",
        "subject": trace(&proved.by, &proved.subject),
    });
    act.audit_refusal(
        None,
        Done {
            action: "identity.add",
            object: person.as_str(),
            patient: None,
            details,
        },
    )?;
    Ok(Entered::OfAnother)
}

/// A line on the audit trail: whom the provider means stands in the table of identities.
fn write_down(act: &mut Act<'_>, action: &'static str, identity: &Identity) -> Result<(), Error> {
    let details = json!({
        "identity": identity.id.as_str(), "provider": identity.by.provider,
        "subject": trace(&identity.by, &identity.subject),
    });
    act.audit(
        None,
        Done {
            action,
            object: identity.person.as_str(),
            patient: None,
            details,
        },
    )
}
