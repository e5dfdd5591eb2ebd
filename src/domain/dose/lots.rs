//! Which lots: vials of one strength differ in their expiry only.
//!
//! Needs are served from the latest day back, each out of what is then usable. All of that stays
//! usable on every earlier day, so the choice never stands in the way of another dose.

use super::counts::Counts;
use super::instance::Instance;
use super::{Composition, Need, Take, Vial};
use crate::domain::calendar::Day;
use crate::domain::quantity::{Mg, Units};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Returns the lots of each need in the order asked, given the vials of each step.
pub(super) fn assign<K: Clone + Ord>(
    instance: &Instance,
    uses: &[Counts],
    needs: &[Need],
    vials: &[Vial<K>],
    take: Take,
) -> Vec<Composition<K>> {
    let mut made: Vec<Composition<K>> = needs
        .iter()
        .map(|_| Composition {
            rows: Vec::new(),
            total: Mg::ZERO,
        })
        .collect();
    for (place, strength) in instance.strengths.iter().enumerate() {
        let strength = Mg::from_ug(*strength);
        let mut pool = Pool::new(vials, strength, take);
        for (step, used) in instance.steps.iter().zip(uses) {
            let (Some(need), Some(dose)) = (needs.get(step.index), made.get_mut(step.index)) else {
                continue;
            };
            let taken = pool.take(used.at(place), need.on);
            for (_, units) in &taken {
                dose.total = dose
                    .total
                    .saturating_add(strength.times(u64::from(units.get())));
            }
            dose.rows.extend(taken);
        }
    }
    for dose in &mut made {
        let mut sum: BTreeMap<K, Units> = BTreeMap::new();
        for (lot, units) in dose.rows.drain(..) {
            let row = sum.entry(lot).or_default();
            *row = row.saturating_add(units);
        }
        dose.rows = sum.into_iter().collect();
    }
    made
}

/// The vials of one strength, those usable so far in the order of taking.
struct Pool<'a, K> {
    /// Not yet usable, the first to become so last.
    coming: Vec<&'a Vial<K>>,
    /// Usable, the next to be taken last.
    ready: Vec<(&'a K, Day, u32)>,
    take: Take,
}

impl<'a, K: Clone + Ord> Pool<'a, K> {
    fn new(vials: &'a [Vial<K>], strength: Mg, take: Take) -> Self {
        let mut coming: Vec<&Vial<K>> = vials.iter().filter(|v| v.strength == strength).collect();
        coming.sort_by(|a, b| (a.expiry, &b.lot, b.units).cmp(&(b.expiry, &a.lot, a.units)));
        Self {
            coming,
            ready: Vec::new(),
            take,
        }
    }

    fn take(&mut self, units: u32, on: Day) -> Vec<(K, Units)> {
        let before = self.ready.len();
        while let Some(vial) = self.coming.pop_if(|v| v.expiry >= on) {
            self.ready.push((&vial.lot, vial.expiry, vial.units.get()));
        }
        if self.ready.len() > before {
            match self.take {
                Take::SoonestExpiry => self
                    .ready
                    .sort_by_key(|(lot, expiry, n)| Reverse((*expiry, *lot, *n))),
                Take::LatestExpiry => self
                    .ready
                    .sort_by_key(|(lot, expiry, n)| (*expiry, Reverse(*lot), *n)),
            }
        }
        let mut missing = units;
        let mut taken = Vec::new();
        while missing > 0 {
            let Some((lot, _, left)) = self.ready.last_mut() else {
                break;
            };
            let n = missing.min(*left);
            if n > 0 {
                taken.push((K::clone(lot), Units::new(n)));
            }
            missing -= n;
            *left -= n;
            if *left == 0 {
                self.ready.pop();
            }
        }
        taken
    }
}
