//! Doses that fit because their vials were dealt to them.

use super::*;
use proptest::prelude::*;

#[test]
fn five_vials_of_eighty_do_not_stand_in_for_one_of_two_hundred() {
    let mut needs = vec![need(400, 23); 3];
    needs.extend(vec![need(280, 14); 3]);
    let vials = [
        vial(0, Mg::from_mg(80), 30, 8),
        vial(1, Mg::from_mg(200), 30, 3),
        vial(2, Mg::from_mg(400), 30, 2),
    ];
    assert!(brute::fits(&needs, &vials));
    assert_eq!(fits(&needs, &vials), Ok(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Far more vials than trying everything could deal with: they are dealt to doses first, and
    /// the doses are asked for after.
    #[test]
    fn doses_that_vials_were_dealt_to_fit(
        sizes in prop::sample::select(vec![[80, 200, 400], [60, 80, 200], [80, 120, 200], [30, 70, 110]]),
        dealt in prop::collection::vec((0_usize..3, 0_usize..8), 1..40),
        days in prop::collection::vec(0_u32..2, 8), less in 0_u32..25,
    ) {
        let mut sums = [0_u32; 8];
        let mut counts = [0_u32; 3];
        for (size, dose) in dealt {
            sums[dose] += sizes[size];
            counts[size] += 1;
        }
        let vials: Vec<_> = sizes.iter().zip(counts).map(|(mg, n)| vial(0, Mg::from_mg(*mg), 9, n)).collect();
        let needs: Vec<_> = sums.iter().zip(days).map(|(mg, on)| need(mg.saturating_sub(less), on)).collect();
        prop_assert_eq!(fits(&needs, &vials), Ok(true));
    }
}
