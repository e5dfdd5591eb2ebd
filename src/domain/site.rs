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
    /// How far ahead its people want to hear.
    pub ahead: Ahead,
    /// Counts its edits.
    pub version: i64,
}

/// How far ahead the people of a site want to hear of what is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// Usable units that expire within so many days are heard of: at most [`Ahead::MOST_NOTICE`]; with 0
    /// those that expire today, or have.
    pub expiry_notice_days: u32,
    /// A breach of the reserve is looked for on so many days to come: 1 to [`Ahead::MOST_FORECAST`].
    pub forecast_days: u32,
}

impl Ahead {
    /// The longest notice of an expiry, in days. Choice: a year, as long as many a vial keeps.
    pub const MOST_NOTICE: u32 = 365;
    /// The furthest that is looked ahead, in days. Choice: a quarter; of what lies beyond nothing is planned.
    pub const MOST_FORECAST: u32 = 90;
}

impl Default for Ahead {
    /// Choice: sixty days, in which a lot can still be sent where it is used; a fortnight, in which a
    /// delivery can still be had.
    fn default() -> Self {
        Self {
            expiry_notice_days: 60,
            forecast_days: 14,
        }
    }
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
    /// How many were announced in all.
    pub units: Units,
    /// How many were received against it; more than were announced, when more came.
    pub arrived: Units,
    /// The day it is expected.
    pub expected_on: Day,
    /// How sure it is.
    pub state: DeliveryState,
    /// Whether the supplier had confirmed it when it was last to come.
    pub confirmed: bool,
    /// The supplier's reference.
    pub reference: Option<String>,
    /// Counts its edits.
    pub version: i64,
}

impl Delivery {
    /// Returns how many units are still to come: none of one that was received or cancelled.
    pub const fn left(&self) -> Units {
        match self.state {
            DeliveryState::Announced | DeliveryState::Confirmed => {
                self.units.saturating_sub(self.arrived)
            }
            DeliveryState::Received | DeliveryState::Cancelled => Units::ZERO,
        }
    }

    /// Returns how many units were announced and never came: of one that was closed before they did.
    pub const fn short(&self) -> Units {
        match self.state {
            DeliveryState::Received => self.units.saturating_sub(self.arrived),
            DeliveryState::Announced | DeliveryState::Confirmed | DeliveryState::Cancelled => {
                Units::ZERO
            }
        }
    }

    /// Returns whether it is late: still to come, and its day is past. Nobody counts on it then.
    pub fn is_late(&self, today: Day) -> bool {
        self.left() > Units::ZERO && self.expected_on < today
    }

    /// Returns the delivery once `units` of it have arrived: it is received when nothing is left
    /// to come.
    #[must_use]
    pub fn arrives(&self, units: Units) -> Self {
        let mut after = self.clone();
        after.arrived = after.arrived.saturating_add(units);
        after.version = after.version.saturating_add(1);
        after.settled()
    }

    /// Returns the delivery once it turns out that `units` had not arrived with it: if all had been there,
    /// they are to come, as sure as they were before. One that was closed short stays closed: somebody
    /// said that no more comes.
    #[must_use]
    pub fn did_not_arrive(&self, units: Units) -> Self {
        let mut after = self.clone();
        after.arrived = after.arrived.saturating_sub(units);
        after.version = after.version.saturating_add(1);
        let was_whole = self.state == DeliveryState::Received && self.arrived >= self.units;
        if was_whole && after.arrived < after.units {
            after.state = if self.confirmed {
                DeliveryState::Confirmed
            } else {
                DeliveryState::Announced
            };
        }
        after
    }

    /// Returns the delivery in another state.
    #[must_use]
    pub fn becomes(mut self, state: DeliveryState) -> Self {
        match state {
            DeliveryState::Announced => self.confirmed = false,
            DeliveryState::Confirmed => self.confirmed = true,
            DeliveryState::Received | DeliveryState::Cancelled => {}
        }
        self.state = state;
        self
    }

    /// Returns the delivery as received when all that was announced has arrived.
    #[must_use]
    pub fn settled(mut self) -> Self {
        if self.state.may_become(DeliveryState::Received) && self.left() == Units::ZERO {
            self.state = DeliveryState::Received;
        }
        self
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A delivery of ten units for 22 October.
    fn delivery(state: DeliveryState, arrived: u32) -> Delivery {
        Delivery {
            id: DeliveryId::new("d"),
            site: Finess::parse("750100125").unwrap(),
            cip13: Cip13::parse("3400957464547").unwrap(),
            units: Units::new(10),
            arrived: Units::new(arrived),
            expected_on: Day::of(2021, 10, 22).unwrap(),
            confirmed: state == DeliveryState::Confirmed,
            state,
            reference: None,
            version: 1,
        }
    }

    #[test]
    fn what_did_not_arrive_is_as_sure_as_it_was_and_stays_closed_when_it_was_closed_short() {
        use DeliveryState::{Announced, Confirmed, Received};
        for was in [Announced, Confirmed] {
            let whole = delivery(was, 4).arrives(Units::new(6));
            assert_eq!(whole.state, Received);
            let again = whole.did_not_arrive(Units::new(6));
            assert_eq!((again.state, again.left().get()), (was, 6));
            let closed = delivery(was, 4).becomes(Received);
            assert_eq!(closed.did_not_arrive(Units::new(4)).state, Received);
        }
    }

    #[test]
    fn only_what_was_closed_before_all_of_it_came_is_short() {
        use DeliveryState::{Announced, Cancelled, Confirmed, Received};
        for (state, arrived, short, left) in [
            (Announced, 0, 0, 10),
            (Confirmed, 4, 0, 6),
            (Received, 4, 6, 0),
            (Received, 10, 0, 0),
            (Received, 12, 0, 0),
            (Cancelled, 4, 0, 0),
        ] {
            let one = delivery(state, arrived);
            assert_eq!(
                (one.short().get(), one.left().get()),
                (short, left),
                "{one:?}"
            );
        }
    }

    #[test]
    fn what_is_still_to_come_is_late_when_its_day_is_over() {
        let day = |d: u32| Day::of(2021, 10, d).unwrap();
        let one = delivery(DeliveryState::Confirmed, 4);
        assert!(!one.is_late(day(22)) && one.is_late(day(23)));
        assert!(!delivery(DeliveryState::Received, 4).is_late(day(23)));
        assert!(!delivery(DeliveryState::Cancelled, 0).is_late(day(23)));
    }
}
