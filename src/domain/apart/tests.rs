use super::*;
use proptest::prelude::*;

fn part(id: &str, seq: i64, cause: Cause, units: u32) -> Part {
    Part {
        id: id.to_owned(),
        seq,
        cause,
        units: Units::new(units),
    }
}

fn of(excursion: &str) -> Cause {
    Cause::Excursion(ExcursionId::new(excursion))
}

fn held(recalled: bool, excursions: &[(&str, i64, Option<Decision>)]) -> Held {
    let over = |(name, seq, decision): &(&str, i64, Option<Decision>)| Over {
        excursion: ExcursionId::new(*name),
        seq: *seq,
        decision: *decision,
    };
    Held {
        recalled,
        excursions: excursions.iter().map(over).collect(),
    }
}

const FREE: Option<Decision> = Some(Decision::Release);
const GONE: Option<Decision> = Some(Decision::Destroy);

#[test]
fn what_a_recall_set_apart_is_freed_when_none_stands() {
    let part = part("a", 5, Cause::Recall, 3);
    assert_eq!(held(true, &[]).fate(&part), Fate::Waits);
    assert_eq!(held(false, &[]).fate(&part), Fate::Freed);
}

#[test]
fn of_two_causes_each_holds_until_it_is_decided() {
    let part = part("a", 5, of("e"), 3);
    for (recalled, decision, fate) in [
        (true, None, Fate::Waits),
        (true, FREE, Fate::Waits),
        (false, None, Fate::Waits),
        (false, FREE, Fate::Freed),
    ] {
        assert_eq!(held(recalled, &[("e", 5, decision)]).fate(&part), fate);
    }
}

#[test]
fn recalled_units_that_were_warm_too_are_not_freed_by_lifting_the_recall() {
    let part = part("a", 5, Cause::Recall, 3);
    for (decision, fate) in [
        (None, Fate::Waits),
        (GONE, Fate::Spoilt),
        (FREE, Fate::Freed),
    ] {
        assert_eq!(held(false, &[("e", 5, decision)]).fate(&part), fate);
    }
}

#[test]
fn what_arrived_after_an_excursion_was_not_in_it() {
    let part = part("a", 6, Cause::Recall, 3);
    assert_eq!(held(false, &[("e", 5, None)]).fate(&part), Fate::Freed);
    assert_eq!(held(false, &[("e", 6, None)]).fate(&part), Fate::Waits);
}

#[test]
fn what_was_set_apart_by_hand_is_never_freed() {
    let part = part("a", 5, Cause::Hand, 3);
    assert_eq!(held(false, &[("e", 5, None)]).fate(&part), Fate::Waits);
    assert_eq!(held(false, &[("e", 5, FREE)]).fate(&part), Fate::ByHand);
    assert_eq!(held(false, &[("e", 5, GONE)]).fate(&part), Fate::Spoilt);
}

#[test]
fn by_hand_is_released_what_waits_for_nothing_and_nothing_of_a_recalled_lot() {
    let parts = [part("a", 5, of("e"), 3)];
    let five = Units::new(5);
    assert_eq!(for_hand(five, &parts, &held(false, &[])), Units::new(2));
    assert_eq!(for_hand(five, &parts, &held(true, &[])), Units::ZERO);
}

/// Units in quarantine, those of one part among them, and how many leave: what is freed later, and what
/// may be released by hand before.
fn check(quarantined: u32, of_part: u32, units: u32, freed: u32, by_hand: u32) {
    let parts = [part("a", 5, of("e"), of_part)];
    let left = leave(Units::new(quarantined), &parts, Units::new(units));
    let shrunk = Units::sum(left.shrunk.iter().map(|(_, n)| *n));
    let doubtful = Units::sum(left.doubtful.iter().map(|(_, n)| *n));
    let stays = Units::new(of_part).saturating_sub(shrunk);
    assert_eq!(stays, Units::new(freed));
    let after = Units::new(quarantined - units);
    let rest = after.saturating_sub(stays.saturating_add(doubtful));
    assert_eq!(rest, Units::new(by_hand));
}

#[test]
fn what_leaves_may_have_been_any() {
    check(5, 5, 2, 3, 0);
    check(7, 5, 2, 3, 0);
    check(10, 5, 2, 3, 3);
    check(7, 5, 6, 0, 0);
    check(7, 5, 7, 0, 0);
    check(10, 2, 3, 0, 5);
}

fn any_parts() -> impl Strategy<Value = Vec<Part>> {
    let cause = prop_oneof![
        Just(Cause::Hand),
        Just(Cause::Recall),
        Just(of("e")),
        Just(of("f"))
    ];
    prop::collection::vec((1_i64..9, cause, 1_u32..9), 0..6).prop_map(|all| {
        let named = (0..).zip(all);
        let named =
            named.map(|(n, (seq, cause, units)): (u32, _)| part(&n.to_string(), seq, cause, units));
        named.collect()
    })
}

proptest! {
    #[test]
    fn no_more_wait_than_are_in_quarantine_and_none_that_left_is_freed(
        parts in any_parts(), rest in 0_u32..9, units in 0_u32..60,
    ) {
        let all = Units::sum(parts.iter().map(|p| p.units));
        let before = all.saturating_add(Units::new(rest));
        let units = Units::new(units).min(before);
        let left = leave(before, &parts, units);
        let mut after = parts.clone();
        for (id, n) in &left.shrunk {
            let part = after.iter_mut().find(|p| p.id == *id).unwrap();
            prop_assert!(part.units >= *n);
            part.units = part.units.saturating_sub(*n);
        }
        let doubtful = Units::sum(left.doubtful.iter().map(|(_, n)| *n));
        let sum = |all: &[Part]| Units::sum(all.iter().map(|p| p.units));
        let waits = sum(&after).saturating_add(doubtful);
        prop_assert!(waits <= before.saturating_sub(units));
        let freed = |all: &[Part]| {
            Units::sum(all.iter().filter(|p| p.cause != Cause::Hand).map(|p| p.units))
        };
        prop_assert_eq!(freed(&after), freed(&parts).saturating_sub(units));
        // by hand as many fewer, or none
        let by_hand = before.saturating_sub(units).saturating_sub(waits);
        prop_assert_eq!(by_hand, Units::new(rest).saturating_sub(units));
    }
}
