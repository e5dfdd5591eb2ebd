//! A letter that was given up reaches somebody else.
//!
//! It is refused for good, or was tried as often as is set. Then the site's next recipient in the same
//! capacity who has not been written to about the alert hears of it, else the coordinator. Where it was the
//! address that was refused, it is marked; and a site where that was the last that takes letters is an alert
//! itself. What failed for another reason (too large a letter, a server that refuses us) says nothing of the
//! address.
//!
//! Choice: where another in that capacity was written to and their letter is not given up, nobody more is:
//! the alert has its reader. What is over, or seen to by somebody, is told to nobody else.

use super::act::{Act, Done};
use super::each::Each;
use super::error::Error;
use super::hearers;
use super::post_letters::{self, after_those_before};
use super::reach;
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::db::outbox::{Failure, LetterState, OutboxLetter};
use crate::db::recipients::Recipient;
use crate::domain::alert::{Alert, AlertState, Capacity};
use crate::domain::calendar::Instant;
use crate::text::letter::links::asks_for_an_answer;
use serde_json::json;

/// How many letters are followed at a look.
const AT_ONCE: i64 = 100;

/// The most characters that are kept of what a server said. Choice: as many as a paragraph.
const MOST: usize = 600;

/// The most letters of an alert that are looked at.
const LETTERS: i64 = 1_000;

/// Follows the letters that were given up, each once; returns how many.
///
/// # Errors
/// When the database cannot be read, or the last error of those that could not be followed.
pub async fn follow(service: &Service, now: Instant) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    let look = |act: &mut Act<'_>| Ok(db::outbox::given_up(act.conn, AT_ONCE)?);
    for letter in each.due(look).await? {
        let sites = letter.site.into_iter().collect();
        each.one(sites, move |act| follow_one(act, &letter)).await;
    }
    each.end()
}

fn follow_one(act: &mut Act<'_>, letter: &OutboxLetter) -> Result<(), Error> {
    // another instance may have been at it
    if !db::outbox::followed(act.conn, &letter.id, act.now)? {
        return Ok(());
    }
    let Some(site) = letter.site else {
        return Ok(());
    };
    let list = db::recipients::of_site(act.conn, site)?;
    let of_address = |r: &&Recipient| r.is_at(&letter.to_email);
    let refused: Vec<Recipient> = list.iter().filter(of_address).cloned().collect();
    if letter.failure == Some(Failure::Address) {
        for recipient in &refused {
            mark(act, recipient, letter)?;
        }
    }
    let open = open_alert(act, letter)?;
    if let Some(alert) = open.filter(|_| asks_for_an_answer(&letter.event)) {
        let hears = |r: &&Recipient| alert.kind.heard_by().contains(&r.capacity);
        let capacity = refused.iter().find(hears).map(|r| r.capacity);
        fall_back(act, &alert, letter, capacity, &list)?;
    }
    reach::look(act, site)
}

/// What a letter was about, if nobody has seen to it: of several that were told together, one that is open.
fn open_alert(act: &mut Act<'_>, letter: &OutboxLetter) -> Result<Option<Alert>, Error> {
    let Some(id) = &letter.alert else {
        return Ok(None);
    };
    let Some(alert) = db::alerts::find(act.conn, id)? else {
        return Ok(None);
    };
    if alert.state != AlertState::Open && alert.kind.is_told_together() {
        let open = db::alerts::open(act.conn, alert.site)?.into_iter();
        let mut others = open.filter(|a| a.kind == alert.kind && a.state == AlertState::Open);
        return Ok(others.next());
    }
    Ok(Some(alert).filter(|a| a.state == AlertState::Open))
}

/// Writes down that an address refuses letters.
fn mark(act: &mut Act<'_>, recipient: &Recipient, letter: &OutboxLetter) -> Result<(), Error> {
    if recipient.refused.is_some() {
        return Ok(());
    }
    let because = letter.last_error.clone().unwrap_or_default();
    let after = Recipient {
        refused: Some((act.now, because.chars().take(MOST).collect())),
        version: recipient.version.saturating_add(1),
        ..recipient.clone()
    };
    db::recipients::update(act.conn, &after)?;
    reach::note(act, &after, "recipient.refused")
}

/// Writes to whoever is next; `capacity` is that of the recipient, if they are on the site's list still.
fn fall_back(
    act: &mut Act<'_>,
    alert: &Alert,
    letter: &OutboxLetter,
    capacity: Option<Capacity>,
    list: &[Recipient],
) -> Result<(), Error> {
    let of_alert = letter.alert.as_ref();
    let letters = db::outbox::page(act.conn, None, of_alert, None, None, LETTERS)?;
    let to = |r: &Recipient, l: &OutboxLetter| r.is_at(&l.to_email);
    let written = |r: &Recipient| letters.iter().any(|l| to(r, l));
    // what others heard before this letter was written says nothing of it
    let of_event = |l: &OutboxLetter| {
        l.event == letter.event && !l.to_email.eq_ignore_ascii_case(&letter.to_email)
    };
    let on_its_way = |r: &Recipient| {
        let well = [LetterState::Queued, LetterState::Sent];
        let mut letters = letters.iter().filter(|l| of_event(l));
        letters.any(|l| to(r, l) && well.contains(&l.state))
    };
    let of_capacity = |r: &&Recipient| r.active && Some(r.capacity) == capacity;
    if list.iter().filter(of_capacity).any(on_its_way) {
        return Ok(());
    }
    let state = SiteState::load(act, alert.site)?;
    // who chose not to hear of it is left in peace, where it can wait
    let hears = |r: &Recipient| r.hears(alert.kind) || !alert.kind.can_wait();
    let next = list
        .iter()
        .filter(of_capacity)
        .find(|r| r.works() && hears(r) && !written(r));
    let hearers: Vec<Recipient> = if let Some(next) = next {
        vec![next.clone()]
    } else {
        let mut all = hearers::coordinators(act, &state.site, alert.kind)?;
        all.retain(|r| !written(r));
        all
    };
    let details = json!({
        "letter": letter.id.as_str(),
        "to": hearers.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(),
        "capacity": hearers.first().map(|r| r.capacity.code()),
    });
    let event = if letter.event == "escalated" {
        "escalated"
    } else {
        "opened"
    };
    let at = after_those_before(act, alert, "escalated")?;
    for recipient in hearers {
        post_letters::to(act, &state, alert, event, &recipient, at)?;
    }
    act.audit(
        Some(alert.site),
        Done {
            action: "letter.fall-back",
            object: alert.id.as_str(),
            patient: None,
            details,
        },
    )
}
