//! A lot that is recalled: no unit of it may be used anywhere while the recall stands.

use super::alert::Reading;
use super::calendar::Instant;
use super::code::{Cip13, Finess, LotNumber};
use super::id::RecallId;
use super::quantity::Units;

/// One recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Its name.
    pub id: RecallId,
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot, whatever its expiry.
    pub lot: LotNumber,
    /// Why, in words.
    pub reason: String,
    /// The document that says so: of the agency, of the manufacturer.
    pub reference: Option<String>,
    /// When it was started.
    pub started_at: Instant,
    /// By whom: the id of a token.
    pub started_by: String,
    /// When it was lifted, by whom and why; nothing while it stands.
    pub lifted: Option<Ended>,
}

/// That something is over: when, who said so, and their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Instant,
    /// By whom: the id of a token.
    pub by: String,
    /// Why, or what was done.
    pub words: String,
}

/// A site that a recall concerns, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallSite {
    /// Where.
    pub site: Finess,
    /// Usable units that the recall set apart: when it began, and as they arrived.
    pub set_apart: Units,
    /// Units that were in quarantine when it began.
    pub stood: Units,
    /// Units that were dispensed and had not come back when it began.
    pub dispensed: Units,
    /// That it is dealt with there, with what was done.
    pub dealt: Option<Ended>,
}

/// How a recall stands at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dealing {
    /// The pharmacist has something to do.
    ToDo,
    /// The pharmacist said that it is dealt with, or the recall was lifted.
    Done,
}

/// Returns what a site must hear: the units of the lot that are on its shelf or on their way there, and
/// those that were dispensed there and have not come back.
///
/// Choice: it is over when the shelf has none and none was dispensed; where patients have had some, only
/// the pharmacist can say that it is.
pub fn reading(on_shelf: Units, dispensed: Units, dealing: Dealing) -> Reading {
    let concerned = match dealing {
        Dealing::ToDo => on_shelf.saturating_add(dispensed),
        Dealing::Done => Units::ZERO,
    };
    Reading {
        found: 0,
        expected: i64::from(concerned.get()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{Step, step};

    fn check(before: (u32, u32, Dealing), now: (u32, u32, Dealing), want: Step) {
        let read = |(shelf, dispensed, dealing)| {
            reading(Units::new(shelf), Units::new(dispensed), dealing)
        };
        let open = Some(read(before)).filter(|reading| reading.is_short());
        assert_eq!(step(open, read(now)), want, "{before:?} then {now:?}");
    }

    #[test]
    fn a_recall_is_heard_until_the_shelf_is_empty_and_nobody_has_had_any() {
        use Dealing::{Done, ToDo};
        check((0, 0, ToDo), (5, 0, ToDo), Step::Open);
        check((0, 0, ToDo), (0, 2, ToDo), Step::Open);
        check((5, 0, ToDo), (3, 0, ToDo), Step::Change);
        check((3, 0, ToDo), (0, 0, ToDo), Step::Close);
        check((3, 1, ToDo), (0, 1, ToDo), Step::Change);
        check((0, 1, ToDo), (0, 1, Done), Step::Close);
        // what comes back from a ward was known of; what arrives was not
        check((3, 1, ToDo), (4, 0, ToDo), Step::Nothing);
        check((3, 1, ToDo), (5, 1, ToDo), Step::Worsen);
        check((3, 1, Done), (5, 1, ToDo), Step::Open);
    }
}
