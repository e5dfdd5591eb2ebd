//! What is told of a treatment.

use crate::app::tell_treatment::Draft;
use crate::domain::calendar::Day;
use crate::domain::rule::Slug;
use crate::domain::treatment::{Days, MOST_CODES, MOST_YEARS, TreatmentState};
use crate::http::api::fields::{code, missing, past_day, required};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults};
use serde::Deserialize;
use utoipa::ToSchema;

/// A treatment as it is told: all of it each time; what is left out is not so, or not known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TreatmentBody {
    /// `planned`, `ongoing`, `interrupted` or `stopped`.
    #[schema(value_type = String, required = true)]
    state: Option<String>,
    /// What is treated: a code, as the rulebook has it.
    #[schema(value_type = String, required = true)]
    indication: Option<String>,
    /// Whole years, 0 to 130.
    #[schema(value_type = i64, required = true)]
    age_years: Option<i64>,
    /// The first day, not to come; needed where the schedule is reckoned from it.
    #[schema(format = Date)]
    started_on: Option<String>,
    /// Since when it pauses, not to come: of an interrupted one, and needed there.
    #[schema(format = Date)]
    interrupted_on: Option<String>,
    /// When it is to go on: of an interrupted one; it may be to come.
    #[schema(format = Date)]
    resumes_on: Option<String>,
    /// When it was stopped for good, not to come: of a stopped one, and needed there.
    #[schema(format = Date)]
    stopped_on: Option<String>,
    /// Whether a benign ethnic neutropenia is confirmed.
    #[serde(default)]
    benign_ethnic_neutropenia: bool,
    /// Whether there are signs or symptoms of an infection.
    #[serde(default)]
    symptoms_of_infection: bool,
    /// What else is known, as codes of the rulebook, at most 20: `pregnancy`.
    #[serde(default)]
    conditions: Vec<String>,
    /// What is taken besides, as codes of the rulebook, at most 20: `valproate`.
    #[serde(default)]
    co_medication: Vec<String>,
    /// How active the disease is, as a code of the rulebook.
    disease_activity: Option<String>,
}

impl TreatmentBody {
    /// Reads what is told; nothing when it has a fault, which is kept.
    pub(super) fn draft(&self, faults: &mut Faults) -> Option<Draft> {
        let state = required(faults, "/state", self.state.as_deref());
        let codes = TreatmentState::ALL.map(TreatmentState::code);
        let state =
            state.and_then(|text| code(faults, "/state", text, TreatmentState::from_code, &codes));
        let indication = required(faults, "/indication", self.indication.as_deref());
        let indication = indication.and_then(|text| faults.take("/indication", Slug::parse(text)));
        let age_years = age(faults, self.age_years);
        let mut read = |at, text: Option<&str>| day_of(faults, at, text);
        let days = Days {
            started_on: read("/started_on", self.started_on.as_deref()),
            interrupted_on: read("/interrupted_on", self.interrupted_on.as_deref()),
            resumes_on: read("/resumes_on", self.resumes_on.as_deref()),
            stopped_on: read("/stopped_on", self.stopped_on.as_deref()),
        };
        let conditions = slugs(faults, "/conditions", &self.conditions);
        let co_medication = slugs(faults, "/co_medication", &self.co_medication);
        let activity = self.disease_activity.as_deref();
        let disease_activity =
            activity.and_then(|text| faults.take("/disease_activity", Slug::parse(text)));
        Some(Draft {
            state: state?,
            days,
            indication: indication?,
            age_years: age_years?,
            benign_ethnic_neutropenia: self.benign_ethnic_neutropenia,
            symptoms_of_infection: self.symptoms_of_infection,
            conditions,
            co_medication,
            disease_activity,
        })
    }
}

fn day_of(faults: &mut Faults, at: &str, text: Option<&str>) -> Option<Day> {
    past_day(faults, at, text?)
}

fn age(faults: &mut Faults, years: Option<i64>) -> Option<u32> {
    let Some(years) = years else {
        faults.push(missing("/age_years"));
        return None;
    };
    let read = u32::try_from(years).ok().filter(|n| *n <= MOST_YEARS);
    if read.is_none() {
        let said = Said::new("is no age", "n'est pas un âge");
        let expected = Said::new(
            format!("whole years from 0 to {MOST_YEARS}"),
            format!("des années entières, de 0 à {MOST_YEARS}"),
        );
        faults.push(
            Fault::new("/age_years", said)
                .found(years)
                .expected(expected),
        );
    }
    read
}

fn slugs(faults: &mut Faults, at: &str, codes: &[String]) -> Vec<Slug> {
    if codes.len() > MOST_CODES {
        let said = Said::new("has too many codes", "a trop de codes");
        let most = Said::same(MOST_CODES.to_string());
        faults.push(Fault::new(at, said).found(codes.len()).expected(most));
        return Vec::new();
    }
    let read = codes.iter().enumerate();
    read.filter_map(|(place, text)| faults.take(format!("{at}/{place}"), Slug::parse(text)))
        .collect()
}
