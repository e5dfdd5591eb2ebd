//! Letters that were given up, sent again from the beginning.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::outbox::{self, LetterState, OutboxLetter};
use crate::domain::code::Finess;
use crate::domain::id::LetterId;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use serde_json::json;
use std::collections::BTreeSet;

/// What became of all that were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// How many are due again.
    pub retried: usize,
    /// How many are left, because a later letter about the alert is there for the recipient.
    pub overtaken: usize,
}

/// Makes a letter due again that was given up. It has the same `Message-ID`, and as many attempts as
/// a new one.
///
/// # Errors
/// Refused when there is no such letter within the caller's reach, when it is not one that was given
/// up, and when a later letter has told its recipient what is so.
pub fn retry(act: &mut Act<'_>, id: &LetterId) -> Result<OutboxLetter, Error> {
    let unknown = || Refusal::Unknown {
        what: "letter",
        name: id.to_string(),
    };
    let letter = outbox::find(act.conn, id)?.ok_or_else(unknown)?;
    // of a letter elsewhere not even the existence is told
    act.caller
        .check(Action::RetryLetters, letter.site)
        .map_err(|_elsewhere| unknown())?;
    let overtaken = outbox::is_overtaken(act.conn, &letter)?;
    if letter.state != LetterState::Failed || overtaken {
        let state = if overtaken {
            LetterState::Superseded
        } else {
            letter.state
        };
        return Err(Refusal::WrongState {
            state: state.code(),
        }
        .into());
    }
    if !again(act, &letter)? {
        // somebody else was quicker
        let state = LetterState::Queued.code();
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(OutboxLetter {
        state: LetterState::Queued,
        attempts: 0,
        due_at: act.now,
        ..letter
    })
}

/// Makes every letter due again that was given up and that no later one has overtaken.
///
/// # Errors
/// When the caller may not, and when the database cannot be written.
pub fn retry_all(act: &mut Act<'_>) -> Result<Retried, Error> {
    act.caller.check(Action::RetryLetters, None)?;
    let mut done = Retried::default();
    for letter in failed(act)? {
        if outbox::is_overtaken(act.conn, &letter)? {
            done.overtaken += 1;
        } else if again(act, &letter)? {
            done.retried += 1;
        }
    }
    Ok(done)
}

/// The sites about which letters were given up: those that are locked to make them due again.
///
/// # Errors
/// When the database cannot be read.
pub fn sites_of_failed(act: &mut Act<'_>) -> Result<Vec<Finess>, Error> {
    let sites = failed(act)?.into_iter().filter_map(|letter| letter.site);
    Ok(sites.collect::<BTreeSet<_>>().into_iter().collect())
}

fn failed(act: &mut Act<'_>) -> Result<Vec<OutboxLetter>, Error> {
    let sites = act.caller.reach.sites();
    let failed = Some(LetterState::Failed);
    Ok(outbox::page(act.conn, sites, None, failed, None, i64::MAX)?)
}

/// Returns whether it was still given up.
fn again(act: &mut Act<'_>, letter: &OutboxLetter) -> Result<bool, Error> {
    if !outbox::retry(act.conn, &letter.id, act.now)? {
        return Ok(false);
    }
    act.audit(
        letter.site,
        Done {
            action: "letter.retry",
            object: letter.id.as_str(),
            patient: None,
            // what the server said may name the recipient, and stays in the outbox
            details: json!({ "attempts": letter.attempts, "event": letter.event }),
        },
    )?;
    Ok(true)
}
