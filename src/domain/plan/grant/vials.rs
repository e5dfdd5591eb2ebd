//! Whole vials: whether doses can be made together with all those granted before.
//!
//! One way of making everything granted is kept as the proof that it can be made. A new dose is
//! tried from what that leaves; then prices may prove that it cannot be made; else room is made for
//! it ([`super::room`]). What cannot be made is remembered: the grants only
//! grow, so nothing at least as large and as late can be made afterwards.

use super::days::Days;
use super::prices::Prices;
use super::ways::{Count, WIDTH, Ways};
use crate::domain::calendar::Day;
use crate::domain::quantity::Mg;
use std::collections::BTreeMap;

/// A dose as the pool sees it: the place of its ways, and its class of days.
pub(in crate::domain::plan) type Kind = (usize, usize);

/// The vials of one route in one pool, and a way to make all that was granted.
#[derive(Debug)]
pub(in crate::domain::plan) struct VialPool<'a> {
    pub(in crate::domain::plan) ways: Ways,
    pub(super) days: &'a Days,
    /// For each class, vials usable from then on less vials used from then on.
    pub(super) slack: Vec<[i64; WIDTH]>,
    /// The same in micrograms, each use counted as the least total of its ways.
    mass: Vec<i128>,
    /// For each class, vials usable from then on.
    pub(super) supply: Vec<[i64; WIDTH]>,
    /// For each place of ways, the doses granted in each class.
    pub(super) wanted: Vec<Vec<u32>>,
    pub(super) prices: Prices,
    /// How many doses of a kind are made in a way.
    pub(super) made: BTreeMap<(Kind, usize), u32>,
    pub(super) doses: usize,
    /// What could not be made, alone, after what was granted then.
    refused: Vec<Kind>,
}

/// Why a claim is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::plan) enum No {
    /// It cannot be made; these vials more, of each strength, would do.
    Lacks(Count),
    /// Nobody knows: the search was given up.
    GivenUp,
}

impl<'a> VialPool<'a> {
    /// Starts with what there is: `(place of the strength, last class of days, units)`.
    pub(in crate::domain::plan) fn new(
        ways: Ways,
        days: &'a Days,
        supply: impl Iterator<Item = (usize, usize, u32)>,
    ) -> Self {
        let mut slack = vec![[0; WIDTH]; days.len()];
        for (place, reach, units) in supply {
            for row in slack.iter_mut().take(reach + 1) {
                if let Some(slot) = row.get_mut(place) {
                    *slot += i64::from(units);
                }
            }
        }
        let mass = slack
            .iter()
            .map(|row| worth(&ways.strengths, row))
            .collect();
        Self {
            ways,
            days,
            supply: slack.clone(),
            slack,
            mass,
            wanted: Vec::new(),
            prices: Prices::default(),
            made: BTreeMap::new(),
            doses: 0,
            refused: Vec::new(),
        }
    }

    /// Grants doses, all or none.
    pub(in crate::domain::plan) fn grant(&mut self, doses: &[(Mg, Day)]) -> Result<(), No> {
        let kinds: Option<Vec<Kind>> = doses
            .iter()
            .map(|(least, on)| Some((self.ways.place(least.ug())?, self.days.class(*on))))
            .collect();
        let Some(kinds) = kinds else {
            return Err(No::GivenUp);
        };
        if self.hopeless(&kinds) {
            return Err(No::Lacks(self.lacking(&kinds)));
        }
        for (done, kind) in kinds.iter().enumerate() {
            if self.take_free(*kind) {
                continue;
            }
            let (taken, rest) = kinds.split_at(done);
            match self.make_room(&kinds, rest) {
                Ok(true) => break,
                found => {
                    for kind in taken {
                        self.give_back(*kind);
                    }
                    if found.is_err() {
                        return Err(No::GivenUp);
                    }
                    if let [kind] = kinds.as_slice() {
                        self.refused.push(*kind);
                    }
                    return Err(No::Lacks(self.lacking(&kinds)));
                }
            }
        }
        self.doses += kinds.len();
        for (place, class) in kinds {
            let total = i128::from(self.ways.total(place));
            self.mass
                .iter_mut()
                .take(class + 1)
                .for_each(|m| *m -= total);
            self.want((place, class), 1);
        }
        Ok(())
    }

    pub(super) fn want(&mut self, (place, class): Kind, n: u32) {
        if self.wanted.len() <= place {
            self.wanted.resize(place + 1, vec![0; self.supply.len()]);
        }
        let slot = self.wanted.get_mut(place).and_then(|w| w.get_mut(class));
        if let Some(slot) = slot {
            *slot += n;
        }
    }

    /// Gives back one dose of a kind, made in any way.
    fn give_back(&mut self, kind: Kind) {
        let mut ways = self.made.range((kind, 0)..=(kind, usize::MAX));
        if let Some(((_, way), _)) = ways.next() {
            self.take_back(kind, *way, 1);
        }
    }

    /// Whether it is known at once that they cannot be made.
    fn hopeless(&self, kinds: &[Kind]) -> bool {
        let total = |k: &Kind| self.ways.total(k.0);
        let refused = kinds.iter().any(|kind| {
            let worse = |r: &Kind| total(kind) >= total(r) && kind.1 >= r.1;
            self.refused.iter().any(worse)
        });
        refused
            || self.mass.iter().enumerate().any(|(class, mass)| {
                let asked = kinds.iter().filter(|k| k.1 >= class);
                asked.map(|k| i128::from(total(k))).sum::<i128>() > *mass
            })
    }

    /// Returns the least that a strength has to spare for a dose of this class.
    pub(super) fn free(&self, class: usize) -> [i64; WIDTH] {
        free(&self.slack, class)
    }

    /// Makes a dose of what is free.
    fn take_free(&mut self, kind: Kind) -> bool {
        let free = self.free(kind.1);
        let fits = |used: &Count| {
            used.iter()
                .zip(&free)
                .all(|(n, free)| i64::from(*n) <= *free)
        };
        let list = self.ways.at(kind.0).iter();
        let found = list.enumerate().find(|(_, way)| fits(&way.used));
        let Some((way, used)) = found.map(|(i, way)| (i, way.used)) else {
            return false;
        };
        self.enter(kind, way, &used, 1);
        true
    }

    /// Notes `n` doses more of a kind made in a way.
    pub(super) fn enter(&mut self, kind: Kind, way: usize, used: &Count, n: u32) {
        *self.made.entry((kind, way)).or_default() += n;
        self.use_up(kind.1, used, i64::from(n));
    }

    fn use_up(&mut self, class: usize, used: &Count, times: i64) {
        for row in self.slack.iter_mut().take(class + 1) {
            row.iter_mut()
                .zip(used)
                .for_each(|(slot, n)| *slot -= i64::from(*n) * times);
        }
    }

    pub(super) fn take_back(&mut self, kind: Kind, way: usize, n: u32) {
        let used = self.ways.at(kind.0).get(way).map(|w| w.used);
        self.use_up(kind.1, &used.unwrap_or_default(), -i64::from(n));
        if let Some(count) = self.made.get_mut(&(kind, way)) {
            *count -= n;
            if *count == 0 {
                self.made.remove(&(kind, way));
            }
        }
    }

    /// Returns vials that would do if they were there, the fewest micrograms for each dose in
    /// turn.
    fn lacking(&self, kinds: &[Kind]) -> Count {
        let mut lacking = [0; WIDTH];
        let mut used_up: Vec<(usize, Count)> = Vec::new();
        for (place, class) in kinds {
            let mut free = self.free(*class);
            for (_, used) in &used_up {
                free.iter_mut()
                    .zip(used)
                    .for_each(|(f, n)| *f -= i64::from(*n));
            }
            let missing = |used: &Count| -> Count {
                let mut short = [0; WIDTH];
                for ((slot, n), free) in short.iter_mut().zip(used).zip(&free) {
                    *slot = n.saturating_sub(u32::try_from((*free).max(0)).unwrap_or(u32::MAX));
                }
                short
            };
            let least = self.ways.at(*place).iter().min_by_key(|way| {
                let short = missing(&way.used).map(i64::from);
                (worth(&self.ways.strengths, &short), way.vials)
            });
            if let Some(way) = least {
                let short = missing(&way.used);
                let mut own = way.used;
                own.iter_mut().zip(&short).for_each(|(n, s)| *n -= s);
                used_up.push((*class, own));
                lacking.iter_mut().zip(&short).for_each(|(l, s)| *l += s);
            }
        }
        lacking
    }
}

fn worth(strengths: &[u64], vials: &[i64; WIDTH]) -> i128 {
    let each = strengths.iter().zip(vials);
    each.map(|(s, n)| i128::from(*s) * i128::from(*n)).sum()
}

/// Returns the least that each strength has to spare for a dose of this class.
pub(super) fn free(slack: &[[i64; WIDTH]], class: usize) -> [i64; WIDTH] {
    let rows = slack.iter().take(class + 1);
    rows.fold([i64::MAX; WIDTH], |mut least, row| {
        for (l, r) in least.iter_mut().zip(row) {
            *l = (*l).min(*r);
        }
        least
    })
}
