//! What was kept for long enough is erased: each night by the schedule, or by hand.
//!
//! Each patient is a transaction of their own, so that nobody waits for the others; one that fails is tried
//! again the next night. What is needed still is left, however old it is, and counted.

use super::act::{Act, Caller, Done};
use super::error::Error;
use super::personal::{Reason, erase_known};
use super::service::Service;
use crate::db::patients::Known;
use crate::db::personal;
pub use crate::db::personal::Keep;
use crate::domain::calendar::Instant;
use chrono::TimeDelta;
use serde_json::json;

/// For how many days what is kept; 0 for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What is personal of a patient, after the last thing that was done with them.
    pub patients_days: u32,
    /// What plans were made from.
    pub plans_days: u32,
    /// What letters said, and to whom.
    pub letters_days: u32,
}

/// How much was erased, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Patients.
    pub patients: usize,
    /// Patients who are old enough, and needed still.
    pub needed: usize,
    /// Cases of plans.
    pub plans: usize,
    /// Letters.
    pub letters: usize,
}

/// How many patients are looked up at a time. Choice: a page, so that no read is long.
const AT_ONCE: i64 = 200;

/// Erases what was kept for long enough, or counts it.
///
/// # Errors
/// When the database cannot be read or written: what was erased before stays erased.
pub async fn run(
    service: &Service,
    (caller, now): (Caller, Instant),
    terms: Terms,
    keep: Keep,
) -> Result<Erasure, Error> {
    let mut done = Erasure::default();
    if let Some(since) = before(now, terms.patients_days) {
        patients(service, (&caller, now), since, keep, &mut done).await?;
    }
    let rest = move |act: &mut Act<'_>| words(act, terms, keep);
    let (plans, letters) = match keep {
        Keep::All => service.read(caller, now, rest).await?,
        Keep::Nothing => service.write(caller, now, Vec::new(), rest).await?,
    };
    Ok(Erasure {
        plans,
        letters,
        ..done
    })
}

async fn patients(
    service: &Service,
    (caller, now): (&Caller, Instant),
    since: Instant,
    keep: Keep,
    done: &mut Erasure,
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let from = after.clone();
        let idle = service.read(caller.clone(), now, move |act| {
            Ok(personal::idle(act.conn, since, &from, AT_ONCE)?)
        });
        let idle = idle.await?;
        let Some(last) = idle.last() else {
            return Ok(());
        };
        after = last.id.to_string();
        for known in idle {
            let gone = match keep {
                Keep::All => {
                    let look = move |act: &mut Act<'_>| {
                        Ok(personal::needed(act.conn, &known.id)?.is_empty())
                    };
                    service.read(caller.clone(), now, look).await?
                }
                Keep::Nothing => one(service, (caller, now), since, known).await?,
            };
            let count = if gone {
                &mut done.patients
            } else {
                &mut done.needed
            };
            *count = count.saturating_add(1);
        }
    }
}

/// Erases one, unless they are needed still or something was done with them just now.
async fn one(
    service: &Service,
    (caller, now): (&Caller, Instant),
    since: Instant,
    known: Known,
) -> Result<bool, Error> {
    let site = known.site;
    let erase = move |act: &mut Act<'_>| {
        let idle = personal::is_idle(act.conn, since, &known.id)?;
        if !idle || !personal::needed(act.conn, &known.id)?.is_empty() {
            return Ok(false);
        }
        erase_known(act, &known, Reason::Retention)?;
        Ok(true)
    };
    service.write(caller.clone(), now, vec![site], erase).await
}

/// Erases or counts what plans and letters say, with one line on the audit trail when there was any.
fn words(act: &mut Act<'_>, terms: Terms, keep: Keep) -> Result<(usize, usize), Error> {
    let plans = match before(act.now, terms.plans_days) {
        Some(at) => personal::old_plans(act.conn, at, keep)?,
        None => 0,
    };
    let letters = match before(act.now, terms.letters_days) {
        Some(at) => personal::old_letters(act.conn, at, keep)?,
        None => 0,
    };
    if keep == Keep::Nothing && plans.saturating_add(letters) > 0 {
        act.audit(
            None,
            Done {
                action: "retention.erase",
                object: "",
                patient: None,
                details: json!({ "plans": plans, "letters": letters }),
            },
        )?;
    }
    Ok((plans, letters))
}

fn before(now: Instant, days: u32) -> Option<Instant> {
    (days > 0)
        .then(|| now.checked_sub_signed(TimeDelta::days(i64::from(days))))
        .flatten()
}
