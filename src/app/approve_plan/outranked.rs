//! Nobody who ranks above a line may be able to use its units now.
//!
//! The plan is made again as things stand. Whoever is granted in it, and is neither among the lines to be
//! approved nor left out, is *able*. A line whose units are taken away as it would take them must leave
//! everybody able who ranks above it able still. Whoever was to be approved and is refused is able from
//! then on, if other units can meet them.

mod shelf;

use super::frozen::{Frozen, Wanted};
use super::terms_of;
use super::weigh::Refused;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::live_case::{self, Live};
use crate::app::make_plan::solve;
use crate::domain::plan::{Case, CasePatient, Plan, Status};
use crate::domain::role::Action;
use crate::domain::rule::{Rulebook, Slug};
use shelf::Shelf;
use std::collections::{BTreeSet, HashMap};

/// How many claims are planned again, all tests together.
///
/// Choice: a network is weighed line by line two hundred times within a second or two; a country only a
/// few times, and then its plan is to be made again. A test of fewer than 2,000 claims counts as 2,000.
const MOST_CLAIMS: usize = 400_000;

/// Who could be served now instead of a line.
pub(super) struct Outranked {
    /// The case as things stand, less what was approved since.
    shelf: Shelf,
    rulebook: Slug,
    /// The place of each claim in a plan made now.
    ranks: HashMap<String, u32>,
    /// Who is granted in a plan made now, and was not left out.
    granted: BTreeSet<String>,
    /// Who is able beside the lines that were approved; nothing, when that must be looked at.
    still: Option<BTreeSet<String>>,
    /// Whether all lines that are still to be weighed leave everybody able.
    harmless: bool,
    tests: usize,
}

impl Outranked {
    /// Plans again, as things stand; `left_out` are the names of lines that a coordinator left out.
    pub(super) fn load(
        act: &mut Act<'_>,
        frozen: &Frozen<'_>,
        left_out: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let live: Live<'_> = live_case::load(act, &terms_of(frozen), Action::ApprovePlans)?;
        let case = Case {
            lottery_seed: frozen.case.lottery_seed.clone(),
            ..live.case
        };
        let now = solve(act, &case, frozen.book);
        let ranked = now.decisions.iter();
        let ranks = ranked.filter_map(|d| Some((d.id.clone(), d.rank?)));
        Ok(Self {
            ranks: ranks.collect(),
            granted: granted(&now).difference(left_out).cloned().collect(),
            still: None,
            harmless: false,
            tests: 0,
            rulebook: frozen.book.name.clone(),
            shelf: Shelf::new(case),
        })
    }

    /// Returns the CAR-T patient of an id as they are now.
    pub(super) fn patient(&self, id: &str) -> Option<&CasePatient> {
        self.shelf.case().patients.iter().find(|p| p.id == id)
    }

    /// Whether a claim is granted in a plan made now.
    pub(super) fn is_granted(&self, name: &str) -> bool {
        self.granted.contains(name)
    }

    /// Looks at all lines that are still to be weighed together: mostly they do no harm, and none need be
    /// weighed alone. To be asked again when one of them is refused.
    pub(super) fn expect(&mut self, act: &Act<'_>, lines: &[Wanted<'_>]) {
        let names: BTreeSet<&str> = lines.iter().map(|w| w.line.name.as_str()).collect();
        let able = |name: &&String| !names.contains(name.as_str());
        let able: BTreeSet<String> = self.granted.iter().filter(able).cloned().collect();
        self.harmless = able.is_empty();
        if self.harmless || !self.may_test() {
            return;
        }
        let mark = self.shelf.mark();
        for wanted in lines {
            self.shelf.take(wanted);
        }
        let still = self.able_now(act);
        self.shelf.undo(mark);
        self.harmless = still.is_some_and(|still| able.is_subset(&still));
    }

    /// Says whether a line leaves everybody able who ranks above it, and counts it in if so.
    pub(super) fn test(&mut self, act: &Act<'_>, wanted: &Wanted<'_>) -> Result<(), Refused> {
        let name = &wanted.line.name;
        let mark = self.shelf.mark();
        if self.harmless {
            self.shelf.take(wanted);
            self.granted.remove(name);
            return Ok(());
        }
        let rank = self.ranks.get(name).copied().unwrap_or(u32::MAX);
        let above = |other: &&String| self.ranks.get(*other).is_some_and(|r| *r < rank);
        let above: BTreeSet<String> = self.granted.iter().filter(above).cloned().collect();
        if above.is_empty() {
            self.shelf.take(wanted);
            self.granted.remove(name);
            // whoever ranks below this line and needs its units may not be able any more
            self.still = None;
            return Ok(());
        }
        if !self.may_test() {
            return Err(Refused::PlanAgain);
        }
        let before = match self.still.take() {
            Some(still) => still,
            None => self.able_now(act).ok_or(Refused::PlanAgain)?,
        };
        self.shelf.take(wanted);
        let after = self.able_now(act).ok_or(Refused::PlanAgain)?;
        let harmed = before
            .intersection(&above)
            .find(|other| !after.contains(*other));
        if let Some(by) = harmed {
            let by = by.clone();
            self.shelf.undo(mark);
            self.still = Some(before);
            return Err(Refused::Outranked { by });
        }
        self.granted.remove(name);
        self.still = Some(after);
        Ok(())
    }

    /// Whether there is work left for another test, which is then counted.
    fn may_test(&mut self) -> bool {
        let case = self.shelf.case();
        let claims = case.requests.len().saturating_add(case.patients.len());
        self.tests = self.tests.saturating_add(claims.max(2_000));
        self.tests <= MOST_CLAIMS
    }

    /// Who is granted beside what was taken.
    fn able_now(&self, act: &Act<'_>) -> Option<BTreeSet<String>> {
        let book: &Rulebook = act.rules.get(&self.rulebook)?;
        Some(granted(&solve(act, &self.shelf.left(), book)))
    }
}

fn granted(plan: &Plan) -> BTreeSet<String> {
    let rows = plan.decisions.iter();
    rows.filter(|d| d.status == Status::Granted)
        .map(|d| d.id.clone())
        .collect()
}
