//! The shelf of a day to come.

use super::{Change, Due, Takes};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::dose::{self, Need, Take, Vial};
use crate::domain::id::LotId;
use crate::domain::ledger::StockLine;
use crate::domain::quantity::{Doses, Units};
use crate::domain::reserve::{self, Facts, Hold, window};
use crate::domain::site::{Delivery, DeliveryState};
use std::collections::BTreeMap;

/// What is on the shelf, and what of it is held for patients with a clearance.
pub(super) struct Shelf {
    stock: Vec<StockLine>,
    holds: Vec<Hold>,
    /// Units held for approved requests and for transfers, by lot: promised, and never free.
    promised: BTreeMap<LotId, Units>,
    /// Whether units came, or came free, since somebody was last served.
    more: bool,
}

impl Shelf {
    pub(super) fn new(now: &Facts<'_>) -> Self {
        let held = |lot: &LotId| {
            let of = now.holds.iter().filter(|h| h.lot_id == *lot);
            Units::sum(of.map(|h| h.units))
        };
        let promised = now.stock.iter().map(|line| {
            let promised = line.held.saturating_sub(held(&line.lot_id));
            (line.lot_id.clone(), promised)
        });
        Self {
            promised: promised.filter(|(_, n)| *n > Units::ZERO).collect(),
            stock: now.stock.to_vec(),
            holds: now.holds.to_vec(),
            more: false,
        }
    }

    /// The facts of a day, with the deliveries that are still to come then.
    pub(super) fn facts<'a>(
        &'a self,
        now: &Facts<'a>,
        today: Day,
        deliveries: &'a [Delivery],
    ) -> Facts<'a> {
        Facts {
            today,
            stock: &self.stock,
            holds: &self.holds,
            deliveries,
            ..*now
        }
    }

    /// Whether units came, or came free, since this was last asked.
    pub(super) fn has_more(&mut self) -> bool {
        std::mem::take(&mut self.more)
    }

    pub(super) fn expire(&self, today: Day) -> Vec<Change> {
        let gone = |l: &&StockLine| l.usable > Units::ZERO && l.expiry.plus(1) == today;
        let change = |line: &StockLine| Change::Expired {
            cip13: line.cip13,
            lot: line.lot.clone(),
            units: line.usable,
        };
        self.stock.iter().filter(gone).map(change).collect()
    }

    /// Puts on the shelf what is expected on this day; tomorrow, also what is expected today.
    pub(super) fn arrive(&mut self, now: &Facts<'_>, today: Day) -> Vec<Change> {
        let tomorrow = now.today.plus(1) == today;
        let comes = |d: &&Delivery| {
            d.state == DeliveryState::Confirmed
                && d.left() > Units::ZERO
                && (d.expected_on == today || tomorrow && d.expected_on == now.today)
                && now.rulebook.presentation(d.cip13).is_some()
        };
        let mut changes = Vec::new();
        for delivery in now.deliveries.iter().filter(comes) {
            self.more = true;
            self.stock.push(StockLine {
                lot_id: LotId::new(format!("delivery/{}", delivery.id)),
                cip13: delivery.cip13,
                lot: LotNumber::to_come(),
                expiry: Day::LAST,
                usable: delivery.left(),
                quarantined: Units::ZERO,
                held: Units::ZERO,
            });
            changes.push(Change::Arrived {
                delivery: delivery.id.clone(),
                cip13: delivery.cip13,
                units: delivery.left(),
            });
        }
        changes
    }

    /// Gives back what is held for patients whose window is over by this day.
    pub(super) fn release(&mut self, now: &Facts<'_>, today: Day) -> Option<Change> {
        let at = |today| Facts { today, ..*now };
        let (before, after) = (at(today.minus(1)), at(today));
        let ended = now.patients.iter();
        let ended = ended.filter(|p| window(&before, p).is_some() && window(&after, p).is_none());
        let mut n: u32 = 0;
        for patient in ended {
            n = n.saturating_add(1);
            for hold in self.holds.iter().filter(|h| h.patient == patient.id) {
                if let Some(line) = self.stock.iter_mut().find(|l| l.lot_id == hold.lot_id) {
                    line.held = line.held.saturating_sub(hold.units);
                    self.more = true;
                }
            }
            self.holds.retain(|h| h.patient != patient.id);
        }
        (n > 0).then_some(Change::WindowsOver(n))
    }

    /// Serves the requests that are due, in their order: those that fall due on this day, and when there is
    /// `more` than before those that wait as well.
    pub(super) fn serve(
        &mut self,
        now: &Facts<'_>,
        today: Day,
        waiting: &mut Vec<Due>,
        more: bool,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let (mut still, mut refused) = (Vec::with_capacity(waiting.len()), 0_u32);
        for due in waiting.drain(..) {
            let asks = due.on == today || more && due.on < today;
            if !asks {
                still.push(due);
            } else if let Some(taken) = self.take(now, today, &due) {
                changes.push(Change::Taken(taken));
            } else {
                refused = refused.saturating_add(1);
                still.push(due);
            }
        }
        *waiting = still;
        if refused > 0 {
            changes.push(Change::Waiting(refused));
        }
        changes
    }

    /// Takes what a request asks for; nothing when there is not enough, or the reserve would lose a dose.
    fn take(&mut self, now: &Facts<'_>, today: Day, due: &Due) -> Option<Vec<(Cip13, Units)>> {
        let picks = self.pick(now, today, due)?;
        let before = self.stock.clone();
        let mut taken: BTreeMap<Cip13, Units> = BTreeMap::new();
        for (lot, units) in &picks {
            if let Some(line) = self.stock.iter_mut().find(|l| l.lot_id == *lot) {
                line.usable = line.usable.saturating_sub(*units);
                let of = taken.entry(line.cip13).or_default();
                *of = of.saturating_add(*units);
            }
        }
        if due.route == now.rule.route && !due.above_reserve {
            let deliveries = to_come(now, today);
            let after = reserve::stand(&self.facts(now, today, &deliveries));
            let stood = reserve::stand(&Facts {
                stock: &before,
                ..self.facts(now, today, &deliveries)
            });
            let unsolved = stood.unsolved.is_some() || after.unsolved.is_some();
            if unsolved || after.lost_since(&stood) > Doses::ZERO {
                self.stock = before;
                return None;
            }
        }
        Some(taken.into_iter().collect())
    }

    /// The units that a request would take, first to expire, first out.
    fn pick(&self, now: &Facts<'_>, today: Day, due: &Due) -> Option<Vec<(LotId, Units)>> {
        let mut vials: Vec<Vial<LotId>> = self
            .stock
            .iter()
            .filter(|l| l.free() > Units::ZERO && l.expiry >= today)
            .filter_map(|l| {
                let presentation = now.rulebook.presentation(l.cip13);
                let presentation = presentation.filter(|p| p.route == due.route)?;
                Some(Vial {
                    lot: l.lot_id.clone(),
                    strength: presentation.strength,
                    expiry: l.expiry,
                    units: l.free(),
                })
            })
            .collect();
        match due.takes {
            Takes::Dose(mg) => {
                let need = Need { mg, on: today };
                let made = dose::compose(&[need], &vials, Take::SoonestExpiry);
                // what nobody can say is not taken either
                let made = made.ok().flatten()?.into_iter().next()?;
                Some(made.rows)
            }
            Takes::Units(units) => {
                vials.sort_by(|a, b| (a.expiry, &a.lot).cmp(&(b.expiry, &b.lot)));
                let (mut left, mut picks) = (units, Vec::new());
                for vial in vials {
                    let n = left.min(vial.units);
                    left = left.saturating_sub(n);
                    if n > Units::ZERO {
                        picks.push((vial.lot, n));
                    }
                }
                (left == Units::ZERO).then_some(picks)
            }
        }
    }

    /// Usable units in date that are promised to nobody else, by presentation of the rulebook; one of which
    /// there is none stands with 0.
    pub(super) fn units(&self, now: &Facts<'_>, today: Day) -> Vec<(Cip13, Units)> {
        let of = |cip13: Cip13| {
            let lines = self.stock.iter();
            let lines = lines.filter(|l| l.cip13 == cip13 && l.expiry >= today);
            Units::sum(lines.map(|l| {
                let promised = self.promised.get(&l.lot_id).copied();
                l.usable.saturating_sub(promised.unwrap_or_default())
            }))
        };
        let presentations = now.rulebook.presentations.iter();
        presentations
            .map(|p| (p.presentation.cip13, of(p.presentation.cip13)))
            .collect()
    }
}

/// The deliveries that are not on the shelf on a day.
pub(super) fn to_come(now: &Facts<'_>, today: Day) -> Vec<Delivery> {
    let first = today == now.today;
    let deliveries = now.deliveries.iter();
    deliveries
        .filter(|d| first || d.expected_on > today)
        .cloned()
        .collect()
}
