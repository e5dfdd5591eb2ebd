//! Links in letters that need no other access: kept as hashes, but for those of letters that have not left.

use super::outbox::LetterState;
use super::row::{RowOf, instant, kept};
use super::schema::{letter_links, outbox};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{AlertId, LetterId, RecipientId};
use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Its recipient acknowledges its alert, once.
    Acknowledge,
    /// Its recipient hears no more of its kind.
    Unsubscribe,
}

impl Purpose {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Acknowledge, Self::Unsubscribe]
            .into_iter()
            .find(|p| p.code() == code)
    }
}

/// A link in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterLink {
    /// The hash of its token.
    pub hash: String,
    /// The letter that holds it.
    pub letter: LetterId,
    /// What it is good for.
    pub purpose: Purpose,
    /// Whom it was written to.
    pub recipient: RecipientId,
    /// About which site.
    pub site: Finess,
    /// About which alert.
    pub alert: Option<AlertId>,
    /// Of which kind: of the alert, or `digest`.
    pub kind: String,
    /// The whole of it, until its letter has left.
    pub address: Option<String>,
    /// Until when it is good.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = letter_links, treat_none_as_default_value = false)]
struct Row {
    hash: String,
    letter_id: String,
    purpose: String,
    recipient_id: String,
    site: String,
    alert_id: Option<String>,
    kind: String,
    address: Option<String>,
    expires_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
}

impl Row {
    fn value(self) -> Result<LetterLink, Error> {
        let row = RowOf {
            table: "letter_links",
            id: &self.hash,
        };
        Ok(LetterLink {
            purpose: row.code("purpose", &self.purpose, Purpose::from_code(&self.purpose))?,
            site: row.parsed(Finess::parse(&self.site))?,
            hash: self.hash.clone(),
            letter: LetterId::new(self.letter_id),
            recipient: RecipientId::new(self.recipient_id),
            alert: self.alert_id.map(AlertId::new),
            kind: self.kind,
            address: self.address,
            expires_at: instant(self.expires_at),
            used_at: self.used_at.map(instant),
        })
    }
}

/// Adds a link.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, link: &LetterLink) -> Result<(), Error> {
    diesel::insert_into(letter_links::table)
        .values(Row {
            hash: link.hash.clone(),
            letter_id: link.letter.to_string(),
            purpose: link.purpose.code().to_owned(),
            recipient_id: link.recipient.to_string(),
            site: link.site.to_string(),
            alert_id: link.alert.as_ref().map(ToString::to_string),
            kind: link.kind.clone(),
            address: link.address.clone(),
            expires_at: kept(link.expires_at),
            used_at: link.used_at.map(kept),
        })
        .execute(conn)?;
    Ok(())
}

/// Returns the link of a hash, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no link.
pub fn find(conn: &mut Conn, hash: &str) -> Result<Option<LetterLink>, Error> {
    letter_links::table
        .find(hash)
        .get_result::<Row>(conn)
        .optional()?
        .map(Row::value)
        .transpose()
}

/// Writes down that a link was used, unless it was; returns whether it was not.
///
/// # Errors
/// When the database cannot be written.
pub fn use_up(conn: &mut Conn, hash: &str, now: Instant) -> Result<bool, Error> {
    let unused = letter_links::table.filter(
        letter_links::hash
            .eq(hash)
            .and(letter_links::used_at.is_null()),
    );
    let used = diesel::update(unused)
        .set((
            letter_links::used_at.eq(Some(kept(now))),
            letter_links::address.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(used > 0)
}

/// Returns the whole links of some letters that have not left: letter, purpose and address.
pub(super) fn of_letters(
    conn: &mut Conn,
    letters: &[String],
) -> Result<Vec<(String, String, String)>, Error> {
    let rows: Vec<(String, String, Option<String>)> = letter_links::table
        .filter(letter_links::letter_id.eq_any(letters))
        .order(letter_links::hash)
        .select((
            letter_links::letter_id,
            letter_links::purpose,
            letter_links::address,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(letter, purpose, address)| Some((letter, purpose, address?)))
        .collect())
}

/// Forgets the whole links of a letter that has left: only their hashes stay.
pub(super) fn forget_addresses(conn: &mut Conn, letter: &LetterId) -> Result<(), Error> {
    let of_letter = letter_links::table.filter(letter_links::letter_id.eq(letter.as_str()));
    diesel::update(of_letter)
        .set(letter_links::address.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Forgets the whole of links that are good no more, or stand in letters that will not leave: only their hashes
/// stay. A letter that was given up may be sent again as long as its links are good.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_whole(conn: &mut Conn, now: Instant) -> Result<usize, Error> {
    let leave = [LetterState::Queued, LetterState::Failed].map(LetterState::code);
    let may_leave = outbox::table.filter(
        outbox::id
            .eq(letter_links::letter_id)
            .and(outbox::state.eq_any(leave)),
    );
    let whole = letter_links::table.filter(
        letter_links::address.is_not_null().and(
            letter_links::expires_at
                .le(kept(now))
                .or(not(exists(may_leave))),
        ),
    );
    Ok(diesel::update(whole)
        .set(letter_links::address.eq(None::<String>))
        .execute(conn)?)
}

/// Forgets the links that were good until `before`. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let old = letter_links::table.filter(letter_links::expires_at.lt(kept(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
