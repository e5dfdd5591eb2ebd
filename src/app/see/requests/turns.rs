//! How a request came to where it stands.

use crate::db::standings::Standing;
use crate::domain::calendar::Instant;
use crate::domain::id::PlanId;
use crate::domain::line::LineState;

/// One change of where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When.
    pub at: Instant,
    /// By which plan.
    pub plan: PlanId,
    /// Place in the plan's order, from 1; none when it was not ranked.
    pub rank: Option<u32>,
    /// What was decided.
    pub status: String,
    /// Why, as a stable code.
    pub reason_code: String,
    /// What became of a granted line.
    pub state: Option<LineState>,
    /// Why that became of it.
    pub why: Option<String>,
}

/// Returns the changes that lines of plans, the latest first, tell of, the latest first: a line that
/// says what the one before it said is none.
pub(super) fn turns(lines: &[Standing]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for line in lines.iter().rev() {
        let planned = Turn {
            at: line.made_at,
            plan: line.plan.clone(),
            rank: line.rank,
            status: line.status.clone(),
            reason_code: line.reason_code.clone(),
            state: line.state.map(|_| LineState::Planned),
            why: None,
        };
        let decided = line.state.filter(|state| *state != LineState::Planned);
        let became = decided.map(|state| Turn {
            at: line.decided_at.unwrap_or(line.made_at),
            state: Some(state),
            why: line.why.clone(),
            ..planned.clone()
        });
        for turn in std::iter::once(planned).chain(became) {
            if turns.last().is_none_or(|last| said(last) != said(&turn)) {
                turns.push(turn);
            }
        }
    }
    turns.reverse();
    turns
}

/// What of a turn makes it another one.
fn said(turn: &Turn) -> (Option<u32>, &str, &str, Option<LineState>) {
    (turn.rank, &turn.status, &turn.reason_code, turn.state)
}
