//! Which doses must stay: for whom, how many, how much, until when. The stock has no say in it.

use super::{CarTPatient, Facts, KeptFor, ReserveDose, Standing};
use crate::domain::dose::{self, Need, Vial};
use crate::domain::quantity::{Doses, Mg};
use crate::domain::rule::Resupply;
use crate::domain::site::DeliveryState;

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
                units: d.left(),
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

/// Returns the doses that stay reserved for one patient; none outside of the window, and none once
/// the most were given.
///
/// Choice: where the rulebook has no dose for a weight (its reader refuses such a file), the
/// greatest reference dose: nobody is left out for want of a row.
pub fn patient_doses(
    facts: &Facts<'_>,
    resupply: Resupply,
    patient: &CarTPatient,
) -> Vec<ReserveDose> {
    let Some(kept_for) = window(facts, patient) else {
        return Vec::new();
    };
    let dose = facts.rulebook.dose(&facts.rule.indication, patient.weight);
    let need = Need {
        mg: dose.unwrap_or(facts.rule.reference_most),
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
