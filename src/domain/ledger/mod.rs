//! The ledger: every unit enters and leaves by a movement, and a movement is never changed.

use super::calendar::{Day, Instant};
use super::code::{Cip13, Finess, LotNumber};
use super::id::{LotId, MovementId, OperationId, PatientId};
use super::quantity::Units;

/// Units of one lot at one site: the sum of its movements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockLine {
    /// Of which lot.
    pub lot_id: LotId,
    /// Of which presentation.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// Last day on which a unit may be used.
    pub expiry: Day,
    /// Units that may be used, the held ones included.
    pub usable: Units,
    /// Units set apart.
    pub quarantined: Units,
    /// Usable units that are held.
    pub held: Units,
}

impl StockLine {
    /// Returns the usable units that nobody holds.
    pub const fn free(&self) -> Units {
        self.usable.saturating_sub(self.held)
    }
}

/// What a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MovementKind {
    /// Units come in from a supplier.
    Receipt,
    /// Units leave for a patient or a ward.
    Dispensing,
    /// Units leave against a refusal, by a pharmacist's written reason.
    DispensingOverride,
    /// Dispensed units come back.
    Return,
    /// Units leave for another pharmacy.
    TransferOut,
    /// Units come in from another pharmacy.
    TransferIn,
    /// Units are gone: broken, expired, warmed, stolen.
    Loss,
    /// The shelf was counted, and differs.
    CountAdjustment,
    /// Units are set apart.
    Quarantine,
    /// Units set apart may be used again.
    Release,
    /// Units set apart are destroyed.
    Destruction,
    /// Another movement is undone.
    Reversal,
}

impl MovementKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Receipt,
        Self::Dispensing,
        Self::DispensingOverride,
        Self::Return,
        Self::TransferOut,
        Self::TransferIn,
        Self::Loss,
        Self::CountAdjustment,
        Self::Quarantine,
        Self::Release,
        Self::Destruction,
        Self::Reversal,
    ];

    /// Returns the code of the kind.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Dispensing => "dispensing",
            Self::DispensingOverride => "dispensing-override",
            Self::Return => "return",
            Self::TransferOut => "transfer-out",
            Self::TransferIn => "transfer-in",
            Self::Loss => "loss",
            Self::CountAdjustment => "count-adjustment",
            Self::Quarantine => "quarantine",
            Self::Release => "release",
            Self::Destruction => "destruction",
            Self::Reversal => "reversal",
        }
    }

    /// Returns the kind of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// Whether units may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitState {
    /// They may.
    Usable,
    /// They are set apart.
    Quarantined,
}

impl UnitState {
    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Quarantined => "quarantined",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Usable, Self::Quarantined]
            .into_iter()
            .find(|s| s.code() == code)
    }
}

/// How units were lost, or why fewer were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossReason {
    /// A vial broke.
    Breakage,
    /// It expired on the shelf.
    Expiry,
    /// It left 2 to 8 °C.
    ColdChain,
    /// It was stolen.
    Theft,
    /// A count found fewer.
    Missing,
}

impl LossReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::Breakage,
        Self::Expiry,
        Self::ColdChain,
        Self::Theft,
        Self::Missing,
    ];

    /// Returns the code of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Breakage => "breakage",
            Self::Expiry => "expiry",
            Self::ColdChain => "cold-chain",
            Self::Theft => "theft",
            Self::Missing => "missing",
        }
    }

    /// Returns the reason of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// What a movement does to one balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Units that become usable, negative when they cease to be.
    pub usable: i64,
    /// Units that enter quarantine, negative when they leave it.
    pub quarantined: i64,
}

impl Effect {
    /// Units enter in a state.
    pub fn enter(units: Units, state: UnitState) -> Self {
        let n = i64::from(units.get());
        match state {
            UnitState::Usable => Self {
                usable: n,
                quarantined: 0,
            },
            UnitState::Quarantined => Self {
                usable: 0,
                quarantined: n,
            },
        }
    }

    /// Units leave from a state.
    pub fn leave(units: Units, state: UnitState) -> Self {
        Self::enter(units, state).undone()
    }

    /// Units are set apart.
    pub fn quarantine(units: Units) -> Self {
        let n = i64::from(units.get());
        Self {
            usable: -n,
            quarantined: n,
        }
    }

    /// Units set apart become usable again.
    pub fn release(units: Units) -> Self {
        Self::quarantine(units).undone()
    }

    /// Returns the effect that undoes this one.
    #[must_use]
    pub const fn undone(self) -> Self {
        Self {
            usable: -self.usable,
            quarantined: -self.quarantined,
        }
    }
}

/// One movement, as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Its name.
    pub id: MovementId,
    /// Where.
    pub site: Finess,
    /// Its number in the site's ledger, from 1, without gaps.
    pub seq: i64,
    /// The act that made it.
    pub operation: OperationId,
    /// What it is.
    pub kind: MovementKind,
    /// Of which lot.
    pub lot_id: LotId,
    /// What it does.
    pub effect: Effect,
    /// The code of its reason.
    pub reason: Option<String>,
    /// Why, in words.
    pub note: Option<String>,
    /// For whom, with the salted hash that outlives the record.
    pub patient: Option<(PatientId, String)>,
    /// The delivery it came with.
    pub delivery: Option<String>,
    /// The movement it undoes.
    pub reverses: Option<MovementId>,
    /// When it happened, as told.
    pub happened_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it.
    pub recorded_by: String,
}

/// Takes `units` from lots of one presentation, what expires first, first: only what nobody
/// holds and what is still in date `today`.
///
/// With a lot number only that lot is taken from. When there is not enough, what there is comes
/// back as the error.
///
/// # Errors
/// The number of free units in date, when it is below `units`.
pub fn pick_first_expiring(
    stock: &[StockLine],
    cip13: Cip13,
    lot: Option<&LotNumber>,
    units: Units,
    today: Day,
) -> Result<Vec<(LotId, Units)>, Units> {
    let mut lines: Vec<&StockLine> = stock
        .iter()
        .filter(|l| {
            l.cip13 == cip13
                && lot.is_none_or(|lot| l.lot == *lot)
                && l.expiry >= today
                && l.free() > Units::ZERO
        })
        .collect();
    lines.sort_by(|a, b| (a.expiry, &a.lot, &a.lot_id).cmp(&(b.expiry, &b.lot, &b.lot_id)));
    let mut left = units;
    let mut picked = Vec::new();
    for line in lines {
        if left == Units::ZERO {
            break;
        }
        let take = left.min(line.free());
        picked.push((line.lot_id.clone(), take));
        left = left.saturating_sub(take);
    }
    if left == Units::ZERO {
        Ok(picked)
    } else {
        Err(units.saturating_sub(left))
    }
}

#[cfg(test)]
mod tests;
