//! Which lots: treat with what expires first, keep what expires last.
//!
//! Among the units of one presentation at one site it does not matter for anything else which are
//! taken. Doses of requests take the earliest that still serve them all; reserved doses take the
//! latest of what is left.

use crate::domain::calendar::Day;

/// A stock row of one presentation at one site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    /// Its place in the case's stock.
    pub(super) stock: usize,
    pub(super) expiry: Day,
    pub(super) units: u32,
}

/// Units that one dose takes of a presentation at a site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// The dose, in the caller's words.
    pub(super) dose: usize,
    /// The day its units must be in date.
    pub(super) on: Day,
    /// Whether it is reserved rather than given.
    pub(super) reserved: bool,
    pub(super) units: u32,
}

/// Returns which rows serve which demands: `(dose, place in the stock, units)`.
pub(super) fn deal(mut offers: Vec<Offer>, demands: &[Demand]) -> Vec<(usize, usize, u32)> {
    offers.sort_by_key(|o| (o.expiry, o.stock));
    let mut given: Vec<Demand> = demands.iter().copied().filter(|d| !d.reserved).collect();
    given.sort_by_key(|d| (d.on, d.dose));
    let mut kept: Vec<Demand> = demands.iter().copied().filter(|d| d.reserved).collect();
    kept.sort_by_key(|d| (d.on, d.dose));
    kept.reverse();
    let mut dealt = Vec::new();
    // a set of units serves the given doses when, up to each expiry, it has no more units than
    // there are units wanted by then; the earliest such set is found by going up
    let mut chosen: Vec<(usize, u32)> = Vec::new();
    let mut so_far = 0_u64;
    for offer in &mut offers {
        let by_then = given.iter().filter(|d| d.on <= offer.expiry);
        let wanted: u64 = by_then.map(|d| u64::from(d.units)).sum();
        let room = u32::try_from(wanted.saturating_sub(so_far)).unwrap_or(u32::MAX);
        let n = offer.units.min(room);
        if n > 0 {
            offer.units -= n;
            so_far += u64::from(n);
            chosen.push((offer.stock, n));
        }
    }
    pour(chosen.into_iter(), &given, &mut dealt);
    let latest = offers.iter().rev().map(|o| (o.stock, o.units));
    pour(latest, &kept, &mut dealt);
    dealt
}

/// Serves demands in their order from rows in theirs.
fn pour(
    rows: impl Iterator<Item = (usize, u32)>,
    demands: &[Demand],
    dealt: &mut Vec<(usize, usize, u32)>,
) {
    let mut rows = rows.filter(|(_, n)| *n > 0);
    let mut row = rows.next();
    for demand in demands {
        let mut missing = demand.units;
        while missing > 0 {
            let Some((stock, left)) = &mut row else {
                return;
            };
            let n = missing.min(*left);
            dealt.push((demand.dose, *stock, n));
            missing -= n;
            *left -= n;
            if *left == 0 {
                row = rows.next();
            }
        }
    }
}
