//! Signing in: an address and a password, then a code where one is wanted.
//!
//! Whoever tries learns nothing of whether there is such an account: the words, the work and the waiting are
//! the same. A failure is counted before the password is looked at and taken back when it was right, so that
//! many at once are no way around the waiting ([`crate::domain::slowing`]).

pub mod by_provider;
mod second_factor;

use by_provider::Opener;
pub(super) use second_factor::shown;
pub use second_factor::{
    Enrolling, Offered, Proved, confirm, enrol, new_recovery_codes, prove, remove, start,
};

use super::access::hashing::TooMany;
use super::access::passwords::{Password, is_outdated};
use super::access::{Access, secret};
use super::act::{Act, Caller, Done};
use super::caller::Asked;
use super::error::Error;
use super::give_access::hash;
use super::service::Service;
use super::sessions::held_by;
use crate::db::people::{self, Account};
use crate::db::sessions::{self, Session};
use crate::db::sign_in_failures;
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::id::SessionId;
use crate::domain::person::{Person, email_key};
use crate::domain::slowing::Counted;
use chrono::TimeDelta;
use serde_json::json;
use std::net::IpAddr;

pub use crate::db::sessions::Stage;

/// How long somebody has for the second step of signing in.
///
/// Choice: ten minutes, in which an app for codes is found and set up.
const STEP: TimeDelta = TimeDelta::minutes(10);

/// How long a device is known on which nobody signs in.
///
/// Choice: half a year; then strangers' failures slow its owner as they do on a new one.
pub const DEVICE_DAYS: i64 = 180;

/// What somebody who signs in sends.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: Password,
    /// From where.
    pub from: From,
}

/// From where somebody signs in.
#[derive(Clone, Debug, Default)]
pub struct From {
    /// Their network address, where it can be told from others'.
    pub address: Option<IpAddr>,
    /// What the cookie of a device holds on which somebody signed in before.
    pub device: Option<String>,
    /// What the browser calls itself.
    pub agent: String,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Answered {
    /// The password is right.
    Right(Box<Opened>),
    /// Address or password is not right.
    Wrong,
    /// It must be waited, since it was wrong too often.
    Wait(Instant),
    /// Too many passwords wait to be hashed: a little later.
    Busy,
}

/// A session that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What the cookie of the session holds: shown this once.
    pub secret: String,
    /// What the cookie of the device holds, when they are in.
    pub device: Option<String>,
    /// The session.
    pub session: Session,
    /// Whose.
    pub person: Person,
}

/// The buckets in which failures of an attempt are counted.
struct Buckets(Vec<(String, Counted)>);

impl Buckets {
    fn of(act: &mut Act<'_>, attempt: &Attempt, account: Option<&Account>) -> Result<Self, Error> {
        let since = act.now - TimeDelta::days(DEVICE_DAYS);
        if let (Some(account), Some(device)) = (account, &attempt.from.device) {
            let device = hash(device);
            if sessions::knows_device(act.conn, &account.person.id, &device, since)? {
                let bucket = hash(&format!("device {device} {}", account.person.id));
                return Ok(Self(vec![(bucket, Counted::Device)]));
            }
        }
        let account = hash(&format!("account {}", email_key(&attempt.email)));
        let mut all = vec![(account, Counted::Account)];
        all.extend(attempt.from.address.map(|address| {
            (
                hash(&format!("address {}", place(address))),
                Counted::Address,
            )
        }));
        Ok(Self(all))
    }

    /// Until when must be waited, if at all.
    fn waits(&self, act: &mut Act<'_>) -> Result<Option<Instant>, Error> {
        let mut until = None;
        for (bucket, _) in &self.0 {
            let found = sign_in_failures::find(act.conn, bucket)?;
            let still = found.filter(|f| f.still(act.now).is_some());
            until = until.max(still.map(|f| f.wait_until));
        }
        Ok(until)
    }

    /// Counts one failure in each, unless it must be waited.
    fn count(&self, act: &mut Act<'_>) -> Result<Option<Instant>, Error> {
        if let Some(until) = self.waits(act)? {
            return Ok(Some(until));
        }
        for (bucket, counted) in &self.0 {
            let waits = sign_in_failures::count(act.conn, (bucket, *counted), act.now)?;
            if waits.is_some() {
                return Ok(waits);
            }
        }
        Ok(None)
    }

    /// Forgets what was the owner's, and takes back what was counted of an address for this attempt.
    fn right(&self, act: &mut Act<'_>) -> Result<(), Error> {
        for (bucket, counted) in &self.0 {
            match counted {
                Counted::Account | Counted::Device => sign_in_failures::clear(act.conn, bucket)?,
                Counted::Address => sign_in_failures::take_back(act.conn, bucket, act.now)?,
            }
        }
        Ok(())
    }
}

/// A network address as one of those who share it: of IPv6 a household or a ward has 64 bits for itself
/// (RFC 6177).
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("{:x}/64", six.to_bits() >> 64),
    }
}

/// Forgets the failures of an account: its owner has shown otherwise who they are.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn forgive(act: &mut Act<'_>, person: &Person) -> Result<(), Error> {
    let bucket = hash(&format!("account {}", email_key(&person.email)));
    Ok(sign_in_failures::clear(act.conn, &bucket)?)
}

/// Signs in: looks at a password, and opens a session or asks for what is still wanted.
///
/// # Errors
/// The database's, or a bug of ours. What is wrong is no error but an answer.
pub async fn sign_in(
    service: &Service,
    (now, asked): (Instant, &Asked),
    attempt: Attempt,
) -> Result<Answered, Error> {
    let nobody = Caller::nobody(asked);
    let tried = attempt.clone();
    let look = service.read(nobody.clone(), now, move |act| {
        let account = people::by_email(act.conn, &tried.email)?;
        Buckets::of(act, &tried, account.as_ref())?.waits(act)
    });
    if let Some(until) = look.await? {
        return Ok(Answered::Wait(until));
    }
    let turn = match service.hashing().turn().await {
        Ok(turn) => turn,
        Err(TooMany) => return Ok(Answered::Busy),
    };
    let tried = attempt.clone();
    let begun = service.write(nobody.clone(), now, Vec::new(), move |act| {
        let account = people::by_email(act.conn, &tried.email)?;
        let waits = Buckets::of(act, &tried, account.as_ref())?.count(act)?;
        Ok((account, waits))
    });
    let (account, waits) = begun.await?;
    if let Some(until) = waits {
        return Ok(Answered::Wait(until));
    }
    let kept = account.as_ref().and_then(|a| a.password.clone());
    let password = attempt.password.clone();
    let compared = service.hashing().hash(turn, move || {
        let right = password.is_of(kept.as_deref())?;
        let again = right && kept.as_deref().is_some_and(is_outdated);
        let new = again.then(|| password.hash()).transpose()?;
        Ok::<_, String>((right, new))
    });
    let (right, rehashed) = compared.await.map_err(Error::Bug)?.map_err(Error::Bug)?;
    let access = service.access().clone();
    let done = service.write(nobody, now, Vec::new(), move |act| {
        let compared = account.as_ref().filter(|_| right);
        match compared {
            Some(account) => opened(act, &access, (&attempt, account), rehashed.as_deref()),
            None => wrong(act, account.as_ref()),
        }
    });
    done.await
}

fn wrong(act: &mut Act<'_>, account: Option<&Account>) -> Result<Answered, Error> {
    let reason = match account {
        None => "unknown",
        Some(account) if !account.person.active => "inactive",
        Some(account) if account.password.is_none() => "no-password",
        Some(_) => "wrong-password",
    };
    note_refusal(act, account.map(|a| &a.person), reason)?;
    Ok(Answered::Wrong)
}

fn note_refusal(act: &mut Act<'_>, person: Option<&Person>, reason: &str) -> Result<(), Error> {
    act.audit_refusal(
        None,
        Done {
            action: "sign-in",
            object: person.map_or("", |p| p.id.as_str()),
            patient: None,
            details: json!({ "reason": reason }),
        },
    )
}

/// The password was right when it was compared: opens a session if it still is.
fn opened(
    act: &mut Act<'_>,
    access: &Access,
    (attempt, compared): (&Attempt, &Account),
    rehashed: Option<&str>,
) -> Result<Answered, Error> {
    let found = people::find(act.conn, &compared.person.id)?;
    let same = |a: &Account| a.person.active && a.password == compared.password;
    let Some(account) = found.filter(same) else {
        return wrong(act, Some(compared));
    };
    if let (Some(new), Some(old)) = (rehashed, &account.password) {
        people::rehash(act.conn, &account.person.id, old, new)?;
    }
    Buckets::of(act, attempt, Some(&account))?.right(act)?;
    let held = held_by(act.conn, &account.person.id, act.now)?;
    let stage = if account.has_second_factor() {
        Stage::SecondFactor
    } else if access.second_factor.asks(held.iter().map(|h| h.role)) {
        Stage::Enrolment
    } else {
        Stage::Full
    };
    let opened = open(
        act,
        access,
        (&account.person, stage, &Opener::default()),
        &attempt.from,
    )?;
    Ok(Answered::Right(Box::new(opened)))
}

/// Opens a session at a stage, with a secret of its own.
fn open(
    act: &mut Act<'_>,
    access: &Access,
    (person, stage, by): (&Person, Stage, &Opener),
    from: &From,
) -> Result<Opened, Error> {
    let new = secret();
    let lasts = match stage {
        Stage::Full => access.longest,
        Stage::SecondFactor | Stage::Enrolment => STEP,
    };
    let session = Session {
        id: SessionId::new(act.id()),
        hash: hash(&new),
        person: person.id.clone(),
        stage,
        created_at: to_micros(act.now),
        seen_at: to_micros(act.now),
        expires_at: to_micros(act.now + lasts),
        wrong: 0,
        agent: from.agent.chars().take(200).collect(),
        identity: by.identity.clone(),
        factor_outside: by.factor_outside,
    };
    sessions::insert(act.conn, &session)?;
    let device = match stage {
        // who comes from a provider guessed no password, and brings no device along
        Stage::Full if by.identity.is_none() => Some(known_device(act, person, from)?),
        Stage::Full | Stage::SecondFactor | Stage::Enrolment => None,
    };
    let held = held_by(act.conn, &person.id, act.now)?;
    let id = Caller::id_of_person(&person.id);
    let caller = Caller {
        name: person.name.clone(),
        ..Caller::holding(&id, held, &act.caller.asked())
    };
    let as_them = &mut Act {
        conn: act.conn,
        caller: &caller,
        ..*act
    };
    as_them.audit(
        None,
        Done {
            action: "sign-in",
            object: session.id.as_str(),
            patient: None,
            details: by.details(stage),
        },
    )?;
    Ok(Opened {
        secret: new,
        device,
        session,
        person: person.clone(),
    })
}

/// The device is known from now on, by what its cookie holds already where that is this person's.
fn known_device(act: &mut Act<'_>, person: &Person, from: &From) -> Result<String, Error> {
    let ages_ago = act.now - TimeDelta::days(DEVICE_DAYS);
    if let Some(device) = &from.device
        && sessions::knows_device(act.conn, &person.id, &hash(device), ages_ago)?
    {
        sessions::remember_device(act.conn, &person.id, &hash(device), act.now)?;
        return Ok(device.clone());
    }
    let device = secret();
    sessions::remember_device(act.conn, &person.id, &hash(&device), act.now)?;
    Ok(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_are_one() {
        let place = |text: &str| place(text.parse().unwrap());
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.7"), place("192.0.2.7"));
        assert_ne!(place("192.0.2.7"), place("192.0.2.8"));
    }
}
