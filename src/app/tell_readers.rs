//! Who is told what of an alert: who hears of its kind, whoever was called in, and what becomes of letters that
//! still wait when something changes.

use super::act::Act;
use super::error::Error;
use super::hearers;
use super::post_letters::{after_those_before, to, to_operations};
use super::site_state::SiteState;
use crate::db;
use crate::db::outbox::LetterState;
use crate::db::recipients::Recipient;
use crate::domain::alert::{Alert, AlertKind, AlertState};
use crate::domain::calendar::Instant;

/// Writes one letter to each recipient of the site who hears of this kind of alert; of what was seen to or is
/// over, to those who were told that it is there, also where they were called in; of a site where nobody can
/// be written to, also to whoever looks after the service. Returns when the first of them is due, which is now
/// where there is none.
///
/// A letter that can wait waits for the end of its recipient's quiet hours. What closes meanwhile is never
/// told: its letter is withdrawn, and none says that it is over. What gets worse meanwhile is told once, as
/// it is then.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn about(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
    event: &'static str,
) -> Result<Instant, Error> {
    let mut readers: Vec<Reader> = Vec::new();
    for recipient in hearers::of(act, &state.site, alert.kind)? {
        add(&mut readers, recipient, false);
    }
    if matches!(event, "acknowledged" | "closed") {
        if !alert.kind.is_told_together() {
            // whoever came since hears of the next
            let told = db::outbox::written_to(act.conn, &alert.id)?;
            readers.retain(|r| told.iter().any(|address| r.recipient.is_at(address)));
        }
        for recipient in hearers::called_in(act, &state.site, alert)? {
            add(&mut readers, recipient, true);
        }
    }
    let at = after_those_before(act, alert, event)?;
    let mut first: Option<Instant> = None;
    for reader in &readers {
        for (alert, event) in still_to_tell(act, alert, event, reader)? {
            let at = at.max(after_those_before(act, &alert, event)?);
            let due = to(act, state, &alert, event, &reader.recipient, at)?;
            first = Some(first.map_or(due, |first| first.min(due)));
        }
    }
    if alert.kind == AlertKind::SiteUnreachable {
        to_operations(act, state, alert, event, at)?;
    }
    Ok(first.unwrap_or(act.now))
}

/// Somebody who is written to about an alert.
struct Reader {
    recipient: Recipient,
    /// Whether they hear because others did not answer, or could not be written to.
    called_in: bool,
}

/// Adds a reader, once an address.
fn add(readers: &mut Vec<Reader>, recipient: Recipient, called_in: bool) {
    let same = |r: &Reader| r.recipient.is_at(&recipient.email);
    if !readers.iter().any(same) {
        readers.push(Reader {
            recipient,
            called_in,
        });
    }
}

/// What is to be told of an event to somebody who may not have heard yet of what was before: of which alert,
/// as what.
fn still_to_tell(
    act: &mut Act<'_>,
    alert: &Alert,
    event: &'static str,
    reader: &Reader,
) -> Result<Vec<(Alert, &'static str)>, Error> {
    let as_it_is = vec![(alert.clone(), event)];
    let (state, instead) = match event {
        "closed" => (LetterState::Withdrawn, None),
        "acknowledged" if reader.called_in => (LetterState::Withdrawn, None),
        "worsened" => (LetterState::Superseded, Some("opened")),
        _ => return Ok(as_it_is),
    };
    let to = &reader.recipient;
    if !alert.kind.can_wait() {
        return Ok(as_it_is);
    }
    let of = (alert, to.email.as_str());
    if db::outbox::take_back(act.conn, of, act.now, state)? == 0 {
        return Ok(as_it_is);
    }
    if alert.kind.is_told_together() {
        return together_instead(act, (alert, event), reader);
    }
    let told = db::outbox::written_to(act.conn, &alert.id)?;
    if told.iter().any(|address| to.is_at(address)) {
        return Ok(as_it_is);
    }
    Ok(instead
        .map(|event| (alert.clone(), event))
        .into_iter()
        .collect())
}

/// What is told instead of letters about several alerts that were taken back: that it is over, of what they
/// had heard of otherwise, and what is open still.
fn together_instead(
    act: &mut Act<'_>,
    (alert, event): (&Alert, &'static str),
    reader: &Reader,
) -> Result<Vec<(Alert, &'static str)>, Error> {
    let mut tell = Vec::new();
    if event == "closed" {
        for over in db::alerts::closed_at(act.conn, alert.site, alert.kind, alert.changed_at)? {
            if db::outbox::told_since(act.conn, &over, &reader.recipient.email)? {
                tell.push((alert.clone(), event));
                break;
            }
        }
    }
    let mut open = db::alerts::open(act.conn, alert.site)?;
    open.retain(|a| a.kind == alert.kind && a.state == AlertState::Open);
    // a letter about one that has not changed just now names them all
    let unchanged = open.iter().position(|a| a.changed_at != act.now);
    if let Some(rest) = open.get(unchanged.unwrap_or(0)) {
        let event = if reader.called_in {
            "escalated"
        } else {
            "opened"
        };
        tell.push((rest.clone(), event));
    }
    Ok(tell)
}
