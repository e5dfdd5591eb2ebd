//! A pharmacy that keeps stock, and the deliveries it waits for.

use super::calendar::Day;
use super::code::{Cip13, Finess};
use super::id::DeliveryId;
use super::quantity::{Mg, Units};
use super::rule::{Resupply, Slug};
use chrono_tz::Tz;

/// The pharmacy of one hospital (pharmacie à usage intérieur).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its number.
    pub finess: Finess,
    /// The network that shares with it.
    pub network: Slug,
    /// As its people call it.
    pub name: String,
    /// Where its days begin and end.
    pub zone: Tz,
    /// Whether it is qualified for CAR-T therapies, and so keeps a reserve.
    pub car_t: bool,
    /// Its own reference dose, if it set one (a children's centre).
    pub reference_dose: Option<Mg>,
    /// Resupply as a pharmacist set it by hand, while that holds.
    pub by_hand: Option<ByHand>,
    /// Counts its edits.
    pub version: i64,
}

/// Resupply set by hand, against what the deliveries would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// What the pharmacist says.
    pub resupply: Resupply,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Day,
}

/// Units that a supplier promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name.
    pub id: DeliveryId,
    /// To which site.
    pub site: Finess,
    /// Of which presentation.
    pub cip13: Cip13,
    /// How many.
    pub units: Units,
    /// The day it is expected.
    pub expected_on: Day,
    /// How sure it is.
    pub state: DeliveryState,
    /// The supplier's reference.
    pub reference: Option<String>,
    /// Counts its edits.
    pub version: i64,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// Heard of; nothing to count on.
    Announced,
    /// Confirmed by the supplier.
    Confirmed,
    /// On the shelf.
    Received,
    /// Will not come.
    Cancelled,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Announced,
        Self::Confirmed,
        Self::Received,
        Self::Cancelled,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Confirmed => "confirmed",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Returns whether a delivery in this state may become `next`: what was received or cancelled
    /// stays so.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Announced | Self::Confirmed => true,
            Self::Received => matches!(next, Self::Received),
            Self::Cancelled => matches!(next, Self::Cancelled),
        }
    }
}
