//! What a rulebook says of one patient: who may start, what is said of whom, what else there is.

use super::thresholds::severity;
use super::words::{Words, begun};
use crate::domain::rule::{
    Alternative, ChecklistItem, Circumstance, Line, NoAlternative, PriorTreatments, Remark, Slug,
    StartCondition, Treatment,
};

pub(super) fn prior_treatments(words: &Words<'_>, list: Option<&PriorTreatments>) -> Vec<String> {
    let one = |list: &PriorTreatments| {
        let codes = named(&list.codes);
        words.both(
            format!("Les traitements dont il est question : {codes}."),
            format!("The treatments that are asked about: {codes}."),
        )
    };
    list.map(one).into_iter().collect()
}

pub(super) fn start_conditions(words: &Words<'_>, rows: &[StartCondition]) -> Vec<String> {
    let mut said = Vec::new();
    for row in rows {
        for (place, way) in row.ways.iter().enumerate() {
            let when = circumstances(words, &way.when);
            let message = words.bilingual(&row.message);
            said.push(if place == 0 {
                words.both(
                    format!("Ne débuter que si : {when} ; sinon « {message} »"),
                    format!("Start only when: {when}; else \"{message}\""),
                )
            } else {
                words.both(format!("Ou si : {when}."), format!("Or when: {when}."))
            });
        }
    }
    said
}

pub(super) fn remarks(words: &Words<'_>, rows: &[Remark]) -> Vec<String> {
    let one = |row: &Remark| {
        let mut of = vec![circumstances(words, &row.when)];
        of.extend(row.treatment.map(|t| treatment(words, t).to_owned()));
        let (of, severity) = (begun(&of.join(", ")), severity(words, row.severity));
        let message = words.bilingual(&row.message);
        let now = if row.count_now {
            words.pick(", numération immédiate", ", count at once")
        } else {
            ""
        };
        words.both(
            format!("{of} : {severity}{now} « {message} »"),
            format!("{of}: {severity}{now} \"{message}\""),
        )
    };
    rows.iter().map(one).collect()
}

pub(super) fn alternatives(words: &Words<'_>, rows: &[Alternative]) -> Vec<String> {
    let mut said = Vec::new();
    for row in rows {
        let name = words.bilingual(&row.name);
        let line = match row.line {
            Line::First => words.pick("d'emblée", "at first"),
            Line::AfterFailure => words.pick("après un échec", "after a failure"),
        };
        let indications: Vec<&str> = row
            .indications
            .iter()
            .map(|i| words.indication(i))
            .collect();
        let indications = indications.join(", ");
        let evidence = row.evidence.as_ref().map_or_else(String::new, |evidence| {
            let doi = evidence.doi.as_deref();
            let doi = doi.map_or_else(String::new, |doi| format!(" DOI {doi}."));
            format!(" {}{doi}", words.bilingual(&evidence.summary))
        });
        said.push(words.both(
            format!("{name} ({line}), pour : {indications}.{evidence}"),
            format!("{name} ({line}), for: {indications}.{evidence}"),
        ));
    }
    said
}

/// Whom each alternative is not for.
pub(super) fn exclusions(words: &Words<'_>, rows: &[Alternative]) -> Vec<String> {
    let mut said = Vec::new();
    for row in rows {
        let name = words.bilingual(&row.name);
        for exclusion in &row.exclusions {
            let when = circumstances(words, &exclusion.when);
            said.push(words.both(
                format!("{name} : exclu si {when}."),
                format!("{name}: excluded when {when}."),
            ));
        }
    }
    said
}

pub(super) fn no_alternatives(words: &Words<'_>, rows: &[NoAlternative]) -> Vec<String> {
    let one = |row: &NoAlternative| {
        let indication = words.indication(&row.indication);
        words.both(
            format!("{indication} : il n'existe aucune alternative."),
            format!("{indication}: there is no alternative."),
        )
    };
    rows.iter().map(one).collect()
}

pub(super) fn checklist(words: &Words<'_>, rows: &[ChecklistItem]) -> Vec<String> {
    let items = rows.iter();
    items
        .map(|row| words.bilingual(&row.text).to_owned())
        .collect()
}

pub(super) fn safety_rulebook(words: &Words<'_>, name: Option<&Slug>) -> Vec<String> {
    let one = |name: &Slug| {
        words.both(
            format!("« {name} » dit si un patient peut recevoir ce médicament."),
            format!("{name} says whether a patient may be given this medicine."),
        )
    };
    name.map(one).into_iter().collect()
}

pub(super) const fn treatment(words: &Words<'_>, treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Ongoing => words.pick("traitement en cours", "ongoing treatment"),
        Treatment::Initiation => words.pick("traitement à débuter", "treatment that is to start"),
    }
}

fn named(codes: &[Slug]) -> String {
    let codes: Vec<&str> = codes.iter().map(Slug::as_str).collect();
    codes.join(", ")
}

/// Circumstances that hold together, in one breath.
fn circumstances(words: &Words<'_>, when: &[Circumstance]) -> String {
    let all: Vec<String> = when.iter().map(|one| circumstance(words, one)).collect();
    all.join(words.pick(" et ", " and "))
}

fn circumstance(words: &Words<'_>, one: &Circumstance) -> String {
    let indications = |of: &[Slug]| {
        let of: Vec<&str> = of.iter().map(|i| words.indication(i)).collect();
        of.join(words.pick(" ou ", " or "))
    };
    let any = |of: &[Slug]| {
        let of: Vec<&str> = of.iter().map(Slug::as_str).collect();
        of.join(words.pick(" ou ", " or "))
    };
    let both =
        |fr: &str, en: &str, what: &str| words.both(format!("{fr} {what}"), format!("{en} {what}"));
    match one {
        Circumstance::AgeAtLeast(years) => words.both(
            format!("{years} ans et plus"),
            format!("{years} years of age and more"),
        ),
        Circumstance::AgeBelow(years) => words.both(
            format!("moins de {years} ans"),
            format!("under {years} years of age"),
        ),
        Circumstance::Indication(of) => both("indication", "indication", &indications(of)),
        Circumstance::OtherIndication(of) => both(
            "indication autre que",
            "indication other than",
            &indications(of),
        ),
        Circumstance::BenignEthnicNeutropenia(true) => words
            .pick("neutropénie bénigne ethnique", "benign ethnic neutropenia")
            .to_owned(),
        Circumstance::BenignEthnicNeutropenia(false) => words
            .pick(
                "sans neutropénie bénigne ethnique",
                "no benign ethnic neutropenia",
            )
            .to_owned(),
        Circumstance::SymptomsOfInfection => words
            .pick(
                "signes ou symptômes d'infection",
                "signs or symptoms of infection",
            )
            .to_owned(),
        Circumstance::Condition(of) => both("antécédent ou état", "condition", &any(of)),
        Circumstance::CoMedication(of) => both("associé à", "taken with", &any(of)),
        Circumstance::DiseaseActivity(of) => {
            both("activité de la maladie", "disease activity", &any(of))
        }
        Circumstance::Contraindicated(of) => {
            both("contre-indication à", "contraindicated:", &any(of))
        }
        Circumstance::FailedAtLeast(n) => words.both(
            format!("échec d'au moins {n} traitement(s) de la liste"),
            format!("{n} or more treatments of the list failed"),
        ),
        Circumstance::NoneSuits => words
            .pick(
                "tous les traitements de la liste contre-indiqués ou inadaptés",
                "every treatment of the list contraindicated or unsuitable",
            )
            .to_owned(),
    }
}
