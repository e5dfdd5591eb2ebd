//! A CAR-T centre for tests: built in a line, read in a line.

mod any;
mod letter;
mod ranking;
mod words;

pub(super) use any::any_centre;
pub(super) use letter::{neutrophils, rulebook, slug};

use super::calendar::Day;
use super::clearance::{ClearanceState, InForce, Settled};
use super::code::{Cip13, Finess, LotNumber};
use super::id::{ClearanceId, DeliveryId, HoldId, LotId, PatientId};
use super::ledger::StockLine;
use super::quantity::{Doses, Grams, Mg, Units};
use super::reserve::{CarTPatient, Facts, Hold};
use super::rule::{ReserveRule, Resupply, Rulebook};
use super::site::{Ahead, ByHand, Delivery, DeliveryState, Site};

/// Today in these tests is 20 October 2021; `day(14)` is a fortnight later, `day(-1)` yesterday.
pub(super) fn day(n: i64) -> Day {
    let first = Day::of(2021, 1, 1).unwrap();
    let day = first.plus(u32::try_from(292 + n).unwrap());
    assert_eq!(day_number(day), n);
    day
}

/// The number of a day, counted from today.
pub(super) fn day_number(day: Day) -> i64 {
    Day::of(2021, 10, 20).unwrap().days_until(day)
}

/// The presentation of a strength: the three vials, and the syringe of 162 mg.
pub(super) fn cip(mg: u32) -> Cip13 {
    let code = match mg {
        80 => "3400957464318",
        200 => "3400957464486",
        400 => "3400957464547",
        162 => "3400927824845",
        other => panic!("no presentation of {other} mg"),
    };
    Cip13::parse(code).unwrap()
}

/// A CAR-T centre, its shelf and its patients.
#[derive(Clone, Debug)]
pub(super) struct Centre {
    pub(super) rulebook: Rulebook,
    pub(super) rule: ReserveRule,
    pub(super) today: Day,
    pub(super) site: Site,
    pub(super) stock: Vec<StockLine>,
    pub(super) patients: Vec<CarTPatient>,
    pub(super) holds: Vec<Hold>,
    pub(super) in_force: Vec<InForce>,
    pub(super) deliveries: Vec<Delivery>,
}

impl Centre {
    /// Resupply is assured by hand, the shelf is empty.
    pub(super) fn new() -> Self {
        let rulebook = rulebook();
        let centre = Self {
            rule: rulebook.reserve.clone().unwrap(),
            rulebook,
            today: day(0),
            site: Site {
                finess: Finess::parse("750100125").unwrap(),
                network: slug("ght-001"),
                name: "CHU".to_owned(),
                zone: chrono_tz::Europe::Paris,
                car_t: true,
                reference_dose: None,
                by_hand: None,
                ahead: Ahead::default(),
                version: 1,
            },
            stock: Vec::new(),
            patients: Vec::new(),
            holds: Vec::new(),
            in_force: Vec::new(),
            deliveries: Vec::new(),
        };
        centre.by_hand(Resupply::Assured, 365)
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            rulebook: &self.rulebook,
            rule: &self.rule,
            today: self.today,
            site: &self.site,
            stock: &self.stock,
            patients: &self.patients,
            holds: &self.holds,
            deliveries: &self.deliveries,
        }
    }

    pub(super) fn by_hand(mut self, resupply: Resupply, until: i64) -> Self {
        self.site.by_hand = Some(ByHand {
            resupply,
            reason: "told".to_owned(),
            until: day(until),
        });
        self
    }

    pub(super) fn compromised(self) -> Self {
        self.by_hand(Resupply::Compromised, 365)
    }

    pub(super) fn by_deliveries(mut self) -> Self {
        self.site.by_hand = None;
        self
    }

    pub(super) fn reference_dose(mut self, mg: u32) -> Self {
        self.site.reference_dose = Some(Mg::from_mg(mg));
        self
    }

    /// Puts vials on the shelf: the lot is called `400-60` for 400 mg that expires on `day(60)`.
    pub(super) fn vials(mut self, mg: u32, expiry: i64, units: u32) -> Self {
        let lot_id = lot(mg, expiry);
        match self.stock.iter_mut().find(|l| l.lot_id == lot_id) {
            Some(line) => line.usable = line.usable.saturating_add(Units::new(units)),
            None => self.stock.push(StockLine {
                lot: LotNumber::parse(lot_id.as_str()).unwrap(),
                lot_id,
                cip13: cip(mg),
                expiry: day(expiry),
                usable: Units::new(units),
                quarantined: Units::ZERO,
                held: Units::ZERO,
            }),
        }
        self
    }

    /// Registers a patient.
    pub(super) fn patient(mut self, id: &str, weight_g: i64, infusion: i64) -> Self {
        self.patients.push(CarTPatient {
            id: PatientId::new(id),
            weight: Grams::new(weight_g).unwrap(),
            infusion_on: day(infusion),
            doses_given: Doses::ZERO,
        });
        self
    }

    pub(super) fn edit(mut self, id: &str, change: impl FnOnce(&mut CarTPatient)) -> Self {
        let patient = self.patients.iter_mut().find(|p| p.id.as_str() == id);
        change(patient.unwrap());
        self
    }

    pub(super) fn given(self, id: &str, doses: u32) -> Self {
        self.edit(id, |p| p.doses_given = Doses::new(doses))
    }

    pub(super) fn weighs(self, id: &str, weight_g: i64) -> Self {
        self.edit(id, |p| p.weight = Grams::new(weight_g).unwrap())
    }

    /// Holds units for a dose of the clearance `go-ID` of a patient, which is in force from then.
    pub(super) fn hold(mut self, id: &str, dose: u32, lot: &str, units: u32) -> Self {
        let (patient, clearance) = (PatientId::new(id), ClearanceId::new(format!("go-{id}")));
        if !self.in_force.iter().any(|c| c.id == clearance) {
            self.in_force.push(InForce {
                id: clearance.clone(),
                seq: i64::try_from(self.in_force.len()).unwrap(),
                patient: patient.clone(),
                state: ClearanceState::Standing,
            });
        }
        self.holds.push(Hold {
            id: HoldId::new(format!("{id}/{dose}/{lot}")),
            clearance,
            patient,
            dose,
            lot_id: LotId::new(lot),
            units: Units::new(units),
        });
        self.count_holds()
    }

    /// Gives a patient a held dose.
    pub(super) fn give(mut self, id: &str, dose: u32) -> Self {
        let whole = |h: &Hold| h.patient.as_str() == id && h.dose == dose;
        for hold in self.holds.iter().filter(|h| whole(h)) {
            let line = self.stock.iter_mut().find(|l| l.lot_id == hold.lot_id);
            let line = line.unwrap();
            line.usable = line.usable.saturating_sub(hold.units);
        }
        self.holds.retain(|h| !whole(h));
        self.edit(id, |p| p.doses_given = Doses::new(p.doses_given.get() + 1))
            .count_holds()
    }

    /// Loses units of a lot: what is held goes as [`cut`](super::clearance::cut) says.
    pub(super) fn lose(mut self, lot: &str, units: u32) -> Self {
        let line = self.line(lot).clone();
        let excess = Units::new(units).saturating_sub(line.free());
        for (id, n) in super::clearance::cut(
            &[(self.facts(), self.in_force.clone())],
            &line.lot_id,
            excess,
        ) {
            let hold = self.holds.iter_mut().find(|h| h.id == id).unwrap();
            hold.units = hold.units.saturating_sub(n);
        }
        self.holds.retain(|h| h.units > Units::ZERO);
        let line = self.stock.iter_mut().find(|l| l.lot_id.as_str() == lot);
        let line = line.unwrap();
        line.usable = line.usable.saturating_sub(Units::new(units));
        self.count_holds()
    }

    pub(super) fn line(&self, lot: &str) -> &StockLine {
        let line = self.stock.iter().find(|l| l.lot_id.as_str() == lot);
        line.unwrap_or_else(|| panic!("no lot {lot}"))
    }

    pub(super) fn delivery(
        mut self,
        mg: u32,
        expected: i64,
        units: u32,
        state: DeliveryState,
    ) -> Self {
        self.deliveries.push(Delivery {
            id: DeliveryId::new(format!("{mg} on {expected}")),
            site: self.site.finess,
            cip13: cip(mg),
            units: Units::new(units),
            arrived: Units::ZERO,
            expected_on: day(expected),
            confirmed: state == DeliveryState::Confirmed,
            state,
            reference: None,
            version: 1,
        });
        self
    }

    pub(super) fn settled(&self) -> Vec<Settled> {
        super::clearance::settle(&self.facts(), &self.in_force)
    }

    /// Does what [`settle`](super::clearance::settle) says, as the pharmacy does.
    pub(super) fn settle(mut self) -> Self {
        for settled in self.settled() {
            let clearance = self.in_force.iter_mut().find(|c| c.id == settled.id);
            let clearance = clearance.unwrap();
            clearance.state = if settled.missing == Doses::ZERO {
                ClearanceState::Standing
            } else {
                ClearanceState::Broken
            };
            let patient = clearance.patient.clone();
            self.holds.retain(|h| h.clearance != settled.id);
            for dose in &settled.doses {
                for (lot_id, units) in &dose.units {
                    self.holds.push(Hold {
                        id: HoldId::new(format!("{patient}/{}/{lot_id}", dose.number)),
                        clearance: settled.id.clone(),
                        patient: patient.clone(),
                        dose: dose.number,
                        lot_id: lot_id.clone(),
                        units: *units,
                    });
                }
            }
            if settled.over {
                self.in_force.retain(|c| c.id != settled.id);
            }
        }
        self.count_holds()
    }

    fn count_holds(mut self) -> Self {
        for line in &mut self.stock {
            let of_line = self.holds.iter().filter(|h| h.lot_id == line.lot_id);
            line.held = of_line.fold(Units::ZERO, |sum, h| sum.saturating_add(h.units));
            assert!(line.held <= line.usable, "{line:?}");
        }
        self
    }
}

/// The lot of a strength and expiry.
pub(super) fn lot(mg: u32, expiry: i64) -> LotId {
    LotId::new(format!("{mg}-{expiry}"))
}
