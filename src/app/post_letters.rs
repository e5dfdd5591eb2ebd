//! Writing letters into the outbox, in the transaction that causes them.

use super::act::{Act, mint};
use super::break_glass;
use super::error::Error;
use super::letter_links;
use super::recalls;
use super::refused;
use super::shelf;
use super::site_state::SiteState;
use crate::db::letter_links::Purpose;
use crate::db::outbox::{LetterState, OutboxLetter};
use crate::db::recipients::Recipient;
use crate::db::{self};
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{AlertId, LetterId};
use crate::domain::language::Language;
use crate::domain::rule::{Rulebook, Slug};
use crate::text::letter::links::asks_for_an_answer;
use crate::text::letter::{Facts, Words, write, write_to_nobodys_list};
use chrono::TimeDelta;

/// Writes one letter about an alert to one recipient; returns when it is due.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn to(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
    event: &'static str,
    recipient: &Recipient,
    at: Instant,
) -> Result<Instant, Error> {
    let letter = worded(act, state, (alert, event), recipient.language, write)?;
    let site = &state.site;
    let waits = recipient.quiet.filter(|_| alert.kind.can_wait());
    let times = Times {
        at,
        due: waits
            .and_then(|quiet| quiet.end(act.now, site.zone))
            .unwrap_or(act.now),
    };
    let about = (Some(site.finess), Some(alert.id.clone()));
    let id = queue(act, about, event, To::of(recipient), letter, times)?;
    let mut links = vec![Purpose::Unsubscribe];
    if asks_for_an_answer(event) {
        links.push(Purpose::Acknowledge);
    }
    let of = letter_links::Of {
        letter: &id,
        recipient: &recipient.id,
        site: site.finess,
        alert: Some(&alert.id),
        kind: alert.kind.code(),
    };
    letter_links::attach(act, &of, &links, times.due)?;
    Ok(times.due)
}

/// Writes one letter about an alert to whoever looks after the service, if somebody does.
pub(super) fn to_operations(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
    event: &'static str,
    at: Instant,
) -> Result<(), Error> {
    let desk = act.desk;
    let operations = &desk.operations;
    let Some(to) = operations.to() else {
        return Ok(());
    };
    let language = operations.language;
    let letter = worded(act, state, (alert, event), language, write_to_nobodys_list)?;
    let about = (Some(state.site.finess), Some(alert.id.clone()));
    let times = Times { at, due: act.now };
    queue(act, about, event, to, letter, times).map(drop)
}

fn worded(
    act: &mut Act<'_>,
    state: &SiteState,
    (alert, event): (&Alert, &str),
    language: Language,
    write: impl Fn(Language, &Facts<'_>) -> Words,
) -> Result<Words, Error> {
    let recall = recalls::facts(act, alert)?;
    let of = shelf::facts(act, state, alert)?;
    let glass = break_glass::facts(act, alert)?;
    let refused = refused::rulebook(act, alert)?;
    let rulebook = match (&recall, &of) {
        // of another medicine than the letter's no telephone number helps
        (Some(recall), _) => rulebook_with(act, &[recall.cip13]),
        (None, Some(of)) if !of.presentations().is_empty() => {
            rulebook_with(act, &of.presentations())
        }
        // nor of any, where nobody hears
        (None, _) if is_of_no_medicine(alert.kind) => None,
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
        glass,
        link: &link,
        simulated: act.desk.simulated,
    };
    Ok(write(language, &facts))
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

impl To {
    /// One of a site's recipients.
    pub(super) fn of(recipient: &Recipient) -> Self {
        Self {
            name: recipient.name.clone(),
            email: recipient.email.clone(),
            language: recipient.language,
        }
    }
}

/// When a letter is written and due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// An instant of its own, which orders the letters of one act: as which it counts as written.
    pub(super) at: Instant,
    /// When it may leave: now, or at the end of quiet hours.
    pub(super) due: Instant,
}

/// Puts a letter into the outbox, about a site and an alert, a site, or the service itself; returns its id.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn queue(
    act: &mut Act<'_>,
    (site, alert): (Option<Finess>, Option<AlertId>),
    event: &str,
    to: To,
    letter: Words,
    times: Times,
) -> Result<LetterId, Error> {
    let id = LetterId::new(mint(times.at));
    let message_id = format!("{id}@{}", act.desk.mail_domain);
    let letter = OutboxLetter {
        id: id.clone(),
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
        due_at: times.due,
        last_error: None,
        failure: None,
        created_at: times.at,
        sent_at: None,
    };
    db::outbox::insert(act.conn, &letter)?;
    Ok(id)
}

/// When a letter is written: after every letter about the alert that there is, so that it has a
/// later id. Two requests may be written down in another order than they came in, and on two
/// machines whose clocks differ.
pub(super) fn after_those_before(
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

const fn is_of_no_medicine(kind: AlertKind) -> bool {
    matches!(
        kind,
        AlertKind::SiteUnreachable | AlertKind::EvaluationLate | AlertKind::BreakGlass
    )
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
