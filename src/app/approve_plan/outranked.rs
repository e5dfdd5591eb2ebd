//! Nobody who ranks above a line may be able to use its units now.
//!
//! The plan is made again as things stand. Who is granted in it and was not before is *newly able*. A
//! line whose units are taken away as it would take them must leave everybody newly able who ranks
//! above it able still.

use super::frozen::{Frozen, Wanted};
use super::terms_of;
use super::weigh::Refused;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::live_case;
use crate::app::make_plan::solve;
use crate::domain::code::Finess;
use crate::domain::plan::{Case, CaseStock, Plan, Status};
use crate::domain::role::Action;
use crate::domain::rule::Rulebook;
use std::collections::{BTreeSet, HashMap};

/// How many lines are weighed one by one.
///
/// Choice: each is a plan of its own, which takes milliseconds for a network; who meets this limit
/// approves a plan that others have overtaken.
const MOST_TESTS: u32 = 200;

/// Who could be served now, and could not when the plan was made.
pub(super) struct Outranked {
    /// The case as things stand, less what was approved since.
    case: Case,
    rulebook: crate::domain::rule::Slug,
    /// The place of each claim in a plan made now.
    ranks: HashMap<String, u32>,
    /// Who is newly able.
    able: BTreeSet<String>,
    /// Who of them is able beside the lines that were approved; nothing, when that must be looked at.
    still: Option<BTreeSet<String>>,
    /// Whether all lines together leave them able.
    harmless: bool,
    tests: u32,
}

impl Outranked {
    /// Plans again, as things stand.
    pub(super) fn load(act: &mut Act<'_>, frozen: &Frozen<'_>) -> Result<Self, Error> {
        let live = live_case::load(act, &terms_of(frozen), Action::ApprovePlans)?;
        let case = Case {
            lottery_seed: frozen.case.lottery_seed.clone(),
            ..live.case
        };
        let now = solve(act, &case, frozen.book);
        let before = granted(&frozen.answer);
        let ranked = now.decisions.iter();
        let ranks = ranked.filter_map(|d| Some((d.id.clone(), d.rank?)));
        Ok(Self {
            ranks: ranks.collect(),
            able: granted(&now).difference(&before).cloned().collect(),
            still: None,
            harmless: false,
            tests: 0,
            rulebook: frozen.book.name.clone(),
            case,
        })
    }

    /// Looks at all lines together: mostly they do no harm, and none need be weighed alone.
    pub(super) fn expect(&mut self, act: &Act<'_>, lines: &[Wanted<'_>]) {
        self.harmless = self.able.is_empty();
        if self.harmless {
            return;
        }
        let lines = lines.iter();
        let next = lines.fold(self.case.clone(), |case, wanted| taken(case, wanted));
        if let Some(book) = act.rules.get(&self.rulebook) {
            self.harmless = self.still_able(act, &next, book).len() == self.able.len();
        }
    }

    /// Says whether a line leaves everybody able who ranks above it, and counts it in if so.
    pub(super) fn test(&mut self, act: &Act<'_>, wanted: &Wanted<'_>) -> Result<(), Refused> {
        if self.harmless {
            return Ok(());
        }
        let rank = self.ranks.get(&wanted.line.name).copied();
        let rank = rank.unwrap_or(u32::MAX);
        let above = |name: &&String| self.ranks.get(*name).is_some_and(|r| *r < rank);
        let above: BTreeSet<String> = self.able.iter().filter(above).cloned().collect();
        let next = taken(self.case.clone(), wanted);
        if above.is_empty() {
            // whoever ranks below this line and needs its units may not be able any more
            self.case = next;
            self.still = None;
            return Ok(());
        }
        self.tests = self.tests.saturating_add(1);
        let book = act.rules.get(&self.rulebook);
        let (Some(book), true) = (book, self.tests <= MOST_TESTS) else {
            return Err(Refused::PlanAgain);
        };
        let before = self.still.take();
        let before = before.unwrap_or_else(|| self.still_able(act, &self.case, book));
        let after = self.still_able(act, &next, book);
        let harmed = before
            .intersection(&above)
            .find(|name| !after.contains(*name));
        if let Some(by) = harmed {
            let by = by.clone();
            self.still = Some(before);
            return Err(Refused::Outranked { by });
        }
        self.case = next;
        self.still = Some(after);
        Ok(())
    }

    fn still_able(&self, act: &Act<'_>, case: &Case, book: &Rulebook) -> BTreeSet<String> {
        let granted = granted(&solve(act, case, book));
        self.able.intersection(&granted).cloned().collect()
    }
}

fn granted(plan: &Plan) -> BTreeSet<String> {
    let rows = plan.decisions.iter();
    rows.filter(|d| d.status == Status::Granted)
        .map(|d| d.id.clone())
        .collect()
}

/// Takes a line's units out of a case: those of a request are gone with it, those of a reserve are
/// where it is.
fn taken(mut case: Case, wanted: &Wanted<'_>) -> Case {
    let place = |case: &Case, site: Finess| case.sites.iter().position(|s| s.id == site.as_str());
    let own = place(&case, wanted.line.site);
    for unit in &wanted.units {
        let from = place(&case, unit.site);
        let row = case.stock.iter_mut().find(|row| {
            Some(row.site) == from
                && row.cip13 == unit.cip13
                && row.lot == unit.lot.as_str()
                && row.expiry == unit.expiry
        });
        let Some(row) = row else {
            continue;
        };
        row.units = row.units.saturating_sub(unit.units.get());
        if let (None, Some(site)) = (&wanted.line.request, own) {
            case.stock.push(CaseStock {
                site,
                cip13: unit.cip13,
                lot: unit.lot.to_string(),
                expiry: unit.expiry,
                units: unit.units.get(),
            });
        }
    }
    if wanted.line.request.is_some() {
        case.requests.retain(|r| r.id != wanted.line.name);
    }
    case.stock.retain(|row| row.units > 0);
    case.sorted()
}
