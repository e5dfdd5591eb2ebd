//! Worked cases; in `laws`, every verb against a search that tries everything.

use super::*;
use crate::domain::quantity::Doses;
use std::collections::BTreeMap;

mod brute;
mod dealt;
mod laws;

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
        fits(&[need(1_001, 0)], &dust),
        Err(Unsolved::VialsADose { .. })
    ));
}

#[test]
fn no_question_takes_longer_than_its_steps() {
    let close: Vec<_> = (0..6).map(|i| Mg::from_ug(80_000 + i)).collect();
    let of = |units: u32| -> Vec<_> {
        let rows = close.iter().enumerate();
        rows.map(|(lot, mg)| vial(lot, *mg, 9, units)).collect()
    };
    let needs: Vec<_> = (0..500)
        .map(|i| Need {
            mg: Mg::from_ug(800_000 + i % 40),
            on: day(0),
        })
        .collect();
    assert_eq!(fits(&needs, &of(1_000_000)), Ok(true));
    assert_eq!(fits(&needs, &of(800)), Ok(false));
    assert_eq!(
        most(needs[0], &of(1_000_000)).unwrap(),
        Doses::count(MOST_NEEDS)
    );
    let far = |ug| Need {
        mg: Mg::from_ug(ug),
        on: day(0),
    };
    let beyond = Err(Unsolved::Mass {
        found: Mg::from_ug(u64::MAX),
    });
    assert_eq!(fits(&[far(u64::MAX)], &of(u32::MAX)), beyond);
    let giant = [vial(0, MOST_MASS, 9, u32::MAX)];
    let almost = [vial(0, Mg::from_ug(MOST_MASS.ug() - 1), 9, u32::MAX)];
    for vials in [giant, almost] {
        assert_eq!(fits(&[far(MOST_MASS.ug()); 500], &vials), Ok(true));
        assert_eq!(most(far(1), &vials).unwrap(), Doses::count(MOST_NEEDS));
    }
}

#[test]
fn counting_ways_and_serving_needs_one_by_one_agree_on_the_most() {
    for mg in [80, 160, 200, 240, 280, 360, 440, 520, 600, 720, 800] {
        for units in [
            [9, 4, 2],
            [1, 7, 5],
            [13, 0, 3],
            [11, 8, 0],
            [5, 5, 5],
            [9, 9, 6],
        ] {
            let vials = stock(units[0], units[1], units[2]);
            let n = usize::try_from(most_of(mg, &vials)).unwrap();
            let doses = vec![need(mg, 0); n + 1];
            assert!(
                fits(&doses[1..], &vials).unwrap(),
                "{n} × {mg} of {units:?}"
            );
            assert!(!fits(&doses, &vials).unwrap(), "{n} × {mg} of {units:?}");
        }
    }
}
