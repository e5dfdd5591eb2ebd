//! Room for one more: doses already granted are made in other ways.

use super::prices::Question;
use super::vials::{Kind, VialPool, free};
use super::ways::{Count, WIDTH};
use crate::domain::dose::{self, Need, Take, Vial};
use crate::domain::quantity::{Mg, Units};
use std::collections::BTreeMap;

/// Up to so many doses, all are made anew at once. Choice: by trial.
const MANY: usize = 96;
/// So many doses of each size and way are left to a search beside what a plan leaves out, at first
/// and when that fails. Choice: by trial.
const APART: [u32; 3] = [1, 4, 16];
/// The most doses that are left to such a search.
const MOST_LEFT: usize = 2_000;

impl VialPool<'_> {
    /// Makes the rest of some doses, if it can be done, by making others anew: all when they are
    /// few; else nearly all by the plan that prices give, and the last ones by a search.
    pub(super) fn make_room(
        &mut self,
        all: &[Kind],
        rest: &[Kind],
    ) -> Result<bool, dose::Unsolved> {
        let Some(plan) = self.priced(all) else {
            return Ok(false);
        };
        if self.doses > MANY {
            for apart in APART {
                if self.follow(&plan, all, apart)? {
                    return Ok(true);
                }
            }
        }
        let every = self.made.iter().map(|((kind, way), n)| (*kind, *way, *n));
        let every = every.collect();
        self.make_anew(every, rest)
    }

    /// Makes everything granted, and `new`, anew by a plan; `apart` doses of each size and way, and
    /// those that the plan leaves out, by a search. Changes nothing when that fails.
    fn follow(
        &mut self,
        plan: &[Vec<u32>],
        new: &[Kind],
        apart: u32,
    ) -> Result<bool, dose::Unsolved> {
        let before = (self.slack.clone(), std::mem::take(&mut self.made));
        self.slack.clone_from(&self.supply);
        let mut wanted: BTreeMap<Kind, u32> = BTreeMap::new();
        for (place, of_place) in self.wanted.iter().enumerate() {
            for (class, n) in of_place.iter().enumerate().filter(|(_, n)| **n > 0) {
                wanted.insert((place, class), *n);
            }
        }
        for kind in new {
            *wanted.entry(*kind).or_default() += 1;
        }
        let mut left: Vec<Kind> = Vec::new();
        let mut quota: Vec<Vec<u32>> = plan.to_vec();
        for slot in quota.iter_mut().flatten() {
            *slot = slot.saturating_sub(apart);
        }
        let mut latest: Vec<(Kind, u32)> = wanted.into_iter().collect();
        latest.sort_by_key(|(kind, _)| (std::cmp::Reverse(kind.1), kind.0));
        for (kind, mut n) in latest {
            let of_place = quota.get(kind.0).map_or(0, Vec::len);
            for way in 0..of_place {
                let slot = quota.get_mut(kind.0).and_then(|q| q.get_mut(way));
                let Some(slot) = slot else {
                    continue;
                };
                let used = self.ways.at(kind.0).get(way).map(|w| w.used);
                let used = used.unwrap_or_default();
                let times = times_within(&free(&self.slack, kind.1), &used);
                let times = times.min(*slot).min(n);
                if times > 0 {
                    *slot -= times;
                    n -= times;
                    self.enter(kind, way, &used, times);
                }
            }
            left.extend((0..n).map(|_| kind));
        }
        let made = if left.len() > MOST_LEFT {
            Ok(false)
        } else {
            self.make_anew(Vec::new(), &left)
        };
        if !matches!(made, Ok(true)) {
            (self.slack, self.made) = before;
        }
        made
    }

    /// Makes some doses anew, together with new ones.
    fn make_anew(
        &mut self,
        taken: Vec<(Kind, usize, u32)>,
        new: &[Kind],
    ) -> Result<bool, dose::Unsolved> {
        for (kind, way, n) in &taken {
            self.take_back(*kind, *way, *n);
        }
        let again = taken.iter().flat_map(|(kind, _, n)| (0..*n).map(|_| *kind));
        let kinds: Vec<Kind> = again.chain(new.iter().copied()).collect();
        let made = self.compose(&kinds);
        let Ok(Some(made)) = made else {
            for (kind, way, n) in taken {
                let used = self.ways.at(kind.0).get(way).map(|w| w.used);
                self.enter(kind, way, &used.unwrap_or_default(), n);
            }
            return made.map(|_| false);
        };
        for (kind, used) in kinds.into_iter().zip(made) {
            let list = self.ways.at(kind.0);
            // a way without a superfluous vial is on the list of all such ways
            let way = list.iter().position(|w| w.used == used).unwrap_or(0);
            self.enter(kind, way, &used, 1);
        }
        Ok(true)
    }

    /// Returns nothing when prices prove that these cannot be made together with what was granted;
    /// else a plan for nearly all of them, as `Prices::ask` does.
    fn priced(&mut self, kinds: &[Kind]) -> Option<Vec<Vec<u32>>> {
        let before = self.wanted.clone();
        for kind in kinds {
            self.want(*kind, 1);
        }
        let question = Question {
            ways: &self.ways,
            wanted: &self.wanted,
            supply: &self.supply,
        };
        let answer = self.prices.ask(&question);
        self.wanted = before;
        answer
    }

    /// Returns the vials of each dose, made of what is free.
    fn compose(&self, kinds: &[Kind]) -> Result<Option<Vec<Count>>, dose::Unsolved> {
        let needs: Vec<Need> = kinds
            .iter()
            .filter_map(|(place, class)| {
                let mg = Mg::from_ug(self.ways.total(*place));
                Some(Need {
                    mg,
                    on: self.days.day(*class)?,
                })
            })
            .collect();
        let made = dose::compose_plan(&needs, &self.free_vials(), Take::SoonestExpiry)?;
        Ok(made.map(|made| {
            let count = |c: dose::Composition<usize>| {
                let mut used = [0; WIDTH];
                for (place, units) in c.rows {
                    if let Some(slot) = used.get_mut(place) {
                        *slot = units.get();
                    }
                }
                used
            };
            made.into_iter().map(count).collect()
        }))
    }

    /// Returns what is free, as vials that expire on a day of their last class.
    fn free_vials(&self) -> Vec<Vial<usize>> {
        let mut vials = Vec::new();
        let mut later = [0_i64; WIDTH];
        for class in (0..self.slack.len()).rev() {
            let free = self.free(class);
            let Some(expiry) = self.days.day(class) else {
                continue;
            };
            for (place, strength) in self.ways.strengths.iter().enumerate() {
                let (now, then) = (free.get(place), later.get(place));
                let units = now.copied().unwrap_or(0) - then.copied().unwrap_or(0);
                if let Ok(units @ 1..) = u32::try_from(units) {
                    vials.push(Vial {
                        lot: place,
                        strength: Mg::from_ug(*strength),
                        expiry,
                        units: Units::new(units),
                    });
                }
            }
            later = free;
        }
        vials
    }
}

/// Returns how often these vials can be taken.
fn times_within(free: &[i64; WIDTH], used: &Count) -> u32 {
    let each = free.iter().zip(used).filter(|(_, n)| **n > 0);
    let times = each.map(|(free, n)| free.max(&0) / i64::from(*n)).min();
    times.map_or(u32::MAX, |t| u32::try_from(t).unwrap_or(u32::MAX))
}
