//! Who comes first, in the rulebook of the tests.

use super::letter::{citation, slug};
use crate::domain::presentation::Route;
use crate::domain::rule::{
    Bilingual, ClaimKind, CountOf, CountRange, Gate, GateRule, IndicationRule, Listed, Predicate,
    PriorityClass, Severity, ThresholdRow, Treatment, UnitDoses,
};

fn words() -> Bilingual {
    Bilingual {
        fr: String::new(),
        en: String::new(),
    }
}

pub(super) fn indications() -> Vec<IndicationRule> {
    [
        ("rheumatoid-arthritis", Listed::No),
        ("giant-cell-arteritis", Listed::No),
        ("pjia", Listed::Under(18)),
        ("sjia", Listed::Under(18)),
        ("adult-still", Listed::Yes),
        ("takayasu", Listed::Yes),
        ("neuromyelitis-optica", Listed::Yes),
        ("systemic-sclerosis", Listed::Yes),
        ("uveitis", Listed::Yes),
        ("crs", Listed::No),
        ("covid-19", Listed::No),
        ("other", Listed::No),
    ]
    .map(|(code, listed)| IndicationRule {
        code: slug(code),
        name: words(),
        listed,
        citation: citation(),
    })
    .to_vec()
}

pub(super) fn gates() -> Vec<Gate> {
    let gate = |first, then| Gate {
        when: vec![first, Predicate::OtherIndication],
        then,
        citation: citation(),
    };
    vec![
        gate(Predicate::Initiation, GateRule::Freeze),
        gate(
            Predicate::Ongoing,
            GateRule::Neutrophils(slug("roactemra-neutrophils")),
        ),
    ]
}

pub(super) fn priorities() -> Vec<PriorityClass> {
    let class = |name: &str, claims: ClaimKind| PriorityClass {
        name: slug(name),
        title: words(),
        emergency_line: name.contains("no-alternative"),
        claims,
        citation: citation(),
    };
    let without_alternative = |risk| {
        ClaimKind::Requests(vec![
            Predicate::Ongoing,
            Predicate::NoAlternative,
            risk,
            Predicate::ListedIndication,
        ])
    };
    vec![
        class("crs-treatment", ClaimKind::Treatment),
        class("reserve-infused", ClaimKind::ReserveInfused),
        class("reserve-scheduled", ClaimKind::ReserveScheduled),
        class("reserve-floor", ClaimKind::ReserveFloor),
        class(
            "ongoing-no-alternative-vital",
            without_alternative(Predicate::VitalRisk),
        ),
        class(
            "ongoing-no-alternative-functional",
            without_alternative(Predicate::FunctionalRisk),
        ),
        class(
            "ongoing-other",
            ClaimKind::Requests(vec![Predicate::Ongoing]),
        ),
    ]
}

pub(super) fn unit_doses() -> Vec<UnitDoses> {
    vec![UnitDoses {
        route: Route::Subcutaneous,
        every_days: 7,
        citation: citation(),
    }]
}

pub(super) fn thresholds() -> Vec<ThresholdRow> {
    let known = |at_least, below| CountRange::Known { at_least, below };
    let row = |code: &str, treatment, count, severity| ThresholdRow {
        code: slug(code),
        treatment: Some(treatment),
        of: CountOf::Latest,
        count,
        benign_ethnic_neutropenia: None,
        except: vec![slug("crs")],
        severity,
        message: words(),
        citation: citation(),
    };
    let (ongoing, initiation) = (Treatment::Ongoing, Treatment::Initiation);
    vec![
        row(
            "anc-required",
            initiation,
            CountRange::Unknown,
            Severity::Refuse,
        ),
        row(
            "anc-below-2000",
            initiation,
            known(None, Some(2_000)),
            Severity::Refuse,
        ),
        row("anc-unknown", ongoing, CountRange::Unknown, Severity::Warn),
        row(
            "anc-below-500",
            ongoing,
            known(None, Some(500)),
            Severity::Stop,
        ),
        row(
            "anc-low",
            ongoing,
            known(Some(500), Some(2_000)),
            Severity::Warn,
        ),
        row(
            "label-interrupt",
            ongoing,
            known(Some(500), Some(1_001)),
            Severity::Warn,
        ),
    ]
}
