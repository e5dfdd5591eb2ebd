//! The links in a letter that are its recipient's alone: by one they acknowledge its alert, once and without
//! signing in; by the other they hear no more of its kind.
//!
//! A link is 256 random bits, kept as their hash. It stands whole in the database, in a row beside the outbox
//! that no door shows, only until its letter has left or will not leave any more, and no longer than it is
//! good.

use super::acknowledge_alert;
use super::act::{Act, Caller, Done};
use super::caller::{Asked, Held};
use super::edit_recipients;
use super::error::Error;
use super::give_access::hash;
use crate::db;
use crate::db::letter_links::{LetterLink, Purpose};
use crate::db::recipients::Recipient;
use crate::db::tokens::Reach;
use crate::domain::alert::{Alert, AlertKind, AlertState, Capacity};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{AlertId, LetterId, RecipientId};
use crate::domain::reason::Refusal;
use crate::domain::role::Role;
use crate::domain::site::Site;
use chrono::TimeDelta;
use serde_json::json;

pub use crate::db::letter_links::Purpose as LinkPurpose;

/// The kind of the daily digest, beside those of alerts.
pub const DIGEST: &str = "digest";

/// How long a link to acknowledge is good, in hours, from when its letter may leave.
///
/// Choice: three days, a weekend with the evening before and the morning after; an alert that is open for
/// longer is in the digest of each day, and whoever knows that has other ways.
const ACKNOWLEDGE_HOURS: i64 = 72;

/// How long a link to unsubscribe is good, in days.
///
/// Choice: two months; a letter that is older is followed by newer ones as long as there is something to
/// hear. Longer than the 30 days that some law asks of advertising (United States, CAN-SPAM Act).
const UNSUBSCRIBE_DAYS: i64 = 60;

/// What a link is about.
pub(super) struct Of<'a> {
    /// The letter that holds it.
    pub(super) letter: &'a LetterId,
    /// Its recipient.
    pub(super) recipient: &'a RecipientId,
    /// About which site.
    pub(super) site: Finess,
    /// About which alert.
    pub(super) alert: Option<&'a AlertId>,
    /// Of which kind.
    pub(super) kind: &'a str,
}

/// Makes the links of a letter that is due at an instant.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn attach(
    act: &mut Act<'_>,
    of: &Of<'_>,
    purposes: &[Purpose],
    due: Instant,
) -> Result<(), Error> {
    for purpose in purposes {
        let token = hex::encode(rand::random::<[u8; 32]>());
        let good_for = match purpose {
            Purpose::Acknowledge => TimeDelta::hours(ACKNOWLEDGE_HOURS),
            Purpose::Unsubscribe => TimeDelta::days(UNSUBSCRIBE_DAYS),
        };
        let link = LetterLink {
            hash: hash(&token),
            letter: of.letter.clone(),
            purpose: *purpose,
            recipient: of.recipient.clone(),
            site: of.site,
            alert: of.alert.cloned(),
            kind: of.kind.to_owned(),
            address: Some(format!(
                "{}/{}/{token}",
                act.desk.public_url,
                purpose.code()
            )),
            expires_at: due + good_for,
            used_at: None,
        };
        db::letter_links::insert(act.conn, &link)?;
    }
    Ok(())
}

/// What a link leads to.
pub struct Behind {
    /// About which site.
    pub site: Site,
    /// Whom it was written to.
    pub recipient: Recipient,
    /// About which alert, as it stands: of several that the letter told together, the first that is open.
    pub alert: Option<Alert>,
    /// The others of them that are open.
    pub others: Vec<Alert>,
    /// Of which kind of alert; none for the digest.
    pub kind: Option<AlertKind>,
}

/// What became of a link.
pub enum Found {
    /// It is good.
    Good(Box<Behind>),
    /// It was used.
    Used,
    /// It is too old, or its recipient is on no list any more, or there is none.
    Gone,
}

/// Returns what a link leads to, by its token; nothing is changed.
///
/// # Errors
/// When the database cannot be read.
pub fn look(act: &mut Act<'_>, purpose: Purpose, token: &str) -> Result<Found, Error> {
    let link = db::letter_links::find(act.conn, &hash(token))?;
    let Some(link) = link.filter(|l| l.purpose == purpose && act.now < l.expires_at) else {
        return Ok(Found::Gone);
    };
    if link.used_at.is_some() {
        return Ok(Found::Used);
    }
    let recipient = db::recipients::find(act.conn, &link.recipient)?;
    let site = db::sites::find(act.conn, link.site)?;
    let (Some(recipient), Some(site)) = (recipient.filter(|r| r.active), site) else {
        return Ok(Found::Gone);
    };
    let (alert, others) = told_of(act, &link)?;
    Ok(Found::Good(Box::new(Behind {
        site,
        recipient,
        alert,
        others,
        kind: AlertKind::from_code(&link.kind),
    })))
}

/// The alert of a link, and the others that its letter told of and that have not changed since.
fn told_of(act: &mut Act<'_>, link: &LetterLink) -> Result<(Option<Alert>, Vec<Alert>), Error> {
    let alert = match &link.alert {
        Some(id) => db::alerts::find(act.conn, id)?,
        None => None,
    };
    let Some(alert) = alert else {
        return Ok((None, Vec::new()));
    };
    let letter = db::outbox::find(act.conn, &link.letter)?;
    let Some(letter) = letter.filter(|_| alert.kind.is_told_together()) else {
        return Ok((Some(alert), Vec::new()));
    };
    let mut others = db::alerts::open(act.conn, link.site)?;
    others.retain(|a| {
        a.kind == alert.kind
            && a.id != alert.id
            && a.state == AlertState::Open
            && a.changed_at <= letter.created_at
    });
    if alert.state != AlertState::Open && !others.is_empty() {
        return Ok((Some(others.remove(0)), others));
    }
    Ok((Some(alert), others))
}

/// Returns as whom somebody acts who comes by a link: at the one site, in the role of their capacity.
pub fn caller(behind: &Behind, asked: &Asked) -> Caller {
    let role = match behind.recipient.capacity {
        Capacity::Pharmacist => Role::Pharmacist,
        Capacity::CarTUnit => Role::CarTUnit,
        Capacity::Coordinator => Role::Coordinator,
    };
    let held = Held::given(role, Reach::Sites(vec![behind.site.finess]));
    let id = format!("recipient:{}", behind.recipient.id);
    Caller {
        name: behind.recipient.name.clone(),
        ..Caller::holding(&id, vec![held], asked)
    }
}

/// Acknowledges the alert of a link, with the others that its letter told of; the link is good no more then.
///
/// # Errors
/// Refused when the link is good for nothing; as [`acknowledge_alert::acknowledge`] when the alert is not as
/// it was seen.
pub fn acknowledge(act: &mut Act<'_>, token: &str, version: i64) -> Result<Alert, Error> {
    let unknown = || Refusal::Unknown {
        what: "link",
        name: String::new(),
    };
    let Found::Good(behind) = look(act, Purpose::Acknowledge, token)? else {
        return Err(unknown().into());
    };
    let alert = behind.alert.ok_or_else(unknown)?;
    // two at once: one of them uses it
    if !db::letter_links::use_up(act.conn, &hash(token), act.now)? {
        return Err(unknown().into());
    }
    acknowledge_alert::acknowledge_with(act, &alert.id, Some(version), None, behind.others)
}

/// What came of the wish to hear no more of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It is so, from now on or already.
    Done,
    /// Of this kind nobody can hear no more.
    MustHear,
}

/// Has the recipient of a link hear no more of its kind. The link stays good: twice is as once.
///
/// # Errors
/// Refused when the link is good for nothing.
pub fn unsubscribe(act: &mut Act<'_>, token: &str) -> Result<Stopped, Error> {
    let Found::Good(behind) = look(act, Purpose::Unsubscribe, token)? else {
        let unknown = Refusal::Unknown {
            what: "link",
            name: String::new(),
        };
        return Err(unknown.into());
    };
    let Behind {
        recipient: before,
        kind,
        ..
    } = *behind;
    let mut after = before.clone();
    match kind {
        Some(kind) if !kind.can_wait() => {
            act.audit_refusal(
                Some(before.site),
                Done {
                    action: "recipient.unsubscribe",
                    object: before.id.as_str(),
                    patient: None,
                    details: json!({ "kind": kind.code() }),
                },
            )?;
            return Ok(Stopped::MustHear);
        }
        Some(kind) => {
            after.silent.insert(kind);
        }
        None => after.digest = false,
    }
    if after != before {
        edit_recipients::edit(act, &before, &after)?;
    }
    Ok(Stopped::Done)
}

/// Forgets links that were good long ago, and the whole of those that nobody needs any more. Returns how many
/// of the first.
///
/// Choice: a month longer than they were good, so that a page says of a link that it is too old.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn forget(act: &mut Act<'_>) -> Result<usize, Error> {
    db::letter_links::forget_whole(act.conn, act.now)?;
    let before = act.now - TimeDelta::days(30);
    Ok(db::letter_links::forget(act.conn, before)?)
}
