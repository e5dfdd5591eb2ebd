//! `roactemra-neutrophils`: each row and each schedule.
//!
//! Source: « Le traitement par ROACTEMRA peut-il provoquer une leucopénie ? », 30 December 2025; the
//! European label § 4.2 where it says more.

use super::check as check_of;

fn check(told: &str, expected: &str) {
    check_of("roactemra-neutrophils", told, expected);
}

/// Indications of the general algorithm: group A, and any other.
const GENERAL: [&str; 4] = [
    "rheumatoid-arthritis",
    "giant-cell-arteritis",
    "systemic-sclerosis",
    "takayasu",
];

#[test]
fn initiation_asks_for_2000_gestion_pratique_1() {
    // « NAN < 2000/mm³ avant traitement : Ne pas initier ROACTEMRA »
    for indication in [&GENERAL[..], &["pjia", "sjia"]].concat() {
        let check =
            |told: &str, expected| check(&format!("initiation for={indication} {told}"), expected);
        check("", "r:anc-required");
        check("anc=d100:0", "r:anc-below-2000");
        check("anc=d100:1999", "r:anc-below-2000");
        check("anc=d100:2000", "");
        check("anc=d100:2001", "");
        check("anc=d100:500", "r:anc-below-2000");
        // « start=» says nothing of an initiation: no schedule runs
        check("start=d0 anc=d100:2000 given=d0,d28", "");
    }
}

#[test]
fn each_count_of_a_treatment_that_runs_has_its_row_gestion_pratique_2_and_3() {
    // « NAN 500-2000/mm³ : Surveillance rapprochée », « NAN < 500/mm³ : Arrêt du traitement
    // recommandé »; the label, § 4.2: 0.5 to 1 × 10⁹/l, interrupt
    for (count, expected) in [
        (0, "s:anc-below-500"),
        (499, "s:anc-below-500"),
        (500, "w:anc-low w:label-interrupt"),
        (999, "w:anc-low w:label-interrupt"),
        (1000, "w:anc-low w:label-interrupt"),
        (1001, "w:anc-low"),
        (1999, "w:anc-low"),
        (2000, ""),
        (2001, ""),
    ] {
        for indication in GENERAL {
            check(
                &format!("ongoing for={indication} anc=d100:{count}"),
                expected,
            );
            let told = format!("interrupted paused=d90 for={indication} anc=d100:{count}");
            check(&told, expected);
            let told = format!("stopped stop=d90 for={indication} anc=d100:{count}");
            check(&told, expected);
        }
    }
    for indication in GENERAL {
        check(&format!("ongoing for={indication}"), "w:anc-unknown");
    }
}

#[test]
fn a_benign_ethnic_neutropenia_and_symptoms_change_nothing_here() {
    check(
        "ongoing anc=d100:499 ben symptoms age=80 with=valproate",
        "s:anc-below-500",
    );
    check("initiation anc=d100:1999 ben symptoms", "r:anc-below-2000");
    // nor does an earlier count
    check("ongoing anc=d90:100,d100:2000", "");
}

#[test]
fn a_neutropenia_under_another_drug_asks_for_a_lower_dose_patients_a_risque_particulier() {
    // « une réduction de la dose de tocilizumab de 10 à 20% peut être envisagée »
    let has = "has=dmard-induced-neutropenia";
    check(
        &format!("initiation anc=d100:2000 {has}"),
        "w:dose-reduction-10-20",
    );
    check(
        &format!("ongoing anc=d100:2000 {has}"),
        "w:dose-reduction-10-20",
    );
    check(
        &format!("stopped stop=d9 anc=d100:2000 {has}"),
        "w:dose-reduction-10-20",
    );
    check(
        &format!("ongoing anc=d100:700 {has}"),
        "w:anc-low w:dose-reduction-10-20 w:label-interrupt",
    );
    check("ongoing anc=d100:2000 has=neutropenia", "");
}

#[test]
fn of_crs_no_row_holds_and_there_is_no_alternative() {
    // the article is silent; the letter of 14 October 2021: « aucune alternative efficace »
    for told in [
        "initiation",
        "initiation anc=d100:0",
        "initiation anc=d100:1999 has=dmard-induced-neutropenia",
        "ongoing",
        "ongoing start=d0 anc=d100:0 given=d0,d1",
        "ongoing anc=d100:700 has=dmard-induced-neutropenia symptoms",
        "interrupted paused=d90 anc=d100:0",
        "stopped stop=d90 anc=d100:0",
        "ongoing had=corticosteroids:not-tried",
    ] {
        check(&format!("{told} for=crs"), " |none");
    }
    check(
        "ongoing for=crs as_of=2025-12-29",
        "i:rulebook-not-in-force |none",
    );
}

#[test]
fn the_first_count_is_4_to_8_weeks_after_the_start() {
    // « Surveiller les neutrophiles 4 à 8 semaines après le début du traitement »
    for indication in &GENERAL[..3] {
        let check =
            |told: &str, expected| check(&format!("for={indication} start=d0 {told}"), expected);
        let first = "; first-check d28..d56";
        check("ongoing as_of=d0 anc=d0:2000", first);
        check("ongoing as_of=d27 anc=d27:2000", first);
        check("ongoing as_of=d56 anc=d27:2000", first);
        check(
            "ongoing as_of=d57 anc=d27:2000",
            "w:anc-overdue; first-check d28..d56 overdue",
        );
        check("ongoing as_of=d56", "w:anc-unknown; first-check d28..d56");
        check("ongoing as_of=d10 anc=d-30:2000", first);
        check("interrupted paused=d5 as_of=d10 anc=d9:2000", first);
        check("stopped stop=d5 as_of=d10 anc=d9:2000", "");
    }
}

#[test]
fn then_counts_are_every_three_months() {
    // « puis tous les 3 mois par la suite »
    check(
        "ongoing start=d0 as_of=d28 anc=d28:2000",
        "; every-3-months 2026-05-02",
    );
    check(
        "ongoing start=d0 as_of=d40 anc=d10:2000,d28:2000",
        "; every-3-months 2026-05-02",
    );
    check(
        "ongoing start=d0 as_of=d300 anc=d300:2000",
        "; every-3-months 2027-02-01",
    );
    check(
        "ongoing start=d0 as_of=2026-05-02 anc=d28:2000",
        "; every-3-months 2026-05-02",
    );
    check(
        "ongoing start=d0 as_of=2026-05-03 anc=d28:2000",
        "w:anc-overdue; every-3-months 2026-05-02 overdue",
    );
    // a pause keeps the schedule, and puts nothing off
    check(
        "interrupted start=d0 paused=d60 resumes=d200 as_of=d100 anc=d28:2000",
        "; every-3-months 2026-05-02",
    );
    check("stopped start=d0 stop=d60 as_of=d100 anc=d28:2000", "");
}

#[test]
fn group_a_without_its_start_and_other_indications_have_no_schedule() {
    check("ongoing anc=d100:2000", "");
    check("interrupted paused=d60 anc=d100:2000", "");
    check("ongoing for=takayasu start=d0 anc=d100:2000", "");
    check("ongoing for=still start=d0 given=d0,d28", "w:anc-unknown");
}

#[test]
fn the_children_s_first_count_is_at_the_second_administration() {
    // « au moment de la deuxième administration »
    for indication in ["pjia", "sjia"] {
        let check = |told: &str, expected| {
            check(
                &format!("ongoing for={indication} as_of=d20 anc=d13:2000 {told}"),
                expected,
            );
        };
        let second = "; second-administration d28";
        check("given=d0,d28", second);
        check("given=d28,d0", second);
        check("given=d56,d0,d28", second);
        check("start=d0 given=d0,d28", second);
        check("given=d0,d20", "; second-administration d20");
        check(
            "given=d0,d19",
            "w:anc-overdue; second-administration d19 overdue",
        );
        // the second is not known yet
        check("", "; second-administration");
        check("given=d0", "; second-administration");
        check("start=d0", "; second-administration");
    }
    check(
        "interrupted paused=d10 for=pjia as_of=d20 anc=d13:2000 given=d0,d28",
        "; second-administration d28",
    );
    check(
        "stopped stop=d10 for=pjia as_of=d20 anc=d13:2000 given=d0,d28",
        "",
    );
}

#[test]
fn then_every_4_to_8_weeks_or_every_2_to_4() {
    // « tous les 4 à 8 semaines pour l'AJI polyarticulaire et tous les 2 à 4 semaines pour l'AJI
    // systémique »
    for (indication, code, first, last) in [
        ("pjia", "every-4-to-8-weeks", 28, 56),
        ("sjia", "every-2-to-4-weeks", 14, 28),
    ] {
        let told = |today: u32, count: u32| {
            format!(
                "ongoing for={indication} as_of=d{today} anc=d3:2000,d{count}:2000 given=d28,d0"
            )
        };
        check(
            &told(40, 27),
            "w:anc-overdue; second-administration d28 overdue",
        );
        for count in [28, 29, 100] {
            let (from, to) = (count + first, count + last);
            let due = format!("{code} d{from}..d{to}");
            check(&told(count, count), &format!("; {due}"));
            check(&told(to, count), &format!("; {due}"));
            check(
                &told(to + 1, count),
                &format!("w:anc-overdue; {due} overdue"),
            );
        }
        // whenever the treatment is said to have started
        check(
            &format!("ongoing for={indication} start=d3 as_of=d5 anc=d2:2000 given=d0,d2"),
            &format!("; {code} d{}..d{}", first + 2, last + 2),
        );
        // two on one day: the second is on the day of the first
        check(
            &format!("ongoing for={indication} as_of=d0 anc=d0:2000 given=d0,d0"),
            &format!("; {code} d{first}..d{last}"),
        );
    }
}

#[test]
fn the_rulebook_holds_from_30_december_2025() {
    check(
        "initiation as_of=2025-12-29 anc=2025-12-01:2000",
        "i:rulebook-not-in-force",
    );
    check("initiation as_of=2025-12-30 anc=2025-12-01:2000", "");
    check(
        "initiation as_of=2025-12-29 anc=2025-12-01:1999",
        "r:anc-below-2000 i:rulebook-not-in-force",
    );
}
