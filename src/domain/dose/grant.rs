//! Doses granted one by one, and how many of one size there are.

use super::compose::{compose, fits};
use super::equal;
use super::instance::Instance;
use super::{Composition, MOST_NEEDS, Need, Take, Unsolved, Vial};
use crate::domain::quantity::Doses;

/// Needs granted in their order, each if it fits with all granted before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants<K> {
    /// For each need, whether it is granted.
    pub granted: Vec<bool>,
    /// For each need, its vials when it is granted.
    pub compositions: Vec<Option<Composition<K>>>,
}

impl<K> Grants<K> {
    /// Returns how many are granted.
    pub fn count(&self) -> Doses {
        Doses::count(self.granted.iter().filter(|g| **g).count())
    }
}

/// Grants needs one by one, in the order given: each if and only if it fits together with all
/// granted before it. The result is unique.
///
/// All are tried at once first. When they do not fit, halving finds the first that does not. After
/// it, no need as large on that day or a later one can be granted either, so these are not tried;
/// the others are, and so on.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn grant<K: Clone + Ord>(
    needs: &[Need],
    vials: &[Vial<K>],
    take: Take,
) -> Result<Grants<K>, Unsolved> {
    let mut granted: Vec<usize> = Vec::with_capacity(needs.len());
    let mut open: Vec<usize> = (0..needs.len()).collect();
    let mut leap = open.len();
    while !open.is_empty() {
        let fit = longest(needs, &granted, &open, vials, leap)?;
        let refused = open.get(fit).and_then(|i| needs.get(*i)).copied();
        granted.extend(open.iter().take(fit));
        open.drain(..open.len().min(fit + 1));
        if let Some(refused) = refused {
            open.retain(|i| {
                let need = needs.get(*i);
                need.is_some_and(|n| n.mg < refused.mg || n.on < refused.on)
            });
        }
        leap = 1;
    }
    let chosen: Vec<Need> = granted
        .iter()
        .filter_map(|i| needs.get(*i))
        .copied()
        .collect();
    let made = compose(&chosen, vials, take)?.unwrap_or_default();
    let mut compositions: Vec<Option<Composition<K>>> = needs.iter().map(|_| None).collect();
    for (place, dose) in granted.iter().zip(made) {
        if let Some(slot) = compositions.get_mut(*place) {
            *slot = Some(dose);
        }
    }
    Ok(Grants {
        granted: compositions.iter().map(Option::is_some).collect(),
        compositions,
    })
}

/// Returns how many of the first of `open` fit together with `granted`: tries `leap` of them, then
/// twice as many while they fit, then halves between.
fn longest<K>(
    needs: &[Need],
    granted: &[usize],
    open: &[usize],
    vials: &[Vial<K>],
    leap: usize,
) -> Result<usize, Unsolved> {
    let mut trial: Vec<Need> = Vec::with_capacity(granted.len() + open.len());
    let mut fit = |n: usize| {
        trial.clear();
        let places = granted.iter().chain(open.iter().take(n));
        trial.extend(places.filter_map(|i| needs.get(*i)).copied());
        fits(&trial, vials)
    };
    let mut yes = 0;
    let mut no = open.len() + 1;
    let mut n = leap.clamp(1, open.len().max(1));
    while yes + 1 < no {
        if fit(n)? {
            yes = n;
        } else {
            no = n;
        }
        n = if no > open.len() {
            (2 * n).min(open.len())
        } else {
            yes.midpoint(no)
        };
    }
    Ok(yes)
}

/// Returns the largest number of doses of one size on one day that fit together, exactly; at most
/// [`MOST_NEEDS`], also when there would be more. A need of nothing counts [`MOST_NEEDS`] times.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn most<K>(need: Need, vials: &[Vial<K>]) -> Result<Doses, Unsolved> {
    let all = vec![need; at_most(need, vials)];
    let instance = Instance::new(&all, vials, &[])?;
    if let Some(most) = equal::most(&instance) {
        return Ok(Doses::count(most.min(MOST_NEEDS)));
    }
    let fit = |n: usize| fits(all.get(..n).unwrap_or_default(), vials);
    let bound = instance.most_by_mass().min(all.len());
    // doses are mostly as many as milligrams allow, or nearly: leap down, then halve
    let (mut yes, mut no) = (0, bound + 1);
    let mut leap = 1;
    while yes + 1 < no {
        let n = if yes == 0 {
            no.saturating_sub(leap).max(1)
        } else {
            yes.midpoint(no)
        };
        if fit(n)? {
            yes = n;
        } else {
            no = n;
            leap *= 2;
        }
    }
    Ok(Doses::count(yes))
}

/// Returns as many needs as the milligrams of the vials in date could make, at least one.
fn at_most<K>(need: Need, vials: &[Vial<K>]) -> usize {
    let usable = vials.iter().filter(|v| v.expiry >= need.on);
    let held: u128 = usable
        .map(|v| u128::from(v.strength.ug()) * u128::from(v.units.get()))
        .sum();
    let doses = held.checked_div(u128::from(need.mg.ug()));
    doses.map_or(MOST_NEEDS, |n| {
        usize::try_from(n)
            .unwrap_or(MOST_NEEDS)
            .clamp(1, MOST_NEEDS)
    })
}
