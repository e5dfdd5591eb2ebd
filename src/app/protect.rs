//! A reserve is a hard constraint: what ranks below it may not take from it.

use super::act::Act;
use super::error::Error;
use super::site_state::SiteState;
use crate::domain::alert::Reading;
use crate::domain::id::LotId;
use crate::domain::quantity::{Doses, Units};
use crate::domain::reason::Refusal;
use crate::domain::reserve;

/// Refuses when taking `picks` from the shelf would cost a reserve a dose that it can make now.
///
/// A site already in breach refuses only what worsens it. Source: letter of 14 October 2021, p. 2.
///
/// # Errors
/// [`Refusal::ReserveWouldBreak`] with which reserve and how many doses; [`Error::Unsolved`] when
/// nobody can say: then nothing is given either.
pub fn reserves(act: &Act<'_>, state: &SiteState, picks: &[(LotId, Units)]) -> Result<(), Error> {
    if !state.site.car_t {
        return Ok(());
    }
    let mut left = state.clone();
    for (lot, units) in picks {
        if let Some(line) = left.stock.iter_mut().find(|l| l.lot_id == *lot) {
            line.usable = line.usable.saturating_sub(*units);
        }
    }
    kept(act, state, &left)
}

/// Refuses when a reserve makes fewer of its doses from the shelf as it stands `after` an act than from that
/// `before` it.
///
/// # Errors
/// As [`reserves`].
pub fn kept(act: &Act<'_>, before: &SiteState, after: &SiteState) -> Result<(), Error> {
    if !before.site.car_t {
        return Ok(());
    }
    for (rulebook, rule) in before.protecting(act) {
        let (before, after) = (before.facts(rulebook, rule), after.facts(rulebook, rule));
        let (before, after) = (reserve::stand(&before), reserve::stand(&after));
        if let Some(unsolved) = before.unsolved.or(after.unsolved) {
            return Err(Error::Unsolved(unsolved));
        }
        let lost = after.lost_since(&before);
        if lost > Doses::ZERO {
            let (possible, required) = (after.possible(), after.required());
            return Err(Refusal::ReserveWouldBreak {
                rulebook: rulebook.name.to_string(),
                lost,
                possible,
                required,
            }
            .into());
        }
    }
    Ok(())
}

/// Returns how many doses of the reserve a site can make now, and how many must stay; nothing of
/// nothing at a site that keeps none.
pub fn left(act: &Act<'_>, state: &SiteState) -> Reading {
    let mut left = Reading::NOTHING;
    if let (true, Some((rulebook, rule))) = (state.site.car_t, state.protecting(act).first()) {
        let reserve = reserve::stand(&state.facts(rulebook, rule));
        left.found = i64::from(reserve.possible().get());
        left.expected = i64::from(reserve.required().get());
    }
    left
}
