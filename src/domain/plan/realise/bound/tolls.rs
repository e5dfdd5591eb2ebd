//! Tolls, and the bound that they give: raised where too much is asked for, lowered where less.

/// Units of each strength, or tolls on one.
pub(super) type Row<const N: usize> = [i64; N];

/// A way to make a dose: its vials, and what it costs by itself.
pub(super) type Way<const N: usize> = (Row<N>, i64);

/// What a step's length is a part of.
const PARTS: i128 = 1 << 20;

/// Doses that are alike: how many, what a unit costs that is not of their own site, and their
/// ways.
#[derive(Clone, Copy)]
pub(super) struct Group<'a, const N: usize> {
    pub(super) doses: i64,
    pub(super) away: i64,
    pub(super) ways: &'a [Way<N>],
}

/// A site: what it has, and its doses.
pub(super) struct Site<'a, const N: usize> {
    pub(super) own: Row<N>,
    pub(super) groups: Vec<Group<'a, N>>,
}

/// The tolls on units of the pool, and on those of each site that stay there.
#[derive(Clone)]
pub(super) struct Tolls<const N: usize> {
    pub(super) all: Row<N>,
    pub(super) own: Vec<Row<N>>,
}

/// How a bound is looked for.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// A value that can be reached.
    pub(super) known: i128,
    /// A bound that is above the known value by less than this is as good as it.
    pub(super) one: i128,
    /// The rounds of raising and lowering.
    pub(super) rounds: i128,
    /// No toll is higher.
    pub(super) most: i64,
}

impl Search {
    /// Returns the best bound found from these tolls on, never below nothing, and leaves the tolls
    /// that give it. A pool that has `None` charges nothing.
    pub(super) fn best<const N: usize>(
        self,
        sites: &[Site<'_, N>],
        all: Option<&Row<N>>,
        tolls: &mut Tolls<N>,
    ) -> i128 {
        let mut best = 0;
        let mut now = tolls.clone();
        let mut beyond = tolls.clone();
        for round in 0..self.rounds {
            let bound = ask(sites, all, &now, &mut beyond);
            if bound > best {
                best = bound;
                tolls.clone_from(&now);
            }
            let gap = self.known - bound;
            let square = beyond.square();
            if square == 0 || gap < self.one {
                break;
            }
            let step = gap * PARTS * (self.rounds - round) / self.rounds / square;
            now.step(&beyond, step, self.most);
        }
        best
    }
}

/// Returns the bound of some tolls, and notes what is asked for beyond what there is.
fn ask<const N: usize>(
    sites: &[Site<'_, N>],
    all: Option<&Row<N>>,
    tolls: &Tolls<N>,
    beyond: &mut Tolls<N>,
) -> i128 {
    beyond.all = all.map_or([0; N], |all| all.map(|n| -n));
    let mut bound = times(&tolls.all, &beyond.all);
    let mut asked = [0; N];
    for ((site, own), beyond) in sites.iter().zip(&tolls.own).zip(&mut beyond.own) {
        *beyond = site.own.map(|n| -n);
        bound += times(own, beyond);
        for group in &site.groups {
            // a unit of its own site pays the site's toll, any other counts as one from elsewhere
            let mut toll = tolls.all;
            for (slot, own) in toll.iter_mut().zip(own) {
                *slot += (*own).min(group.away);
            }
            let Some((cost, used)) = cheapest(group.ways, &toll) else {
                continue;
            };
            bound += i128::from(cost) * i128::from(group.doses);
            let slots = asked.iter_mut().zip(beyond.iter_mut());
            for (((asked, beyond), n), own) in slots.zip(used).zip(own) {
                let n = n * group.doses;
                *asked += n;
                *beyond += if *own < group.away { n } else { 0 };
            }
        }
    }
    if all.is_some() {
        for (slot, n) in beyond.all.iter_mut().zip(asked) {
            *slot += n;
        }
    }
    bound
}

/// Returns the cheapest of some ways at these tolls.
fn cheapest<'w, const N: usize>(ways: &'w [Way<N>], toll: &Row<N>) -> Option<(i64, &'w Row<N>)> {
    let cost = |(used, cost): &Way<N>| -> i64 {
        let each = used.iter().zip(toll);
        each.fold(*cost, |sum, (n, toll)| sum + n * toll)
    };
    let each = ways.iter().map(|way| (cost(way), &way.0));
    each.min_by_key(|(cost, _)| *cost)
}

fn times<const N: usize>(a: &Row<N>, b: &Row<N>) -> i128 {
    let each = a.iter().zip(b);
    each.map(|(a, b)| i128::from(*a) * i128::from(*b)).sum()
}

impl<const N: usize> Tolls<N> {
    /// No tolls yet.
    pub(super) fn none(sites: usize) -> Self {
        Self {
            all: [0; N],
            own: vec![[0; N]; sites],
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Row<N>> {
        self.own.iter().chain([&self.all])
    }

    fn square(&self) -> i128 {
        self.rows().map(|row| times(row, row)).sum()
    }

    /// Goes a step in the direction of what is asked for too much.
    fn step(&mut self, beyond: &Self, step: i128, most: i64) {
        let rows = self.own.iter_mut().chain([&mut self.all]);
        for (row, beyond) in rows.zip(beyond.rows()) {
            for (slot, beyond) in row.iter_mut().zip(beyond) {
                let to = i128::from(*slot) + step * i128::from(*beyond) / PARTS;
                *slot = i64::try_from(to.clamp(0, i128::from(most))).unwrap_or(most);
            }
        }
    }
}
