//! What holds of every reserve, whatever its shelf and patients.

use crate::domain::dose::{self, Need};
use crate::domain::quantity::{Doses, Units};
use crate::domain::reserve::{
    CarTPatient, Standing, free_vials, patient_doses, reference_dose, resupply, seen, stand,
};
use crate::domain::testing::{Centre, any_centre, day};
use proptest::prelude::*;

fn missing(centre: &Centre) -> Doses {
    let reserve = stand(&centre.facts());
    reserve.possible().missing_to(reserve.required())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_dose_given_never_asks_for_more(centre in any_centre(), given in 0_u32..6) {
        let facts = centre.facts();
        for patient in &centre.patients {
            let kept = |given| {
                let doses_given = Doses::new(given);
                let patient = CarTPatient { doses_given, ..patient.clone() };
                patient_doses(&facts, resupply(&facts), &patient).len()
            };
            prop_assert!(kept(given + 1) <= kept(given));
            prop_assert_eq!(kept(4), 0);
        }
    }

    #[test]
    fn what_must_stay_is_at_least_k_and_does_not_ask_the_shelf(centre in any_centre()) {
        let reserve = stand(&centre.facts());
        prop_assert!(reserve.required() >= centre.rule.doses(reserve.resupply));
        let mut empty = centre;
        empty.stock.clear();
        prop_assert_eq!(stand(&empty.facts()).required(), reserve.required());
    }

    #[test]
    fn what_is_seen_is_what_stands_and_the_most_reference_doses(centre in any_centre()) {
        let facts = centre.facts();
        let on = facts.today.plus(facts.rule.window_days);
        let reference = Need { mg: reference_dose(&facts), on };
        let most = dose::most(reference, &free_vials(&facts)).unwrap();
        prop_assert_eq!(seen(&facts).unwrap(), (stand(&facts), most));
    }

    #[test]
    fn doses_that_stand_lose_nothing_to_themselves_and_all_to_an_empty_shelf(centre in any_centre()) {
        let reserve = stand(&centre.facts());
        prop_assert_eq!(reserve.lost_since(&reserve), Doses::ZERO);
        let mut empty = centre;
        empty.stock.clear();
        empty.holds.clear();
        let nothing = stand(&empty.facts());
        prop_assert_eq!(nothing.possible(), Doses::ZERO);
        prop_assert_eq!(nothing.lost_since(&reserve), reserve.possible());
        prop_assert_eq!(reserve.lost_since(&nothing), Doses::ZERO);
    }

    /// More of one strength that keeps for ever: the first dose that was missing is never one
    /// ranked before.
    #[test]
    fn more_stock_never_costs_the_first_doses(centre in any_centre(), units in 1_u32..4) {
        let first_missing = |c: &Centre| {
            let doses = stand(&c.facts()).doses;
            doses.iter().position(|d| d.standing == Standing::Missing).unwrap_or(doses.len())
        };
        let more = centre.clone().vials(400, 300, units);
        prop_assert!(first_missing(&more) >= first_missing(&centre));
    }

    #[test]
    fn enough_of_the_largest_vial_completes_any_reserve(centre in any_centre()) {
        let all = centre.vials(400, 300, 200);
        prop_assert_eq!(missing(&all), Doses::ZERO);
    }

    #[test]
    fn expired_quarantined_and_foreign_units_change_nothing(centre in any_centre()) {
        let before = centre.stands();
        let mut more = centre.vials(400, -1, 9).vials(162, 300, 9).vials(80, 299, 1);
        let line = more.stock.last_mut().unwrap();
        line.expiry = day(299);
        (line.usable, line.quarantined) = (Units::ZERO, Units::new(50));
        prop_assert_eq!(more.stands(), before);
    }
}
