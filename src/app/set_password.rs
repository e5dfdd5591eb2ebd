//! Setting a password: by a link in a letter, once; or knowing the one that is set.
//!
//! A link is 256 random bits, kept as their hash; it stands whole in the database only until its letter has
//! left. Whoever asks for one learns nothing of whether there is such an address. A new password ends every
//! session that another opened, and its owner is written to.

use super::access::hashing::TooMany;
use super::access::passwords::Password;
use super::access::secret;
use super::act::{Act, Caller, Done};
use super::caller::Asked;
use super::edit_people::write_down;
use super::error::Error;
use super::give_access::hash;
use super::post_letters::{Times, To, queue};
use super::service::Service;
use super::sign_in;
use crate::db::people;
use crate::db::person_links::{self, PersonLink, Purpose};
use crate::db::sessions;
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::id::SessionId;
use crate::domain::person::Person;
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::slowing::Counted;
use crate::text::letter::person as letter;
use chrono::TimeDelta;
use serde_json::json;

pub use crate::text::letter::person::Told;

/// How long a link of an invitation is good.
///
/// Choice: a day, as the letter says; an administrator sends another by one press of a button.
const INVITATION: TimeDelta = TimeDelta::hours(24);

/// How long a link to set another password is good.
///
/// Choice: an hour: whoever asks for it waits for it.
const RESET: TimeDelta = TimeDelta::hours(1);

/// How soon another letter may follow one.
///
/// Choice: two minutes: nobody fills a mailbox by asking, and whoever's letter was lost asks again.
const NOT_BEFORE: TimeDelta = TimeDelta::minutes(2);

/// Invites a person who was added: a letter with a link to set a password.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn invite(act: &mut Act<'_>, person: &Person) -> Result<(), Error> {
    send(act, person, Purpose::Invitation)
}

/// Writes a person a letter with a link to set another password.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn reset(act: &mut Act<'_>, person: &Person) -> Result<(), Error> {
    send(act, person, Purpose::Reset)
}

fn send(act: &mut Act<'_>, person: &Person, purpose: Purpose) -> Result<(), Error> {
    let told = match purpose {
        Purpose::Invitation => Told::Invited,
        Purpose::Reset => Told::ResetAsked,
    };
    person_links::use_up_all(act.conn, &person.id, act.now)?;
    let letter = post(act, person, told)?;
    let token = secret();
    let good = match purpose {
        Purpose::Invitation => INVITATION,
        Purpose::Reset => RESET,
    };
    let link = PersonLink {
        hash: hash(&token),
        person: person.id.clone(),
        letter,
        purpose,
        address: Some(format!("{}/set-password/{token}", act.desk.public_url)),
        created_at: to_micros(act.now),
        expires_at: to_micros(act.now + good),
        used_at: None,
    };
    Ok(person_links::insert(act.conn, &link)?)
}

/// Writes a person what was done to their account.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn tell(act: &mut Act<'_>, person: &Person, told: Told) -> Result<(), Error> {
    post(act, person, told).map(drop)
}

fn post(
    act: &mut Act<'_>,
    person: &Person,
    told: Told,
) -> Result<crate::domain::id::LetterId, Error> {
    let facts = letter::Facts {
        name: &person.name,
        service: &act.desk.public_url,
        simulated: act.desk.simulated,
    };
    let words = letter::write(person.language, told, &facts);
    let to = To {
        name: person.name.clone(),
        email: person.email.clone(),
        language: person.language,
    };
    let times = Times {
        at: act.now,
        due: act.now,
    };
    queue(act, (None, None), told.event(), to, words, times)
}

/// Asks for a letter with a link to set another password. Whether one is written nobody learns but who has the
/// mailbox.
///
/// # Errors
/// When the database cannot be written.
pub fn ask(act: &mut Act<'_>, email: &str) -> Result<(), Error> {
    let found = people::by_email(act.conn, email)?;
    let Some(account) = found.filter(|account| account.person.active) else {
        return act.audit_refusal(
            None,
            Done {
                action: "person.ask-reset",
                object: "",
                patient: None,
                details: json!({ "reason": "unknown" }),
            },
        );
    };
    let last = person_links::last_written(act.conn, &account.person.id)?;
    if last.is_some_and(|last| act.now - last < NOT_BEFORE) {
        return Ok(());
    }
    write_down(act, "person.ask-reset", &account.person, json!({}))?;
    match account.password {
        Some(_) => reset(act, &account.person),
        None => invite(act, &account.person),
    }
}

/// Returns whose password a link sets, if it is good; nothing is changed.
///
/// # Errors
/// When the database cannot be read.
pub fn look(act: &mut Act<'_>, token: &str) -> Result<Option<Person>, Error> {
    let link = person_links::find(act.conn, &hash(token))?;
    let good = |link: &PersonLink| link.used_at.is_none() && act.now < link.expires_at;
    let Some(link) = link.filter(good) else {
        return Ok(None);
    };
    let account = people::find(act.conn, &link.person)?;
    Ok(account.map(|a| a.person).filter(|person| person.active))
}

/// What came of the wish to set a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Set {
    /// It is set.
    Done,
    /// The link is good for nothing.
    Gone,
    /// Too many passwords wait to be hashed: a little later.
    Busy,
}

/// Sets a password by a link, which is good no more then. Every session ends, and no device is known any more.
///
/// # Errors
/// Refused when the password is too weak; the database's.
pub async fn by_link(
    service: &Service,
    (now, asked): (Instant, &Asked),
    token: &str,
    password: Password,
) -> Result<Set, Error> {
    let (nobody, token) = (Caller::nobody(asked), token.to_owned());
    let link = token.clone();
    let looked = service.read(nobody.clone(), now, move |act| look(act, &link));
    let Some(person) = looked.await? else {
        return Ok(Set::Gone);
    };
    judged(&password, &person)?;
    let Some(new) = hashed(service, password).await? else {
        return Ok(Set::Busy);
    };
    let caller = Caller {
        name: person.name.clone(),
        ..Caller::holding(&Caller::id_of_person(&person.id), Vec::new(), asked)
    };
    let done = service.write(caller, now, Vec::new(), move |act| {
        // two at once: one of them uses it
        let Some(person) = look(act, &token)? else {
            return Ok(Set::Gone);
        };
        if !person_links::use_up(act.conn, &hash(&token), act.now)? {
            return Ok(Set::Gone);
        }
        person_links::use_up_all(act.conn, &person.id, act.now)?;
        people::set_password(act.conn, &person.id, &new, act.now)?;
        sessions::end_all(act.conn, &person.id, None)?;
        sessions::forget_devices_of(act.conn, &person.id)?;
        sign_in::forgive(act, &person)?;
        write_down(act, "person.set-password", &person, json!({ "by": "link" }))?;
        tell(act, &person, Told::PasswordChanged)?;
        Ok(Set::Done)
    });
    done.await
}

/// What came of the wish to change a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is changed.
    Done,
    /// The one that was said to be set is not.
    Wrong,
    /// It must be waited, since it was wrong too often.
    Wait(Instant),
    /// Too many passwords wait to be hashed: a little later.
    Busy,
}

/// Changes the password of whoever asks, who knows the one that is set. Their other sessions end.
///
/// # Errors
/// Refused when it is no person who asks, or the password is too weak; the database's.
pub async fn change(
    service: &Service,
    (now, caller): (Instant, &Caller),
    session: SessionId,
    (old, new): (Password, Password),
) -> Result<Changed, Error> {
    let id = caller.person().ok_or(OfAccess::NotAPerson)?;
    let bucket = hash(&format!("password of {id}"));
    let (who, counts) = (id.clone(), bucket.clone());
    let begun = service.write(caller.clone(), now, Vec::new(), move |act| {
        let account = people::find(act.conn, &who)?;
        let waits =
            crate::db::sign_in_failures::count(act.conn, (&counts, Counted::Device), act.now)?;
        Ok((account, waits))
    });
    let (Some(account), waits) = begun.await? else {
        return Err(OfAccess::NotAPerson.into());
    };
    if let Some(until) = waits {
        return Ok(Changed::Wait(until));
    }
    judged(&new, &account.person)?;
    let Ok(turn) = service.hashing().turn().await else {
        return Ok(Changed::Busy);
    };
    let kept = account.password.clone();
    let compared = service
        .hashing()
        .hash(turn, move || old.is_of(kept.as_deref()));
    if !compared.await.map_err(Error::Bug)?.map_err(Error::Bug)? {
        let noted = service.write(caller.clone(), now, Vec::new(), |act| {
            let line = Done {
                action: "person.set-password",
                object: "",
                patient: None,
                details: json!({ "reason": "wrong-password" }),
            };
            act.audit_refusal(None, line)
        });
        noted.await?;
        return Ok(Changed::Wrong);
    }
    let Some(new) = hashed(service, new).await? else {
        return Ok(Changed::Busy);
    };
    let done = service.write(caller.clone(), now, Vec::new(), move |act| {
        let person = &account.person;
        crate::db::sign_in_failures::clear(act.conn, &bucket)?;
        people::set_password(act.conn, &person.id, &new, act.now)?;
        person_links::use_up_all(act.conn, &person.id, act.now)?;
        sessions::end_all(act.conn, &person.id, Some(&session))?;
        write_down(act, "person.set-password", person, json!({ "by": "owner" }))?;
        tell(act, person, Told::PasswordChanged)?;
        Ok(Changed::Done)
    });
    done.await
}

/// Refuses a password that is too weak for a person.
///
/// # Errors
/// [`OfAccess::WeakPassword`].
pub fn judged(password: &Password, person: &Person) -> Result<(), Refusal> {
    password
        .judged(&[person.name.clone(), person.email.clone()])
        .map_err(|weakness| OfAccess::WeakPassword(weakness).into())
}

/// The hash of a password, when there is a turn to make it.
async fn hashed(service: &Service, password: Password) -> Result<Option<String>, Error> {
    let turn = match service.hashing().turn().await {
        Ok(turn) => turn,
        Err(TooMany) => return Ok(None),
    };
    let hashed = service.hashing().hash(turn, move || password.hash()).await;
    hashed.map_err(Error::Bug)?.map(Some).map_err(Error::Bug)
}
