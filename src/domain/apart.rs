//! Which units in quarantine wait for which decision, and what a decision frees.
//!
//! The ledger knows how many units of a lot are in quarantine at a site, and no more: one vial is like
//! the other. Beside it stand **parts**: so many of them were set apart by a recall, by an excursion from
//! the cold, or by hand and were then caught in an excursion. What belongs to no part was set apart by
//! hand and is released by hand.
//!
//! A recall is about every unit of its lot, wherever it is: while one stands nothing of the lot is
//! released. An excursion is about all units of its lots that were at the site when it was recorded,
//! those that were in quarantine already among them. So a unit is freed when nothing that it was in is
//! undecided: no recall of its lot stands, and of the excursions that it was in each was decided, none of
//! them to destroy.

use super::calendar::Instant;
use super::code::Finess;
use super::id::{ExcursionId, LotId};
use super::quantity::Units;

/// Why units were set apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// By somebody, for a reason of their own: never released but by somebody.
    Hand,
    /// By a recall of the lot.
    Recall,
    /// By an excursion from the cold.
    Excursion(ExcursionId),
}

impl Cause {
    /// Returns the code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Recall => "recall",
            Self::Excursion(_) => "excursion",
        }
    }
}

/// Units of one lot, in quarantine at one site, that wait for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub id: String,
    /// The number of the site's last movement when they were set apart.
    pub seq: i64,
    /// Why they were.
    pub cause: Cause,
    /// How many there are, never zero.
    pub units: Units,
}

/// What was decided about a lot that was in an excursion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be used.
    Release,
    /// It may not.
    Destroy,
}

impl Decision {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Destroy => "destroy",
        }
    }

    /// Returns the decision of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Release, Self::Destroy]
            .into_iter()
            .find(|d| d.code() == code)
    }
}

/// An excursion that a lot was in, at one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Which one.
    pub excursion: ExcursionId,
    /// The number of the site's last movement when its units were set apart.
    pub seq: i64,
    /// What was decided of the lot, if anything was.
    pub decision: Option<Decision>,
}

/// What a lot is in, at one site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Whether a recall of it stands.
    pub recalled: bool,
    /// The excursions that it was in.
    pub excursions: Vec<Over>,
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Waits,
    /// Its units may be used again.
    Freed,
    /// Nothing is undecided about its units any more, and they stay in quarantine until somebody releases
    /// or destroys them.
    ByHand,
    /// Its units were in an excursion after which they may not be used: they leave quarantine only to be
    /// destroyed or lost.
    Spoilt,
}

impl Held {
    fn caught<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Over> {
        self.excursions.iter().filter(|over| over.seq >= part.seq)
    }

    /// Returns what becomes of a part.
    pub fn fate(&self, part: &Part) -> Fate {
        if self.recalled || self.caught(part).any(|over| over.decision.is_none()) {
            return Fate::Waits;
        }
        let spoilt = |over: &Over| over.decision == Some(Decision::Destroy);
        if self.caught(part).any(spoilt) {
            Fate::Spoilt
        } else if part.cause == Cause::Hand {
            Fate::ByHand
        } else {
            Fate::Freed
        }
    }
}

/// Returns how many of the units in quarantine somebody may release by hand: none while a recall of the
/// lot stands, else those that wait for nothing.
pub fn for_hand(quarantined: Units, parts: &[Part], held: &Held) -> Units {
    if held.recalled {
        return Units::ZERO;
    }
    quarantined.saturating_sub(Units::sum(parts.iter().map(|p| p.units)))
}

/// What of the parts changes when units leave quarantine and nobody says which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The parts that shrink, and by how much.
    pub shrunk: Vec<(String, Units)>,
    /// Units that from now on wait with what was set apart by hand: since which movement, and how many.
    pub doubtful: Vec<(i64, Units)>,
}

/// Returns what changes when `units` of the `quarantined` leave and nobody says which they were.
///
/// Choice: they may have been any, and nothing doubtful is released. So as many fewer are released by a
/// later decision, as if what left had been of the parts (the youngest first); and as many fewer may be
/// released by hand before that decision, as if it had been of the rest.
pub fn leave(quarantined: Units, parts: &[Part], units: Units) -> Left {
    let all = Units::sum(parts.iter().map(|p| p.units));
    let rest = quarantined.saturating_sub(all);
    let (by_hand, freed): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|p| p.cause == Cause::Hand);
    let mut left = Left::default();
    let of_parts = take(&mut left, freed, units);
    let more = units.saturating_sub(of_parts);
    let of_rest = more.min(rest);
    take(&mut left, by_hand, more.saturating_sub(of_rest));
    let mut sure = rest.saturating_sub(of_rest);
    let doubtful = left.shrunk.iter().filter_map(|(id, n)| {
        let part = parts
            .iter()
            .find(|p| p.id == *id && p.cause != Cause::Hand)?;
        let n = sure.min(*n);
        sure = sure.saturating_sub(n);
        (n > Units::ZERO).then_some((part.seq, n))
    });
    left.doubtful = doubtful.collect();
    left
}

/// Takes units from parts, the youngest first; returns how many there were.
fn take(left: &mut Left, mut parts: Vec<&Part>, units: Units) -> Units {
    parts.sort_by(|a, b| (b.seq, &b.id).cmp(&(a.seq, &a.id)));
    let mut taken = Units::ZERO;
    for part in parts {
        let n = part.units.min(units.saturating_sub(taken));
        if n > Units::ZERO {
            left.shrunk.push((part.id.clone(), n));
            taken = taken.saturating_add(n);
        }
    }
    taken
}

/// An excursion from the cold, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excursion {
    /// Its name.
    pub id: ExcursionId,
    /// Where.
    pub site: Finess,
    /// The number of the site's last movement when its units were set apart.
    pub seq: i64,
    /// Whether it is about everything that was on the shelf.
    pub whole: bool,
    /// What happened, in words.
    pub reason: String,
    /// When the cold was lost and when it was back, as far as that is known.
    pub lasted: (Option<Instant>, Option<Instant>),
    /// The lowest and the highest temperature, in tenths of a degree Celsius, as far as measured.
    pub tenths: (Option<i32>, Option<i32>),
    /// When it was recorded.
    pub recorded_at: Instant,
    /// By whom: the id of a token.
    pub recorded_by: String,
}

/// A lot that was in an excursion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcursionLot {
    /// Which lot.
    pub lot_id: LotId,
    /// Usable units that the excursion set apart.
    pub set_apart: Units,
    /// Units that were in quarantine already.
    pub stood: Units,
    /// What was decided, if anything was.
    pub decided: Option<Decided>,
}

/// A decision, with who took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// When.
    pub at: Instant,
    /// By whom: the id of a token.
    pub by: String,
    /// Why, in words.
    pub reason: String,
    /// On whose word: the reference of the manufacturer's answer.
    pub reference: Option<String>,
}

#[cfg(test)]
mod tests;
