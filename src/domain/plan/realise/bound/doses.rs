//! A pool's doses as bounds see them: alike ones together, site by site.

use super::tolls::{Row, Way};
use crate::domain::plan::claim::Tier;
use crate::domain::plan::grant::ways::Count;
use crate::domain::plan::realise::assign::Taken;
use crate::domain::plan::realise::problem::Problem;
use std::collections::BTreeMap;

/// A pool's doses and vials.
pub(super) struct Doses<const N: usize> {
    /// In micrograms, ascending.
    pub(super) strengths: Vec<u64>,
    /// What the pool has.
    pub(super) all: Row<N>,
    pub(super) sites: Vec<SiteDoses<N>>,
    /// The ways of each list.
    pub(super) lists: Vec<Vec<Way<N>>>,
}

/// A site's doses and vials.
#[derive(Clone)]
pub(super) struct SiteDoses<const N: usize> {
    /// What the site has.
    pub(super) own: Row<N>,
    /// What its doses move in a realisation that is known, by tier.
    pub(super) moved: [i64; 3],
    /// Doses that are alike: the tier, the place of their list of ways, how many.
    pub(super) alike: Vec<(Tier, usize, i64)>,
}

impl<const N: usize> Doses<N> {
    pub(super) fn new(problem: &Problem, taken: &[Taken]) -> Self {
        let site = SiteDoses {
            own: [0; N],
            moved: [0; 3],
            alike: Vec::new(),
        };
        let mut doses = Self {
            strengths: problem.strengths.clone(),
            all: [0; N],
            sites: vec![site; problem.sites],
            lists: Vec::new(),
        };
        for row in &problem.rows {
            let site = doses.sites.get_mut(row.site);
            let own = site.and_then(|s| s.own.get_mut(row.strength));
            for slot in own.into_iter().chain(doses.all.get_mut(row.strength)) {
                *slot += i64::from(row.units);
            }
        }
        doses.put_together(problem);
        for (dose, row, units) in taken {
            let (Some(dose), Some(row)) = (problem.doses.get(*dose), problem.rows.get(*row)) else {
                continue;
            };
            let moved = doses.sites.get_mut(dose.site).map(|s| &mut s.moved);
            let slot = moved.and_then(|m| m.get_mut(dose.tier.place()));
            if let Some(slot) = slot.filter(|_| row.site != dose.site) {
                *slot += i64::from(*units);
            }
        }
        doses
    }

    /// Counts the doses that are alike.
    fn put_together(&mut self, problem: &Problem) {
        let mut lists = BTreeMap::new();
        let mut alike: BTreeMap<(usize, Tier, usize), i64> = BTreeMap::new();
        for dose in &problem.doses {
            let list = *lists.entry(dose.list).or_insert_with(|| {
                let ways = dose.ways.iter().map(|(used, _)| (row(used), 0));
                self.lists.push(ways.collect());
                self.lists.len() - 1
            });
            *alike.entry((dose.site, dose.tier, list)).or_default() += 1;
        }
        for ((site, tier, list), n) in alike {
            if let Some(site) = self.sites.get_mut(site) {
                site.alike.push((tier, list, n));
            }
        }
    }
}

/// Returns a count in as many numbers as there are strengths, or a few more.
pub(super) fn row<const N: usize>(used: &Count) -> Row<N> {
    let mut row = [0; N];
    for (slot, n) in row.iter_mut().zip(used) {
        *slot = i64::from(*n);
    }
    row
}
