//! A transfer: units that one pharmacy sends to another.
//!
//! It is asked for (by an approved plan, for a NO-GO, or by somebody), accepted by the giver, sent, and
//! received: in full, in part, or not at all. From the moment it is sent until every unit is accounted for
//! its units are in nobody's stock: see [`TransferRow::in_transit`].

mod account;
mod legal;
mod state;
#[cfg(test)]
mod tests;

pub use account::{Arrived, CameBack, arrives, comes_back};
pub use legal::{FmdState, LegalBasis, REACTIVATION_DAYS};
pub use state::{ClosedAs, Outcome, Purpose, Step, TransferState};

use super::calendar::{Day, Instant};
use super::code::{Cip13, Finess, LotNumber};
use super::id::{HoldId, LineId, LotId, TransferId};
use super::ledger::LossReason;
use super::quantity::Units;
use std::cmp::Reverse;

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When, as told.
    pub at: Instant,
    /// The id of the token.
    pub by: String,
}

/// Units that one pharmacy sends to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Which one.
    pub id: TransferId,
    /// What it is for.
    pub purpose: Purpose,
    /// Who gives.
    pub from: Finess,
    /// Who receives.
    pub to: Finess,
    /// How far it has come.
    pub state: TransferState,
    /// Who asked for it, and when.
    pub asked: Signed,
    /// By what right it is sent; before it is accepted it may not be told yet.
    pub legal: Option<LegalBasis>,
    /// Who accepted it.
    pub accepted: Option<Signed>,
    /// Who sent it.
    pub sent: Option<Signed>,
    /// Whether the packs' unique identifiers were decommissioned at the giver; told when it is sent.
    pub fmd: Option<FmdState>,
    /// Whether the giver confirmed 2 to 8 °C when it left.
    pub cold_chain_sent: Option<bool>,
    /// Who received the last that arrived of it.
    pub received: Option<Signed>,
    /// Whether the receiver confirmed 2 to 8 °C at every arrival.
    pub cold_chain_kept: Option<bool>,
    /// Who took back the last that came back of it.
    pub returned: Option<Signed>,
    /// Who closed it: all was accounted for, or it was cancelled.
    pub closed: Option<Signed>,
    /// Why it was cancelled, if it was.
    pub closed_as: Option<ClosedAs>,
    /// Counts its edits.
    pub version: i64,
    /// What is sent, lot by lot; for a plan, also dose by dose of its lines.
    pub rows: Vec<TransferRow>,
}

impl Transfer {
    /// Makes one that is asked for: `between` is who gives, then who receives.
    pub const fn asked(
        id: TransferId,
        purpose: Purpose,
        between: (Finess, Finess),
        by: Signed,
        rows: Vec<TransferRow>,
    ) -> Self {
        Self {
            id,
            purpose,
            from: between.0,
            to: between.1,
            state: TransferState::Asked,
            asked: by,
            legal: None,
            accepted: None,
            sent: None,
            fmd: None,
            cold_chain_sent: None,
            received: None,
            cold_chain_kept: None,
            returned: None,
            closed: None,
            closed_as: None,
            version: 1,
            rows,
        }
    }

    /// Returns the state that its rows make: what is least far along decides.
    pub fn state_of_rows(&self) -> TransferState {
        let has = |state| self.rows.iter().any(|row| row.state == state);
        let order = [
            TransferState::Asked,
            TransferState::Accepted,
            TransferState::Sent,
            TransferState::Returning,
            TransferState::Received,
        ];
        let first = order.into_iter().find(|state| has(*state));
        first.unwrap_or(TransferState::Cancelled)
    }

    /// Returns how it ended, once every unit is accounted for by the receiver.
    pub fn outcome(&self) -> Option<Outcome> {
        if !matches!(
            self.state,
            TransferState::Received | TransferState::Returning
        ) {
            return None;
        }
        let sum = |of: fn(&TransferRow) -> Units| Units::sum(self.rows.iter().map(of));
        let arrived = sum(|row| row.received.saturating_add(row.quarantined));
        Some(if arrived == Units::ZERO {
            Outcome::NotAtAll
        } else if sum(|row| row.received) == sum(|row| row.sent) {
            Outcome::InFull
        } else {
            Outcome::InPart
        })
    }

    /// Returns until when packs whose identifiers were decommissioned can be reactivated at the giver;
    /// nothing when they were not.
    pub fn reactivable_until(&self) -> Option<Instant> {
        self.fmd.and_then(FmdState::reactivable_until)
    }
}

/// Units of one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRow {
    /// Which one.
    pub id: String,
    /// For which line of a plan, if a plan asked.
    pub line: Option<ForLine>,
    /// Of which lot.
    pub lot_id: LotId,
    /// Of which presentation that is.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// The last day on which a unit may be used.
    pub expiry: Day,
    /// How many are asked for.
    pub units: Units,
    /// How far it has come.
    pub state: TransferState,
    /// How many left the giver.
    pub sent: Units,
    /// Of them, those that arrived and may be used.
    pub received: Units,
    /// Those that arrived and were set apart.
    pub quarantined: Units,
    /// Those that were refused at the door.
    pub refused: Units,
    /// Those that were lost on the way there.
    pub lost: Units,
    /// Of the refused, those that are back at the giver.
    pub returned: Units,
    /// Of the refused, those that were lost on the way back.
    pub lost_back: Units,
    /// How units were lost, if some were.
    pub lost_reason: Option<LossReason>,
}

impl TransferRow {
    /// Makes one that is asked for, of a lot: its name here, its presentation, number and expiry.
    pub fn asked(
        id: String,
        line: Option<ForLine>,
        (lot_id, cip13, lot, expiry): (LotId, Cip13, LotNumber, Day),
        units: Units,
    ) -> Self {
        Self {
            id,
            line,
            lot_id,
            cip13,
            lot,
            expiry,
            units,
            state: TransferState::Asked,
            sent: Units::ZERO,
            received: Units::ZERO,
            quarantined: Units::ZERO,
            refused: Units::ZERO,
            lost: Units::ZERO,
            returned: Units::ZERO,
            lost_back: Units::ZERO,
            lost_reason: None,
        }
    }
}

/// For which dose of which line of a plan a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForLine {
    /// Which line.
    pub line: LineId,
    /// The id of that line's decision in the plan.
    pub name: String,
    /// For which of its doses, from 1.
    pub dose: u32,
    /// The line's rank in its plan.
    pub rank: u32,
}

/// Units of one lot held at the giver for a transfer that was asked for by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferHold {
    /// Its name.
    pub id: HoldId,
    /// For which transfer.
    pub transfer: TransferId,
    /// Where the units are: the giver.
    pub site: Finess,
    /// Of which lot.
    pub lot_id: LotId,
    /// How many.
    pub units: Units,
}

/// Returns the holds of transfers in the order in which they lose units: what was asked for last, first.
///
/// Choice: all of them before any hold of a clearance or of a plan's line, since nobody ranked what was
/// asked for by hand.
pub fn last_first(holds: &[TransferHold]) -> Vec<&TransferHold> {
    let mut rows: Vec<&TransferHold> = holds.iter().collect();
    rows.sort_by_key(|h| Reverse((&h.transfer, &h.lot_id, &h.id)));
    rows
}
