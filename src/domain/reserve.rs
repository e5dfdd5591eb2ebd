//! The reserve of a CAR-T centre: which doses must stay, for whom, until when, and how many of
//! them the shelf can make.
//!
//! Milligrams are never divided: *possible* counts whole doses that compose at once from whole
//! vials in date. Source of the rule: letter of 14 October 2021, p. 2, and the order of the plan.

use super::calendar::Day;
use super::dose::{self, Need, Take, Unsolved, Vial};
use super::id::{ClearanceId, HoldId, LotId, PatientId};
use super::ledger::StockLine;
use super::quantity::{Doses, Grams, Mg, Units};
use super::rule::{ReserveRule, Resupply, Rulebook};
use super::site::{Delivery, DeliveryState, Site};

/// A patient who is to be infused, or was within the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarTPatient {
    /// Their name here.
    pub id: PatientId,
    /// Body weight.
    pub weight: Grams,
    /// Day of the infusion.
    pub infusion_on: Day,
    /// Doses already given for this infusion.
    pub doses_given: Doses,
}

/// Units of one lot held for one dose of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub id: HoldId,
    /// For which clearance.
    pub clearance: ClearanceId,
    /// For whom.
    pub patient: PatientId,
    /// For which dose of the clearance, from 1.
    pub dose: u32,
    /// Of which lot.
    pub lot_id: LotId,
    /// How many.
    pub units: Units,
}

/// All that the reserve of a site depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The rulebook that asks for a reserve.
    pub rulebook: &'a Rulebook,
    /// What it asks.
    pub rule: &'a ReserveRule,
    /// The site's own day.
    pub today: Day,
    /// The site.
    pub site: &'a Site,
    /// What is on its shelf.
    pub stock: &'a [StockLine],
    /// Its CAR-T patients who are neither cancelled nor past.
    pub patients: &'a [CarTPatient],
    /// What is held there.
    pub holds: &'a [Hold],
    /// What it waits for.
    pub deliveries: &'a [Delivery],
}

/// For whom a dose is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptFor {
    /// A patient who was infused and is inside the window.
    Infused(PatientId),
    /// A patient whose infusion is planned.
    Scheduled(PatientId),
    /// Nobody in particular: the floor.
    Floor,
}

impl KeptFor {
    /// Returns the patient, if it is for one.
    pub const fn patient(&self) -> Option<&PatientId> {
        match self {
            Self::Infused(id) | Self::Scheduled(id) => Some(id),
            Self::Floor => None,
        }
    }
}

/// One dose of the reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveDose {
    /// For whom.
    pub kept_for: KeptFor,
    /// Which of their doses, from 1.
    pub number: u32,
    /// How much, and until when its vials must be in date.
    pub need: Need,
    /// Whether the shelf can make it.
    pub standing: Standing,
}

/// Whether the shelf can make a dose together with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Its units are held.
    Held,
    /// Free units can make it.
    Possible,
    /// It is missing.
    Missing,
}

/// The reserve of a site, dose by dose in the order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Whether the site can count on resupply.
    pub resupply: Resupply,
    /// The doses.
    pub doses: Vec<ReserveDose>,
    /// Why nobody can say which doses free units can make, if nobody can: those are then counted
    /// as missing.
    pub unsolved: Option<Unsolved>,
}

impl Reserve {
    /// Returns how many doses must stay.
    pub fn required(&self) -> Doses {
        Doses::count(self.doses.len())
    }

    /// Returns how many of them the shelf can make at once.
    pub fn possible(&self) -> Doses {
        Doses::count(
            self.doses
                .iter()
                .filter(|d| d.standing != Standing::Missing)
                .count(),
        )
    }

    /// Returns how many doses stood `before` and are missing now.
    ///
    /// Doses are compared one by one and not only counted: losing the dose of an infused patient
    /// is not made good by one of the floor that now happens to fit.
    pub fn lost_since(&self, before: &Self) -> Doses {
        let stood = |d: &&ReserveDose| d.standing != Standing::Missing;
        let still = |d: &ReserveDose| {
            self.doses.iter().any(|n| {
                n.kept_for == d.kept_for && n.number == d.number && n.standing != Standing::Missing
            })
        };
        Doses::count(
            before
                .doses
                .iter()
                .filter(stood)
                .filter(|d| !still(d))
                .count(),
        )
    }
}

/// Returns whether the site can count on resupply: what a pharmacist set by hand while it holds,
/// else whether confirmed deliveries can by themselves complete the doses of an assured reserve
/// in time.
///
/// Choice: the deliveries of the days from today on are taken together and without the stock, so
/// that dispensing a vial never changes how many doses are required.
pub fn resupply(facts: &Facts<'_>) -> Resupply {
    if let Some(by_hand) = facts
        .site
        .by_hand
        .as_ref()
        .filter(|h| h.until >= facts.today)
    {
        return by_hand.resupply;
    }
    let last = facts.today.plus(facts.rule.resupply_within_days);
    let vials: Vec<Vial<()>> = facts
        .deliveries
        .iter()
        .filter(|d| {
            d.state == DeliveryState::Confirmed
                && d.expected_on >= facts.today
                && d.expected_on <= last
        })
        .filter_map(|d| {
            let presentation = facts
                .rulebook
                .presentation(d.cip13)
                .filter(|p| p.route == facts.rule.route)?;
            Some(Vial {
                lot: (),
                strength: presentation.strength,
                expiry: last,
                units: d.units,
            })
        })
        .collect();
    let need = Need {
        mg: reference_dose(facts),
        on: facts.today,
    };
    let wanted = facts.rule.doses_assured;
    let needs = vec![need; usize::try_from(wanted.get()).unwrap_or(usize::MAX)];
    // what cannot be said is not to be counted on
    if dose::fits(&needs, &vials) == Ok(true) {
        Resupply::Assured
    } else {
        Resupply::Compromised
    }
}

/// Returns the size of a dose kept for nobody in particular.
pub fn reference_dose(facts: &Facts<'_>) -> Mg {
    facts
        .site
        .reference_dose
        .unwrap_or(facts.rule.reference_dose)
}

/// Returns the reserve as it stands: which doses must stay, and which of them the shelf can make.
pub fn stand(facts: &Facts<'_>) -> Reserve {
    let resupply = resupply(facts);
    let mut doses = required(facts, resupply);
    mark_held(facts, &mut doses);
    let open: Vec<usize> = doses
        .iter()
        .enumerate()
        .filter(|(_, d)| d.standing != Standing::Held)
        .map(|(i, _)| i)
        .collect();
    let needs: Vec<Need> = open
        .iter()
        .filter_map(|i| doses.get(*i))
        .map(|d| d.need)
        .collect();
    let (granted, unsolved) = match dose::grant(&needs, &free_vials(facts), Take::LatestExpiry) {
        Ok(grants) => (grants.granted, None),
        Err(unsolved) => (Vec::new(), Some(unsolved)),
    };
    for (place, yes) in open.into_iter().zip(granted) {
        if let Some(dose) = doses.get_mut(place) {
            dose.standing = if yes {
                Standing::Possible
            } else {
                Standing::Missing
            };
        }
    }
    Reserve {
        resupply,
        doses,
        unsolved,
    }
}

/// Returns the doses that must stay, in the order of the plan: of infused patients by dose number
/// and day, of scheduled patients by day, then the floor.
///
/// Choice: where the plan draws lots between equals, the live reserve takes their ids, which are
/// in the order of registration.
pub fn required(facts: &Facts<'_>, resupply: Resupply) -> Vec<ReserveDose> {
    if !facts.site.car_t {
        return Vec::new();
    }
    let mut infused = Vec::new();
    let mut scheduled = Vec::new();
    for patient in facts.patients {
        for dose in patient_doses(facts, resupply, patient) {
            let key = (patient.infusion_on, patient.id.clone());
            match dose.kept_for {
                KeptFor::Infused(_) => infused.push((dose.number, key, dose)),
                KeptFor::Scheduled(_) | KeptFor::Floor => scheduled.push((key, dose.number, dose)),
            }
        }
    }
    infused.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    scheduled.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut doses: Vec<ReserveDose> = infused
        .into_iter()
        .map(|(_, _, d)| d)
        .chain(scheduled.into_iter().map(|(_, _, d)| d))
        .collect();
    let floor = Doses::count(doses.len()).missing_to(facts.rule.doses(resupply));
    let need = Need {
        mg: reference_dose(facts),
        on: facts.today.plus(facts.rule.window_days),
    };
    doses.extend((1..=floor.get()).map(|number| ReserveDose {
        kept_for: KeptFor::Floor,
        number,
        need,
        standing: Standing::Missing,
    }));
    doses
}

/// Returns the doses that stay reserved for one patient; none outside of the window.
pub fn patient_doses(
    facts: &Facts<'_>,
    resupply: Resupply,
    patient: &CarTPatient,
) -> Vec<ReserveDose> {
    let Some(kept_for) = window(facts, patient) else {
        return Vec::new();
    };
    let Some(mg) = facts.rulebook.dose(&facts.rule.indication, patient.weight) else {
        return Vec::new();
    };
    let need = Need {
        mg,
        on: patient.infusion_on.plus(facts.rule.window_days),
    };
    let left = facts.rule.doses_left(resupply, patient.doses_given);
    (1..=left.get())
        .map(|number| ReserveDose {
            kept_for: kept_for.clone(),
            number,
            need,
            standing: Standing::Missing,
        })
        .collect()
}

/// Returns whether a patient is infused, scheduled, or (nothing) outside of the window.
pub fn window(facts: &Facts<'_>, patient: &CarTPatient) -> Option<KeptFor> {
    let (today, day) = (facts.today, patient.infusion_on);
    if day <= today {
        return (today <= day.plus(facts.rule.window_days))
            .then(|| KeptFor::Infused(patient.id.clone()));
    }
    (today.days_until(day) < i64::from(facts.rule.ahead_days))
        .then(|| KeptFor::Scheduled(patient.id.clone()))
}

/// Marks the doses whose own held units make them: the first of a patient's doses that are
/// missing take the held doses that are large enough and in date.
fn mark_held(facts: &Facts<'_>, doses: &mut [ReserveDose]) {
    for patient in facts.patients {
        let covering = doses
            .iter()
            .find(|d| d.kept_for.patient() == Some(&patient.id))
            .map_or(0, |d| {
                held_doses(facts, &patient.id)
                    .into_iter()
                    .filter(|held| covers(facts, held, d.need))
                    .count()
            });
        doses
            .iter_mut()
            .filter(|d| d.kept_for.patient() == Some(&patient.id))
            .take(covering)
            .for_each(|d| d.standing = Standing::Held);
    }
}

/// Returns a patient's holds, a list for each dose, in the order of the doses.
pub fn held_doses<'a>(facts: &Facts<'a>, patient: &PatientId) -> Vec<Vec<&'a Hold>> {
    let mut rows: Vec<&Hold> = facts
        .holds
        .iter()
        .filter(|h| h.patient == *patient)
        .collect();
    rows.sort_by(|a, b| (a.dose, &a.id).cmp(&(b.dose, &b.id)));
    rows.chunk_by(|a, b| a.dose == b.dose)
        .map(<[&Hold]>::to_vec)
        .collect()
}

/// Returns whether held units make a dose: enough milligrams, all in date on its day.
pub fn covers(facts: &Facts<'_>, held: &[&Hold], need: Need) -> bool {
    let mut total = Mg::ZERO;
    for hold in held {
        let Some(line) = facts.stock.iter().find(|l| l.lot_id == hold.lot_id) else {
            return false;
        };
        let Some(presentation) = facts.rulebook.presentation(line.cip13) else {
            return false;
        };
        if line.expiry < need.on {
            return false;
        }
        total = total.saturating_add(presentation.strength.times(u64::from(hold.units.get())));
    }
    total >= need.mg
}

/// Returns the free vials of the reserve's route that are in date today, by lot.
pub fn free_vials(facts: &Facts<'_>) -> Vec<Vial<LotId>> {
    facts
        .stock
        .iter()
        .filter(|l| l.free() > Units::ZERO && l.expiry >= facts.today)
        .filter_map(|l| {
            let presentation = facts
                .rulebook
                .presentation(l.cip13)
                .filter(|p| p.route == facts.rule.route)?;
            Some(Vial {
                lot: l.lot_id.clone(),
                strength: presentation.strength,
                expiry: l.expiry,
                units: l.free(),
            })
        })
        .collect()
}
