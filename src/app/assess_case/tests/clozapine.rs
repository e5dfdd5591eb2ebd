//! `clozapine-2025-09`: thresholds, remarks and the schedule of a treatment that runs or was stopped.
//!
//! Source: ANSM, 8 September 2025, « Clozapine (Leponex et ses génériques) : mise à jour des
//! recommandations de surveillance ».

use super::check as check_of;

fn check(told: &str, expected: &str) {
    check_of("clozapine-2025-09", told, expected);
}

/// Each count of a treatment in its 15th week, with what is found; the schedule is weekly.
fn ongoing(patient: &str, rows: &[(u32, &str)]) {
    for (count, found) in rows {
        check(
            &format!("ongoing start=d0 as_of=d100 anc=d100:{count} {patient}"),
            &format!("{found}; weekly d107"),
        );
    }
}

#[test]
fn initiation_asks_for_1500_the_document_s_seuils() {
    // « n'est recommandée que chez les patients présentant des PNN ≥ 1500/mm³ »
    check("initiation", "r:anc-required");
    check("initiation anc=d99:0", "r:anc-below-start");
    check("initiation anc=d99:1499", "r:anc-below-start");
    check("initiation anc=d99:1500", "");
    check("initiation anc=d99:1501", "");
}

#[test]
fn initiation_with_a_benign_ethnic_neutropenia_asks_for_1000() {
    // « neutropénie bénigne ethnique confirmée avec des PNN ≥ 1000/mm³ »
    check("initiation ben", "r:anc-required");
    check("initiation ben anc=d99:999", "r:anc-below-start");
    check("initiation ben anc=d99:1000", "");
    check("initiation ben anc=d99:1499", "");
}

#[test]
fn an_initiation_looks_at_no_day_and_has_no_schedule() {
    // the contract: "uses no date"; an old count is a count
    check("initiation start=d0 as_of=d900 anc=d-900:1500", "");
    check("initiation paused=d90 resumes=d95 anc=d99:1500", "");
}

#[test]
fn each_count_of_a_treatment_that_runs_has_its_row_in_actions() {
    // « légère (1000-1500/mm³) », « modérée (500-999/mm³) », « sévère (< 500/mm³) »; « <1000/mm³
    // doivent immédiatement arrêter le traitement et ne pas être réexposés »
    ongoing(
        "",
        &[
            (0, "s:stop-no-rechallenge i:neutropenia-severe"),
            (499, "s:stop-no-rechallenge i:neutropenia-severe"),
            (500, "s:stop-no-rechallenge i:neutropenia-moderate"),
            (999, "s:stop-no-rechallenge i:neutropenia-moderate"),
            (1000, "w:neutropenia-mild"),
            (1499, "w:neutropenia-mild"),
            (1500, ""),
            (1501, ""),
        ],
    );
}

#[test]
fn each_count_with_a_benign_ethnic_neutropenia_has_its_row_in_actions() {
    // « le seuil de PNN est : 500-1000/mm³ », « le seuil est <500/mm³ »
    ongoing(
        "ben",
        &[
            (0, "s:stop-no-rechallenge i:neutropenia-severe"),
            (499, "s:stop-no-rechallenge i:neutropenia-severe"),
            (500, "w:neutropenia-mild"),
            (999, "w:neutropenia-mild"),
            (1000, ""),
            (1499, ""),
        ],
    );
}

#[test]
fn without_a_count_a_treatment_is_warned_of() {
    check("ongoing start=d0 as_of=d7", "w:anc-unknown; weekly d7");
    check("ongoing start=d0 as_of=d0 ben", "w:anc-unknown; weekly d7");
    check("stopped stop=d100 as_of=d100", "w:anc-unknown; weekly d107");
}

#[test]
fn an_earlier_count_that_called_for_a_stop_is_never_forgotten() {
    // « ne pas être réexposés », read carefully: whatever the counts since, also before the start
    let stop = "s:stop-no-rechallenge; weekly d107";
    check("ongoing start=d0 anc=d50:999,d100:4000", stop);
    check("ongoing start=d0 anc=d-50:999,d100:4000", stop);
    check("ongoing start=d0 anc=d50:1000,d100:4000", "; weekly d107");
    check("ongoing start=d0 ben anc=d50:499,d100:4000", stop);
    check(
        "ongoing start=d0 ben anc=d50:500,d100:4000",
        "; weekly d107",
    );
    check("initiation anc=d50:999,d100:4000", "r:stop-no-rechallenge");
    check("initiation anc=d50:1000,d100:4000", "");
    check(
        "initiation ben anc=d50:499,d100:4000",
        "r:stop-no-rechallenge",
    );
    check("initiation ben anc=d50:500,d100:4000", "");
    check(
        "initiation anc=d50:999,d100:1499",
        "r:anc-below-start r:stop-no-rechallenge",
    );
}

#[test]
fn the_latest_count_of_an_initiation_is_no_earlier_one() {
    check("initiation anc=d100:999", "r:anc-below-start");
    // of two on one day the lower is the latest, and neither is before it
    check("initiation anc=d100:999,d100:4000", "r:anc-below-start");
}

#[test]
fn only_the_latest_count_names_the_grade() {
    check(
        "ongoing start=d0 anc=d50:400,d100:900",
        "s:stop-no-rechallenge i:neutropenia-moderate; weekly d107",
    );
    check("ongoing start=d0 anc=d50:1200,d100:1500", "; weekly d107");
}

#[test]
fn what_holds_of_a_treatment_that_runs_holds_of_one_that_pauses_or_was_stopped() {
    let mild = "w:neutropenia-mild";
    check(
        "stopped start=d0 stop=d99 anc=d100:1499",
        &format!("{mild}; weekly d106"),
    );
    check(
        "stopped start=d0 stop=d99 anc=d100:999",
        "s:stop-no-rechallenge i:neutropenia-moderate; weekly d106",
    );
    check(
        "interrupted start=d0 paused=d99 anc=d100:1499",
        &format!("{mild} i:resume-schedule; weekly d107"),
    );
}

#[test]
fn symptoms_ask_for_a_count_today_in_place_of_any_other() {
    // « une mesure des PNN doit être réalisée immédiatement »
    check(
        "ongoing start=d0 as_of=d100 anc=d100:2000 symptoms",
        "w:anc-now; weekly d100",
    );
    // the one that is replaced may be overdue
    check(
        "ongoing start=d0 as_of=d100 anc=d50:2000 symptoms",
        "w:anc-now; weekly d100",
    );
    check("initiation anc=d99:2000 symptoms", "w:anc-now; d100");
    check(
        "stopped start=d0 stop=d10 as_of=d100 anc=d90:2000 symptoms",
        "w:anc-now; d100",
    );
    check(
        "interrupted start=d0 paused=d99 resumes=d120 anc=d98:2000 symptoms",
        "w:anc-now i:rule-silent; weekly d100",
    );
}

#[test]
fn the_elderly_and_valproate_may_be_monitored_more() {
    // « chez les patients âgés, ou avec un traitement concomitant avec de l'acide valproïque »
    let more = "i:consider-extra-monitoring";
    for told in [
        "age=65",
        "age=66",
        "age=40 with=valproate",
        "age=65 with=lithium,valproate",
    ] {
        check(&format!("initiation anc=d99:2000 {told}"), more);
        check(
            &format!("ongoing start=d0 anc=d100:2000 {told}"),
            &format!("{more}; weekly d107"),
        );
    }
    check("initiation anc=d99:2000 age=64", "");
    check("initiation anc=d99:2000 age=64 with=valproic-acid", "");
}

#[test]
fn the_schedule_follows_the_days_since_the_start() {
    // « 18 premières semaines », « 34 semaines suivantes », « toutes les 12 semaines », « une fois par an »
    for (today, expected) in [
        ("d0", "weekly d7"),
        ("d125", "weekly d132"),
        ("d126", "monthly 2026-06-11"),
        ("d363", "monthly 2027-02-03"),
        ("d364", "every-12-weeks d448"),
        ("d727", "every-12-weeks d811"),
        ("d728", "yearly 2029-01-03"),
        ("d729", "yearly 2029-01-04"),
        ("d1500", "yearly 2031-02-13"),
    ] {
        check(
            &format!("ongoing start=d0 as_of={today} anc={today}:2000"),
            &format!("; {expected}"),
        );
    }
}

#[test]
fn a_neutropenia_makes_it_monthly_at_the_least_for_the_whole_treatment() {
    // « doivent être surveillés mensuellement tout au long du traitement »
    for (today, expected) in [
        ("d125", "weekly d132"),
        ("d126", "monthly 2026-06-11"),
        ("d364", "monthly 2027-02-04"),
        ("d727", "monthly 2028-02-02"),
        ("d728", "monthly 2028-02-03"),
        ("d1500", "monthly 2030-03-13"),
    ] {
        let told = format!("ongoing start=d0 as_of={today} anc=d100:1499,{today}:2000");
        check(&told, &format!("; {expected}"));
    }
}

#[test]
fn what_makes_a_history_of_neutropenia() {
    let yearly = "; yearly 2029-02-03";
    let monthly = "; monthly 2028-03-03";
    // below 1500, or 1000 with a benign ethnic neutropenia; on or after the start; also after day 364
    for (told, expected) in [
        ("anc=d10:1500,d759:2000", yearly),
        ("anc=d10:1499,d759:2000", monthly),
        ("anc=d500:1499,d759:2000", monthly),
        ("anc=d0:1499,d759:2000", monthly),
        ("anc=d-1:1499,d759:2000", yearly),
        ("ben anc=d10:1000,d759:2000", yearly),
        ("ben anc=d10:999,d759:2000", monthly),
        ("ben anc=d10:1499,d759:2000", yearly),
        ("anc=d10:1499,d10:3000,d759:2000", monthly),
    ] {
        check(&format!("ongoing start=d0 as_of=d759 {told}"), expected);
    }
}

#[test]
fn a_count_in_the_second_year_ends_every_12_weeks() {
    check(
        "ongoing start=d0 as_of=d500 anc=d363:1500,d400:2000",
        "w:anc-overdue; every-12-weeks d484 overdue",
    );
    check(
        "ongoing start=d0 as_of=d400 anc=d390:1499,d400:2000",
        "; monthly 2027-03-09",
    );
}

#[test]
fn with_a_stop_the_counts_are_weekly_at_any_time_until_it_is_stopped() {
    // the careful reading of the contract
    for today in [125, 126, 364, 728, 1500] {
        check(
            &format!("ongoing start=d0 as_of=d{today} anc=d100:900,d{today}:2000"),
            &format!("s:stop-no-rechallenge; weekly d{}", today + 7),
        );
    }
    // a count before the start is none since the start
    check(
        "ongoing start=d0 as_of=d5 anc=d-100:900,d-10:2000",
        "s:stop-no-rechallenge; weekly d7",
    );
}

#[test]
fn a_count_is_overdue_the_day_after_it_was_due() {
    let told = |today: &str| format!("ongoing start=d0 as_of={today} anc=d93:2000");
    check(&told("d100"), "; weekly d100");
    check(&told("d101"), "w:anc-overdue; weekly d100 overdue");
    check(
        "ongoing start=d0 as_of=d8",
        "w:anc-overdue w:anc-unknown; weekly d7 overdue",
    );
    // the successor of the latest count is computed with the schedule in force today
    check(
        "ongoing start=d0 as_of=d126 anc=d119:2000",
        "; monthly 2026-06-04",
    );
    check(
        "ongoing start=d0 as_of=d125 anc=d117:2000",
        "w:anc-overdue; weekly d124 overdue",
    );
}

#[test]
fn after_a_stop_there_are_four_weekly_counts() {
    // « surveillés chaque semaine pendant 4 semaines en cas d'arrêt complet du traitement »
    for (today, counts, expected) in [
        ("d100", "", "w:anc-unknown; weekly d107"),
        ("d100", "anc=d99:2000", "; weekly d107"),
        ("d100", "anc=d100:2000", "; weekly d107"),
        ("d107", "anc=d106:2000", "; weekly d107"),
        ("d107", "anc=d107:2000", "; weekly d114"),
        ("d113", "anc=d113:2000", "; weekly d114"),
        ("d114", "anc=d114:2000", "; weekly d121"),
        ("d120", "anc=d120:2000", "; weekly d121"),
        ("d121", "anc=d121:2000", "; weekly d128"),
        ("d128", "anc=d127:2000", "; weekly d128"),
        ("d128", "anc=d128:2000", ""),
        ("d129", "anc=d129:2000", ""),
    ] {
        let told = format!("stopped start=d0 stop=d100 as_of={today} {counts}");
        check(&told, expected);
    }
}

#[test]
fn the_count_after_a_stop_is_overdue_the_day_after_as_well() {
    check(
        "stopped stop=d100 anc=d107:2000 as_of=d114",
        "; weekly d114",
    );
    check(
        "stopped stop=d100 anc=d107:2000 as_of=d115",
        "w:anc-overdue; weekly d114 overdue",
    );
    check(
        "stopped stop=d100 anc=d90:2000 as_of=d900",
        "w:anc-overdue; weekly d107 overdue",
    );
    // a later count stands for the earlier days; when none is left nothing is due
    check("stopped stop=d100 anc=d128:2000 as_of=d900", "");
}

#[test]
fn a_stop_for_the_blood_is_followed_by_the_same_four_counts() {
    check(
        "stopped start=d0 stop=d100 anc=d100:400 as_of=d100",
        "s:stop-no-rechallenge i:neutropenia-severe; weekly d107",
    );
    check(
        "stopped start=d0 stop=d100 anc=d100:400,d128:2000 as_of=d130",
        "s:stop-no-rechallenge",
    );
}

#[test]
fn the_rulebook_holds_from_8_september_2025() {
    check(
        "initiation as_of=2025-09-07 anc=2025-09-01:2000",
        "i:rulebook-not-in-force",
    );
    check("initiation as_of=2025-09-08 anc=2025-09-01:2000", "");
    check("initiation as_of=2099-12-31 anc=2025-09-01:2000", "");
}

#[test]
fn findings_come_gravest_first_and_then_by_code() {
    check(
        "ongoing start=d0 as_of=d100 age=70 with=valproate anc=d50:900,d60:450",
        "s:stop-no-rechallenge w:anc-overdue i:consider-extra-monitoring i:neutropenia-severe; weekly d67 overdue",
    );
    check(
        "interrupted start=2020-01-05 paused=2025-08-01 as_of=2025-09-07 age=70 anc=2025-07-05:1200 symptoms",
        "w:anc-now w:neutropenia-mild w:retitrate i:consider-extra-monitoring i:rulebook-not-in-force; weekly 2025-09-07",
    );
}
