//! A line of a kept plan: what became of one of its decisions.

use super::calendar::Instant;
use super::code::Finess;
use super::id::{HoldId, LineId, LotId, PlanId, RequestId};
use super::quantity::Units;
use std::cmp::Reverse;

/// What became of a granted line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    /// Nobody decided on it yet.
    Planned,
    /// A coordinator approved it: its units are held.
    Approved,
    /// A coordinator left it out, with a reason.
    LeftOut,
    /// It was to be approved, and the facts no longer allow it.
    Refused,
    /// Its units were dispensed, or have arrived.
    Served,
    /// Its units were held too long, and are free again.
    Expired,
    /// Units that it held were lost: the others are free again.
    Broken,
    /// Its request was withdrawn: its units are free again.
    Released,
}

impl LineState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Approved,
        Self::LeftOut,
        Self::Refused,
        Self::Served,
        Self::Expired,
        Self::Broken,
        Self::Released,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Approved => "approved",
            Self::LeftOut => "left-out",
            Self::Refused => "refused",
            Self::Served => "served",
            Self::Expired => "expired",
            Self::Broken => "broken",
            Self::Released => "released",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A line of a kept plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which one.
    pub id: LineId,
    /// Of which plan.
    pub plan: PlanId,
    /// Its place in the plan's decisions, from 0.
    pub place: u32,
    /// The decision's id in the plan.
    pub name: String,
    /// Whose patient or reserve it serves.
    pub site: Finess,
    /// Its class in the ranking, if it was ranked.
    pub class: Option<String>,
    /// Its rank, from 1, if it was ranked.
    pub rank: Option<u32>,
    /// The word of the decision: `granted`, `deferred`, …
    pub status: String,
    /// Why, as a stable code.
    pub reason_code: String,
    /// Whether it ranks above reserves, which then do not hold it back.
    pub above_reserve: bool,
    /// The request that it answers, with the version that was planned; none for a reserve.
    pub request: Option<(RequestId, i64)>,
    /// What became of it, if it was granted.
    pub state: Option<LineState>,
    /// Why it was left out, refused, broken or released: a code, or somebody's words.
    pub why: Option<String>,
    /// When that was decided.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Until when its units are held.
    pub expires_at: Option<Instant>,
}

impl Line {
    /// Returns the word of plans for what it is for: `request` or `reserve`.
    pub const fn kind(&self) -> &'static str {
        match self.request {
            Some(_) => "request",
            None => "reserve",
        }
    }
}

/// Units of one lot held for one dose of an approved line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineHold {
    /// Its name.
    pub id: HoldId,
    /// For which line.
    pub line: LineId,
    /// For which of its doses, from 1.
    pub dose: u32,
    /// Where the units are: the line's own site, or one that will send them there.
    pub site: Finess,
    /// Of which lot.
    pub lot_id: LotId,
    /// How many.
    pub units: Units,
    /// The line's rank in its plan.
    pub rank: u32,
    /// Whether the line ranks above reserves.
    pub above_reserve: bool,
}

/// Returns the holds of lines in the order in which they lose units: first those that rank below
/// reserves, the last rank first. Those above come after whatever reserves hold: see
/// [`LineHold::above_reserve`].
pub fn last_first(holds: &[LineHold]) -> Vec<&LineHold> {
    let mut rows: Vec<&LineHold> = holds.iter().collect();
    rows.sort_by_key(|h| (h.above_reserve, Reverse((h.rank, &h.lot_id, &h.id))));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(id: &str, rank: u32, above_reserve: bool) -> LineHold {
        LineHold {
            id: HoldId::new(id),
            line: LineId::new(id),
            dose: 1,
            site: Finess::parse("750100125").unwrap(),
            lot_id: LotId::new("lot"),
            units: Units::new(1),
            rank,
            above_reserve,
        }
    }

    #[test]
    fn the_last_rank_loses_its_units_first_and_what_is_above_reserves_last() {
        let holds = [
            hold("crs", 1, true),
            hold("vital", 5, false),
            hold("other", 9, false),
            hold("crs-2", 2, true),
        ];
        let order: Vec<&str> = last_first(&holds).iter().map(|h| h.id.as_str()).collect();
        assert_eq!(order, ["other", "vital", "crs-2", "crs"]);
    }
}
