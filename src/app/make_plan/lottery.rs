//! The seed that orders equals: drawn once for a network and a day, so that nobody can draw again.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::live_case::Live;
use crate::db;

/// Returns the seed of the network and the day, if a plan of the day was kept.
pub(super) fn drawn(act: &mut Act<'_>, live: &Live<'_>) -> Result<Option<String>, Error> {
    Ok(db::plans::seed(act.conn, &live.network, live.case.as_of)?)
}

/// Returns the seed of previews before one was drawn: the same at every look, and no kept plan's.
pub(super) fn of_previews(live: &Live<'_>) -> String {
    format!("{}/{}/preview", live.case.as_of, live.network)
}

/// Returns the seed of the network and the day; draws it from the system's randomness when this is the
/// first plan of the day that is kept.
pub(super) fn draw(act: &mut Act<'_>, live: &Live<'_>) -> Result<String, Error> {
    if let Some(drawn) = drawn(act, live)? {
        return Ok(drawn);
    }
    let (day, network) = (live.case.as_of, &live.network);
    let random = hex::encode(rand::random::<[u8; 16]>());
    let seed = format!("{day}/{network}/{random}");
    let now = act.now;
    let kept = db::attempt(act.conn, |conn| {
        db::plans::insert_seed(conn, network, day, &seed, now)
    });
    match kept {
        Ok(()) => Ok(seed),
        // another plan, of other sites, was the first at this moment
        Err(db::Error::Constraint { .. }) => drawn(act, live)?
            .ok_or_else(|| Error::Bug("a seed that is there cannot be found".to_owned())),
        Err(other) => Err(other.into()),
    }
}
