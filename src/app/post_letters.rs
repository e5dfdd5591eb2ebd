//! Writing letters into the outbox, in the transaction that causes them.

use super::act::{Act, mint};
use super::error::Error;
use super::recalls;
use super::refused;
use super::shelf;
use super::site_state::SiteState;
use crate::db::alerts::Recipient;
use crate::db::outbox::{LetterState, OutboxLetter};
use crate::db::{self};
use crate::domain::alert::Alert;
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{AlertId, LetterId};
use crate::domain::language::Language;
use crate::domain::rule::{Rulebook, Slug};
use crate::text::letter::{Facts, Words, write};
use chrono::TimeDelta;

/// Writes one letter to each active recipient of the site who hears of this kind of alert.
///
/// # Errors
/// When the database cannot be written.
pub fn about(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
    event: &'static str,
) -> Result<(), Error> {
    let recipients = db::alerts::recipients(act.conn, state.site.finess)?;
    let heard_by = alert.kind.heard_by();
    let mut written: Vec<String> = Vec::new();
    let at = after_those_before(act, alert, event)?;
    for recipient in recipients
        .into_iter()
        .filter(|r| r.active && heard_by.contains(&r.capacity))
    {
        if written.contains(&recipient.email) {
            continue;
        }
        written.push(recipient.email.clone());
        to(act, state, alert, event, recipient, at)?;
    }
    Ok(())
}

/// Writes one letter about an alert to one recipient.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn to(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
    event: &'static str,
    recipient: Recipient,
    at: Instant,
) -> Result<(), Error> {
    let recall = recalls::facts(act, alert)?;
    let of = shelf::facts(act, state, alert)?;
    let refused = refused::rulebook(act, alert)?;
    let rulebook = match (&recall, &of) {
        // of another medicine than the letter's no telephone number helps
        (Some(recall), _) => rulebook_with(act, &[recall.cip13]),
        (None, Some(of)) if !of.presentations().is_empty() => {
            rulebook_with(act, &of.presentations())
        }
        (None, _) => refused.or_else(|| rulebook_of(act, state, alert)),
    };
    let link = format!("{}/alerts/{}", act.desk.public_url, alert.id);
    let facts = Facts {
        site: &state.site,
        alert,
        event,
        rulebook: rulebook.as_ref(),
        recall,
        of,
        link: &link,
        simulated: act.desk.simulated,
    };
    let letter = write(recipient.language, &facts);
    let to = To {
        name: recipient.name,
        email: recipient.email,
        language: recipient.language,
    };
    let about = (state.site.finess, alert.id.clone());
    queue(act, Some(about), event, to, letter, at)
}

/// Who receives a letter.
pub(super) struct To {
    /// Their name.
    pub(super) name: String,
    /// Their address.
    pub(super) email: String,
    /// Of the letter.
    pub(super) language: Language,
}

/// Puts a letter into the outbox: `about` a site and its alert, or the service itself. It is due now, and
/// counts as written `at` an instant of its own, which orders the letters of one act.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn queue(
    act: &mut Act<'_>,
    about: Option<(Finess, AlertId)>,
    event: &str,
    to: To,
    letter: Words,
    at: Instant,
) -> Result<(), Error> {
    let id = LetterId::new(mint(at));
    let (site, alert) = about.unzip();
    let message_id = format!("{id}@{}", act.desk.mail_domain);
    let letter = OutboxLetter {
        id,
        site,
        alert,
        event: event.to_owned(),
        to_name: to.name,
        to_email: to.email,
        language: to.language,
        message_id,
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        state: LetterState::Queued,
        attempts: 0,
        due_at: act.now,
        last_error: None,
        created_at: at,
        sent_at: None,
    };
    Ok(db::outbox::insert(act.conn, &letter)?)
}

/// When a letter is written: after every letter about the alert that there is, so that it has a
/// later id. Two requests may be written down in another order than they came in, and on two
/// machines whose clocks differ.
fn after_those_before(
    act: &mut Act<'_>,
    alert: &Alert,
    event: &'static str,
) -> Result<Instant, Error> {
    if event == "opened" {
        return Ok(act.now);
    }
    // ids are ordered by the millisecond
    let next =
        db::outbox::last_written(act.conn, &alert.id)?.map(|at| at + TimeDelta::milliseconds(1));
    Ok(next.map_or(act.now, |next| next.max(act.now)))
}

/// The rulebook that an alert is about: its subject is the name, or a clearance under it.
fn rulebook_of(act: &Act<'_>, state: &SiteState, alert: &Alert) -> Option<Rulebook> {
    let of_clearance = state
        .in_force
        .iter()
        .find(|c| c.id.as_str() == alert.subject)
        .map(|c| c.rulebook.as_str());
    // a minimum of a route names its rulebook before a colon
    let subject = of_clearance.unwrap_or(&alert.subject);
    let named = Slug::parse(subject.split(':').next().unwrap_or(subject))
        .ok()
        .and_then(|name| act.rules.get(&name));
    named
        .or_else(|| act.reserve_rules().first().map(|(book, _)| *book))
        .cloned()
}

/// The rulebook that is about some presentations, if one is about them all.
fn rulebook_with(act: &Act<'_>, presentations: &[Cip13]) -> Option<Rulebook> {
    let mut all = act.rules.iter();
    let about = |book: &&Rulebook| {
        presentations
            .iter()
            .all(|c| book.presentation(*c).is_some())
    };
    all.find(about).cloned()
}
