//! Days: leap years, the ends of months, counts on the day of the start, two on one day.
//!
//! A case holds days and no instants, so the hour by which the clocks change cannot matter: a day is
//! the one before and one more, in March and in October too.

use super::check;

fn clozapine(told: &str, expected: &str) {
    check("clozapine-2025-09", told, expected);
}

#[test]
fn a_month_after_the_31st_is_the_last_day_of_the_next() {
    for (count, expected) in [
        ("2027-01-31", "2027-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-01-30", "2028-02-29"),
        ("2028-01-29", "2028-02-29"),
        ("2027-01-28", "2027-02-28"),
        ("2028-02-29", "2028-03-29"),
        ("2027-02-28", "2027-03-28"),
        ("2027-03-31", "2027-04-30"),
        ("2027-12-31", "2028-01-31"),
        ("2027-12-01", "2028-01-01"),
    ] {
        // a neutropenia long ago keeps it monthly
        let told = format!("ongoing start=d0 as_of={count} anc=d10:1499,{count}:2000");
        clozapine(&told, &format!("; monthly {expected}"));
    }
}

#[test]
fn three_months_after_the_31st_as_well() {
    for (count, expected) in [
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2027-01-31", "2027-04-30"),
        ("2027-03-31", "2027-06-30"),
        ("2027-08-31", "2027-11-30"),
    ] {
        let told = format!("ongoing start=d0 as_of={count} anc={count}:2000");
        check(
            "roactemra-neutrophils",
            &told,
            &format!("; every-3-months {expected}"),
        );
    }
}

#[test]
fn a_year_after_29_february_is_28_february() {
    let told = |count: &str| format!("ongoing start=2024-02-29 as_of={count} anc={count}:2000");
    clozapine(&told("2028-02-29"), "; yearly 2029-02-28");
    clozapine(&told("2027-02-28"), "; yearly 2028-02-28");
    clozapine(&told("2027-03-01"), "; yearly 2028-03-01");
}

#[test]
fn a_leap_day_is_a_day_of_treatment() {
    // 2028-02-29 lies between: day 126 of a start on 2 January is 7 May, not 8 May
    clozapine(
        "ongoing start=2028-01-02 as_of=2028-05-06 anc=2028-05-06:2000",
        "; weekly 2028-05-13",
    );
    clozapine(
        "ongoing start=2028-01-02 as_of=2028-05-07 anc=2028-05-07:2000",
        "; monthly 2028-06-07",
    );
    clozapine(
        "ongoing start=2027-01-02 as_of=2027-05-07 anc=2027-05-07:2000",
        "; weekly 2027-05-14",
    );
    clozapine(
        "ongoing start=2027-01-02 as_of=2027-05-08 anc=2027-05-08:2000",
        "; monthly 2027-06-08",
    );
    // and two years with a leap day are 731 days: one more than the 730 of the rule
    let told =
        "interrupted start=2026-03-01 paused=2028-03-01 as_of=2028-03-01 anc=2028-03-01:2000";
    clozapine(told, "i:resume-schedule; yearly 2029-03-01");
    let paused = "interrupted start=2026-03-01 anc=2028-02-28:2000 as_of=2028-04-15";
    clozapine(
        &format!("{paused} paused=2028-02-29"),
        "i:resume-schedule; yearly 2029-02-28",
    );
    clozapine(
        &format!("{paused} paused=2028-02-28"),
        "w:retitrate; weekly 2028-04-15",
    );
}

#[test]
fn a_week_is_seven_days_also_where_the_clocks_change() {
    // 29 March and 25 October 2026
    for (count, next) in [("2026-03-26", "2026-04-02"), ("2026-10-22", "2026-10-29")] {
        let told = format!("stopped stop={count} as_of={count} anc={count}:2000");
        clozapine(&told, &format!("; weekly {next}"));
    }
}

#[test]
fn a_count_on_the_day_of_the_start_is_one_since_the_start() {
    clozapine("ongoing start=d0 as_of=d1 anc=d0:2000", "; weekly d7");
    // reckoned from the start or from the count it is the same week; a later count is not
    clozapine("ongoing start=d0 as_of=d1 anc=d1:2000", "; weekly d8");
    clozapine("ongoing start=d0 as_of=d1 anc=d-1:2000", "; weekly d7");
    // and it makes a history
    clozapine(
        "ongoing start=d0 as_of=d126 anc=d0:1499,d126:2000",
        "; monthly 2026-06-11",
    );
    clozapine(
        "ongoing start=d0 as_of=d364 anc=d0:1499,d364:2000",
        "; monthly 2027-02-04",
    );
    clozapine(
        "ongoing start=d0 as_of=d364 anc=d-1:1499,d364:2000",
        "; every-12-weeks d448",
    );
}

#[test]
fn of_two_counts_on_one_day_the_lower_holds_in_either_order() {
    for counts in [
        "d100:1400,d100:2000",
        "d100:2000,d100:1400",
        "d9:900,d100:2000,d100:1400",
    ] {
        let told = format!("ongoing start=d0 as_of=d100 anc={counts}");
        let stop = if counts.contains("900") {
            "s:stop-no-rechallenge "
        } else {
            ""
        };
        clozapine(&told, &format!("{stop}w:neutropenia-mild; weekly d107"));
    }
    check(
        "roactemra-neutrophils",
        "ongoing anc=d99:3000,d99:499",
        "s:anc-below-500",
    );
    check(
        "roactemra-neutrophils",
        "initiation anc=d99:1999,d99:2000",
        "r:anc-below-2000",
    );
}

#[test]
fn the_latest_count_is_the_one_of_the_latest_day_wherever_it_stands() {
    check("roactemra-neutrophils", "ongoing anc=d99:2000,d98:100", "");
    check("roactemra-neutrophils", "ongoing anc=d98:100,d99:2000", "");
    check(
        "roactemra-neutrophils",
        "ongoing anc=d98:100,d99:2000,d97:100",
        "",
    );
}

#[test]
fn everything_may_happen_on_one_day() {
    clozapine(
        "interrupted start=d0 paused=d0 resumes=d0 as_of=d0 anc=d0:2000",
        "i:rule-silent; weekly d7",
    );
    clozapine(
        "stopped start=d0 stop=d0 as_of=d0 anc=d0:2000",
        "; weekly d7",
    );
    check(
        "roactemra-neutrophils",
        "ongoing start=d0 as_of=d0 anc=d0:2000",
        "; first-check d28..d56",
    );
}

#[test]
fn a_treatment_may_have_begun_in_the_last_century() {
    clozapine(
        "ongoing start=1998-02-28 as_of=2026-05-10 anc=1999-01-04:3200,2026-03-02:2500",
        "; yearly 2027-03-02",
    );
}

#[test]
fn a_day_beyond_the_century_is_its_last() {
    clozapine(
        "ongoing start=2090-01-01 as_of=2099-12-30 anc=2099-12-30:2000",
        "; yearly 2099-12-31",
    );
}
