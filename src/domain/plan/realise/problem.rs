//! What is to be realised: granted doses, and the stock of a pool, of one route.

use super::super::case::Case;
use super::super::claim::{Asks, Claim, Tier};
use super::super::grant::Made;
use super::super::grant::stock_of;
use super::super::grant::ways::{Count, WIDTH};
use super::super::outcome::Lack;
use super::super::pool::Pool;
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::rule::Rulebook;

/// Granted doses of one route, and the stock they may be made of.
#[derive(Debug)]
pub(super) struct Problem {
    /// In micrograms, ascending.
    pub(super) strengths: Vec<u64>,
    /// How many sites the pool has; sites are named by their place in it.
    pub(super) sites: usize,
    /// How many classes of days there are.
    pub(super) classes: usize,
    /// Usable stock.
    pub(super) rows: Vec<Row>,
    /// What is to be made.
    pub(super) doses: Vec<Dose>,
}

/// Units of one stock row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The place in the case's stock.
    pub(super) stock: usize,
    /// The site's place in the pool.
    pub(super) site: usize,
    /// The strength's place.
    pub(super) strength: usize,
    /// The last class of days on which they are usable.
    pub(super) reach: usize,
    pub(super) cip13: Cip13,
    pub(super) expiry: Day,
    pub(super) units: u32,
}

/// One granted dose.
#[derive(Clone, Debug)]
pub(super) struct Dose {
    /// The place of its claim among the pool's, and its own among the claim's doses.
    pub(super) of: (usize, usize),
    /// The site's place in the pool.
    pub(super) site: usize,
    pub(super) tier: Tier,
    /// Its class of days.
    pub(super) class: usize,
    pub(super) on: Day,
    /// The place of its list of ways: doses with the same place have the same ways.
    pub(super) list: usize,
    /// The ways to make it, with what each wastes in micrograms.
    pub(super) ways: Vec<(Count, u64)>,
    /// What was prescribed or is reserved, in micrograms.
    pub(super) need: u64,
    /// The least total of its ways.
    pub(super) total: u64,
    /// The way of the proof that all can be made.
    pub(super) proof: usize,
}

impl Problem {
    /// Gathers what a pool granted of one route.
    pub(super) fn new(
        case: &Case,
        book: &Rulebook,
        pool: &Pool,
        claims: &[(Claim, Result<(), Lack>)],
        made: &mut Made,
    ) -> Self {
        let site = |site: usize| pool.sites.binary_search(&site).unwrap_or(0);
        let strengths = made.ways.strengths.clone();
        let rows =
            stock_of(case, book, pool, made.route).filter_map(|(row, ruled, expiry, units)| {
                let strength = strengths.binary_search(&ruled.presentation.strength.ug());
                Some(Row {
                    stock: row,
                    site: site(case.stock.get(row)?.site),
                    strength: strength.ok()?,
                    reach: made.days.reach(expiry)?,
                    cip13: ruled.presentation.cip13,
                    expiry,
                    units,
                })
            });
        let rows: Vec<Row> = rows.collect();
        let there = |used: &Count| {
            let mut used = used.iter().enumerate().filter(|(_, n)| **n > 0);
            used.all(|(place, _)| rows.iter().any(|row| row.strength == place))
        };
        let mut doses = Vec::new();
        for (place, (claim, _)) in claims.iter().enumerate().filter(|(_, (_, d))| d.is_ok()) {
            let Asks::Vials(asked) = &claim.asks else {
                continue;
            };
            let route = made.route;
            for (i, dose) in asked.iter().enumerate().filter(|(_, d)| d.route == route) {
                let Some(list) = made.ways.place(dose.least.ug()) else {
                    continue;
                };
                let class = made.days.class(dose.on);
                let proof = next_proof(made, (list, class));
                let proof = made.ways.at(list).get(proof).map(|w| w.used);
                let ways = made.ways.at(list).iter().filter(|w| there(&w.used));
                let ways: Vec<(Count, u64)> = ways
                    .map(|w| (w.used, w.total.saturating_sub(dose.need.ug())))
                    .collect();
                doses.push(Dose {
                    of: (place, i),
                    site: site(claim.site),
                    tier: claim.tier,
                    class,
                    on: dose.on,
                    proof: proof
                        .and_then(|used| ways.iter().position(|(way, _)| *way == used))
                        .unwrap_or(0),
                    list,
                    ways,
                    need: dose.need.ug(),
                    total: made.ways.total(list),
                });
            }
        }
        Self {
            strengths,
            sites: pool.sites.len(),
            classes: made.days.len(),
            rows,
            doses,
        }
    }

    /// Returns the same where nothing expires: whatever can be made can be made there, for the same. What
    /// expires before every dose stays out of use: what a site has left is counted in both from the first on.
    pub(super) fn ageless(&self) -> Self {
        let first = self.doses.iter().map(|d| d.class).min().unwrap_or(0);
        let last = self.classes.saturating_sub(1);
        let rows = self.rows.iter().map(|row| Row {
            reach: if row.reach < first { row.reach } else { last },
            ..*row
        });
        Self {
            strengths: self.strengths.clone(),
            sites: self.sites,
            classes: self.classes,
            rows: rows.collect(),
            doses: self.doses.clone(),
        }
    }

    /// Returns the vials of each strength usable from each class of days on, of one site or all.
    pub(super) fn supply(&self, site: Option<usize>) -> Vec<[u32; WIDTH]> {
        let mut supply = vec![[0_u32; WIDTH]; self.classes];
        let rows = self.rows.iter();
        for row in rows.filter(|r| site.is_none_or(|site| r.site == site)) {
            for usable in supply.iter_mut().take(row.reach + 1) {
                if let Some(slot) = usable.get_mut(row.strength) {
                    *slot = slot.saturating_add(row.units);
                }
            }
        }
        supply
    }
}

/// Takes the next way of a kind out of the proof.
fn next_proof(made: &mut Made, kind: (usize, usize)) -> usize {
    let mut ways = made.count.range_mut((kind, 0)..=(kind, usize::MAX));
    let Some(((_, way), n)) = ways.find(|(_, n)| **n > 0) else {
        return 0;
    };
    *n -= 1;
    *way
}
