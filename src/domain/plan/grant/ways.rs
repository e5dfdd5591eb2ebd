//! The ways of making one dose of whole vials, none superfluous.

use std::collections::BTreeMap;

/// The most strengths of one route: as many as [`crate::domain::dose`] knows.
pub(in crate::domain::plan) const WIDTH: usize = crate::domain::dose::MOST_STRENGTHS;

/// How many vials of each strength, in the order of the strengths.
pub(in crate::domain::plan) type Count = [u32; WIDTH];

/// The most ways of one dose that are listed. Choice: 80, 200 and 400 mg make 800 mg in nine ways;
/// past this the pool is given up rather than the machine.
const MOST_WAYS: usize = 20_000;

/// One way of making a dose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain::plan) struct Way {
    /// What its vials hold, in micrograms.
    pub(in crate::domain::plan) total: u64,
    /// How many vials.
    pub(in crate::domain::plan) vials: u32,
    /// The vials.
    pub(in crate::domain::plan) used: Count,
}

/// The strengths of a route and the ways they make doses, each list made once.
#[derive(Clone, Debug)]
pub(in crate::domain::plan) struct Ways {
    /// In micrograms, ascending, distinct.
    pub(in crate::domain::plan) strengths: Vec<u64>,
    /// For each least mass asked for, the place of its list.
    places: BTreeMap<u64, Option<usize>>,
    /// For each total that can be had, the place of its list.
    totals: BTreeMap<u64, usize>,
    lists: Vec<Vec<Way>>,
}

impl Ways {
    pub(in crate::domain::plan) fn new(mut strengths: Vec<u64>) -> Self {
        strengths.sort_unstable();
        strengths.dedup();
        strengths.retain(|s| *s > 0);
        Self {
            strengths,
            places: BTreeMap::new(),
            totals: BTreeMap::new(),
            lists: Vec::new(),
        }
    }

    /// Returns the place of the list for a dose of at least `least`; nothing when there are no
    /// strengths, too many, or too many ways. Doses with the same ways share a place.
    pub(in crate::domain::plan) fn place(&mut self, least: u64) -> Option<usize> {
        if let Some(place) = self.places.get(&least) {
            return *place;
        }
        let place = self.list(least);
        self.places.insert(least, place);
        place
    }

    fn list(&mut self, least: u64) -> Option<usize> {
        if self.strengths.is_empty() || self.strengths.len() > WIDTH {
            return None;
        }
        let mut found = Vec::new();
        let mut used = [0; WIDTH];
        self.choose(self.strengths.len(), least, &mut used, &mut found)?;
        found.sort_unstable();
        // what can be had is what counts: ways are the same for every mass up to it
        let total = found.first()?.total;
        if let Some(place) = self.totals.get(&total) {
            return Some(*place);
        }
        let place = self.lists.len();
        self.lists.push(found);
        self.totals.insert(total, place);
        Some(place)
    }

    /// Chooses vials of the strengths below `upto`, largest first, to cover `rest`.
    fn choose(&self, upto: usize, rest: u64, used: &mut Count, found: &mut Vec<Way>) -> Option<()> {
        if rest == 0 || upto == 0 {
            if rest == 0 {
                found.push(self.way(*used));
            }
            return (found.len() <= MOST_WAYS).then_some(());
        }
        let place = upto - 1;
        let strength = *self.strengths.get(place)?;
        let full = rest.div_ceil(strength);
        let least = if place == 0 { full } else { 0 };
        for n in (least..=full).rev() {
            *used.get_mut(place)? = u32::try_from(n).ok()?;
            if n < full {
                self.choose(place, rest - n * strength, used, found)?;
            } else if self.none_superfluous(used, n * strength - rest) {
                found.push(self.way(*used));
            }
        }
        *used.get_mut(place)? = 0;
        (found.len() <= MOST_WAYS).then_some(())
    }

    /// Whether each vial is needed: the smallest is larger than what is above the need.
    fn none_superfluous(&self, used: &Count, above: u64) -> bool {
        let smallest = self.strengths.iter().zip(used).find(|(_, n)| **n > 0);
        smallest.is_none_or(|(strength, _)| *strength > above)
    }

    fn way(&self, used: Count) -> Way {
        let each = self.strengths.iter().zip(&used);
        Way {
            total: each.map(|(s, n)| s * u64::from(*n)).sum(),
            vials: used.iter().sum(),
            used,
        }
    }

    /// Returns the ways at a place, least total first, then fewest vials; never empty.
    pub(in crate::domain::plan) fn at(&self, place: usize) -> &[Way] {
        self.lists.get(place).map_or(&[], |list| list)
    }

    /// Returns the least total of the ways at a place.
    pub(in crate::domain::plan) fn total(&self, place: usize) -> u64 {
        self.at(place).first().map_or(0, |way| way.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_hundred_milligrams_have_nine_ways() {
        let mut ways = Ways::new(vec![400_000, 80_000, 200_000]);
        let place = ways.place(800_000).unwrap();
        let used: Vec<[u32; 3]> = ways
            .at(place)
            .iter()
            .map(|w| [w.used[0], w.used[1], w.used[2]])
            .collect();
        assert_eq!(used[0], [0, 0, 2]);
        assert_eq!(used.len(), 9, "{used:?}");
        assert_eq!(ways.place(790_000), Some(place));
        assert_eq!(ways.place(760_001), Some(place));
        assert_ne!(ways.place(760_000), Some(place));
    }
}
