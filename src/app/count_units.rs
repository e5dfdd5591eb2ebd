//! The shelf was counted, and differs from the ledger.

use super::act::Act;
use super::after::{self, Recorded};
use super::error::Error;
use super::lose_units::remove;
use super::protect;
use super::record::{Particulars, Which, not_in_the_future, record};
use super::site_state::SiteState;
use crate::domain::code::Finess;
use crate::domain::ledger::{Effect, MovementKind, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Why a count finds fewer units than the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// They are gone: recorded as it is, like any loss.
    Missing,
    /// The ledger was wrong from the start: an adjustment that is no loss, and so may not cost a
    /// reserve a dose.
    Clerical,
}

impl Shortage {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Clerical => "clerical",
        }
    }

    /// Returns the value of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Missing, Self::Clerical]
            .into_iter()
            .find(|s| s.code() == code)
    }
}

/// Books the difference between what was counted of a lot and what the ledger says.
///
/// # Errors
/// Refused when there is no difference, or when a clerical correction would cost a reserve a dose
/// or take held units.
pub fn count(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    counted: Units,
    of: UnitState,
    shortage: Shortage,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    let expected = match of {
        UnitState::Usable => line.usable,
        UnitState::Quarantined => line.quarantined,
    };
    let told = Particulars {
        reason: Some(shortage.code()),
        ..told.clone()
    };
    if counted == expected {
        return Err(Refusal::NothingToAdjust.into());
    }
    if counted > expected {
        let effect = Effect::enter(counted.saturating_sub(expected), of);
        let told = Particulars {
            reason: None,
            ..told
        };
        let movements = record(
            act,
            site,
            MovementKind::CountAdjustment,
            &[(line.lot_id, effect)],
            &told,
        )?;
        state.apply(&movements, None);
        return after::stock_changed(act, state, movements);
    }
    let fewer = expected.saturating_sub(counted);
    if shortage == Shortage::Clerical && of == UnitState::Usable {
        if fewer > line.free() {
            let (cip13, lot) = (line.cip13, Some(line.lot.clone()));
            return Err(Refusal::NotEnough {
                cip13,
                lot,
                wanted: fewer,
                free: line.free(),
                held: line.held,
            }
            .into());
        }
        protect::reserves(act, &state, &[(line.lot_id.clone(), fewer)])?;
    }
    remove(
        act,
        state,
        MovementKind::CountAdjustment,
        &line,
        fewer,
        of,
        &told,
    )
}
