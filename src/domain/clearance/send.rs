//! What another site could send.

use crate::domain::calendar::Day;
use crate::domain::id::LotId;
use crate::domain::ledger::StockLine;
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reserve::{self, Facts, Reserve};
use std::cmp::Reverse;

/// Returns which of the vials `fill` another site could send without losing a dose of its own
/// reserve: only free ones, in date until `on`, vial by vial; of the lots that it can do without,
/// the one that expires last.
pub fn could_send(giver: &Facts<'_>, fill: &[(Mg, Units)], on: Day) -> Vec<(LotId, Units)> {
    let before = reserve::stand(giver);
    if before.unsolved.is_some() {
        // nobody can say what the giver would lose
        return Vec::new();
    }
    let mut stock = giver.stock.to_vec();
    let mut sent: Vec<(LotId, Units)> = Vec::new();
    for (strength, units) in fill {
        for _ in 0..units.get() {
            let Some(lot) = one_more(giver, &before, &mut stock, *strength, on) else {
                break;
            };
            match sent.iter_mut().find(|(l, _)| *l == lot) {
                Some((_, n)) => *n = n.saturating_add(Units::new(1)),
                None => sent.push((lot, Units::new(1))),
            }
        }
    }
    sent
}

/// Takes one vial out of `stock`, if there is one whose lack costs no dose.
fn one_more(
    giver: &Facts<'_>,
    before: &Reserve,
    stock: &mut [StockLine],
    strength: Mg,
    on: Day,
) -> Option<LotId> {
    let mut lots: Vec<(Day, LotId)> = stock
        .iter()
        .filter(|l| {
            l.free() > Units::ZERO
                && l.expiry >= on
                && reserve::given(giver, l).is_some_and(|p| p.strength == strength)
        })
        .map(|l| (l.expiry, l.lot_id.clone()))
        .collect();
    lots.sort_by(|a, b| Reverse(a).cmp(&Reverse(b)));
    lots.into_iter()
        .map(|(_, lot)| lot)
        .find(|lot| spares(giver, before, stock, lot))
}

/// Takes a vial of `lot` out of `stock`, or leaves it there and says no when that would cost a
/// dose.
fn spares(giver: &Facts<'_>, before: &Reserve, stock: &mut [StockLine], lot: &LotId) -> bool {
    let Some(place) = stock.iter().position(|l| l.lot_id == *lot) else {
        return false;
    };
    let set = |stock: &mut [StockLine], usable| {
        if let Some(line) = stock.get_mut(place) {
            line.usable = usable;
        }
    };
    let Some(usable) = stock.get(place).map(|l| l.usable) else {
        return false;
    };
    set(stock, usable.saturating_sub(Units::new(1)));
    let after = reserve::stand(&Facts { stock, ..*giver });
    let spared = after.unsolved.is_none() && after.lost_since(before) == Doses::ZERO;
    if !spared {
        set(stock, usable);
    }
    spared
}
