//! Worked cases, and every verb against a search that tries everything.

use super::*;
use crate::domain::quantity::Doses;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

mod dealt;

mod brute {
    //! Everything, one vial at a time: written without a look at the rooms it checks.
    use super::*;

    type Heap = BTreeMap<(Mg, Day), u32>;

    fn heap(vials: &[Vial<usize>]) -> Heap {
        let mut heap = Heap::new();
        for v in vials.iter().filter(|v| v.strength > Mg::ZERO) {
            *heap.entry((v.strength, v.expiry)).or_default() += v.units.get();
        }
        heap.retain(|_, n| *n > 0);
        heap
    }

    pub(super) fn fits(needs: &[Need], vials: &[Vial<usize>]) -> bool {
        serve(
            needs,
            needs.first().map_or(Mg::ZERO, |n| n.mg),
            heap(vials),
            &mut BTreeSet::new(),
        )
    }

    /// Gives any vial in date to the first need until it has enough, then goes on to the next.
    fn serve(
        needs: &[Need],
        lacks: Mg,
        heap: Heap,
        failed: &mut BTreeSet<(usize, Mg, Heap)>,
    ) -> bool {
        let Some((need, rest)) = needs.split_first() else {
            return true;
        };
        if lacks == Mg::ZERO {
            return serve(rest, rest.first().map_or(Mg::ZERO, |n| n.mg), heap, failed);
        }
        if failed.contains(&(needs.len(), lacks, heap.clone())) {
            return false;
        }
        for (strength, expiry) in heap.keys().filter(|(_, expiry)| *expiry >= need.on) {
            let mut less = heap.clone();
            *less.get_mut(&(*strength, *expiry)).unwrap() -= 1;
            less.retain(|_, n| *n > 0);
            if serve(needs, lacks.saturating_sub(*strength), less, failed) {
                return true;
            }
        }
        failed.insert((needs.len(), lacks, heap));
        false
    }

    pub(super) fn shortfall(needs: &[Need], vials: &[Vial<usize>], strengths: &[Mg]) -> (Mg, u32) {
        // nothing in one order: fewest milligrams, then fewest vials
        let mut trials = BTreeSet::from([(Mg::ZERO, 0, vec![0_u32; strengths.len()])]);
        loop {
            let (mg, n, counts) = trials.pop_first().unwrap();
            let mut more = vials.to_vec();
            for (strength, units) in strengths.iter().zip(&counts) {
                more.push(vial(99, *strength, 50, *units));
            }
            if fits(needs, &more) {
                return (mg, n);
            }
            for (i, strength) in strengths.iter().enumerate() {
                let mut next = counts.clone();
                next[i] += 1;
                trials.insert((mg.saturating_add(*strength), n + 1, next));
            }
        }
    }
}

fn day(n: u32) -> Day {
    Day::of(2021, 10, 20).unwrap().plus(n)
}

fn vial(lot: usize, strength: Mg, expiry: u32, units: u32) -> Vial<usize> {
    Vial {
        lot,
        strength,
        expiry: day(expiry),
        units: Units::new(units),
    }
}

fn need(mg: u32, on: u32) -> Need {
    Need {
        mg: Mg::from_mg(mg),
        on: day(on),
    }
}

/// Vials of 80, 200 and 400 mg that expire in a month.
fn stock(small: u32, middle: u32, large: u32) -> Vec<Vial<usize>> {
    vec![
        vial(0, Mg::from_mg(80), 30, small),
        vial(1, Mg::from_mg(200), 30, middle),
        vial(2, Mg::from_mg(400), 30, large),
    ]
}

/// Composes and checks every law of a composition; whether it could.
fn check(needs: &[Need], vials: &[Vial<usize>], take: Take) -> bool {
    let Some(made) = compose(needs, vials, take).unwrap() else {
        return false;
    };
    assert_eq!(made.len(), needs.len());
    let mut used: BTreeMap<usize, u32> = BTreeMap::new();
    for (dose, need) in made.iter().zip(needs) {
        let mut total = Mg::ZERO;
        for (lot, units) in &dose.rows {
            let lot = vials.iter().find(|v| v.lot == *lot).unwrap();
            assert!(units.get() > 0);
            assert!(lot.expiry >= need.on, "out of date");
            *used.entry(lot.lot).or_default() += units.get();
            total = total.saturating_add(lot.strength.times(units.get().into()));
        }
        assert_eq!(total, dose.total);
        assert!(total >= need.mg, "too little");
        for (lot, _) in &dose.rows {
            let lot = vials.iter().find(|v| v.lot == *lot).unwrap();
            assert!(total.saturating_sub(lot.strength) < need.mg, "superfluous");
        }
    }
    for (lot, units) in &used {
        let lot = vials.iter().find(|v| v.lot == *lot).unwrap();
        assert!(*units <= lot.units.get(), "used twice");
    }
    for (dose, need) in made.iter().zip(needs) {
        for (lot, _) in &dose.rows {
            let taken = vials.iter().find(|v| v.lot == *lot).unwrap();
            for left in vials.iter().filter(|v| {
                v.strength == taken.strength
                    && v.expiry >= need.on
                    && used.get(&v.lot).copied().unwrap_or(0) < v.units.get()
            }) {
                match take {
                    Take::SoonestExpiry => assert!(left.expiry >= taken.expiry),
                    Take::LatestExpiry => assert!(left.expiry <= taken.expiry),
                }
            }
        }
    }
    true
}

fn most_of(mg: u32, vials: &[Vial<usize>]) -> u32 {
    most(need(mg, 0), vials).unwrap().get()
}

#[test]
fn four_hundred_and_eighty_hold_no_two_doses_of_two_hundred_and_forty() {
    assert_eq!(most_of(240, &stock(1, 0, 1)), 1);
    assert_eq!(most_of(240, &stock(3, 0, 1)), 2);
    assert!(!fits(&[need(240, 0); 2], &stock(2, 0, 1)).unwrap());
}

#[test]
fn a_child_of_twenty_nine_point_nine_kilograms_takes_the_least_waste() {
    let dose = [Need {
        mg: Mg::from_ug(358_800),
        on: day(0),
    }];
    let rows = |vials: &[Vial<usize>]| {
        let made = compose(&dose, vials, Take::SoonestExpiry).unwrap()?;
        Some(
            made[0]
                .rows
                .iter()
                .map(|(lot, n)| (*lot, n.get()))
                .collect::<Vec<_>>(),
        )
    };
    // 200 + 2 × 80 = 360 mg
    assert_eq!(rows(&stock(9, 9, 9)), Some(vec![(0, 2), (1, 1)]));
    assert_eq!(rows(&stock(1, 9, 9)), Some(vec![(2, 1)]));
    assert_eq!(rows(&stock(1, 2, 0)), Some(vec![(1, 2)]));
    assert_eq!(rows(&stock(5, 0, 0)), Some(vec![(0, 5)]));
    assert_eq!(rows(&stock(4, 0, 0)), None);
}

#[test]
fn five_hundred_of_each_size_hold_four_hundred_and_twenty_five_full_doses() {
    assert_eq!(most_of(800, &stock(500, 500, 500)), 425);
    assert_eq!(most_of(400, &stock(500, 500, 500)), 850);
    assert_eq!(most_of(80, &stock(10, 10, 10)), 30);
}

#[test]
fn a_vial_serves_on_its_last_day_and_not_after() {
    let vials = [vial(0, Mg::from_mg(400), 5, 1)];
    assert!(check(&[need(400, 5)], &vials, Take::SoonestExpiry));
    assert!(!check(&[need(400, 6)], &vials, Take::SoonestExpiry));
}

#[test]
fn a_later_dose_is_not_robbed_of_the_only_vial_that_lasts() {
    let vials = [
        vial(0, Mg::from_mg(400), 2, 1),
        vial(1, Mg::from_mg(400), 9, 1),
    ];
    for take in [Take::SoonestExpiry, Take::LatestExpiry] {
        assert!(check(&[need(400, 0), need(400, 9)], &vials, take));
        assert!(!check(&[need(400, 3), need(400, 9)], &vials, take));
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    let none: [Vial<usize>; 0] = [];
    assert_eq!(compose(&[], &none, Take::SoonestExpiry), Ok(Some(vec![])));
    assert!(check(&[need(0, 0)], &none, Take::SoonestExpiry));
    assert!(!check(&[need(1, 0)], &none, Take::SoonestExpiry));
    assert!(!fits(&[need(1, 0)], &[vial(0, Mg::ZERO, 9, 9)]).unwrap());
    assert_eq!(most_of(800, &none), 0);
    let missing = shortfall(&[need(1, 0)], &none, &[]);
    assert_eq!(missing, Ok(None));
}

#[test]
fn a_refused_dose_does_not_keep_out_a_smaller_one_after_it() {
    let needs = [need(400, 0), need(800, 0), need(80, 0), need(200, 0)];
    let grants = grant(&needs, &stock(1, 1, 1), Take::SoonestExpiry).unwrap();
    assert_eq!(grants.granted, [true, false, true, true]);
    assert_eq!(grants.count(), Doses::new(3));
    assert!(grants.compositions[1].is_none() && grants.compositions[3].is_some());
}

#[test]
fn the_shortfall_is_the_fewest_milligrams_then_the_fewest_vials() {
    let strengths = [80, 200, 400].map(Mg::from_mg);
    let of = |needs: &[Need], vials: &[Vial<usize>]| {
        let rows = shortfall(needs, vials, &strengths).unwrap().unwrap();
        rows.iter()
            .map(|(mg, n)| (mg.ug() / 1_000, n.get()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&[need(800, 0); 2], &stock(0, 0, 4)), []);
    assert_eq!(of(&[need(800, 0); 2], &stock(0, 0, 3)), [(400, 1)]);
    assert_eq!(of(&[need(240, 0); 2], &stock(1, 0, 1)), [(80, 2)]);
    assert_eq!(of(&[need(800, 0); 2], &stock(0, 0, 0)), [(400, 4)]);
    // what expired does not count, and what is added never does
    assert_eq!(of(&[need(400, 31)], &stock(9, 9, 9)), [(400, 1)]);
}

#[test]
fn a_question_beyond_its_limits_is_an_error_and_not_a_guess() {
    let many: Vec<_> = (1..=9).map(|i| vial(0, Mg::from_mg(i), 9, 1)).collect();
    assert_eq!(
        fits(&[need(1, 0)], &many),
        Err(Unsolved::Strengths { found: 9 })
    );
    let needs = vec![need(1, 0); MOST_NEEDS + 1];
    assert_eq!(
        fits(&needs, &stock(1, 1, 1)),
        Err(Unsolved::Needs { found: 4_097 })
    );
    let dust = [vial(0, Mg::from_ug(1), 9, 1)];
    assert!(matches!(
        fits(&[need(2, 0)], &dust),
        Err(Unsolved::VialsADose { .. })
    ));
}

/// Vials of strengths from a short list, of lots that expire on one of three days.
fn vials(most: u32) -> impl Strategy<Value = Vec<Vial<usize>>> {
    let sizes = prop_oneof![
        Just(vec![80, 200, 400]),
        Just(vec![100, 250, 500, 1_000]),
        Just(vec![30, 70, 110]),
        prop::collection::vec(1..12_u32, 1..=4),
    ];
    sizes.prop_flat_map(move |sizes| {
        let row = (prop::sample::select(sizes), 0..3_u32, 0..=3_u32);
        prop::collection::vec(row, 0..=5).prop_map(move |rows| {
            let mut left = most;
            let mut lots = Vec::new();
            for (lot, (mg, expiry, n)) in rows.into_iter().enumerate() {
                let n = n.min(left);
                left -= n;
                lots.push(vial(lot, Mg::from_mg(mg), expiry, n));
            }
            lots
        })
    })
}

/// Needs as parts of what the vials hold, so that about half of them just fit.
fn needs(vials: &[Vial<usize>], most: usize) -> impl Strategy<Value = Vec<Need>> + use<> {
    let held = vials.iter().fold(0, |sum, v| {
        sum + v.strength.times(v.units.get().into()).ug()
    });
    let share = (0..=100_u64, 0..3_u32, 0..=2_u64);
    prop::collection::vec(share, 0..=most).prop_map(move |shares| {
        let all: u64 = shares.iter().map(|(s, ..)| *s).sum();
        let needs = shares.iter().map(|(s, on, less)| Need {
            mg: Mg::from_ug(held * *s / all.max(1) * (10 - less) / 10),
            on: day(*on),
        });
        needs.collect()
    })
}

fn case(
    most_vials: u32,
    most_needs: usize,
) -> impl Strategy<Value = (Vec<Need>, Vec<Vial<usize>>)> {
    vials(most_vials).prop_flat_map(move |v| (needs(&v, most_needs), Just(v)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn doses_fit_exactly_when_trying_everything_finds_a_way((needs, vials) in case(8, 6)) {
        let expected = brute::fits(&needs, &vials);
        prop_assert_eq!(fits(&needs, &vials).unwrap(), expected);
        for take in [Take::SoonestExpiry, Take::LatestExpiry] {
            prop_assert_eq!(check(&needs, &vials, take), expected);
        }
    }

    #[test]
    fn each_need_is_granted_exactly_when_it_fits_with_those_before((needs, vials) in case(7, 6)) {
        let grants = grant(&needs, &vials, Take::LatestExpiry).unwrap();
        let mut before: Vec<Need> = Vec::new();
        for (i, need) in needs.iter().enumerate() {
            before.push(*need);
            let expected = brute::fits(&before, &vials);
            prop_assert_eq!(grants.granted[i], expected);
            prop_assert_eq!(grants.compositions[i].is_some(), expected);
            if !expected {
                before.pop();
            }
        }
    }

    #[test]
    fn the_most_fit_and_one_more_does_not(vials in vials(8), mg in 1..900_u32, on in 0..3_u32) {
        let one = need(mg, on);
        let n = usize::try_from(most(one, &vials).unwrap().get()).unwrap();
        prop_assert!(brute::fits(&vec![one; n], &vials));
        prop_assert!(!brute::fits(&vec![one; n + 1], &vials));
    }

    #[test]
    fn the_shortfall_fits_and_nothing_less_does((needs, vials) in case(5, 3), extra in 0..=2_u64) {
        let needs: Vec<_> = needs.iter().map(|n| Need { mg: n.mg.times(1 + extra), ..*n }).collect();
        let mut strengths: Vec<_> = vials.iter().map(|v| v.strength).collect();
        strengths.sort();
        strengths.dedup();
        let least = strengths.first().map_or(1, |s| s.ug());
        prop_assume!(needs.iter().all(|n| n.mg.ug() / least < 8));
        let Some(rows) = shortfall(&needs, &vials, &strengths).unwrap() else {
            prop_assert!(strengths.is_empty());
            return Ok(());
        };
        let mg = rows.iter().fold(Mg::ZERO, |sum, (s, n)| sum.saturating_add(s.times(n.get().into())));
        let n = rows.iter().map(|(_, n)| n.get()).sum();
        if strengths.is_empty() {
            prop_assert_eq!(n, 0);
        } else {
            prop_assert_eq!((mg, n), brute::shortfall(&needs, &vials, &strengths));
            let more = rows.iter().enumerate().map(|(i, (s, n))| vial(100 + i, *s, 50, n.get()));
            prop_assert!(check(&needs, &vials.iter().copied().chain(more).collect::<Vec<_>>(), Take::SoonestExpiry));
        }
    }

    #[test]
    fn the_order_of_vials_changes_nothing((needs, vials) in case(20, 9), turn in 0..5_usize) {
        let mut other = vials.clone();
        other.reverse();
        other.rotate_left(turn.min(vials.len()));
        for take in [Take::SoonestExpiry, Take::LatestExpiry] {
            prop_assert_eq!(compose(&needs, &vials, take), compose(&needs, &other, take));
        }
    }

    #[test]
    fn one_vial_more_never_takes_a_dose_away((needs, vials) in case(20, 9), on in 0..3_u32, mg in 1..500_u32) {
        if fits(&needs, &vials).unwrap() {
            let mut more = vials;
            more.push(vial(77, Mg::from_mg(mg), on, 1));
            prop_assert!(fits(&needs, &more).unwrap());
        }
    }
}
