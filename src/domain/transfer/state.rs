//! How far a transfer has come, what it is for, and how it ended.

use crate::domain::id::{ClearanceId, PlanId};

/// How far a transfer, or a row of one, has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferState {
    /// It is asked for: its units are held at the giver.
    Asked,
    /// The giver accepted: its units are still held there.
    Accepted,
    /// It left the giver: its units are in nobody's stock.
    Sent,
    /// The receiver has accounted for all of it, and what was refused is on its way back.
    Returning,
    /// Every unit is accounted for: at the receiver, back at the giver, or lost.
    Received,
    /// It will not be sent.
    Cancelled,
}

impl TransferState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Asked,
        Self::Accepted,
        Self::Sent,
        Self::Returning,
        Self::Received,
        Self::Cancelled,
    ];

    /// Those in which its units are still at the giver.
    pub const NOT_SENT: [Self; 2] = [Self::Asked, Self::Accepted];

    /// Those in which units are still to come to the receiver.
    pub const TO_COME: [Self; 3] = [Self::Asked, Self::Accepted, Self::Sent];

    /// Those in which units may be in nobody's stock.
    pub const ON_THE_WAY: [Self; 2] = [Self::Sent, Self::Returning];

    /// Returns the code: `asked`, `accepted`, `sent`, `returning`, `received`, `cancelled`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Returning => "returning",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Returns whether its units are still at the giver.
    pub fn not_sent(self) -> bool {
        Self::NOT_SENT.contains(&self)
    }

    /// Returns whether a step may be taken from here.
    pub const fn allows(self, step: Step) -> bool {
        match step {
            Step::Accept => matches!(self, Self::Asked),
            Step::Decline | Step::Cancel => matches!(self, Self::Asked | Self::Accepted),
            Step::Send => matches!(self, Self::Accepted),
            Step::Receive => matches!(self, Self::Sent),
            Step::TakeBack => matches!(self, Self::Sent | Self::Returning),
        }
    }
}

/// What somebody does with a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The giver will send it.
    Accept,
    /// The giver will not.
    Decline,
    /// The receiver, or a coordinator, no longer wants it.
    Cancel,
    /// It leaves the giver.
    Send,
    /// It arrives at the receiver, or some of it.
    Receive,
    /// What was refused is back at the giver.
    TakeBack,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 6] = [
        Self::Accept,
        Self::Decline,
        Self::Cancel,
        Self::Send,
        Self::Receive,
        Self::TakeBack,
    ];
}

/// What a transfer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Lines of an approved plan: their holds are its own.
    Plan(PlanId),
    /// To turn a NO-GO.
    Clearance(ClearanceId),
    /// As somebody asked.
    Free,
}

impl Purpose {
    /// Returns the code: `plan`, `clearance`, `free`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Plan(_) => "plan",
            Self::Clearance(_) => "clearance",
            Self::Free => "free",
        }
    }

    /// Returns the plan, if it is for one.
    pub const fn plan(&self) -> Option<&PlanId> {
        match self {
            Self::Plan(plan) => Some(plan),
            Self::Clearance(_) | Self::Free => None,
        }
    }

    /// Returns the NO-GO, if it is for one.
    pub const fn clearance(&self) -> Option<&ClearanceId> {
        match self {
            Self::Clearance(clearance) => Some(clearance),
            Self::Plan(_) | Self::Free => None,
        }
    }
}

/// Why a transfer was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClosedAs {
    /// The giver declined.
    Declined,
    /// The receiver or a coordinator cancelled it.
    Cancelled,
    /// The lines of the plan that asked for it ended.
    LineEnded,
    /// Its units were lost at the giver, or taken for what ranks above it.
    UnitsLost,
}

impl ClosedAs {
    /// Every reason.
    pub const ALL: [Self; 4] = [
        Self::Declined,
        Self::Cancelled,
        Self::LineEnded,
        Self::UnitsLost,
    ];

    /// Returns the code: `declined`, `cancelled`, `line-ended`, `units-lost`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::LineEnded => "line-ended",
            Self::UnitsLost => "units-lost",
        }
    }

    /// Returns the reason of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// Returns why a line of a plan is broken by it: a code of [`crate::domain::line::Line::why`].
    pub const fn breaks_line_as(self) -> &'static str {
        match self {
            Self::Declined => "transfer-declined",
            Self::Cancelled => "transfer-cancelled",
            Self::LineEnded | Self::UnitsLost => "units-lost",
        }
    }
}

/// How a transfer that was sent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Every unit that was sent is at the receiver and may be used.
    InFull,
    /// Some arrived.
    InPart,
    /// None arrived: it was refused at the door, or lost.
    NotAtAll,
}

impl Outcome {
    /// Returns the code: `in-full`, `in-part`, `not-at-all`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InFull => "in-full",
            Self::InPart => "in-part",
            Self::NotAtAll => "not-at-all",
        }
    }
}
