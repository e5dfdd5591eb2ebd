//! The second factor: a code of half a minute, or one of ten that were written down.

use super::{DEVICE_DAYS, From, Opened, Opener, Stage, note_refusal, open};
use crate::app::access::totp::{TotpSecret, recovery_code, square, typed_recovery_code};
use crate::app::access::{Access, sealed};
use crate::app::act::{Act, Done};
use crate::app::error::Error;
use crate::app::give_access::hash;
use crate::app::set_password::{self, Told};
use crate::db::people::{self, Account};
use crate::db::sessions::{self, Session};
use crate::db::sign_in_failures;
use crate::domain::calendar::Instant;
use crate::domain::id::PersonId;
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::slowing::Counted;
use chrono::TimeDelta;
use serde_json::json;

/// How many recovery codes somebody has.
const RECOVERY_CODES: usize = 10;

/// After how many wrong codes the password is asked for again.
///
/// Choice: five; the waiting of the account goes on beside it.
const WRONG_MOST: i64 = 5;

/// What somebody shows.
#[derive(Clone, PartialEq, Eq)]
pub enum Offered {
    /// A code that their app shows.
    Code(String),
    /// A code that they wrote down.
    Recovery(String),
}

impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offered(…)")
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Proved {
    /// They are in; with recovery codes, shown this once, when the second factor is new.
    In(Box<Opened>, Vec<String>),
    /// The code is not right.
    Wrong,
    /// It must be waited, since codes were wrong too often.
    Wait(Instant),
    /// There is no such step: it took too long, or too many codes were wrong.
    Gone,
}

/// A second factor to be set up.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolling {
    /// The secret, to be typed into an app.
    pub secret: String,
    /// The same as an address that apps read.
    pub address: String,
    /// The same as a square of dots (SVG).
    pub square: String,
}

/// The step of signing in of a secret, if there is one at that stage in time.
fn step(
    act: &mut Act<'_>,
    secret: &str,
    stage: &[Stage],
) -> Result<Option<(Session, Account)>, Error> {
    let found = sessions::by_hash(act.conn, &hash(secret))?;
    let Some(session) = found.filter(|s| stage.contains(&s.stage) && act.now < s.expires_at) else {
        return Ok(None);
    };
    let account = people::find(act.conn, &session.person)?;
    let account = account.filter(|account| account.person.active);
    Ok(account.map(|account| (session, account)))
}

/// Begins a second factor for somebody who must have one to come in.
///
/// # Errors
/// The database's, or a bug of ours.
pub fn enrol(act: &mut Act<'_>, access: &Access, secret: &str) -> Result<Option<Enrolling>, Error> {
    let Some((_, account)) = step(act, secret, &[Stage::Enrolment])? else {
        return Ok(None);
    };
    begin(act, access, &account).map(Some)
}

/// Begins a second factor for somebody who is in.
///
/// # Errors
/// Refused when it is no person who asks, or one is in force.
pub fn start(act: &mut Act<'_>, access: &Access) -> Result<Enrolling, Error> {
    let account = asking(act)?;
    begin(act, access, &account)
}

fn begin(act: &mut Act<'_>, access: &Access, account: &Account) -> Result<Enrolling, Error> {
    let (id, secret) = (&account.person.id, TotpSecret::new());
    let sealed = sealed::seal(access.key.as_ref(), id, &secret).map_err(Error::Bug)?;
    if !people::start_second_factor(act.conn, id, &sealed)? {
        return Err(Refusal::WrongState { state: "in-force" }.into());
    }
    let address = secret.address(&account.person.email);
    Ok(Enrolling {
        secret: secret.typed(),
        square: square(&address).map_err(Error::Bug)?,
        address,
    })
}

/// The second step of signing in: looks at a code, and lets in under a new session.
///
/// # Errors
/// The database's, or a bug of ours. What is wrong is no error but an answer, and is counted.
pub fn prove(
    act: &mut Act<'_>,
    access: &Access,
    secret: &str,
    (offered, from): (&Offered, &From),
) -> Result<Proved, Error> {
    let stages = [Stage::SecondFactor, Stage::Enrolment];
    let Some((session, account)) = step(act, secret, &stages)? else {
        return Ok(Proved::Gone);
    };
    let id = &account.person.id;
    let (bucket, counted) = bucket_here(act, id, from)?;
    let waits = sign_in_failures::count(act.conn, (&bucket, counted), act.now)?;
    if let Some(until) = waits {
        return Ok(Proved::Wait(until));
    }
    let enrolls = session.stage == Stage::Enrolment;
    let right = match offered {
        Offered::Code(code) if enrolls => confirmed(act, access, &account, code)?,
        Offered::Code(_) | Offered::Recovery(_) if enrolls => None,
        Offered::Code(_) | Offered::Recovery(_) => {
            is_right(act, access, &account, offered)?.then(Vec::new)
        }
    };
    let Some(codes) = right else {
        sessions::count_wrong(act.conn, &session.id)?;
        if session.wrong + 1 >= WRONG_MOST {
            sessions::end(act.conn, &session.id)?;
        }
        note_refusal(act, Some(&account.person), "wrong-code")?;
        return Ok(Proved::Wrong);
    };
    // a step is used once, and the session that follows has another secret than it had
    if !sessions::end(act.conn, &session.id)? {
        return Ok(Proved::Gone);
    }
    sign_in_failures::clear(act.conn, &bucket)?;
    let by = Opener::of(act, &session)?;
    let opened = open(act, access, (&account.person, Stage::Full, &by), from)?;
    Ok(Proved::In(Box::new(opened), codes))
}

/// As with passwords: a stranger who tries codes slows nobody on a device of theirs.
fn bucket_here(act: &mut Act<'_>, id: &PersonId, from: &From) -> Result<(String, Counted), Error> {
    let since = act.now - TimeDelta::days(DEVICE_DAYS);
    if let Some(device) = from.device.as_deref().map(hash)
        && sessions::knows_device(act.conn, id, &device, since)?
    {
        let bucket = hash(&format!("codes of {id} on {device}"));
        return Ok((bucket, Counted::Device));
    }
    Ok((bucket(id), Counted::Account))
}

fn bucket(id: &PersonId) -> String {
    hash(&format!("codes of {id}"))
}

/// Whether a code is right and was not used, which it is from now on.
fn is_right(
    act: &mut Act<'_>,
    access: &Access,
    account: &Account,
    offered: &Offered,
) -> Result<bool, Error> {
    let id = &account.person.id;
    match offered {
        Offered::Code(code) => {
            let Some(factor) = account.second_factor.as_ref().filter(|f| f.since.is_some()) else {
                return Ok(false);
            };
            let secret = sealed::open(access.key.as_ref(), id, &factor.sealed);
            let step = secret.map_err(Error::Bug)?.step_of(code, act.now);
            match step {
                Some(step) => Ok(people::use_step(act.conn, id, step)?),
                None => Ok(false),
            }
        }
        Offered::Recovery(code) => {
            let hash = hash(&typed_recovery_code(code));
            let used = people::use_recovery_code(act.conn, id, &hash, act.now)?;
            if used {
                let left = people::recovery_codes_left(act.conn, id)?;
                note(act, id, "second-factor.recover", json!({ "left": left }))?;
                set_password::tell(act, &account.person, Told::RecoveryCodeUsed)?;
            }
            Ok(used)
        }
    }
}

/// Puts the second factor that was begun into force when its code is right; returns the recovery codes.
fn confirmed(
    act: &mut Act<'_>,
    access: &Access,
    account: &Account,
    code: &str,
) -> Result<Option<Vec<String>>, Error> {
    let id = &account.person.id;
    let Some(factor) = account.second_factor.as_ref().filter(|f| f.since.is_none()) else {
        return Ok(None);
    };
    let secret = sealed::open(access.key.as_ref(), id, &factor.sealed).map_err(Error::Bug)?;
    let Some(step) = secret.step_of(code, act.now) else {
        return Ok(None);
    };
    if !people::confirm_second_factor(act.conn, id, (&factor.sealed, step), act.now)? {
        return Ok(None);
    }
    note(act, id, "second-factor.set", json!({}))?;
    renewed(act, id).map(Some)
}

fn renewed(act: &mut Act<'_>, id: &PersonId) -> Result<Vec<String>, Error> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes: Vec<String> = codes
        .iter()
        .map(|code| hash(&typed_recovery_code(code)))
        .collect();
    people::set_recovery_codes(act.conn, id, &hashes)?;
    Ok(codes)
}

fn note(
    act: &mut Act<'_>,
    id: &PersonId,
    action: &'static str,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        None,
        Done {
            action,
            object: id.as_str(),
            patient: None,
            details,
        },
    )
}

/// Who asks, who must be a person.
fn asking(act: &mut Act<'_>) -> Result<Account, Error> {
    let id = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    Ok(people::find(act.conn, &id)?.ok_or(OfAccess::NotAPerson)?)
}

/// Counts an attempt of somebody who is in; `look` says whether it was right. Wrong and waiting are answers,
/// so that they are counted.
fn counted<T>(
    act: &mut Act<'_>,
    account: &Account,
    look: impl FnOnce(&mut Act<'_>) -> Result<Option<T>, Error>,
) -> Result<Result<T, Refusal>, Error> {
    let bucket = bucket(&account.person.id);
    let waits = sign_in_failures::count(act.conn, (&bucket, Counted::Account), act.now)?;
    if let Some(until) = waits {
        return Ok(Err(OfAccess::WaitUntil { until }.into()));
    }
    let Some(right) = look(act)? else {
        note_refusal(act, Some(&account.person), "wrong-code")?;
        return Ok(Err(OfAccess::WrongCode.into()));
    };
    sign_in_failures::clear(act.conn, &bucket)?;
    Ok(Ok(right))
}

/// Asks somebody who is in for a code of their second factor, before what only they may do; returns who they are.
///
/// # Errors
/// As [`confirm`]; refused when they have no second factor.
pub(in crate::app) fn shown(
    act: &mut Act<'_>,
    access: &Access,
    offered: &Offered,
) -> Result<Result<Account, Refusal>, Error> {
    let account = asking(act)?;
    if !account.has_second_factor() {
        return Err(OfAccess::SecondFactorFirst.into());
    }
    counted(act, &account, |act| {
        Ok(is_right(act, access, &account, offered)?.then(|| account.clone()))
    })
}

/// Puts the second factor that was begun by somebody who is in into force; returns the recovery codes.
///
/// # Errors
/// Refused when it is no person who asks. A wrong code is no error, so that it stays counted.
pub fn confirm(
    act: &mut Act<'_>,
    access: &Access,
    code: &str,
) -> Result<Result<Vec<String>, Refusal>, Error> {
    let account = asking(act)?;
    let done = counted(act, &account, |act| confirmed(act, access, &account, code))?;
    if done.is_ok() {
        set_password::tell(act, &account.person, Told::SecondFactorSet)?;
    }
    Ok(done)
}

/// Puts new recovery codes in the place of those there are, for whoever shows a code.
///
/// # Errors
/// As [`confirm`].
pub fn new_recovery_codes(
    act: &mut Act<'_>,
    access: &Access,
    offered: &Offered,
) -> Result<Result<Vec<String>, Refusal>, Error> {
    let account = asking(act)?;
    counted(act, &account, |act| {
        if !is_right(act, access, &account, offered)? {
            return Ok(None);
        }
        note(
            act,
            &account.person.id,
            "second-factor.recovery-codes",
            json!({}),
        )?;
        renewed(act, &account.person.id).map(Some)
    })
}

/// Takes the second factor of whoever shows a code away; where one must be had they are signed out, and set up
/// another when they sign in.
///
/// # Errors
/// As [`confirm`].
pub fn remove(
    act: &mut Act<'_>,
    access: &Access,
    offered: &Offered,
) -> Result<Result<(), Refusal>, Error> {
    let account = asking(act)?;
    counted(act, &account, |act| {
        if !is_right(act, access, &account, offered)? {
            return Ok(None);
        }
        people::clear_second_factor(act.conn, &account.person.id)?;
        note(act, &account.person.id, "second-factor.remove", json!({}))?;
        set_password::tell(act, &account.person, Told::SecondFactorRemoved)?;
        Ok(Some(()))
    })
}
