//! The reserve of a CAR-T centre: which doses must stay, for whom, until when, and how many of
//! them the shelf can make.
//!
//! Milligrams are never divided: *possible* counts whole doses that compose at once from whole
//! vials in date. Source of the rule: letter of 14 October 2021, p. 2, and the order of the plan.

mod held;
#[cfg(test)]
mod laws;
mod required;
#[cfg(test)]
mod tests;

pub use held::{covers, free_vials, held_doses};
pub use required::{patient_doses, reference_dose, required, resupply, window};

use super::calendar::Day;
use super::dose::{self, Composition, Need, Take, Unsolved};
use super::id::{ClearanceId, HoldId, LotId, PatientId};
use super::ledger::StockLine;
use super::quantity::{Doses, Grams, Units};
use super::rule::{ReserveRule, Resupply, Rulebook};
use super::site::{Delivery, Site};

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

/// Returns the reserve as it stands: which doses must stay, and which of them the shelf can make.
pub fn stand(facts: &Facts<'_>) -> Reserve {
    let resupply = resupply(facts);
    let mut doses = required_and_held(facts, resupply);
    let unsolved = make(facts, &mut doses).err();
    Reserve {
        resupply,
        doses,
        unsolved,
    }
}

/// Returns the reserve as it stands, and how many reference doses free units could make, beside every
/// hold, each in date until the end of a window that begins today.
///
/// What can be made as a reference dose can be made smaller, or for a day before: where that is
/// enough for what the reserve asks, nothing more is composed.
///
/// # Errors
/// [`Unsolved`] when nobody can say how many reference doses there are.
pub fn seen(facts: &Facts<'_>) -> Result<(Reserve, Doses), Unsolved> {
    let reference = Need {
        mg: reference_dose(facts),
        on: facts.today.plus(facts.rule.window_days),
    };
    let most = dose::most(reference, &free_vials(facts))?;
    let resupply = resupply(facts);
    let mut doses = required_and_held(facts, resupply);
    let open = open_needs(&doses);
    let no_harder = |n: &Need| n.mg <= reference.mg && n.on <= reference.on;
    let all_fit = Doses::count(open.len()) <= most && open.iter().all(no_harder);
    let unsolved = if all_fit || open.iter().all(|n| *n == reference) {
        let mut left = most;
        for dose in doses.iter_mut().filter(|d| d.standing != Standing::Held) {
            dose.standing = if left > Doses::ZERO {
                Standing::Possible
            } else {
                Standing::Missing
            };
            left = Doses::new(left.get().saturating_sub(1));
        }
        None
    } else {
        make(facts, &mut doses).err()
    };
    let reserve = Reserve {
        resupply,
        doses,
        unsolved,
    };
    Ok((reserve, most))
}

/// Makes the doses that no hold makes from free vials, one by one in their order, each if it fits
/// together with those made before it; marks each, and returns for each its vials.
///
/// All are made at once, so the vials of one stand in the way of no other. Those that keep longest
/// are taken: a reserve waits.
///
/// # Errors
/// [`Unsolved`] when the question is too large to be answered exactly; nothing is marked then.
pub(super) fn make(
    facts: &Facts<'_>,
    doses: &mut [ReserveDose],
) -> Result<Vec<Option<Composition<LotId>>>, Unsolved> {
    let needs = open_needs(doses);
    let grants = dose::grant(&needs, &free_vials(facts), Take::LatestExpiry)?;
    let mut compositions = grants.compositions.into_iter();
    let made = doses.iter_mut().map(|dose| {
        if dose.standing == Standing::Held {
            return None;
        }
        let composition = compositions.next().flatten();
        dose.standing = match composition {
            Some(_) => Standing::Possible,
            None => Standing::Missing,
        };
        composition
    });
    Ok(made.collect())
}

/// Returns the needs of the doses that no hold makes, in their order.
pub(super) fn open_needs(doses: &[ReserveDose]) -> Vec<Need> {
    doses
        .iter()
        .filter(|d| d.standing != Standing::Held)
        .map(|d| d.need)
        .collect()
}

/// Returns the doses that must stay, those marked that held units make.
pub(super) fn required_and_held(facts: &Facts<'_>, resupply: Resupply) -> Vec<ReserveDose> {
    let mut doses = required(facts, resupply);
    held::mark(facts, &mut doses);
    doses
}
