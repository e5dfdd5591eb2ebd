//! The audit trail: signed each day, and read from its first line to its last.

pub mod walk;

use super::act::{Act, Caller, Done};
use super::error::Error;
use super::service::Service;
use crate::db;
use crate::db::audit::{chains, statements};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::trail::export::Part;
use crate::trail::{Head, Signed, SigningKey, statement};
use serde_json::json;
use std::sync::Arc;

/// Which statement is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// That of the day, unless there is one.
    OfTheDay,
    /// One more.
    Now,
}

/// Makes the next statement, and keeps nothing yet: the ends of the chains are read in one view and signed
/// outside of any write. Chains only grow, so that what is signed a moment later is still there.
///
/// Returns nothing when it is that of a day which has one.
///
/// # Errors
/// When the last line that the statement before signed is not there any more: then nothing is signed, for who
/// signs says that it follows. When the database cannot be read.
pub fn make(act: &mut Act<'_>, key: &SigningKey, which: Which) -> Result<Option<Signed>, Error> {
    if let (Which::OfTheDay, Some(day)) = (which, day(act.now))
        && statements::has(act.conn, day)?
    {
        return Ok(None);
    }
    let before = statements::last(act.conn)?;
    let said = before.as_ref().and_then(Signed::read);
    for Head { chain, seq, hash } in said.map(|said| said.chains).unwrap_or_default() {
        if !chains::has(act.conn, &chain, seq, &hash)? {
            return Err(Error::Db(db::Error::Corrupt {
                table: "audit",
                id: format!("{chain} {seq}"),
                what: "it is not the line that the last statement signed; nothing is signed, see `dotation audit verify`"
                    .to_owned(),
            }));
        }
    }
    let heads = chains::heads(act.conn)?;
    Ok(Some(statement::next(before.as_ref(), act.now, heads, key)))
}

/// Keeps a statement, and writes down that it was made.
///
/// # Errors
/// [`db::Error::Constraint`] when another was kept meanwhile; when the database cannot be written.
pub fn keep(act: &mut Act<'_>, signed: &Signed, which: Which) -> Result<(), Error> {
    let day = day(act.now).filter(|_| which == Which::OfTheDay);
    statements::insert(act.conn, signed, day, act.now)?;
    act.audit(
        None,
        Done {
            action: "audit.sign",
            object: &signed.number.to_string(),
            patient: None,
            details: json!({ "key": signed.key, "sha256": signed.hash() }),
        },
    )
}

/// The day of a statement: of universal time, for it covers sites of any zone.
fn day(now: Instant) -> Option<Day> {
    Day::new(now.date_naive())
}

/// Signs the day, if that was not done: for the schedule. Returns how many statements were made.
///
/// # Errors
/// As [`make`] and [`keep`], but that another instance was faster.
pub async fn watch(
    service: &Service,
    key: Option<&Arc<SigningKey>>,
    now: Instant,
) -> Result<usize, Error> {
    let Some(key) = key.map(Arc::clone) else {
        return Ok(0);
    };
    let caller = Caller::service;
    let made = service.read(caller(), now, move |act| make(act, &key, Which::OfTheDay));
    let Some(signed) = made.await? else {
        return Ok(0);
    };
    let (number, hash) = (signed.number, signed.hash());
    let kept = service
        .write(caller(), now, Vec::new(), move |act| {
            keep(act, &signed, Which::OfTheDay)
        })
        .await;
    match kept {
        Ok(()) => {
            // who keeps the log elsewhere can tell later that no statement is gone
            tracing::info!(number, hash, "the audit trail is signed");
            Ok(1)
        }
        Err(Error::Db(db::Error::Constraint { .. })) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Returns when the last statement was made, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn last_signed(act: &mut Act<'_>) -> Result<Option<Instant>, Error> {
    Ok(statements::last_made(act.conn)?)
}

/// Writes down that the trail was taken out of the service: it is a line of what is taken out.
///
/// # Errors
/// When the database cannot be written.
pub fn note_export(act: &mut Act<'_>, site: Option<Finess>, part: &Part) -> Result<(), Error> {
    let details = json!({
        "from": part.from.map(|day| day.to_string()),
        "to": part.to.map(|day| day.to_string()),
    });
    act.audit_export(
        site,
        Done {
            action: "audit.export",
            object: part.chain.as_deref().unwrap_or_default(),
            patient: None,
            details,
        },
    )
}
