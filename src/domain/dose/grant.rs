//! Doses granted one by one, and how many of one size there are.

use super::compose::{compose, fits};
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
/// All are tried at once first. When they do not fit, halving finds the first that does not, and
/// so on after it: a refusal costs a few trials, a grant among grants next to none.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn grant<K: Clone + Ord>(
    needs: &[Need],
    vials: &[Vial<K>],
    take: Take,
) -> Result<Grants<K>, Unsolved> {
    let mut granted: Vec<Need> = Vec::with_capacity(needs.len());
    let mut marks = Vec::with_capacity(needs.len());
    let mut leap = needs.len();
    while let Some(rest) = needs.get(marks.len()..).filter(|r| !r.is_empty()) {
        let fit = longest(&granted, rest, vials, leap.max(1))?;
        for (i, need) in rest.iter().enumerate().take(fit + 1) {
            marks.push(i < fit);
            if i < fit {
                granted.push(*need);
            }
        }
        leap = 1;
    }
    let made = compose(&granted, vials, take)?.unwrap_or_default();
    let mut made = made.into_iter();
    let compositions = marks
        .iter()
        .map(|mark| if *mark { made.next() } else { None })
        .collect();
    Ok(Grants {
        granted: marks,
        compositions,
    })
}

/// Returns how many of the first of `rest` fit together with `granted`: tries `leap` of them, then
/// twice as many while they fit, then halves between.
fn longest<K>(
    granted: &[Need],
    rest: &[Need],
    vials: &[Vial<K>],
    leap: usize,
) -> Result<usize, Unsolved> {
    let mut trial: Vec<Need> = Vec::with_capacity(granted.len() + rest.len());
    let mut fit = |n: usize| {
        trial.clear();
        trial.extend(granted);
        trial.extend(rest.iter().take(n));
        fits(&trial, vials)
    };
    let mut yes = 0;
    let mut no = rest.len() + 1;
    let mut n = leap.min(rest.len());
    while yes + 1 < no {
        if fit(n)? {
            yes = n;
        } else {
            no = n;
        }
        n = if no > rest.len() {
            (2 * n).min(rest.len())
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
    let all = vec![need; MOST_NEEDS];
    let fit = |n: usize| fits(all.get(..n).unwrap_or_default(), vials);
    let bound = Instance::new(&all, vials, &[])?.most_by_mass();
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
