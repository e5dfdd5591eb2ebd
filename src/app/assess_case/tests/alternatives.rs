//! `immune-thrombocytopenia`: what became of each alternative.
//!
//! Source: « Thrombocytopénie immune: A new hope! », 30 October 2021, on C. A. Bradbury et al., NEJM,
//! 2 September 2021.

use super::{answered, case, check as check_of};

/// What became of glucocorticoids, mycophenolate, TPO receptor agonists, rituximab and splenectomy: a
/// letter each (open, exhausted, `x` excluded).
fn check(told: &str, expected: &str) {
    let codes = [
        "glucocorticoids",
        "mycophenolate",
        "tpo-receptor-agonists",
        "rituximab",
        "splenectomy",
    ];
    let none = if expected.contains('o') {
        "some"
    } else {
        "none"
    };
    let mut line = format!(" |{none}");
    for (code, letter) in codes.into_iter().zip(expected.chars()) {
        let status = match letter {
            'o' => "open",
            'e' => "exhausted",
            'x' => "excluded",
            _ => panic!("{letter}"),
        };
        line = format!("{line} {code}={status}");
    }
    assert_eq!(expected.len(), codes.len());
    for treatment in [
        "initiation",
        "ongoing",
        "interrupted paused=d9",
        "stopped stop=d9",
    ] {
        check_of(
            "immune-thrombocytopenia",
            &format!("{treatment} {told}"),
            &line,
        );
    }
}

#[test]
fn all_are_open_at_first_in_the_document_s_order() {
    // Introduction: « GC », « MMF en combinaison avec des GC », « agonistes du TPO, le rituximab et la
    // splénectomie »
    check("", "ooooo");
    check("had=rituximab:not-tried,splenectomy:not-tried", "ooooo");
    check("had=interferon-beta:failed", "ooooo");
}

#[test]
fn what_failed_does_not_suit_or_cannot_be_had_is_exhausted() {
    for outcome in ["failed", "contraindicated", "unsuitable", "unavailable"] {
        for (code, expected) in [
            ("mycophenolate", "oeooo"),
            ("tpo-receptor-agonists", "ooeoo"),
            ("rituximab", "oooeo"),
            ("splenectomy", "ooooe"),
        ] {
            check(&format!("had={code}:{outcome}"), expected);
            check(&format!("had={code}:not-tried,{code}:{outcome}"), expected);
        }
    }
    for outcome in ["failed", "unsuitable", "unavailable"] {
        check(&format!("had=glucocorticoids:{outcome}"), "eoooo");
    }
}

#[test]
fn whom_the_trial_left_out_has_no_mycophenolate() {
    // Méthode: « grossesse/allaitement ; infection VIH, HBV et HCV ; immunodéficience commune variable »
    for condition in [
        "pregnancy",
        "breastfeeding",
        "hiv",
        "hbv",
        "hcv",
        "common-variable-immunodeficiency",
    ] {
        check(&format!("has={condition}"), "oxooo");
        check(&format!("has=asthma,{condition}"), "oxooo");
    }
    check("has=asthma", "ooooo");
    // « >16 ans »
    check("age=15", "oxooo");
    check("age=16", "oxooo");
    check("age=17", "ooooo");
    // « contre-indications aux molécules (MMF/GC) »
    check("had=glucocorticoids:contraindicated", "exooo");
    check(
        "had=glucocorticoids:failed,glucocorticoids:contraindicated",
        "exooo",
    );
}

#[test]
fn exhausted_comes_before_excluded() {
    check("age=16 had=mycophenolate:failed", "oeooo");
    check("has=hiv had=mycophenolate:contraindicated", "oeooo");
    check(
        "had=glucocorticoids:contraindicated,mycophenolate:unavailable",
        "eeooo",
    );
    check("age=16 had=mycophenolate:not-tried", "oxooo");
}

#[test]
fn there_is_no_alternative_when_none_is_open() {
    let rest = "tpo-receptor-agonists:failed,rituximab:unsuitable,splenectomy:contraindicated";
    check(
        &format!("had=glucocorticoids:failed,mycophenolate:failed,{rest}"),
        "eeeee",
    );
    check(
        &format!("has=hcv had=glucocorticoids:failed,{rest}"),
        "exeee",
    );
    check(
        &format!("had=glucocorticoids:contraindicated,{rest}"),
        "exeee",
    );
    check(&format!("had=glucocorticoids:failed,{rest}"), "eoeee");
    check(&format!("had=mycophenolate:failed,{rest}"), "oeeee");
}

#[test]
fn the_evidence_stands_beside_mycophenolate_alone() {
    let answer = answered(&case("immune-thrombocytopenia", "initiation")).unwrap();
    for one in answer["alternatives"].as_array().unwrap() {
        let evidence = one["evidence"].as_str();
        assert_eq!(evidence.is_some(), one["code"] == "mycophenolate", "{one}");
        for says in [
            "22 % against 44 %",
            "HR 0.41, 95 % CI 0.21–0.80, p = 0.008",
            "6.8 % against 24.6 %",
            "n = 120",
            "platelets < 30 G/L",
            "10.1056/NEJMoa2100596",
        ] {
            assert!(evidence.is_none_or(|e| e.contains(says)), "{says}: {one}");
        }
    }
}

#[test]
fn another_indication_has_no_list() {
    check_of("immune-thrombocytopenia", "initiation for=lupus", "");
    check_of(
        "immune-thrombocytopenia",
        "ongoing for=lupus had=rituximab:failed",
        "",
    );
    check_of("lemtrada-2020-01", "ongoing", "");
    check_of(
        "roactemra-neutrophils",
        "ongoing for=pjia anc=d100:2000",
        "; second-administration",
    );
}

#[test]
fn the_rulebook_holds_from_30_october_2021() {
    let list = " |some glucocorticoids=open mycophenolate=open tpo-receptor-agonists=open rituximab=open splenectomy=open";
    check_of(
        "immune-thrombocytopenia",
        "initiation as_of=2021-10-29",
        &format!("i:rulebook-not-in-force{list}"),
    );
    check_of(
        "immune-thrombocytopenia",
        "initiation as_of=2021-10-30",
        list,
    );
}
