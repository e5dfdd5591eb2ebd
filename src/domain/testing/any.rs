//! Centres drawn by lot.

use super::Centre;
use crate::domain::quantity::Units;
use crate::domain::reserve::Hold;
use proptest::prelude::*;

/// Any centre: a shelf of a few lots, a few patients inside and outside of the window, some of them
/// with holds, right or not.
pub(in crate::domain) fn any_centre() -> impl Strategy<Value = Centre> {
    let lots = prop::collection::btree_map(
        (prop::sample::select(vec![80_u32, 200, 400]), 0_i64..60),
        1_u32..8,
        0..6,
    );
    let weight = prop_oneof![
        5_000_i64..120_000,
        Just(29_900_i64),
        Just(30_000),
        Just(50_000)
    ];
    let patient = (weight, -16_i64..30, 0_u32..5);
    let patients = prop::collection::vec(patient, 0..4);
    let holds = prop::collection::vec((0_usize..4, 1_u32..4, 0_usize..6, 1_u32..4), 0..10);
    let centre = (any::<bool>(), lots, patients, holds);
    centre.prop_map(|(assured, lots, patients, holds)| {
        let mut centre = Centre::new();
        if !assured {
            centre = centre.compromised();
        }
        for ((mg, expiry), units) in &lots {
            centre = centre.vials(*mg, *expiry, *units);
        }
        for (i, (weight, infusion, given)) in patients.iter().enumerate() {
            let id = format!("p{i}");
            centre = centre.patient(&id, *weight, *infusion).given(&id, *given);
        }
        for (patient, dose, place, units) in holds {
            let (Some(patient), Some(line)) =
                (centre.patients.get(patient), centre.stock.get(place))
            else {
                continue;
            };
            let (id, lot) = (patient.id.to_string(), line.lot_id.to_string());
            let twice =
                |h: &Hold| h.patient.as_str() == id && h.dose == dose && h.lot_id.as_str() == lot;
            if line.free() >= Units::new(units) && !centre.holds.iter().any(twice) {
                centre = centre.hold(&id, dose, &lot, units);
            }
        }
        centre
    })
}
