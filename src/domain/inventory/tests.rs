use super::*;
use proptest::prelude::*;

fn at(minute: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_634_716_800 + minute * 60, 0).unwrap()
}

fn moved(seq: i64, minute: i64, change: i64) -> Moved {
    Moved {
        seq,
        happened_at: at(minute),
        change,
        adjusts: false,
        undoes: None,
    }
}

/// A count at a minute, recorded at another, after so many movements.
fn moment(counted: i64, recorded: i64, seq: i64) -> Moment {
    Moment {
        at: at(counted),
        recorded_at: at(recorded),
        seq,
    }
}

fn check(movements: &[Moved], moment: Moment, expected: i64, since: i64) {
    let found = reckon(movements, moment);
    assert_eq!((found.expected, found.since), (expected, since));
}

#[test]
fn what_is_dispensed_after_the_count_is_not_undone_by_it() {
    let movements = [moved(1, 0, 8), moved(2, 20, -2)];
    check(&movements, moment(10, 10, 1), 8, -2);
}

#[test]
fn at_one_instant_the_order_of_the_ledger_says_what_came_first() {
    let movements = [moved(1, 10, 8), moved(2, 10, -2)];
    check(&movements, moment(10, 10, 1), 8, -2);
    check(&movements, moment(10, 10, 2), 6, 0);
}

#[test]
fn a_dispensing_that_is_entered_late_was_before_the_count() {
    let movements = [moved(1, 0, 8), moved(2, 5, -2)];
    check(&movements, moment(10, 10, 1), 6, 0);
}

#[test]
fn a_count_that_is_entered_late_is_of_its_own_hour() {
    let movements = [moved(1, 0, 8), moved(2, 20, -2), moved(3, 40, -1)];
    check(&movements, moment(10, 30, 2), 8, -3);
}

#[test]
fn a_movement_dated_ahead_by_another_clock_is_known_to_a_count_of_now() {
    check(&[moved(1, 12, 8)], moment(10, 10, 1), 8, 0);
}

#[test]
fn what_was_undone_since_was_never_there() {
    let undone = Moved {
        undoes: Some(2),
        ..moved(3, 20, -5)
    };
    let movements = [moved(1, 0, 3), moved(2, 5, 5), undone];
    check(&movements, moment(10, 10, 2), 3, 0);
    // and of what came after the count neither it nor its reversal counts
    let movements = [moved(1, 0, 3), moved(2, 15, 5), undone];
    check(&movements, moment(10, 10, 1), 3, 0);
}

fn why(counted: u32, expected: i64, since: i64, why: Option<Why>) -> Option<Hindrance> {
    let reckoned = Reckoned {
        expected,
        since,
        adjusted_since: false,
    };
    hindrance(counted, reckoned, why)
}

#[test]
fn a_difference_needs_a_reason_that_fits_it() {
    assert_eq!(why(8, 8, 0, None), None);
    assert_eq!(why(8, 8, 0, Some(Why::Found)), Some(Hindrance::OtherReason));
    assert_eq!(why(7, 8, 0, None), Some(Hindrance::NoReason));
    assert_eq!(why(7, 8, 0, Some(Why::Missing)), None);
    assert_eq!(why(7, 8, 0, Some(Why::Found)), Some(Hindrance::OtherReason));
    assert_eq!(why(9, 8, 0, Some(Why::Found)), None);
    assert_eq!(why(9, 8, 0, Some(Why::Clerical)), None);
    assert_eq!(
        why(9, 8, 0, Some(Why::Missing)),
        Some(Hindrance::OtherReason)
    );
}

#[test]
fn what_was_counted_and_has_left_since_cannot_be_missing_again() {
    assert_eq!(why(2, 8, -2, Some(Why::Missing)), None);
    assert_eq!(why(2, 8, -3, Some(Why::Missing)), Some(Hindrance::Negative));
}

#[test]
fn of_two_counts_nobody_can_say_which_holds() {
    let adjusted = Moved {
        adjusts: true,
        ..moved(2, 20, -1)
    };
    let movements = [moved(1, 0, 8), adjusted];
    let found = reckon(&movements, moment(10, 10, 1));
    assert!(found.adjusted_since);
    assert_eq!(
        hindrance(7, found, Some(Why::Missing)),
        Some(Hindrance::AdjustedSince)
    );
    assert!(!reckon(&movements, moment(30, 30, 2)).adjusted_since);
}

proptest! {
    #[test]
    fn the_shelf_has_at_the_end_what_was_counted_and_what_moved_since(
        changes in prop::collection::vec((0_i64..60, -5_i64..20), 0..12),
        counted in 0_u32..60, minute in 0_i64..60, seq in 0_i64..12,
    ) {
        let movements: Vec<Moved> = (1..).zip(&changes).map(|(n, (m, c))| moved(n, *m, *c)).collect();
        let found = reckon(&movements, moment(minute, 60, seq));
        let now: i64 = changes.iter().map(|(_, change)| change).sum();
        prop_assert_eq!(found.now(), now);
        let difference = i64::from(counted) - found.expected;
        prop_assert_eq!(now + difference, i64::from(counted) + found.since);
    }
}
