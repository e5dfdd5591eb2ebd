//! What fits, and what does not: both sides of every bound.

use super::*;
use crate::domain::quantity::Grams;
use crate::domain::rule::{DoseRow, Rulebook};
use crate::domain::testing::rulebook;

fn today() -> Day {
    Day::of(2021, 10, 20).unwrap()
}

/// A request by infusion that fits.
fn vials() -> Draft {
    Draft {
        indication: Told::Is("takayasu".to_owned()),
        route: Told::Is(Route::Intravenous),
        treatment: Told::Is(Treatment::Ongoing),
        alternatives: Told::Is(Alternatives::None),
        alternatives_reason: Told::Is("infliximab failed".to_owned()),
        risk: Told::Is(Risk::Vital),
        age_years: Told::Is(34),
        weight: Told::Is(Grams::new(61_000).unwrap()),
        interval_days: Told::Is(28),
        last_given_on: Told::of(Day::of(2021, 9, 24)),
        ..Draft::empty()
    }
}

/// A request for syringes that fits.
fn syringes() -> Draft {
    Draft {
        route: Told::Is(Route::Subcutaneous),
        units: Told::Is(4),
        weight: Told::Nothing,
        ..vials()
    }
}

/// A request for what is treated now that fits.
fn now() -> Draft {
    Draft {
        indication: Told::Is("crs".to_owned()),
        interval_days: Told::Nothing,
        last_given_on: Told::Nothing,
        ..vials()
    }
}

fn checked_by(book: &Rulebook, recorded: Told<Day>, draft: &Draft) -> Checked {
    draft.check(&Against {
        book: Some(book),
        today: Some(today()),
        recorded,
        safety: None,
        by: "tester",
        now: Instant::UNIX_EPOCH,
    })
}

/// Checks which fields of a draft do not fit; when all do, something is asked for.
#[track_caller]
fn check(draft: &Draft, misfits: &[&str]) {
    let checked = checked_by(&rulebook(), Told::Nothing, draft);
    let fields: Vec<_> = checked.misfits.iter().map(|m| m.field).collect();
    assert_eq!(fields, misfits, "{:?}", checked.misfits);
    assert_eq!(checked.wanted.is_some(), misfits.is_empty());
}

#[test]
fn what_fits_comes_out_as_it_was_filled_in_and_fits_again() {
    for draft in [vials(), syringes(), now()] {
        let wanted = checked_by(&rulebook(), Told::Nothing, &draft).wanted;
        let wanted = wanted.unwrap();
        let again = checked_by(&rulebook(), Told::Nothing, &Draft::from(&wanted));
        assert_eq!(again.wanted, Some(wanted));
    }
}

#[test]
fn numbers_have_bounds() {
    type Set = fn(&mut Draft, i64);
    let cases: [(Draft, &str, Set, i64, i64); 4] = [
        (
            vials(),
            "age_years",
            |d, n| d.age_years = Told::Is(n),
            0,
            130,
        ),
        (syringes(), "units", |d, n| d.units = Told::Is(n), 1, 10_000),
        (
            vials(),
            "interval_days",
            |d, n| d.interval_days = Told::Is(n),
            1,
            365,
        ),
        (
            vials(),
            "anc_per_mm3",
            |d, n| d.anc_per_mm3 = Told::Is(n),
            0,
            1_000_000,
        ),
    ];
    for (draft, field, set, least, most) in cases {
        let with = |n| {
            let mut draft = draft.clone();
            set(&mut draft, n);
            draft
        };
        check(&with(least), &[]);
        check(&with(most), &[]);
        check(&with(least - 1), &[field]);
        check(&with(most + 1), &[field]);
    }
}

#[test]
fn what_is_prescribed_is_at_most_the_greatest_dose_of_the_indication() {
    let prescribed = |ug| Draft {
        prescribed: Told::Is(Mg::from_ug(ug)),
        ..vials()
    };
    check(&prescribed(1), &[]);
    check(&prescribed(800_000), &[]);
    check(&prescribed(800_001), &["prescribed_mg"]);
}

#[test]
fn a_dose_of_vials_has_a_weight_and_single_units_have_a_number() {
    let weightless = Draft {
        weight: Told::Nothing,
        ..vials()
    };
    check(&weightless, &["weight_g"]);
    let both = Draft {
        units: Told::Is(4),
        ..vials()
    };
    check(&both, &["units"]);
    let unsaid = Draft {
        units: Told::Nothing,
        ..syringes()
    };
    check(&unsaid, &["units"]);
    let massive = Draft {
        prescribed: Told::Is(Mg::from_mg(162)),
        ..syringes()
    };
    check(&massive, &["prescribed_mg"]);
    // under the age of the pen there are syringes
    let child = Draft {
        age_years: Told::Is(3),
        ..syringes()
    };
    check(&child, &[]);
}

#[test]
fn an_indication_without_a_dose_by_weight_needs_what_is_prescribed() {
    let named = |row: &DoseRow| row.indication.is_some();
    let mut book = rulebook();
    book.doses.retain(named);
    let checked = checked_by(&book, Told::Nothing, &vials());
    assert!(matches!(
        checked.misfits.as_slice(),
        [Misfit {
            field: "indication",
            wrong: Wrong::NoDose { .. }
        }]
    ));
}

#[test]
fn the_day_of_a_running_treatment_is_known_or_set_with_a_reason() {
    let day = |told: Option<Day>| Draft {
        last_given_on: Told::Nothing,
        due: Told::of(told),
        ..vials()
    };
    check(&day(None), &["last_administration_on"]);
    check(&day(Day::of(2021, 11, 2)), &["due_reason"]);
    let reasoned = Draft {
        due_reason: Told::Is("back from abroad".to_owned()),
        ..day(Day::of(2021, 11, 2))
    };
    check(&reasoned, &[]);
    let recorded = checked_by(&rulebook(), Told::Is(today()), &day(None));
    assert_eq!(recorded.misfits, []);
    let alone = Draft {
        due_reason: Told::Is("why not".to_owned()),
        ..vials()
    };
    check(&alone, &["due_reason"]);
}

#[test]
fn a_treatment_that_starts_has_a_day_and_needs_no_reason() {
    let start = |due| Draft {
        treatment: Told::Is(Treatment::Initiation),
        interval_days: Told::Nothing,
        last_given_on: Told::Nothing,
        due: Told::of(due),
        ..vials()
    };
    check(&start(None), &["due"]);
    check(&start(Day::of(2021, 12, 1)), &[]);
}

#[test]
fn what_the_reserve_is_kept_for_is_treated_now_and_by_its_route() {
    let wanted = checked_by(&rulebook(), Told::Nothing, &now()).wanted;
    assert_eq!(wanted.unwrap().due_by_hand, Some((today(), None)));
    for (due, misfits) in [(today(), &[][..]), (today().plus(1), &["due"])] {
        let due = Told::Is(due);
        check(&Draft { due, ..now() }, misfits);
    }
    let weekly = Draft {
        interval_days: Told::Is(7),
        ..now()
    };
    check(&weekly, &["interval_days"]);
    let injected = Draft {
        route: Told::Is(Route::Subcutaneous),
        ..now()
    };
    check(&injected, &["route"]);
}

#[test]
fn what_happened_is_not_to_come() {
    for (day, given, counted) in [
        (today(), &[][..], &[][..]),
        (today().plus(1), &["last_administration_on"], &["anc_on"]),
    ] {
        let last_given_on = Told::Is(day);
        check(
            &Draft {
                last_given_on,
                ..vials()
            },
            given,
        );
        let (anc_per_mm3, anc_on) = (Told::Is(3500), Told::Is(day));
        check(
            &Draft {
                anc_per_mm3,
                anc_on,
                ..vials()
            },
            counted,
        );
    }
    let anc_on = Told::Is(today());
    check(&Draft { anc_on, ..vials() }, &["anc_per_mm3"]);
}

#[test]
fn what_could_not_be_read_was_told_already_and_is_asked_for_no_more() {
    let unread = [
        Draft {
            indication: Told::Unread,
            ..vials()
        },
        Draft {
            route: Told::Unread,
            ..vials()
        },
        Draft {
            treatment: Told::Unread,
            ..vials()
        },
        Draft {
            weight: Told::Unread,
            ..vials()
        },
        Draft {
            due: Told::Unread,
            ..vials()
        },
        Draft {
            last_given_on: Told::Unread,
            ..vials()
        },
        Draft {
            units: Told::Unread,
            ..syringes()
        },
        Draft {
            anc_on: Told::Unread,
            anc_per_mm3: Told::Is(1),
            ..vials()
        },
    ];
    for draft in unread {
        let checked = checked_by(&rulebook(), Told::Nothing, &draft);
        assert_eq!((checked.misfits, checked.wanted), (Vec::new(), None));
    }
}

#[test]
fn what_nobody_knows_yet_is_not_asked() {
    let nothing = Against {
        book: None,
        today: None,
        recorded: Told::Unread,
        safety: None,
        by: "tester",
        now: Instant::UNIX_EPOCH,
    };
    for draft in [vials(), syringes(), now()] {
        let checked = draft.check(&nothing);
        assert_eq!((checked.misfits, checked.wanted), (Vec::new(), None));
    }
}
