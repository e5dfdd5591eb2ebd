//! By what right units go from one pharmacy to another, and what became of the packs' identifiers.

use crate::domain::calendar::Instant;
use chrono::TimeDelta;

/// By what right a pharmacy of a hospital supplies another.
///
/// Source: code de la santé publique, art. L5126-8, I, 1°: the director of the regional health agency (ARS)
/// may authorise it, for a limited time, when there is no other source; for an imperative and immediate
/// need it is done without, and the director is told without delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LegalBasis {
    /// The ARS authorised it.
    ArsAuthorisation {
        /// The authorisation's reference.
        reference: String,
    },
    /// The need is imperative and immediate.
    ImperativeNeed {
        /// When the ARS was told.
        ars_told_at: Instant,
    },
}

impl LegalBasis {
    /// The codes of both.
    pub const CODES: [&'static str; 2] = ["ars-authorisation", "imperative-need"];

    /// Returns the code: `ars-authorisation`, `imperative-need`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ArsAuthorisation { .. } => "ars-authorisation",
            Self::ImperativeNeed { .. } => "imperative-need",
        }
    }
}

/// How many days a unique identifier that was decommissioned can be reactivated, where that was done.
///
/// Source: Delegated Regulation (EU) 2016/161, art. 13.
pub const REACTIVATION_DAYS: i64 = 10;

/// Whether the unique identifiers of the packs were decommissioned at the giver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FmdState {
    /// They are active.
    NotDecommissioned,
    /// They were decommissioned; only the giver can reactivate them.
    Decommissioned {
        /// When.
        at: Instant,
    },
}

impl FmdState {
    /// The codes of both.
    pub const CODES: [&'static str; 2] = ["not-decommissioned", "decommissioned"];

    /// Returns the code: `not-decommissioned`, `decommissioned`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotDecommissioned => "not-decommissioned",
            Self::Decommissioned { .. } => "decommissioned",
        }
    }

    /// Returns when they were decommissioned, if they were.
    pub const fn decommissioned_at(self) -> Option<Instant> {
        match self {
            Self::NotDecommissioned => None,
            Self::Decommissioned { at } => Some(at),
        }
    }

    /// Returns until when the giver can reactivate them; nothing when there is nothing to reactivate.
    pub fn reactivable_until(self) -> Option<Instant> {
        let at = self.decommissioned_at()?;
        at.checked_add_signed(TimeDelta::days(REACTIVATION_DAYS))
    }
}
