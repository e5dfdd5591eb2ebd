use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn days(started: &str, interrupted: &str, resumes: &str, stopped: &str) -> Days {
    let read = |text: &str| (!text.is_empty()).then(|| day(text));
    Days {
        started_on: read(started),
        interrupted_on: read(interrupted),
        resumes_on: read(resumes),
        stopped_on: read(stopped),
    }
}

/// It is 20 October 2025; `wrong` are the fields that are, nothing when the days stand.
#[track_caller]
fn check(state: TreatmentState, needs_start: bool, told: Days, wrong: &[&str]) {
    match told.course(state, needs_start, day("2025-10-20")) {
        Ok(course) => {
            assert_eq!(wrong, [""; 0], "{told:?}");
            assert_eq!(Days::of(course), told);
        }
        Err(all) => {
            let found: Vec<&str> = all.iter().map(|one| one.field).collect();
            assert_eq!(found, wrong, "{all:?}");
        }
    }
}

#[test]
fn a_treatment_has_the_days_of_its_state_in_their_order() {
    use TreatmentState::{Interrupted, Ongoing, Planned, Stopped};
    check(Planned, true, Days::default(), &[]);
    check(
        Planned,
        true,
        days("2025-10-20", "", "", ""),
        &["started_on"],
    );
    check(Ongoing, true, days("2025-10-20", "", "", ""), &[]);
    check(
        Ongoing,
        true,
        days("2025-10-21", "", "", ""),
        &["started_on"],
    );
    check(Ongoing, true, Days::default(), &["started_on"]);
    check(Ongoing, false, Days::default(), &[]);
    let too_many = days("2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04");
    check(
        Ongoing,
        true,
        too_many,
        &["interrupted_on", "resumes_on", "stopped_on"],
    );
    // the day it goes on alone may be to come
    let pausing = days("2025-10-01", "2025-10-20", "2025-12-01", "");
    check(Interrupted, true, pausing, &[]);
    check(
        Interrupted,
        true,
        days("2025-10-01", "", "", ""),
        &["interrupted_on"],
    );
    let backwards = days("2025-10-10", "2025-10-09", "2025-10-08", "");
    check(
        Interrupted,
        true,
        backwards,
        &["interrupted_on", "resumes_on"],
    );
    check(Stopped, true, days("2025-10-20", "", "", "2025-10-20"), &[]);
    check(Stopped, true, days("", "", "", "2025-10-20"), &[]);
    check(
        Stopped,
        true,
        days("2025-10-20", "", "", "2025-10-19"),
        &["stopped_on"],
    );
    check(Stopped, true, Days::default(), &["stopped_on"]);
}

#[test]
fn a_patient_grows_older_by_the_years_since_the_age_was_told() {
    let told = |on: &str| Told {
        indication: Slug::parse("schizophrenia").unwrap(),
        age_years: 64,
        age_told_on: day(on),
        course: Course::Initiation,
        benign_ethnic_neutropenia: false,
        symptoms_of_infection: false,
        conditions: Vec::new(),
        co_medication: Vec::new(),
        disease_activity: None,
    };
    let age = |on: &str, later: &str| told(on).age_on(day(later));
    assert_eq!(age("2025-10-20", "2025-10-20"), 64);
    assert_eq!(age("2025-10-20", "2026-10-19"), 64);
    assert_eq!(age("2025-10-20", "2026-10-20"), 65);
    assert_eq!(age("2024-02-29", "2025-02-28"), 64);
    assert_eq!(age("2024-02-29", "2025-03-01"), 65);
    // a day before it was told makes nobody younger
    assert_eq!(age("2025-10-20", "2020-10-20"), 64);
}

#[test]
fn a_count_is_due_from_its_first_day_or_a_week_before_its_last() {
    let check = |from: &str, to: &str, want: Standing| {
        let due = Due {
            from: day(from),
            to: day(to),
        };
        assert_eq!(Standing::of(Some(due), day("2025-10-20")), want, "{due:?}");
    };
    check("2025-10-19", "2025-10-19", Standing::Overdue);
    check("2025-10-01", "2025-10-19", Standing::Overdue);
    check("2025-10-20", "2025-10-20", Standing::Due);
    check("2025-10-20", "2025-12-20", Standing::Due);
    check("2025-10-21", "2025-10-27", Standing::Due);
    check("2025-10-21", "2025-10-28", Standing::Later);
    assert_eq!(Standing::of(None, day("2025-10-20")), Standing::Unknown);
}

#[test]
fn every_code_of_a_treatment_reads_back() {
    for state in TreatmentState::ALL {
        assert_eq!(TreatmentState::from_code(state.code()), Some(state));
    }
    let mut codes = Standing::ALL.map(Standing::code).to_vec();
    codes.dedup();
    assert_eq!(codes.len(), 4);
}
