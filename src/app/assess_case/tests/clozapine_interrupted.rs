//! `clozapine-2025-09`: each row of interruptions for other than haematological reasons.
//!
//! Source: ANSM, 8 September 2025, « reprise de la clozapine après une interruption de traitement pour
//! des raisons non hématologiques ».

use super::check as check_of;

/// A treatment of `treated` days that paused for `length` days and resumes today, with a count on the
/// day it paused.
fn check(treated: i64, length: i64, patient: &str, expected: &str) {
    let (start, today) = (1_000 - treated, 1_000 + length);
    let told = format!(
        "interrupted start=d{start} paused=d1000 resumes=d{today} as_of=d{today} {patient}"
    );
    check_of("clozapine-2025-09", &told, expected);
}

#[test]
fn two_years_without_neutropenia_resume_their_schedule_however_long_the_pause() {
    // « Les patients stables (≥2 ans de traitement) … quelle que soit la durée de l'interruption »
    for length in [0, 2, 3, 27, 28, 200] {
        for treated in [730, 731] {
            let expected = "i:resume-schedule; yearly 2029-10-01";
            check(treated, length, "anc=d1000:2000", expected);
        }
    }
    // 729 days are less than two years, whatever the schedule was by then
    check(
        729,
        2,
        "anc=d1000:2000",
        "i:resume-schedule; yearly 2029-10-01",
    );
    check(
        729,
        3,
        "anc=d1000:2000",
        "w:closer-monitoring; weekly d1007",
    );
    check(729, 28, "anc=d1000:2000", "w:retitrate; weekly d1028");
}

#[test]
fn eighteen_weeks_to_two_years_are_watched_more_closely() {
    // « (de 18 semaines à 2 ans) … après des interruptions ≥ 3 jours mais inférieur à 4 semaines »,
    // « 4 semaines ou plus nécessitent une surveillance hebdomadaire et une nouvelle titration »
    for (length, expected) in [
        (0, "i:resume-schedule; monthly 2028-11-01"),
        (2, "i:resume-schedule; monthly 2028-11-01"),
        (3, "w:closer-monitoring; weekly d1007"),
        (27, "w:closer-monitoring; weekly d1027"),
        (28, "w:retitrate; weekly d1028"),
        (29, "w:retitrate; weekly d1029"),
    ] {
        check(126, length, "anc=d1000:2000", expected);
    }
}

#[test]
fn below_eighteen_weeks_the_document_is_silent() {
    for (treated, length, expected) in [
        (125, 0, "i:rule-silent; weekly d1007"),
        (125, 2, "i:rule-silent; weekly d1007"),
        (125, 3, "i:rule-silent; weekly d1007"),
        (125, 27, "i:rule-silent; weekly d1027"),
        (125, 28, "w:retitrate; weekly d1028"),
        (0, 0, "i:rule-silent; weekly d1007"),
    ] {
        check(treated, length, "anc=d1000:2000", expected);
    }
}

#[test]
fn a_neutropenia_is_watched_more_closely_however_long_the_treatment() {
    // « Les patients ayant déjà présenté une neutropénie ou … »
    for (treated, before) in [
        (900, "monthly 2028-11-01"),
        (730, "monthly 2028-11-01"),
        (400, "monthly 2028-11-01"),
        (125, "weekly d1007"),
    ] {
        let counts = "anc=d990:1499,d1000:2000";
        check(treated, 2, counts, &format!("i:resume-schedule; {before}"));
        check(treated, 3, counts, "w:closer-monitoring; weekly d1007");
        check(treated, 27, counts, "w:closer-monitoring; weekly d1027");
        check(treated, 28, counts, "w:retitrate; weekly d1028");
    }
    // with a benign ethnic neutropenia it is one below 1000
    let resumes = "i:resume-schedule; yearly 2029-10-01";
    check(730, 28, "ben anc=d990:1000,d1000:2000", resumes);
    check(
        730,
        28,
        "ben anc=d990:999,d1000:2000",
        "w:retitrate; weekly d1028",
    );
    // one before the start belongs to another treatment
    check(730, 28, "anc=d200:1499,d1000:2000", resumes);
}

#[test]
fn the_schedule_before_is_that_of_the_day_it_paused() {
    for (treated, expected) in [
        (125, "i:rule-silent; weekly d1007"),
        (126, "i:resume-schedule; monthly 2028-11-01"),
        (363, "i:resume-schedule; monthly 2028-11-01"),
        (364, "i:resume-schedule; every-12-weeks d1084"),
        (727, "i:resume-schedule; every-12-weeks d1084"),
        (728, "i:resume-schedule; yearly 2029-10-01"),
    ] {
        // by the day it resumes all but the last would have come to another schedule
        check(treated, 2, "anc=d1000:2000", expected);
    }
}

#[test]
fn with_a_stop_nothing_of_an_interruption_holds() {
    for length in [0, 3, 28] {
        check(
            800,
            length,
            "anc=d990:900,d1000:2000",
            if length == 28 {
                "s:stop-no-rechallenge w:anc-overdue; weekly d1007 overdue"
            } else {
                "s:stop-no-rechallenge; weekly d1007"
            },
        );
    }
    // nor is its count put off until the treatment resumes
    check_of(
        "clozapine-2025-09",
        "interrupted start=d0 paused=d990 resumes=d1050 as_of=d1000 anc=d1000:900",
        "s:stop-no-rechallenge i:neutropenia-moderate; weekly d1007",
    );
}

#[test]
fn no_count_is_asked_for_before_the_treatment_resumes() {
    let told = |resumes: &str, today: &str| {
        format!("interrupted start=d0 paused=d1000 {resumes} as_of={today} anc=d639:2000")
    };
    let check = |resumes: &str, today: &str, expected: &str| {
        check_of("clozapine-2025-09", &told(resumes, today), expected);
    };
    // a year after day 639 is day 1005
    check("resumes=d1004", "d1001", "i:resume-schedule; yearly d1005");
    check("resumes=d1005", "d1001", "i:resume-schedule; yearly d1005");
    check("resumes=d1006", "d1001", "i:resume-schedule; yearly d1006");
    // nobody says when: as if today
    check("", "d1001", "i:resume-schedule; yearly d1005");
    check("", "d1200", "i:resume-schedule; yearly d1200");
    // it resumed, and is not said to run again
    check("resumes=d1100", "d1100", "i:resume-schedule; yearly d1100");
    check(
        "resumes=d1100",
        "d1101",
        "w:anc-overdue i:resume-schedule; yearly d1100 overdue",
    );
}

#[test]
fn the_length_is_to_the_day_it_resumes_and_not_to_today() {
    let check = |words: &str, expected: &str| {
        check_of(
            "clozapine-2025-09",
            &format!("interrupted start=d0 paused=d200 anc=d200:2000 {words}"),
            expected,
        );
    };
    check(
        "as_of=d200 resumes=d202",
        "i:resume-schedule; monthly 2026-08-24",
    );
    check(
        "as_of=d200 resumes=d203",
        "w:closer-monitoring; weekly d207",
    );
    check("as_of=d200 resumes=d228", "w:retitrate; weekly d228");
    check(
        "as_of=d228 resumes=d202",
        "i:resume-schedule; monthly 2026-08-24",
    );
    check("as_of=d228", "w:retitrate; weekly d228");
    check("as_of=d200", "i:resume-schedule; monthly 2026-08-24");
}

#[test]
fn without_a_count_since_the_start_the_first_is_a_week_after_it() {
    check_of(
        "clozapine-2025-09",
        "interrupted start=d0 paused=d2 resumes=d4 as_of=d2",
        "w:anc-unknown i:rule-silent; weekly d7",
    );
    check_of(
        "clozapine-2025-09",
        "interrupted start=d0 paused=d2 resumes=d40 as_of=d2 anc=d-3:2000",
        "w:retitrate; weekly d40",
    );
}
