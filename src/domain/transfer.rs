//! A transfer: units that one pharmacy sends to another.

use super::calendar::{Day, Instant};
use super::code::{Cip13, Finess, LotNumber};
use super::id::{LineId, LotId, PlanId, TransferId};
use super::quantity::Units;

/// How far a transfer, or a row of one, has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferState {
    /// An approved plan asks for it: its units are held at the giver.
    Asked,
    /// Its units have arrived.
    Received,
    /// It will not be sent.
    Cancelled,
}

impl TransferState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Asked, Self::Received, Self::Cancelled];

    /// Returns the code: `asked`, `received`, `cancelled`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// Units that one pharmacy sends to another, as one approval of a plan asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Which one.
    pub id: TransferId,
    /// Out of which plan.
    pub plan: PlanId,
    /// Who gives.
    pub from: Finess,
    /// Who receives.
    pub to: Finess,
    /// How far it has come.
    pub state: TransferState,
    /// When it was asked for.
    pub asked_at: Instant,
    /// By whom.
    pub asked_by: String,
    /// When it was received or cancelled.
    pub closed_at: Option<Instant>,
    /// By whom.
    pub closed_by: Option<String>,
    /// Counts its edits.
    pub version: i64,
    /// What is sent, for which line.
    pub rows: Vec<TransferRow>,
}

/// Units of one lot, for one dose of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRow {
    /// Which one.
    pub id: String,
    /// For which line of the plan.
    pub line: LineId,
    /// The id of that line's decision in the plan.
    pub line_name: String,
    /// For which of its doses, from 1.
    pub dose: u32,
    /// Of which lot.
    pub lot_id: LotId,
    /// Of which presentation that is.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// The last day on which a unit may be used.
    pub expiry: Day,
    /// How many.
    pub units: Units,
    /// How far it has come.
    pub state: TransferState,
}
