//! What can be seen of a patient's neutrophil counts.

use crate::app::act::Act;
use crate::app::enter_counts::whose;
use crate::app::error::Error;
use crate::db;
use crate::db::counts::Which;
use crate::db::patients::Known;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::Count;
use crate::domain::id::CountId;
use crate::domain::reason::Refusal;

/// Returns whom a pseudonym means, and up to `limit` of their counts after that of a day and id, the
/// latest day first.
///
/// # Errors
/// As [`whose`].
pub fn counts(
    act: &mut Act<'_>,
    (pseudonym, site): (&str, Option<Finess>),
    which: Which,
    after: Option<(Day, &str)>,
    limit: i64,
) -> Result<(Known, Vec<Count>), Error> {
    let known = whose(act, pseudonym, site)?;
    let counts = db::counts::page(act.conn, &known.id, which, after, limit)?;
    Ok((known, counts))
}

/// Returns a count.
///
/// # Errors
/// Refused when there is none of that id within the caller's reach.
pub fn within_reach(act: &mut Act<'_>, id: &CountId) -> Result<Count, Error> {
    let unknown = || Refusal::Unknown {
        what: "count",
        name: id.to_string(),
    };
    let found = db::counts::find(act.conn, id)?;
    Ok(found
        .filter(|count| act.caller.reach.includes(count.site))
        .ok_or_else(unknown)?)
}
