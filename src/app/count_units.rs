//! The shelf was counted, and differs from the ledger.

use super::act::Act;
use super::after::{self, Recorded};
use super::error::Error;
use super::lose_units::take_away;
use super::protect;
use super::record::{Particulars, Which, not_in_the_future, record};
use super::site_state::SiteState;
use crate::domain::code::Finess;
use crate::domain::ledger::{Effect, Movement, MovementKind, StockLine, UnitState};
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
    let difference = i64::from(counted.get()).saturating_sub(i64::from(expected.get()));
    let told = Particulars {
        reason: told.reason.filter(|_| difference < 0),
        ..told
    };
    let movements = adjust(act, &mut state, &line, (difference, of), shortage, &told)?;
    after::stock_changed(act, state, movements)
}

/// Books a difference of a lot that is or was at the site; what follows is the caller's to settle.
///
/// # Errors
/// Refused when a clerical correction would cost a reserve a dose or take held units, or when there are
/// fewer units than are to go.
pub(super) fn adjust(
    act: &mut Act<'_>,
    state: &mut SiteState,
    line: &StockLine,
    (difference, of): (i64, UnitState),
    shortage: Shortage,
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    const KIND: MovementKind = MovementKind::CountAdjustment;
    let units = Units::new(u32::try_from(difference.unsigned_abs()).unwrap_or(u32::MAX));
    if difference > 0 {
        let effects = [(line.lot_id.clone(), Effect::enter(units, of))];
        let movements = record(act, state.site.finess, KIND, &effects, told)?;
        state.apply(&movements, None);
        return Ok(movements);
    }
    if shortage == Shortage::Clerical && of == UnitState::Usable {
        if units > line.free() {
            let (cip13, lot) = (line.cip13, Some(line.lot.clone()));
            return Err(Refusal::NotEnough {
                cip13,
                lot,
                wanted: units,
                free: line.free(),
                held: line.held,
            }
            .into());
        }
        protect::reserves(act, state, &[(line.lot_id.clone(), units)])?;
    }
    take_away(act, state, KIND, line, (units, of), told)
}
