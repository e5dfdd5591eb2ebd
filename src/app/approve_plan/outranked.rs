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
use crate::domain::plan::{Case, CasePatient};
use crate::domain::role::Action;
use crate::domain::rule::{Rulebook, Slug};
use crate::hands;
use shelf::Shelf;
use std::collections::{BTreeSet, HashMap};

/// How many claims are asked for again, all tests together.
///
/// Choice: what is granted is known at some 10 µs a claim, so that an approval waits for ten seconds at
/// most; a network is tried hundreds of times. A test of fewer than 2,000 claims counts as 2,000.
const MOST_CLAIMS: usize = 1_000_000;

/// Who could be served now instead of a line.
pub(super) struct Outranked {
    /// The case as things stand, less what was approved since.
    shelf: Shelf,
    rulebook: Slug,
    /// The place of each claim in a plan made now.
    ranks: HashMap<String, usize>,
    /// Who is granted in a plan made now, and was not left out.
    granted: BTreeSet<String>,
    /// Whether somebody in it may have ceased to be, by a line above them that was approved.
    doubtful: bool,
    /// How many of the next lines are known to leave everybody able.
    harmless: usize,
    /// How many claims were asked for again.
    asked: usize,
}

impl Outranked {
    /// Plans again, as things stand; `left_out` are the names of lines that a coordinator left out.
    pub(super) fn load(
        act: &mut Act<'_>,
        frozen: &Frozen,
        left_out: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let live: Live<'_> = live_case::load(act, &terms_of(frozen), Action::ApprovePlans)?;
        let case = Case {
            lottery_seed: frozen.case.lottery_seed.clone(),
            ..live.case
        };
        let gone = || Error::Bug(format!("rulebook {} is gone", frozen.plan.rulebook));
        let book = act.rules.get(&frozen.plan.rulebook).ok_or_else(gone)?;
        let now = hands::granted(&case, book, &|name: &Slug| act.rules.get(name));
        let names = || now.iter().map(|claim| claim.id.clone());
        let granted = now
            .iter()
            .filter(|c| c.granted && !left_out.contains(&c.id));
        Ok(Self {
            ranks: names().zip(1..).collect(),
            granted: granted.map(|claim| claim.id.clone()).collect(),
            doubtful: false,
            harmless: 0,
            asked: 0,
            rulebook: frozen.plan.rulebook.clone(),
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

    /// Looks at many of the lines that are still to be weighed together: mostly all of them do no harm, and
    /// none need be weighed alone; else half of them are looked at, and so on. To be asked when a line was
    /// refused, and when those that were looked at are done.
    pub(super) fn expect(&mut self, act: &Act<'_>, lines: &[Wanted<'_>]) {
        self.harmless = 0;
        let names: BTreeSet<&str> = lines.iter().map(|w| w.line.name.as_str()).collect();
        if self.doubtful {
            let Some(now) = self.able_now(act) else {
                return;
            };
            self.granted
                .retain(|name| names.contains(name.as_str()) || now.contains(name));
            self.doubtful = false;
        }
        let able = |name: &&String| !names.contains(name.as_str());
        let able: BTreeSet<String> = self.granted.iter().filter(able).cloned().collect();
        let mut many = lines.len();
        while many > 0 {
            let mark = self.shelf.mark();
            for wanted in lines.iter().take(many) {
                self.shelf.take(wanted);
            }
            let still = if able.is_empty() {
                Some(BTreeSet::new())
            } else {
                self.able_now(act)
            };
            self.shelf.undo(mark);
            match still {
                Some(still) if able.is_subset(&still) => {
                    self.harmless = many;
                    return;
                }
                Some(_) => many /= 2,
                None => return,
            }
        }
    }

    /// Whether the lines that were looked at together are done.
    pub(super) const fn is_done(&self) -> bool {
        self.harmless == 0
    }

    /// Says whether a line leaves everybody able who ranks above it, and counts it in if so.
    pub(super) fn test(&mut self, act: &Act<'_>, wanted: &Wanted<'_>) -> Result<(), Refused> {
        let name = &wanted.line.name;
        let mark = self.shelf.mark();
        self.shelf.take(wanted);
        if self.harmless > 0 {
            self.harmless = self.harmless.saturating_sub(1);
            self.granted.remove(name);
            return Ok(());
        }
        let rank = self.ranks.get(name).copied().unwrap_or(usize::MAX);
        let above = |other: &&String| self.ranks.get(*other).is_some_and(|r| *r < rank);
        let above: Vec<String> = self.granted.iter().filter(above).cloned().collect();
        if !above.is_empty() {
            let Some(still) = self.able_now(act) else {
                self.shelf.undo(mark);
                return Err(Refused::PlanAgain);
            };
            if let Some(by) = above.into_iter().find(|other| !still.contains(other)) {
                self.shelf.undo(mark);
                return Err(Refused::Outranked { by });
            }
        }
        // whoever ranks below this line and needs its units may not be able any more
        self.doubtful = true;
        self.granted.remove(name);
        Ok(())
    }

    /// Who is granted beside what was taken; nothing, when that was asked often enough.
    fn able_now(&mut self, act: &Act<'_>) -> Option<BTreeSet<String>> {
        let case = self.shelf.case();
        let claims = case.requests.len().saturating_add(case.patients.len());
        self.asked = self.asked.saturating_add(claims.max(2_000));
        if self.asked > MOST_CLAIMS {
            return None;
        }
        let book: &Rulebook = act.rules.get(&self.rulebook)?;
        let of = |name: &Slug| act.rules.get(name);
        let now = hands::granted(&self.shelf.left(), book, &of).into_iter();
        Some(now.filter(|c| c.granted).map(|c| c.id).collect())
    }
}
