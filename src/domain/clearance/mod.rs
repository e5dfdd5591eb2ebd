//! May this infusion start: GO with the units to hold, or NO-GO with what is missing.
//!
//! Source: letter of 14 October 2021, p. 2: no CAR-T therapy starts unless the local pharmacy can
//! make at least two injections, three when resupply is compromised.

#[cfg(test)]
mod laws;
mod rank;
mod release;
mod send;
mod settle;
#[cfg(test)]
mod tests;

pub use rank::{Ranking, cut, last_first};
pub use release::Release;
pub use send::{Checks, could_send};
pub use settle::{InForce, Settled, settle};

use super::dose::{self, Lack, Unsolved};
use super::id::LotId;
use super::quantity::{Doses, Mg, Units};
use super::reserve::{self, CarTPatient, Facts, Standing};

/// The units that make one dose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDose {
    /// Which dose, from 1.
    pub number: u32,
    /// How many of which lot.
    pub units: Vec<(LotId, Units)>,
}

/// The answer to "may this infusion start".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may, and these units are held from the same instant.
    Go {
        /// The patient's doses.
        doses: Vec<HeldDose>,
    },
    /// It may not.
    NoGo {
        /// How many doses are missing, of this patient, of the patients before, or of the floor.
        missing: Doses,
        /// The fewest milligrams of vials that would fill it: strength and number.
        fill: Vec<(Mg, Units)>,
        /// The same vials with the day of the dose that each is missing from.
        lacks: Vec<Lack>,
    },
}

/// How far a clearance has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClearanceState {
    /// NO-GO from the start.
    Refused,
    /// GO, and its doses are held.
    Standing,
    /// It was GO, and its doses are no longer covered: NO-GO.
    Broken,
    /// Its patient was given the most doses that one receives; nothing is held any more.
    Used,
    /// Its units were given back.
    Released,
    /// Another clearance took its place.
    Moved,
}

impl ClearanceState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Refused,
        Self::Standing,
        Self::Broken,
        Self::Used,
        Self::Released,
        Self::Moved,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Standing => "standing",
            Self::Broken => "broken",
            Self::Used => "used",
            Self::Released => "released",
            Self::Moved => "moved",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Returns whether it holds, or should hold, units.
    pub const fn in_force(self) -> bool {
        matches!(self, Self::Standing | Self::Broken)
    }
}

/// Answers whether the infusion of `patient`, who is among the patients of `facts` and whose own
/// holds are not among its holds, may start.
///
/// GO when the free vials make at once, each dose in date on its own day: the doses of other
/// patients that no hold covers, the patient's own, and the floor with the patient counted. The
/// vials of a GO are taken so that all the others can still be made of what is left.
///
/// Somebody for whom no dose would be kept is never a GO, for nothing would be held: an infusion
/// outside of the window, a patient who was given the most doses, a site that is no CAR-T centre.
/// All k doses are then missing, and no vial fills that.
///
/// # Errors
/// [`Unsolved`] when the question is too large to be answered exactly.
pub fn ask(facts: &Facts<'_>, patient: &CarTPatient) -> Result<Answer, Unsolved> {
    let resupply = reserve::resupply(facts);
    let mut doses = reserve::required_and_held(facts, resupply);
    if !doses
        .iter()
        .any(|d| d.kept_for.patient() == Some(&patient.id))
    {
        return Ok(Answer::NoGo {
            missing: facts.rule.doses(resupply),
            fill: Vec::new(),
            lacks: Vec::new(),
        });
    }
    let made = reserve::make(facts, &mut doses)?;
    let missing = doses
        .iter()
        .filter(|d| d.standing == Standing::Missing)
        .count();
    if missing > 0 {
        let (needs, vials) = (reserve::open_needs(&doses), reserve::free_vials(facts));
        let lacks = dose::lacking(&needs, &vials, &strengths(facts))?.unwrap_or_default();
        return Ok(Answer::NoGo {
            missing: Doses::count(missing),
            fill: dose::by_strength(&lacks),
            lacks,
        });
    }
    let own = doses
        .iter()
        .zip(made)
        .filter(|(d, _)| d.kept_for.patient() == Some(&patient.id))
        .filter_map(|(_, composition)| composition);
    Ok(Answer::Go {
        doses: (1..)
            .zip(own)
            .map(|(number, composition)| HeldDose {
                number,
                units: composition.rows,
            })
            .collect(),
    })
}

/// Returns whether [`ask`] would answer GO; what a NO-GO lacks is not looked for.
///
/// # Errors
/// [`Unsolved`] when the question is too large to be answered exactly.
pub fn would_go(facts: &Facts<'_>, patient: &CarTPatient) -> Result<bool, Unsolved> {
    let doses = reserve::required_and_held(facts, reserve::resupply(facts));
    let kept = doses
        .iter()
        .any(|d| d.kept_for.patient() == Some(&patient.id));
    Ok(kept && dose::fits(&reserve::open_needs(&doses), &reserve::free_vials(facts))?)
}

/// Returns the strengths that the rulebook has for the reserve's route, smallest first.
pub fn strengths(facts: &Facts<'_>) -> Vec<Mg> {
    let mut all: Vec<Mg> = facts
        .rulebook
        .by_route(facts.rule.route)
        .map(|p| p.strength)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
