//! Every verb against a search that tries everything, and laws that need none.

use super::*;
use proptest::prelude::*;

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
        let mut strengths: Vec<_> = vials.iter().map(|v| v.strength).collect();
        strengths.sort();
        strengths.dedup();
        // a dose of more than seven of the smallest vial takes too long to try everything for
        let most = strengths.first().map_or(Mg::ZERO, |s| s.times(7));
        let needs = needs.iter().map(|n| Need { mg: n.mg.times(1 + extra).min(most), ..*n });
        let needs: Vec<_> = needs.collect();
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
            // each in date on the day of its dose, and no longer
            let lacks = lacking(&needs, &vials, &strengths).unwrap().unwrap();
            prop_assert_eq!(&by_strength(&lacks), &rows);
            let just = lacks.iter().enumerate().map(|(i, l)| Vial { lot: 200 + i, strength: l.strength, expiry: l.on, units: l.units });
            prop_assert!(check(&needs, &vials.iter().copied().chain(just).collect::<Vec<_>>(), Take::SoonestExpiry));
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
