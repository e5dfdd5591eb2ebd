//! A good realisation of a large pool: the proof that all can be made, made better dose by dose.

use super::super::grant::ways::{Count, WIDTH};
use super::cost::Cost;
use super::problem::{Dose, Problem};

/// How often all doses are looked at. Choice: by trial; little is found afterwards.
const ROUNDS: usize = 4;

/// Returns for each dose the place of its way.
pub(super) fn ways(problem: &Problem) -> Vec<usize> {
    let mut desk = Desk::new(problem);
    for _ in 0..ROUNDS {
        let mut better = false;
        for place in 0..problem.doses.len() {
            better |= desk.improve(place);
        }
        better |= desk.trade();
        if !better {
            break;
        }
    }
    desk.way
}

struct Desk<'a> {
    problem: &'a Problem,
    /// The way of each dose.
    way: Vec<usize>,
    /// For each class, what is usable from then on less what is used from then on.
    slack: Vec<[i64; WIDTH]>,
    /// What each site has of each strength.
    has: Vec<[i64; WIDTH]>,
    /// What the doses of each site take of each strength, by tier.
    takes: Vec<[[i64; WIDTH]; 3]>,
}

impl<'a> Desk<'a> {
    fn new(problem: &'a Problem) -> Self {
        let wide = |row: &[u32; WIDTH]| row.map(i64::from);
        let mut has = vec![[0; WIDTH]; problem.sites];
        for row in &problem.rows {
            if let Some(slot) = has.get_mut(row.site).and_then(|h| h.get_mut(row.strength)) {
                *slot += i64::from(row.units);
            }
        }
        let mut desk = Self {
            problem,
            way: problem.doses.iter().map(|d| d.proof).collect(),
            slack: problem.supply(None).iter().map(wide).collect(),
            has,
            takes: vec![[[0; WIDTH]; 3]; problem.sites],
        };
        for dose in &problem.doses {
            if let Some((used, _)) = dose.ways.get(dose.proof) {
                desk.enter(dose, used, 1);
            }
        }
        desk
    }

    /// Takes a way's vials for a dose so many times, at its site and in the pool.
    fn enter(&mut self, dose: &Dose, used: &Count, times: i64) {
        self.use_up(dose, used, times);
        self.put(dose, used, times);
    }

    /// Takes vials in the pool.
    fn use_up(&mut self, dose: &Dose, used: &Count, times: i64) {
        let strengths = self.problem.strengths.len();
        for row in self.slack.iter_mut().take(dose.class + 1) {
            for (slot, n) in row.iter_mut().zip(used).take(strengths) {
                *slot -= i64::from(*n) * times;
            }
        }
    }

    /// Takes vials at the dose's site.
    fn put(&mut self, dose: &Dose, used: &Count, times: i64) {
        let takes = self.takes.get_mut(dose.site);
        if let Some(row) = takes.and_then(|t| t.get_mut(dose.tier.place())) {
            for (slot, n) in row.iter_mut().zip(used).take(self.problem.strengths.len()) {
                *slot += i64::from(*n) * times;
            }
        }
    }

    /// Returns what a site's doses move, expiries aside.
    fn moved(&self, site: usize) -> Cost {
        let (Some(has), Some(takes)) = (self.has.get(site), self.takes.get(site)) else {
            return Cost::default();
        };
        let [crs, reserve, other] = takes;
        let mut cost = Cost::default();
        let each = has.iter().zip(crs).zip(reserve).zip(other);
        for (((has, crs), reserve), other) in each.take(self.problem.strengths.len()) {
            let moved = |n: i64| u32::try_from((n - has).max(0)).unwrap_or(u32::MAX);
            let first = moved(*crs);
            let second = moved(crs + reserve);
            cost.crs += first;
            cost.reserves += second - first;
            cost.all += moved(crs + reserve + other);
        }
        cost
    }

    fn fits(&self) -> bool {
        self.slack.iter().all(|row| row.iter().all(|n| *n >= 0))
    }

    /// Gives a dose its best way while all others stay as they are.
    fn improve(&mut self, place: usize) -> bool {
        let problem = self.problem;
        let (Some(dose), Some(now)) = (problem.doses.get(place), self.way.get(place).copied())
        else {
            return false;
        };
        if dose.ways.len() < 2 {
            return false;
        }
        let cost = |desk: &Self, wasted: u64| Cost {
            wasted_ug: wasted,
            ..desk.moved(dose.site)
        };
        let Some((used, wasted)) = dose.ways.get(now) else {
            return false;
        };
        let mut best = (cost(self, *wasted), now);
        self.enter(dose, used, -1);
        for (way, (used, wasted)) in dose.ways.iter().enumerate().filter(|(way, _)| *way != now) {
            if !self.has_free(dose.class, used) {
                continue;
            }
            self.put(dose, used, 1);
            best = best.min((cost(self, *wasted), way));
            self.put(dose, used, -1);
        }
        if let Some((used, _)) = dose.ways.get(best.1) {
            self.enter(dose, used, 1);
        }
        if let Some(slot) = self.way.get_mut(place) {
            *slot = best.1;
        }
        best.1 != now
    }

    fn has_free(&self, class: usize, used: &Count) -> bool {
        let mut rows = self.slack.iter().take(class + 1);
        rows.all(|row| {
            let mut each = row.iter().zip(used);
            each.all(|(free, n)| *free >= i64::from(*n))
        })
    }

    /// Lets doses of one size trade their ways where that moves or wastes less.
    fn trade(&mut self) -> bool {
        let problem = self.problem;
        let mut by_size: std::collections::BTreeMap<u64, Vec<usize>> =
            std::collections::BTreeMap::new();
        for (place, dose) in problem.doses.iter().enumerate() {
            by_size.entry(dose.total).or_default().push(place);
        }
        let mut better = false;
        for places in by_size.values() {
            for (i, a) in places.iter().enumerate() {
                for b in places.iter().skip(i + 1).take(64) {
                    better |= self.swap(*a, *b);
                }
            }
        }
        better
    }

    fn swap(&mut self, a: usize, b: usize) -> bool {
        let problem = self.problem;
        let (Some(one), Some(other)) = (problem.doses.get(a), problem.doses.get(b)) else {
            return false;
        };
        let (Some(way_a), Some(way_b)) = (self.way.get(a).copied(), self.way.get(b).copied())
        else {
            return false;
        };
        if way_a == way_b || one.site == other.site && one.class == other.class {
            return false;
        }
        let cost = |desk: &Self| {
            let here = desk.moved(one.site);
            if one.site == other.site {
                return here;
            }
            here.plus(desk.moved(other.site))
        };
        let (Some((x, _)), Some((y, _))) = (one.ways.get(way_a), other.ways.get(way_b)) else {
            return false;
        };
        let moves = [(one, x, -1), (other, y, -1), (one, y, 1), (other, x, 1)];
        let before = cost(self);
        for (dose, used, times) in moves {
            self.put(dose, used, times);
        }
        let mut better = cost(self) < before;
        if better && one.class != other.class {
            for (dose, used, times) in moves {
                self.use_up(dose, used, times);
            }
            better = self.fits();
            if !better {
                for (dose, used, times) in moves {
                    self.use_up(dose, used, -times);
                }
            }
        }
        if better {
            self.way.swap(a, b);
            return true;
        }
        for (dose, used, times) in moves {
            self.put(dose, used, -times);
        }
        false
    }
}
