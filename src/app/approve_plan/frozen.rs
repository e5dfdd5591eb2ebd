//! A kept plan, derived again from what it was made from.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::make_plan::{solve, told};
use crate::db::plans::{Payload, PlanRecord};
use crate::db::{self};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::PlanId;
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::domain::plan::{Case, Plan};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::rule::Rulebook;
use crate::wire::plan::{Document, difference};
use crate::wire::plan_case;

/// A plan, the case that it was made from, and what follows from it. None of it changes once a plan is kept.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub(super) plan: PlanRecord,
    pub(super) sites: Vec<Finess>,
    pub(super) case: Case,
    pub(super) answer: Plan,
}

impl Frozen {
    /// Returns the sites that an approval of it may change: all that it covers.
    pub fn sites(&self) -> Vec<Finess> {
        self.sites.clone()
    }
}

/// What a line is to have.
pub(super) struct Wanted<'l> {
    pub(super) line: &'l Line,
    pub(super) units: Vec<WantedUnits>,
}

/// Units of one lot for one dose of a line.
#[derive(Clone)]
pub(super) struct WantedUnits {
    pub(super) site: Finess,
    pub(super) cip13: Cip13,
    pub(super) lot: LotNumber,
    pub(super) expiry: Day,
    /// For which dose, from 1.
    pub(super) dose: u32,
    /// The day on which they must be in date.
    pub(super) on: Day,
    pub(super) units: Units,
}

/// Finds a plan.
///
/// # Errors
/// Refused when there is none.
pub(super) fn find(act: &mut Act<'_>, id: &PlanId) -> Result<PlanRecord, Error> {
    let unknown = || Refusal::Unknown {
        what: "plan",
        name: id.to_string(),
    };
    Ok(db::plans::find(act.conn, id)?.ok_or_else(unknown)?)
}

/// Derives a kept plan again: the case that was frozen, its rulebook, and the plan.
///
/// # Errors
/// Refused when its inputs were erased, or its rulebook has changed or is gone.
pub fn derived<'r>(
    act: &Act<'r>,
    plan: &PlanRecord,
    payload: &Payload,
) -> Result<(Case, &'r Rulebook, Plan), Error> {
    let changed = Refusal::WrongState {
        state: "rulebook-changed",
    };
    let book = act
        .rules
        .get(&plan.rulebook)
        .filter(|book| hex::encode(book.hash) == plan.rulebook_hash)
        .ok_or(changed)?;
    let read = plan_case::read(payload.frozen.as_bytes(), &[book]).map_err(|faults| {
        // where, and not what stands there: it is a patient's
        let at = faults.as_slice().iter().map(|fault| fault.pointer.as_str());
        let at: Vec<&str> = at.take(9).collect();
        Error::Bug(format!("a frozen case is wrong at {}", at.join(", ")))
    })?;
    let answer = solve(act.rules, &read.case, book);
    Ok((read.case, book, answer))
}

/// Derives a plan again, to be approved: most of the work, and none that others need wait for.
///
/// # Errors
/// Refused when there is no such plan, its inputs were erased, its rulebook has changed, or it would come
/// out otherwise today.
pub fn prepare(act: &mut Act<'_>, id: &PlanId) -> Result<Frozen, Error> {
    let plan = find(act, id)?;
    let erased = Refusal::WrongState { state: "erased" };
    let payload = db::plans::payload(act.conn, id)?.ok_or(erased)?;
    let (case, book, answer) = derived(act, &plan, &payload)?;
    if !says_the_same(
        &payload.answer_fr,
        &told(act.rules, &case, book, &answer, Language::Fr),
    ) {
        let state = "derived-otherwise";
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(Frozen {
        sites: db::plans::sites(act.conn, id)?,
        plan,
        case,
        answer,
    })
}

/// Whether two plans decide the same, whatever the words of their sentences: a later version may say it
/// better.
fn says_the_same(kept: &str, now: &str) -> bool {
    if kept == now {
        return true;
    }
    match (
        Document::read(kept.as_bytes()),
        Document::read(now.as_bytes()),
    ) {
        (Ok(kept), Ok(now)) => {
            let changed = difference(&kept, &now);
            changed.is_empty() && changed.rank_only == 0
        }
        (Err(_), _) | (_, Err(_)) => false,
    }
}

impl Frozen {
    /// Returns what a line is to have.
    ///
    /// # Errors
    /// A bug of ours, when the line is none of the plan's.
    pub(super) fn wanted<'l>(&self, line: &'l Line) -> Result<Wanted<'l>, Error> {
        let astray = || Error::Bug(format!("line {} is not in its plan", line.id));
        let place = usize::try_from(line.place).ok();
        let decision = place
            .and_then(|place| self.answer.decisions.get(place))
            .filter(|decision| decision.id == line.name)
            .ok_or_else(astray)?;
        let mut units = Vec::new();
        for (number, dose) in (1_u32..).zip(&decision.doses) {
            for (place, n) in &dose.units {
                let stock = self.case.stock.get(*place).ok_or_else(astray)?;
                let site = self.case.sites.get(stock.site).ok_or_else(astray)?;
                units.push(WantedUnits {
                    site: Finess::parse(&site.id)
                        .map_err(|e| Error::Bug(format!("a frozen site: {e}")))?,
                    cip13: stock.cip13,
                    lot: LotNumber::parse(&stock.lot)
                        .map_err(|e| Error::Bug(format!("a frozen lot: {e}")))?,
                    expiry: stock.expiry,
                    dose: number,
                    on: dose.on,
                    units: Units::new(*n),
                });
            }
        }
        Ok(Wanted { line, units })
    }
}

#[cfg(test)]
mod tests {
    use super::says_the_same;

    #[test]
    fn another_sentence_is_the_same_plan_and_another_answer_is_not() {
        let plan = |status: &str, reason: &str| {
            format!(
                r#"{{"as_of": "2021-10-20", "rulebook": "r", "case_sha256": "0", "transfers": [], "decisions":
                   [{{"id": "a", "kind": "request", "rank": 1, "status": "{status}", "reason": "{reason}"}}]}}"#
            )
        };
        let kept = plan("granted", "Accordée.");
        assert!(says_the_same(&kept, &plan("granted", "Elle est accordée.")));
        assert!(!says_the_same(&kept, &plan("deferred", "Accordée.")));
        assert!(!says_the_same(&kept, "{}"));
    }
}
