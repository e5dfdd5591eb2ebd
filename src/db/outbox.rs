//! Letters on their way: one row a recipient, written in the transaction that caused them.

mod followed;
mod in_hand;

pub use followed::{followed, given_up, take_back, told_since, withdraw, written_to};
pub use in_hand::{
    Beside, Failure, Leased, free_all, give_back, give_up_queued, lease, next_due, oldest_queued,
    record_failure, record_sent, retry,
};

use super::row::{RowOf, instant, kept};
use super::schema::{alerts, letter_links, outbox};
use super::{Conn, Error};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{AlertId, LetterId};
use crate::domain::language::Language;
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

/// How far a letter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It waits to be sent.
    Queued,
    /// A server took it.
    Sent,
    /// A server refused it for good.
    Failed,
    /// It was not taken in time: a later letter about its alert tells the recipient what is so.
    Superseded,
    /// It waited for the end of quiet hours, and what it told was over before.
    Withdrawn,
}

impl LetterState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sent,
        Self::Failed,
        Self::Superseded,
        Self::Withdrawn,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A letter to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxLetter {
    /// Its name.
    pub id: LetterId,
    /// About which site; none for the service itself.
    pub site: Option<Finess>,
    /// About which alert.
    pub alert: Option<AlertId>,
    /// What it tells: `opened`, `worsened`, `acknowledged`, `closed`, `escalated`, `digest`, `test`.
    pub event: String,
    /// Name of the recipient.
    pub to_name: String,
    /// Address of the recipient.
    pub to_email: String,
    /// Of the letter.
    pub language: Language,
    /// `Message-ID`, made from the id.
    pub message_id: String,
    /// `Subject`.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// How far it has come.
    pub state: LetterState,
    /// Times it was tried.
    pub attempts: i64,
    /// When it is tried next; of a letter that is new and later than `created_at`, the end of the quiet
    /// hours for which it waits.
    pub due_at: Instant,
    /// What the server said last.
    pub last_error: Option<String>,
    /// What the last try failed at.
    pub failure: Option<Failure>,
    /// When it was written.
    pub created_at: Instant,
    /// When a server took it.
    pub sent_at: Option<Instant>,
}

// nothing is NULL, never DEFAULT: the statement stays one text, and prepared
#[derive(Queryable, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
struct Row {
    id: String,
    site: Option<String>,
    alert_id: Option<String>,
    event: String,
    to_name: String,
    to_email: String,
    language: String,
    message_id: String,
    subject: String,
    body_text: String,
    body_html: String,
    state: String,
    attempts: i64,
    due_at: NaiveDateTime,
    leased_by: Option<String>,
    leased_until: Option<NaiveDateTime>,
    last_error: Option<String>,
    created_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
    held_until: Option<NaiveDateTime>,
    followed_at: Option<NaiveDateTime>,
    failure: Option<String>,
}

impl Row {
    fn of(l: &OutboxLetter) -> Self {
        Self {
            id: l.id.to_string(),
            site: l.site.map(|s| s.to_string()),
            alert_id: l.alert.as_ref().map(ToString::to_string),
            event: l.event.clone(),
            to_name: l.to_name.clone(),
            to_email: l.to_email.clone(),
            language: l.language.code().to_owned(),
            message_id: l.message_id.clone(),
            subject: l.subject.clone(),
            body_text: l.text.clone(),
            body_html: l.html.clone(),
            state: l.state.code().to_owned(),
            attempts: l.attempts,
            due_at: kept(l.due_at),
            leased_by: None,
            leased_until: None,
            last_error: l.last_error.clone(),
            created_at: kept(l.created_at),
            sent_at: l.sent_at.map(kept),
            held_until: (l.due_at > l.created_at).then_some(kept(l.due_at)),
            followed_at: None,
            failure: l.failure.map(|f| f.code().to_owned()),
        }
    }

    fn value(self) -> Result<OutboxLetter, Error> {
        let row = RowOf {
            table: "outbox",
            id: &self.id,
        };
        Ok(OutboxLetter {
            site: self
                .site
                .map(|s| row.parsed(Finess::parse(&s)))
                .transpose()?,
            language: row.code(
                "language",
                &self.language,
                Language::from_code(&self.language),
            )?,
            state: row.code("state", &self.state, LetterState::from_code(&self.state))?,
            id: LetterId::new(&*self.id),
            alert: self.alert_id.map(AlertId::new),
            event: self.event,
            to_name: self.to_name,
            to_email: self.to_email,
            message_id: self.message_id,
            subject: self.subject,
            text: self.body_text,
            html: self.body_html,
            attempts: self.attempts,
            due_at: instant(self.due_at),
            last_error: self.last_error,
            failure: self.failure.as_deref().and_then(Failure::from_code),
            created_at: instant(self.created_at),
            sent_at: self.sent_at.map(instant),
        })
    }
}

/// Puts a letter into the outbox.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, letter: &OutboxLetter) -> Result<(), Error> {
    diesel::insert_into(outbox::table)
        .values(Row::of(letter))
        .execute(conn)?;
    Ok(())
}

/// Unwrites the letters about an alert that were written `at` an instant and that nobody has taken in
/// hand: those of the act that is under way, which says more now.
///
/// # Errors
/// When the database cannot be written.
pub fn unwrite(conn: &mut Conn, alert: &AlertId, at: Instant) -> Result<(), Error> {
    let of_act: Vec<String> = outbox::table
        .filter(outbox::alert_id.eq(alert.as_str()))
        .filter(outbox::created_at.eq(kept(at)))
        .filter(outbox::state.eq(LetterState::Queued.code()))
        .filter(outbox::attempts.eq(0))
        .filter(outbox::leased_until.is_null())
        .select(outbox::id)
        .load(conn)?;
    let links = letter_links::table.filter(letter_links::letter_id.eq_any(&of_act));
    diesel::delete(links).execute(conn)?;
    diesel::delete(outbox::table.filter(outbox::id.eq_any(&of_act))).execute(conn)?;
    Ok(())
}

/// Returns when the last letter about an alert was written, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn last_written(conn: &mut Conn, alert: &AlertId) -> Result<Option<Instant>, Error> {
    let written: Option<NaiveDateTime> = outbox::table
        .filter(outbox::alert_id.eq(alert.as_str()))
        .select(diesel::dsl::max(outbox::created_at))
        .get_result(conn)?;
    Ok(written.map(instant))
}

/// Returns whether a later letter about the same alert is there for the recipient of this one, whatever
/// became of it. One that tells of several alerts together is overtaken by none: a later one may be about
/// one of them alone.
///
/// # Errors
/// When the database cannot be read.
pub fn is_overtaken(conn: &mut Conn, letter: &OutboxLetter) -> Result<bool, Error> {
    let Some(alert) = &letter.alert else {
        return Ok(false);
    };
    let later = outbox::table.filter(
        outbox::alert_id
            .eq(alert.as_str())
            .and(outbox::to_email.eq(&letter.to_email))
            .and(outbox::id.gt(letter.id.as_str())),
    );
    let one = alerts::table.filter(
        alerts::id
            .eq(alert.as_str())
            .and(alerts::kind.ne_all(told_together())),
    );
    Ok(diesel::select(exists(later).and(exists(one))).get_result(conn)?)
}

/// The codes of the kinds whose letters tell of several alerts.
pub(super) fn told_together() -> Vec<&'static str> {
    let together = AlertKind::ALL.into_iter().filter(|k| k.is_told_together());
    together.map(AlertKind::code).collect()
}

/// Returns how many letters are in each state.
///
/// # Errors
/// When the database cannot be read.
pub fn counts(conn: &mut Conn) -> Result<Vec<(LetterState, i64)>, Error> {
    let rows: Vec<(String, i64)> = outbox::table
        .group_by(outbox::state)
        .select((outbox::state, diesel::dsl::count_star()))
        .order(outbox::state)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(state, n)| Some((LetterState::from_code(&state)?, n)))
        .collect())
}

/// Returns how many letters wait to be sent.
///
/// # Errors
/// When the database cannot be read.
pub fn count_queued(conn: &mut Conn) -> Result<i64, Error> {
    Ok(outbox::table
        .filter(outbox::state.eq(LetterState::Queued.code()))
        .count()
        .get_result(conn)?)
}

/// Returns up to `limit` letters about some sites (about all when there is no list) whose id comes
/// before `before`, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no letter.
pub fn page(
    conn: &mut Conn,
    sites: Option<&[Finess]>,
    alert: Option<&AlertId>,
    state: Option<LetterState>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<OutboxLetter>, Error> {
    let mut query = outbox::table
        .order(outbox::id.desc())
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(sites) = sites {
        let sites: Vec<Option<String>> = sites.iter().map(|s| Some(s.to_string())).collect();
        query = query.filter(outbox::site.eq_any(sites));
    }
    if let Some(alert) = alert {
        query = query.filter(outbox::alert_id.eq(Some(alert.to_string())));
    }
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state.code()));
    }
    if let Some(before) = before {
        query = query.filter(outbox::id.lt(before.to_owned()));
    }
    query
        .load::<Row>(conn)?
        .into_iter()
        .map(Row::value)
        .collect()
}

/// Returns the letter of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no letter.
pub fn find(conn: &mut Conn, id: &LetterId) -> Result<Option<OutboxLetter>, Error> {
    outbox::table
        .find(id.as_str())
        .get_result::<Row>(conn)
        .optional()?
        .map(Row::value)
        .transpose()
}
