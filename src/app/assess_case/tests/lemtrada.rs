//! `lemtrada-2019-04` and `lemtrada-2020-01`: who may start, and what stops a treatment.
//!
//! Source: ANSM, 30 April 2019, « Alemtuzumab (LEMTRADA) : Restrictions d'utilisation »; since 16
//! January 2020 the decision of the European Commission, of which no document is in hand.

use super::{answered, case, check};

/// The rulebook's list of other treatments.
const LIST: [&str; 9] = [
    "interferon-beta",
    "glatiramer-acetate",
    "teriflunomide",
    "dimethyl-fumarate",
    "fingolimod",
    "cladribine",
    "natalizumab",
    "ocrelizumab",
    "mitoxantrone",
];

fn in_2019(told: &str, expected: &str) {
    check(
        "lemtrada-2019-04",
        &format!("as_of=2019-06-01 {told}"),
        expected,
    );
}

fn in_2020(told: &str, expected: &str) {
    check(
        "lemtrada-2020-01",
        &format!("as_of=2020-06-01 {told}"),
        expected,
    );
}

const ACTIVE: &str = "initiation activity=highly-active";
const RAPID: &str = "initiation activity=rapidly-evolving-severe";
const TWO: &str = "had=interferon-beta:failed,natalizumab:failed";

/// Every treatment of the list, each with an outcome in turn.
fn all(outcomes: &[&str]) -> String {
    let all = LIST.iter().zip(outcomes.iter().cycle());
    let all: Vec<String> = all
        .map(|(code, outcome)| format!("{code}:{outcome}"))
        .collect();
    format!("had={}", all.join(","))
}

#[test]
fn it_is_started_in_adults_only() {
    // « ne doit être instauré que chez des patients adultes »
    for (age, expected) in [
        (0, "r:age-under-18"),
        (17, "r:age-under-18"),
        (18, ""),
        (19, ""),
    ] {
        in_2019(&format!("{ACTIVE} {TWO} age={age}"), expected);
        in_2020(&format!("{ACTIVE} {TWO} age={age}"), expected);
    }
}

#[test]
fn it_is_started_in_relapsing_remitting_multiple_sclerosis_only() {
    // « sclérose en plaques rémittente-récurrente (SEP-RR) »
    in_2019(
        &format!("{ACTIVE} {TWO} for=primary-progressive-ms"),
        "r:not-rrms",
    );
    in_2020(
        &format!("{ACTIVE} {TWO} for=primary-progressive-ms"),
        "r:not-rrms",
    );
}

#[test]
fn the_disease_is_highly_active() {
    // « (SEP-RR) très active »; the decision: or rapidly evolving and severe
    in_2019(&format!("{ACTIVE} {TWO}"), "");
    in_2020(&format!("{ACTIVE} {TWO}"), "");
    in_2019(&format!("{RAPID} {TWO}"), "r:not-highly-active");
    in_2020(&format!("{RAPID} {TWO}"), "");
    for told in ["initiation", "initiation activity=active"] {
        in_2019(&format!("{told} {TWO}"), "r:not-highly-active");
        in_2020(&format!("{told} {TWO}"), "r:not-highly-active");
    }
}

#[test]
fn in_2019_two_different_treatments_of_the_list_failed() {
    // « malgré un traitement complet et bien conduit avec au moins deux autres traitements de fond »
    let check = |had: &str, expected| in_2019(&format!("{ACTIVE} {had}"), expected);
    let few = "r:prior-treatments-insufficient";
    check("", few);
    check("had=interferon-beta:failed", few);
    check("had=interferon-beta:failed,interferon-beta:failed", few);
    check("had=interferon-beta:failed,rituximab:failed", few);
    check(
        "had=interferon-beta:failed,natalizumab:contraindicated",
        few,
    );
    check("had=interferon-beta:failed,natalizumab:unavailable", few);
    check("had=interferon-beta:failed,natalizumab:not-tried", few);
    for (one, other) in LIST.iter().zip(LIST.iter().skip(1)) {
        check(&format!("had={one}:failed,{other}:failed"), "");
        check(&format!("had={one}:failed,{other}:unsuitable"), few);
    }
    check(
        "had=fingolimod:not-tried,fingolimod:failed,cladribine:failed",
        "",
    );
}

#[test]
fn or_every_one_of_them_is_contraindicated_or_unsuitable() {
    // « pour lesquels tout autre traitement de fond est contre-indiqué ou inadapté »
    let check = |had: &str, expected| in_2019(&format!("{ACTIVE} {had}"), expected);
    let few = "r:prior-treatments-insufficient";
    check(&all(&["contraindicated"]), "");
    check(&all(&["unsuitable"]), "");
    check(&all(&["contraindicated", "unsuitable"]), "");
    check(&all(&["unavailable"]), few);
    check(&all(&["not-tried"]), few);
    for outcome in ["failed", "unavailable", "not-tried"] {
        let but_one = all(&["unsuitable"]).replacen("unsuitable", outcome, 1);
        check(&but_one, few);
    }
    let but_one = all(&["unsuitable"]).replace(",mitoxantrone:unsuitable", "");
    check(&but_one, few);
    // another entry of the same treatment does not undo it
    check(&format!("{},fingolimod:failed", all(&["unsuitable"])), "");
}

#[test]
fn since_2020_one_failed_treatment_is_enough_or_a_rapidly_evolving_severe_disease() {
    let few = "r:prior-treatments-insufficient";
    for one in LIST {
        in_2020(&format!("{ACTIVE} had={one}:failed"), "");
        in_2020(&format!("{ACTIVE} had={one}:contraindicated"), few);
    }
    in_2020(ACTIVE, few);
    in_2020(&format!("{ACTIVE} had=rituximab:failed"), few);
    // the words of 2019 on treatments that do not suit are not in the decision's
    in_2020(&format!("{ACTIVE} {}", all(&["contraindicated"])), few);
    in_2020(RAPID, "");
}

#[test]
fn every_condition_that_fails_is_named() {
    let all = "r:age-under-18 r:not-highly-active r:not-rrms r:prior-treatments-insufficient";
    in_2019("initiation age=17 for=ms", all);
    in_2020("initiation age=17 for=ms", all);
    in_2019(
        "initiation age=17 for=ms has=hepatic-injury,immune-reaction",
        "r:age-under-18 r:hepatic-evaluation-required r:immune-evaluation-required r:not-highly-active r:not-rrms r:prior-treatments-insufficient",
    );
}

#[test]
fn a_treatment_that_runs_may_go_on_whoever_the_patient_is() {
    for told in [
        "ongoing",
        "interrupted paused=2019-05-01",
        "stopped stop=2019-05-01",
    ] {
        in_2019(&format!("{told} age=17 for=ms"), "");
        in_2020(&format!("{told} age=17 for=ms"), "");
    }
}

#[test]
fn after_signs_of_a_serious_reaction_it_is_given_only_after_rigorous_evaluation() {
    // « uniquement être ré-administré après une évaluation rigoureuse »
    for (has, code) in [
        ("hepatic-injury", "hepatic-evaluation-required"),
        ("immune-reaction", "immune-evaluation-required"),
    ] {
        let check = |told: &str, expected: &str| {
            in_2019(&format!("{told} has=asthma,{has}"), expected);
            in_2020(&format!("{told} has=asthma,{has}"), expected);
        };
        check(&format!("{ACTIVE} {TWO}"), &format!("r:{code}"));
        for told in [
            "ongoing",
            "interrupted paused=2019-05-01",
            "stopped stop=2019-05-01",
        ] {
            check(told, &format!("s:{code}"));
        }
    }
    in_2019(
        "ongoing has=immune-reaction,hepatic-injury",
        "s:hepatic-evaluation-required s:immune-evaluation-required",
    );
}

#[test]
fn the_checklist_is_always_there() {
    for (rulebook, told) in [
        ("lemtrada-2019-04", "initiation as_of=2019-06-01"),
        ("lemtrada-2019-04", "ongoing as_of=2019-06-01"),
        (
            "lemtrada-2019-04",
            "stopped stop=2019-06-01 as_of=2019-06-01",
        ),
        (
            "lemtrada-2020-01",
            "interrupted paused=2020-06-01 as_of=2020-06-01",
        ),
    ] {
        let answer = answered(&case(rulebook, told)).unwrap();
        let list = answer["checklist"].to_string();
        assert_eq!(answer["checklist"].as_array().unwrap().len(), 5);
        for says in [
            "vital signs, blood pressure",
            "ECG",
            "liver function before and during",
        ] {
            assert!(list.contains(says), "{list}");
        }
        for says in ["rigorous evaluation", "see a doctor at once"] {
            assert!(list.contains(says), "{list}");
        }
    }
}

#[test]
fn the_measures_of_2019_hold_until_the_decision_of_2020() {
    let start = format!("{ACTIVE} {TWO}");
    for (rulebook, today, expected) in [
        ("lemtrada-2019-04", "2019-04-29", "i:rulebook-not-in-force"),
        ("lemtrada-2019-04", "2019-04-30", ""),
        ("lemtrada-2019-04", "2020-01-15", ""),
        ("lemtrada-2019-04", "2020-01-16", "i:rulebook-not-in-force"),
        ("lemtrada-2019-04", "2026-06-27", "i:rulebook-not-in-force"),
        ("lemtrada-2020-01", "2020-01-15", "i:rulebook-not-in-force"),
        ("lemtrada-2020-01", "2020-01-16", ""),
        ("lemtrada-2020-01", "2026-06-27", ""),
    ] {
        check(rulebook, &format!("{start} as_of={today}"), expected);
    }
    // it still answers
    check(
        "lemtrada-2019-04",
        &format!("{start} as_of=2026-06-27 age=17"),
        "r:age-under-18 i:rulebook-not-in-force",
    );
}
