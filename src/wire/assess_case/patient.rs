//! The patient of a case.

use super::course;
use crate::domain::assess::{DatedCount, Patient};
use crate::domain::calendar::Day;
use crate::domain::rule::{Outcome, PriorTreatment, Rulebook, Slug};
use crate::wire::plan_case::Fields;

/// The fields of a patient.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "age_years",
    "indication",
    "treatment",
    "started_on",
    "administrations",
    "anc",
    "benign_ethnic_neutropenia",
    "interrupted_on",
    "resumes_on",
    "stopped_on",
    "symptoms_of_infection",
    "conditions",
    "prior_treatments",
    "disease_activity",
    "platelets_g_per_l",
    "co_medication",
];

/// What a code of a case must look like.
const CODE: &str = "a code of 1 to 64 lower-case letters, digits and hyphens";

/// The greatest age, in whole years.
///
/// Choice: nobody is older; as for requests.
const MOST_YEARS: u32 = 130;

pub(super) fn read(
    fields: &Fields<'_, '_>,
    book: Option<&Rulebook>,
    as_of: Option<Day>,
) -> Option<Patient> {
    let id = fields.filled("id");
    let age_years = fields.whole("age_years", 0, MOST_YEARS);
    let indication = code(fields, "indication");
    let course = course::read(fields, book, as_of, indication.as_ref());
    let administrations = fields.optional("administrations", |f, key| {
        f.each(key, Fields::PAST_DAY, |node| {
            Day::parse_past(node.text()?).ok()
        })
    });
    let counts = fields.optional("anc", |f, key| {
        f.rows(key, &["on", "per_mm3"], |row| count(row, as_of))
    });
    let flag = |key| fields.optional(key, Fields::flag);
    let benign = flag("benign_ethnic_neutropenia");
    let symptoms = flag("symptoms_of_infection");
    let conditions = fields.optional("conditions", codes);
    let prior = fields.optional("prior_treatments", |f, key| {
        f.rows(key, &["code", "outcome"], prior)
    });
    let activity = fields.optional("disease_activity", code);
    let platelets = fields.optional("platelets_g_per_l", |f, key| f.whole(key, 0, u32::MAX));
    let co_medication = fields.optional("co_medication", codes);
    let (_, _) = (id?, platelets?);
    Some(Patient {
        age_years: age_years?,
        indication: indication?,
        course: course?,
        administrations: administrations?.unwrap_or_default(),
        counts: counts?.unwrap_or_default(),
        benign_ethnic_neutropenia: benign?.unwrap_or(false),
        symptoms_of_infection: symptoms?.unwrap_or(false),
        conditions: conditions?.unwrap_or_default(),
        prior_treatments: prior?.unwrap_or_default(),
        disease_activity: activity?,
        co_medication: co_medication?.unwrap_or_default(),
    })
}

fn code(fields: &Fields<'_, '_>, key: &str) -> Option<Slug> {
    fields.word(key, CODE, |text| Slug::parse(text).ok())
}

fn codes(fields: &Fields<'_, '_>, key: &str) -> Option<Vec<Slug>> {
    fields.each(key, CODE, |node| Slug::parse(node.text()?).ok())
}

fn count(row: &Fields<'_, '_>, as_of: Option<Day>) -> Option<DatedCount> {
    let on = row.past_day_by("on", as_of);
    let per_mm3 = row.whole("per_mm3", 0, u32::MAX);
    Some(DatedCount {
        on: on?,
        per_mm3: per_mm3?,
    })
}

fn prior(row: &Fields<'_, '_>) -> Option<PriorTreatment> {
    let code = code(row, "code");
    let outcome = row.parsed(
        "outcome",
        || {
            let codes = Outcome::ALL.map(|o| format!("\"{}\"", o.code()));
            format!("one of {}", codes.join(", "))
        },
        Outcome::from_code,
    );
    Some(PriorTreatment {
        code: code?,
        outcome: outcome?,
    })
}
