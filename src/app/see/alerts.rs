//! What can be seen of alerts and letters, within the caller's reach.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::records::{LetterState, OutboxLetter};
use crate::db;
use crate::domain::alert::Alert;
use crate::domain::code::Finess;
use crate::domain::id::{AlertId, LetterId};
use crate::domain::reason::Refusal;

/// The most letters that are shown with an alert.
const LETTERS: i64 = 200;

/// Returns up to `limit` alerts of one site, or of all within reach, whose id comes before
/// `before`, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn alerts(
    act: &mut Act<'_>,
    site: Option<Finess>,
    open: bool,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Alert>, Error> {
    let sites = match &site {
        Some(site) => Some(std::slice::from_ref(site)),
        None => act.caller.reach.sites(),
    };
    Ok(db::alerts::page(act.conn, sites, open, before, limit)?)
}

/// Returns an alert with its letters, the latest first.
///
/// # Errors
/// Refused when there is none of that id within reach.
pub fn alert(act: &mut Act<'_>, id: &AlertId) -> Result<(Alert, Vec<OutboxLetter>), Error> {
    let unknown = || Refusal::Unknown {
        what: "alert",
        name: id.to_string(),
    };
    let alert = db::alerts::find(act.conn, id)?
        .filter(|a| act.caller.reach.includes(a.site))
        .ok_or_else(unknown)?;
    let letters = db::outbox::page(act.conn, None, Some(id), None, None, LETTERS)?;
    Ok((alert, letters))
}

/// Returns up to `limit` letters within reach whose id comes before `before`, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn letters(
    act: &mut Act<'_>,
    state: Option<LetterState>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<OutboxLetter>, Error> {
    Ok(db::outbox::page(
        act.conn,
        act.caller.reach.sites(),
        None,
        state,
        before,
        limit,
    )?)
}

/// Returns a letter; one about the service itself is within the reach of those who reach every site.
///
/// # Errors
/// Refused when there is none of that id within reach.
pub fn letter(act: &mut Act<'_>, id: &LetterId) -> Result<OutboxLetter, Error> {
    let unknown = || Refusal::Unknown {
        what: "letter",
        name: id.to_string(),
    };
    let reach = &act.caller.reach;
    let mine = |l: &OutboxLetter| {
        l.site
            .map_or_else(|| reach.sites().is_none(), |s| reach.includes(s))
    };
    Ok(db::outbox::find(act.conn, id)?
        .filter(mine)
        .ok_or_else(unknown)?)
}
