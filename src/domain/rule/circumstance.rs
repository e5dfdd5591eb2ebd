//! The closed vocabulary of circumstances: what a rule may ask of a patient.
//!
//! A rule names some of them and holds when all hold. There is no "or" between them, no "not" and no
//! arithmetic; a list within one of them is met by any of its words. A rule that needs another word
//! needs it here, with its test.

use super::Slug;

/// What became of a treatment that a patient had, or might have had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A full course, well conducted, did not help.
    Failed,
    /// It must not be given to this patient.
    Contraindicated,
    /// It does not suit this patient.
    Unsuitable,
    /// It cannot be had.
    Unavailable,
    /// Nobody has tried it.
    NotTried,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [
        Self::Failed,
        Self::Contraindicated,
        Self::Unsuitable,
        Self::Unavailable,
        Self::NotTried,
    ];

    /// Returns the code: `failed`, `contraindicated`, `unsuitable`, `unavailable`, `not-tried`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Contraindicated => "contraindicated",
            Self::Unsuitable => "unsuitable",
            Self::Unavailable => "unavailable",
            Self::NotTried => "not-tried",
        }
    }

    /// Returns the outcome of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }

    /// Whether the treatment is no longer open to the patient.
    pub const fn exhausts(self) -> bool {
        match self {
            Self::Failed | Self::Contraindicated | Self::Unsuitable | Self::Unavailable => true,
            Self::NotTried => false,
        }
    }
}

/// One treatment that a patient had, or might have had, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriorTreatment {
    /// Which one: `rituximab`.
    pub code: Slug,
    /// What became of it. One treatment may stand there several times.
    pub outcome: Outcome,
}

/// What circumstances are asked of: the part of a patient that rules look at, counts and days aside.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// What is treated.
    pub indication: &'a Slug,
    /// The patient's age in whole years.
    pub age_years: u32,
    /// Whether the patient has a benign ethnic neutropenia (BEN), confirmed.
    pub benign_ethnic_neutropenia: bool,
    /// Whether there are signs or symptoms of an infection.
    pub symptoms_of_infection: bool,
    /// What else is known of the patient: `pregnancy`.
    pub conditions: &'a [Slug],
    /// What was tried.
    pub prior_treatments: &'a [PriorTreatment],
    /// How active the disease is: `highly-active`.
    pub disease_activity: Option<&'a Slug>,
    /// What is taken besides: `valproate`.
    pub co_medication: &'a [Slug],
}

/// One circumstance, as a field of a rule names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Circumstance {
    /// `age_at_least`: so many whole years or more.
    AgeAtLeast(u32),
    /// `age_below`: fewer whole years.
    AgeBelow(u32),
    /// `indications`: one of these is treated.
    Indication(Vec<Slug>),
    /// `except`: none of these is treated.
    OtherIndication(Vec<Slug>),
    /// `benign_ethnic_neutropenia`: the patient has one, or none.
    BenignEthnicNeutropenia(bool),
    /// `symptoms_of_infection = true`.
    SymptomsOfInfection,
    /// `conditions`: one of these is known of the patient.
    Condition(Vec<Slug>),
    /// `co_medication`: one of these is taken besides.
    CoMedication(Vec<Slug>),
    /// `disease_activity`: it is one of these.
    DiseaseActivity(Vec<Slug>),
    /// `contraindicated`: one of these treatments is.
    Contraindicated(Vec<Slug>),
    /// `failed_at_least`: so many different treatments of the rulebook's list did.
    FailedAtLeast(u32),
    /// `none_suits = true`: each treatment of the rulebook's list is contraindicated or unsuitable.
    NoneSuits,
}

impl Circumstance {
    /// Returns the conditions at which it looks, if it is about those.
    pub fn conditions(&self) -> Option<&[Slug]> {
        if let Self::Condition(codes) = self {
            Some(codes)
        } else {
            None
        }
    }

    /// Whether it holds of a patient; `list` is the rulebook's list of prior treatments.
    pub fn holds(&self, about: &About<'_>, list: &[Slug]) -> bool {
        let became = |code: &Slug, of: &[Outcome]| {
            let mut had = about.prior_treatments.iter();
            had.any(|had| had.code == *code && of.contains(&had.outcome))
        };
        match self {
            Self::AgeAtLeast(years) => about.age_years >= *years,
            Self::AgeBelow(years) => about.age_years < *years,
            Self::Indication(of) => of.contains(about.indication),
            Self::OtherIndication(of) => !of.contains(about.indication),
            Self::BenignEthnicNeutropenia(has) => about.benign_ethnic_neutropenia == *has,
            Self::SymptomsOfInfection => about.symptoms_of_infection,
            Self::Condition(of) => about.conditions.iter().any(|c| of.contains(c)),
            Self::CoMedication(of) => about.co_medication.iter().any(|c| of.contains(c)),
            Self::DiseaseActivity(of) => about.disease_activity.is_some_and(|a| of.contains(a)),
            Self::Contraindicated(of) => of
                .iter()
                .any(|code| became(code, &[Outcome::Contraindicated])),
            Self::FailedAtLeast(least) => {
                let failed = list.iter().filter(|code| became(code, &[Outcome::Failed]));
                u32::try_from(failed.count()).is_ok_and(|failed| failed >= *least)
            }
            Self::NoneSuits => {
                let out = [Outcome::Contraindicated, Outcome::Unsuitable];
                list.iter().all(|code| became(code, &out))
            }
        }
    }
}

/// Whether all of `when` hold of a patient.
pub fn all_hold(when: &[Circumstance], about: &About<'_>, list: &[Slug]) -> bool {
    when.iter().all(|c| c.holds(about, list))
}
