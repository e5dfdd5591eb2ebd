//! The reserve and the shelf of a CAR-T centre day by day, from what is known to come: infusions that come
//! near and windows that end, confirmed deliveries, expiries, and requests that fall due.
//!
//! On each day it asks [`reserve`](super::reserve) what that would ask and make if nothing else happened
//! until then: the same doses, composed by the same rules. Today it says what the reserve says. It promises
//! nothing: what nobody has entered yet, it does not know.
//!
//! Choices, each on the side of caution where it costs nothing:
//!
//! - A confirmed delivery is on the shelf from its day on (one of today from tomorrow on), whole, and keeps
//!   longer than anybody looks ahead. It then no longer counts as resupply to come. One that is announced,
//!   or late, counts for nothing.
//! - A request that is due takes its vials on its day, first to expire, first out; but none that would cost
//!   the reserve of that day a dose, for that is refused. It then waits for the next units to come.
//! - Units that are held for approved requests and for transfers are gone from the first day: they are
//!   promised. Those held for a clearance stay with their patient until the window is over.
//! - A request asks for one administration: what follows it is a request of its own.
//! - A treatment that is to start, and a patient who waits for a GO, are reckoned with once it is decided.

mod breach;
mod known;
#[cfg(test)]
mod laws;
mod shelf;
#[cfg(test)]
mod tests;

pub use breach::{Breach, breach};

use super::calendar::Day;
use super::code::{Cip13, LotNumber};
use super::id::DeliveryId;
use super::presentation::Route;
use super::quantity::{Doses, Mg, Units};
use super::reserve::{Facts, window};
use super::rule::Resupply;
use known::Known;
use shelf::{Shelf, to_come};

/// What a request that is not served yet takes from the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day on which it is due; what is due today, or was before, is served tomorrow if it can be.
    pub on: Day,
    /// How it is given.
    pub route: Route,
    /// How much.
    pub takes: Takes,
    /// Whether it ranks above reserves, which then do not hold it back.
    pub above_reserve: bool,
}

/// How much a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A dose of at least so much, made of whole vials.
    Dose(Mg),
    /// Single units.
    Units(Units),
}

/// One day of a forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayAhead {
    /// Which day.
    pub on: Day,
    /// Whether the site can count on resupply.
    pub resupply: Resupply,
    /// Doses that must stay.
    pub required: Doses,
    /// How many of them the shelf makes.
    pub possible: Doses,
    /// Usable units in date that are promised to nobody but patients with a clearance, by presentation of
    /// the rulebook.
    pub units: Vec<(Cip13, Units)>,
    /// What is different from the day before, in the order in which it is reckoned.
    pub changes: Vec<Change>,
}

/// What a day brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Units of a lot are out of date.
    Expired {
        /// Of which presentation.
        cip13: Cip13,
        /// Of which lot.
        lot: LotNumber,
        /// How many.
        units: Units,
    },
    /// A delivery is on the shelf.
    Arrived {
        /// Which.
        delivery: DeliveryId,
        /// Of which presentation.
        cip13: Cip13,
        /// How many units.
        units: Units,
    },
    /// The windows of so many patients are over, and what was held for them is free.
    WindowsOver(u32),
    /// So many patients are near enough to their infusion for doses to be kept.
    Scheduled(u32),
    /// A request takes its units.
    Taken(Vec<(Cip13, Units)>),
    /// So many requests that are due wait: what there is, is kept for the reserve, or is not enough.
    Waiting(u32),
    /// Resupply can be counted on from this day on, or no more.
    Resupply(Resupply),
}

impl Change {
    /// Returns the code of what it is: `arrived`, `windows-over`, …
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "expired",
            Self::Arrived { .. } => "arrived",
            Self::WindowsOver(_) => "windows-over",
            Self::Scheduled(_) => "scheduled",
            Self::Taken(_) => "taken",
            Self::Waiting(_) => "waiting",
            Self::Resupply(_) => "resupply",
        }
    }
}

/// Returns today and the `days` after it, as they will be if nothing else happens than what is known.
///
/// `due` is in the order in which requests are served. The first day is that of `now`.
pub fn project(now: &Facts<'_>, due: &[Due], days: u32) -> Vec<DayAhead> {
    let mut shelf = Shelf::new(now);
    let mut waiting: Vec<Due> = due.to_vec();
    let mut known = Known::default();
    let mut ahead: Vec<DayAhead> = Vec::new();
    for n in 0..=days {
        let today = now.today.plus(n);
        let mut changes = Vec::new();
        // today is as it stands
        if n > 0 {
            changes.extend(shelf.expire(today));
            changes.extend(shelf.arrive(now, today));
            changes.extend(shelf.release(now, today));
            changes.extend(scheduled(now, today));
            let more = shelf.has_more() || n == 1;
            changes.extend(shelf.serve(now, today, &mut waiting, more));
        }
        let deliveries = to_come(now, today);
        let facts = shelf.facts(now, today, &deliveries);
        let stood = known.stand(&facts);
        let before = ahead.last().map(|d| d.resupply);
        if before.is_some_and(|before| before != stood.resupply) {
            changes.push(Change::Resupply(stood.resupply));
        }
        ahead.push(DayAhead {
            on: today,
            resupply: stood.resupply,
            required: stood.required,
            possible: stood.possible,
            units: shelf.units(now, today),
            changes,
        });
    }
    ahead
}

/// Patients whose infusion counts from this day on.
fn scheduled(now: &Facts<'_>, today: Day) -> Option<Change> {
    let at = |today| Facts { today, ..*now };
    let (before, after) = (at(today.minus(1)), at(today));
    let counts = now
        .patients
        .iter()
        .filter(|p| window(&before, p).is_none() && window(&after, p).is_some())
        .count();
    let n = u32::try_from(counts).unwrap_or(u32::MAX);
    (n > 0).then_some(Change::Scheduled(n))
}
