//! What leaves against a refusal, by a pharmacist's written reason.

use super::{Line, pick_free, pick_over_holds};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::protect;
use crate::app::site_state::SiteState;
use crate::domain::id::LotId;
use crate::domain::ledger::MovementKind;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Picks what leaves against a refusal, and takes out of holds what it must; where nothing would be
/// refused it is an ordinary dispensing.
pub(super) fn pick_by_override(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lines: &[Line],
) -> Result<(MovementKind, Vec<(LotId, Units)>), Error> {
    let picks = match pick_free(state, lines) {
        Ok(picks) => picks,
        Err(Refusal::NotEnough { .. }) => {
            let picks = pick_over_holds(act, state, lines, None)?;
            return Ok((MovementKind::DispensingOverride, picks));
        }
        Err(other) => return Err(other.into()),
    };
    let kind = match protect::reserves(act, state, &picks) {
        Ok(()) => MovementKind::Dispensing,
        Err(Error::Refused(Refusal::ReserveWouldBreak { .. })) => MovementKind::DispensingOverride,
        Err(other) => return Err(other),
    };
    Ok((kind, picks))
}
