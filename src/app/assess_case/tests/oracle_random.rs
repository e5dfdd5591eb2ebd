//! Cases drawn around every bound of the contract.

use super::oracle::Facts;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn plus(day: NaiveDate, n: i64) -> NaiveDate {
    if n < 0 {
        day.checked_sub_days(Days::new(n.unsigned_abs())).unwrap()
    } else {
        day.checked_add_days(Days::new(n.unsigned_abs())).unwrap()
    }
}

/// A number of days: mostly on a bound or next to one.
fn days() -> impl Strategy<Value = i64> {
    let bounds = [0, 3, 7, 14, 21, 28, 56, 84, 90, 126, 364, 365, 728, 730];
    prop_oneof![
        4 => (select(bounds.to_vec()), -1..=1_i64).prop_map(|(n, by)| (n + by).max(0)),
        1 => 0..1_500_i64,
    ]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![
        2 => (select(vec![1_u32, 500, 1000, 1500, 2000]), 0..=2_u32).prop_map(|(n, by)| n + by - 1),
        2 => 1_500..4_000_u32,
        1 => 0..4_000_u32,
    ]
}

/// What the days of a case are reckoned from: each is so many days from one of these.
#[derive(Clone, Copy, Debug)]
enum From {
    Start,
    Pause,
    Today,
}

fn reckoned() -> impl Strategy<Value = (From, i64)> {
    let from = select(vec![From::Start, From::Pause, From::Today]);
    (from, days(), any::<bool>()).prop_map(|(from, n, back)| (from, if back { -n } else { n }))
}

type Course = (i64, i64, Option<i64>, bool);

/// How long it was treated, then paused or stopped; how long until it resumes; whether it has its start.
fn course() -> impl Strategy<Value = Course> {
    (
        days(),
        days(),
        proptest::option::of(days()),
        prop::bool::weighted(0.8),
    )
}

/// A case of a rulebook that is right.
pub(super) fn facts(
    rulebook: &'static str,
    ends: [&'static str; 2],
) -> impl Strategy<Value = Facts> {
    let today = prop_oneof![
        3 => (0..1_500_i64).prop_map(|n| plus(day("2026-01-05"), n)),
        1 => (select(ends.to_vec()), -1..=1_i64).prop_map(|(end, n)| plus(day(end), n)),
        1 => select(vec!["2027-01-31", "2028-02-29", "2028-03-01", "2027-03-31"]).prop_map(day),
    ];
    let when = (
        today,
        course(),
        select(vec![
            "initiation",
            "ongoing",
            "ongoing",
            "interrupted",
            "interrupted",
            "stopped",
        ]),
    );
    let counts = prop::collection::vec((reckoned(), count()), 0..6);
    let given = prop::collection::vec(reckoned(), 0..4);
    let person = (
        select(vec![0_u32, 15, 16, 17, 18, 40, 64, 65, 66]),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.15),
        any::<Index>(),
    );
    let conditions = subsequence(CONDITIONS.to_vec(), 0..3);
    let told = (
        conditions,
        prop::collection::vec((select(CODES.to_vec()), select(OUTCOMES.to_vec())), 0..10),
        select(vec![
            None,
            Some("highly-active"),
            Some("rapidly-evolving-severe"),
            Some("active"),
        ]),
        select(vec![vec![], vec!["valproate"], vec!["lithium"]]),
        any::<bool>(),
    );
    (when, counts, given, person, told).prop_map(move |(when, counts, given, person, told)| {
        let (as_of, (treated, paused, resumes, known), treatment) = when;
        let (age, ben, symptoms, place) = person;
        let (conditions, prior, activity, co_medication, all) = told;
        let ended = treatment == "interrupted" || treatment == "stopped";
        let pause = if ended { plus(as_of, -paused) } else { as_of };
        let start = plus(pause, -treated);
        let reckon = |(from, n): (From, i64)| match from {
            From::Start => plus(start, n),
            From::Pause => plus(pause, n),
            From::Today => plus(as_of, n),
        };
        let anc = counts.into_iter().map(|(on, n)| (reckon(on).min(as_of), n));
        let needed = rulebook == "clozapine-2025-09" && treatment != "stopped";
        let mut prior = prior;
        if all {
            // now and then every one of the list, so that "none suits" is met
            let rest = CODES.iter().map(|code| (*code, OUTCOMES[place.index(3)]));
            prior.extend(rest);
        }
        Facts {
            rulebook,
            as_of,
            age,
            indication: INDICATIONS[place.index(INDICATIONS.len())],
            treatment,
            started: (known || needed).then_some(start),
            interrupted: (treatment == "interrupted").then_some(pause),
            resumes: resumes.filter(|_| ended).map(|n| plus(pause, n)),
            stopped: (treatment == "stopped").then_some(pause),
            administrations: given.into_iter().map(reckon).collect(),
            anc: anc.collect(),
            ben,
            symptoms,
            conditions,
            prior,
            activity,
            co_medication,
        }
    })
}

const CONDITIONS: [&str; 7] = [
    "pregnancy",
    "hiv",
    "common-variable-immunodeficiency",
    "dmard-induced-neutropenia",
    "hepatic-injury",
    "immune-reaction",
    "asthma",
];

const OUTCOMES: [&str; 5] = [
    "contraindicated",
    "unsuitable",
    "failed",
    "unavailable",
    "not-tried",
];

const CODES: [&str; 14] = [
    "interferon-beta",
    "glatiramer-acetate",
    "teriflunomide",
    "dimethyl-fumarate",
    "fingolimod",
    "cladribine",
    "natalizumab",
    "ocrelizumab",
    "mitoxantrone",
    "glucocorticoids",
    "mycophenolate",
    "tpo-receptor-agonists",
    "rituximab",
    "splenectomy",
];

const INDICATIONS: [&str; 10] = [
    "rheumatoid-arthritis",
    "giant-cell-arteritis",
    "systemic-sclerosis",
    "pjia",
    "sjia",
    "crs",
    "takayasu",
    "relapsing-remitting-ms",
    "immune-thrombocytopenia",
    "schizophrenia",
];

/// Every rulebook, with the first and the last days of its validity.
pub(super) const BOOKS: [(&str, [&str; 2]); 5] = [
    ("clozapine-2025-09", ["2025-09-08", "2025-09-08"]),
    ("roactemra-neutrophils", ["2025-12-30", "2025-12-30"]),
    ("lemtrada-2019-04", ["2019-04-30", "2020-01-15"]),
    ("lemtrada-2020-01", ["2020-01-16", "2020-01-16"]),
    ("immune-thrombocytopenia", ["2021-10-30", "2021-10-30"]),
];

/// A case of any rulebook.
pub(super) fn any_facts() -> impl Strategy<Value = Facts> {
    let place = 0..BOOKS.len();
    place.prop_flat_map(|place| {
        let (rulebook, ends) = BOOKS[place];
        facts(rulebook, ends)
    })
}
