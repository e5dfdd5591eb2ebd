//! The fields of a rule that name circumstances: what must be so of a patient for the rule to hold.

use crate::domain::rule::{Circumstance, PriorTreatments, Slug};
use crate::toml_file::Table;

/// The greatest age that a rule may name, in years.
///
/// Choice: nobody is older; more is a slip of the keyboard.
const MOST_YEARS: u32 = 150;

/// The fields, for messages.
const FIELDS: &str = "age_at_least, age_below, indications, except, benign_ethnic_neutropenia, \
    symptoms_of_infection, conditions, co_medication, disease_activity, contraindicated, \
    failed_at_least, none_suits";

/// Reads every circumstance that a row names, in the order of the vocabulary; none may be none.
pub(super) fn read(row: &Table<'_>) -> Option<Vec<Circumstance>> {
    let age = |key, of: fn(u32) -> Circumstance| {
        row.optional(key, |t, key| t.whole(key, 1..=MOST_YEARS).map(of))
    };
    let words = |key, of: fn(Vec<Slug>) -> Circumstance| {
        row.optional(key, |t, key| t.list(key, Slug::parse).map(of))
    };
    let is_so = |key, so: Circumstance| {
        row.optional(key, |t, key| {
            t.flag(key).filter(|flag| *flag).map_or_else(
                || t.inconsistent(key, "is false, expected true, or nothing at all"),
                |_| Some(so),
            )
        })
    };
    let read = [
        age("age_at_least", Circumstance::AgeAtLeast),
        age("age_below", Circumstance::AgeBelow),
        words("indications", Circumstance::Indication),
        words("except", Circumstance::OtherIndication),
        row.optional("benign_ethnic_neutropenia", |t, key| {
            t.flag(key).map(Circumstance::BenignEthnicNeutropenia)
        }),
        is_so("symptoms_of_infection", Circumstance::SymptomsOfInfection),
        words("conditions", Circumstance::Condition),
        words("co_medication", Circumstance::CoMedication),
        words("disease_activity", Circumstance::DiseaseActivity),
        words("contraindicated", Circumstance::Contraindicated),
        row.optional("failed_at_least", |t, key| {
            t.whole(key, 1..=100).map(Circumstance::FailedAtLeast)
        }),
        is_so("none_suits", Circumstance::NoneSuits),
    ];
    let read: Vec<Option<Circumstance>> = read.into_iter().collect::<Option<_>>()?;
    Some(read.into_iter().flatten().collect())
}

/// Reads the circumstances of a row that must name one at least; `list` is the rulebook's list of
/// prior treatments, nothing when that has a fault.
pub(super) fn some(
    row: &Table<'_>,
    list: Option<&Option<PriorTreatments>>,
) -> Option<Vec<Circumstance>> {
    let read = read(row)?;
    if read.is_empty() {
        let what = format_args!("the row names no circumstance, expected one of {FIELDS}");
        return row.inconsistent_at(&row.spot(), what);
    }
    let mut least = 0;
    for circumstance in &read {
        if let Circumstance::AgeAtLeast(years) = circumstance {
            least = *years;
        }
        if let Circumstance::AgeBelow(bound) = circumstance
            && *bound <= least
        {
            let what = format_args!("{bound} is not above age_at_least, expected {least} exceeded");
            return row.inconsistent("age_below", what);
        }
    }
    match list {
        Some(None) if read.iter().any(asks_for_list) => {
            let what = "asks for the list of prior treatments, expected a [prior_treatments]";
            return row.inconsistent_at(&row.spot(), what);
        }
        Some(Some(prior)) => {
            for circumstance in &read {
                if let Circumstance::FailedAtLeast(least) = circumstance
                    && usize::try_from(*least).is_ok_and(|least| least > prior.codes.len())
                {
                    let listed = prior.codes.len();
                    let what = format_args!("the list has {listed} treatments, expected no more");
                    return row.inconsistent("failed_at_least", what);
                }
            }
        }
        Some(None) | None => {}
    }
    Some(read)
}

/// Whether a circumstance asks about the rulebook's list of prior treatments.
const fn asks_for_list(circumstance: &Circumstance) -> bool {
    match circumstance {
        Circumstance::FailedAtLeast(_) | Circumstance::NoneSuits => true,
        Circumstance::AgeAtLeast(_)
        | Circumstance::AgeBelow(_)
        | Circumstance::Indication(_)
        | Circumstance::OtherIndication(_)
        | Circumstance::BenignEthnicNeutropenia(_)
        | Circumstance::SymptomsOfInfection
        | Circumstance::Condition(_)
        | Circumstance::CoMedication(_)
        | Circumstance::DiseaseActivity(_)
        | Circumstance::Contraindicated(_) => false,
    }
}
