//! What another site could send.

use crate::domain::dose::{self, Lack, Need, Vial};
use crate::domain::id::LotId;
use crate::domain::quantity::Units;
use crate::domain::reserve::{self, Facts, Standing};
use std::cmp::Reverse;

/// How often it may still be asked whether a giver's doses fit into what would be left, and how
/// often it was: sending is looked for while others wait to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    left: u32,
    made: u32,
}

impl Checks {
    /// Allows so many.
    pub const fn at_most(most: u32) -> Self {
        Self {
            left: most,
            made: 0,
        }
    }

    /// Returns how many were made.
    pub const fn made(self) -> u32 {
        self.made
    }

    /// Returns whether none is left.
    pub const fn exhausted(self) -> bool {
        self.left == 0
    }

    const fn take(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.made += 1;
        true
    }
}

/// Returns which of the vials `lacks` another site could send without losing a dose of its own
/// reserve: only free ones, each in date on the day of the dose that it is missing from; of the
/// lots that it can do without, those that expire last. When `checks` run out, what was found
/// before.
///
/// Whether the giver keeps a dose is asked for many vials at once. A vial that expires sooner is
/// easier to do without than one of the same strength that expires later, and fewer are easier than
/// more: so the lots, and the number of each, are found by halving.
pub fn could_send(giver: &Facts<'_>, lacks: &[Lack], checks: &mut Checks) -> Vec<(LotId, Units)> {
    let before = reserve::stand(giver);
    if before.unsolved.is_some() {
        // nobody can say what the giver would lose
        return Vec::new();
    }
    let made = before
        .doses
        .iter()
        .filter(|d| d.standing == Standing::Possible);
    let mut shelf = Shelf {
        doses: made.map(|d| d.need).collect(),
        vials: reserve::free_vials(giver),
        sent: Vec::new(),
        checks,
    };
    // the latest days first: few lots last so long
    let mut lacks = lacks.to_vec();
    lacks.sort_by_key(|lack| Reverse((lack.on, lack.strength)));
    for lack in &lacks {
        shelf.send(lack);
    }
    shelf.sent
}

/// What a giver has free, and the doses that must go on fitting into it.
struct Shelf<'a> {
    doses: Vec<Need>,
    vials: Vec<Vial<LotId>>,
    sent: Vec<(LotId, Units)>,
    checks: &'a mut Checks,
}

impl Shelf<'_> {
    /// Sends as many of the vials as can be done without.
    fn send(&mut self, lack: &Lack) {
        let lots = self.lots(lack);
        let all = self.first_of(&lots, lack.units);
        if all.is_empty() || self.spares(&all) {
            self.take(&all);
            return;
        }
        let (mut left, mut from) = (lack.units, 0);
        while left > Units::ZERO {
            let Some((next, place)) = self.first_spared(&lots, from) else {
                return;
            };
            let units = self.most_spared(place, left);
            self.take(&[(place, units)]);
            left = left.saturating_sub(units);
            from = next + 1;
        }
    }

    /// The places of the lots that would do, what expires last first.
    fn lots(&self, lack: &Lack) -> Vec<usize> {
        let mut lots: Vec<_> = self
            .vials
            .iter()
            .enumerate()
            .filter(|(_, v)| v.strength == lack.strength && v.expiry >= lack.on)
            .filter(|(_, v)| v.units > Units::ZERO)
            .map(|(place, v)| (Reverse((v.expiry, &v.lot)), place))
            .collect();
        lots.sort_unstable();
        lots.into_iter().map(|(_, place)| place).collect()
    }

    /// The first vials of the lots, up to `wanted`.
    fn first_of(&self, lots: &[usize], wanted: Units) -> Vec<(usize, Units)> {
        let mut left = wanted;
        let mut picks = Vec::new();
        for place in lots {
            let units = self.there(*place).min(left);
            if units > Units::ZERO {
                picks.push((*place, units));
                left = left.saturating_sub(units);
            }
        }
        picks
    }

    /// The first of the lots, from `from` on, of which one vial can be done without: its number
    /// among them, and its place.
    fn first_spared(&mut self, lots: &[usize], from: usize) -> Option<(usize, usize)> {
        let (mut low, mut high) = (from, lots.len());
        while low < high {
            let middle = low.midpoint(high);
            let one = lots.get(middle).map(|place| (*place, Units::new(1)));
            if one.is_some_and(|one| self.spares(&[one])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        lots.get(low).map(|place| (low, *place))
    }

    /// How many vials of a lot can be done without, up to `wanted`; one can.
    fn most_spared(&mut self, place: usize, wanted: Units) -> Units {
        let (mut yes, mut no) = (1, self.there(place).min(wanted).get().saturating_add(1));
        while yes + 1 < no {
            let middle = yes.midpoint(no);
            if self.spares(&[(place, Units::new(middle))]) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        Units::new(yes)
    }

    fn there(&self, place: usize) -> Units {
        self.vials.get(place).map_or(Units::ZERO, |v| v.units)
    }

    /// Whether all doses still fit without these vials; no, where nobody can say.
    fn spares(&mut self, picks: &[(usize, Units)]) -> bool {
        if self.doses.is_empty() {
            return true;
        }
        if !self.checks.take() {
            return false;
        }
        let mut vials = self.vials.clone();
        less(&mut vials, picks);
        dose::fits(&self.doses, &vials) == Ok(true)
    }

    fn take(&mut self, picks: &[(usize, Units)]) {
        less(&mut self.vials, picks);
        for (place, units) in picks {
            let Some(lot) = self.vials.get(*place).map(|v| v.lot.clone()) else {
                continue;
            };
            match self.sent.iter_mut().find(|(l, _)| *l == lot) {
                Some((_, n)) => *n = n.saturating_add(*units),
                None => self.sent.push((lot, *units)),
            }
        }
    }
}

fn less(vials: &mut [Vial<LotId>], picks: &[(usize, Units)]) {
    for (place, units) in picks {
        if let Some(vial) = vials.get_mut(*place) {
            vial.units = vial.units.saturating_sub(*units);
        }
    }
}
