//! Small cases of any kind.

use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::plan::{Case, CasePatient, CaseRequest, CaseSite, CaseStock, Form, Transfers};
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Grams, Mg};
use crate::domain::rule::{Alternatives, Resupply, Risk, Treatment};
use crate::domain::testing::slug;
use proptest::prelude::*;

pub(super) const CIPS: [&str; 5] = [
    "3400957464318",
    "3400957464486",
    "3400957464547",
    "3400930145524",
    "3400927824845",
];

pub(super) fn as_of() -> Day {
    Day::of(2021, 10, 20).unwrap()
}

fn site(at: usize) -> impl Strategy<Value = CaseSite> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 0..3_usize).prop_map(
        move |(car_t, assured, near, dose)| CaseSite {
            id: format!("site-{at}"),
            network: if near { "near" } else { "far" }.to_owned(),
            car_t,
            resupply: if assured {
                Resupply::Assured
            } else {
                Resupply::Compromised
            },
            reference_dose: Mg::from_mg([240, 400, 800][dose]),
        },
    )
}

/// What a case is mostly about.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain::plan) enum Mix {
    /// Everything.
    Everything,
    /// Infusions, half of them of prescribed sizes.
    Infusions,
    /// Single units.
    Units,
    /// A centre's reserves.
    Reserves,
}

fn stock(mix: Mix, sites: usize, units: u32) -> impl Strategy<Value = CaseStock> {
    let of = match mix {
        Mix::Everything => 0..5_usize,
        Mix::Infusions | Mix::Reserves => 0..3,
        Mix::Units => 3..5,
    };
    (0..sites, of, 0..3_u32, 0..40_u32, 1..=units).prop_map(|(site, cip, lot, days, units)| {
        CaseStock {
            site,
            cip13: Cip13::parse(CIPS[cip]).unwrap(),
            lot: format!("L{lot}"),
            expiry: as_of().plus(days),
            units,
        }
    })
}

fn patient(at: usize, sites: usize) -> impl Strategy<Value = CasePatient> {
    (0..sites, 12_000..110_000_i64, 0..45_i64, 0..5_u32).prop_map(
        move |(site, weight, day, given)| CasePatient {
            id: format!("cart-{at}"),
            site,
            weight: Grams::new(weight / 100 * 100).unwrap(),
            infusion_on: Day::parse("2021-10-04")
                .unwrap()
                .plus(u32::try_from(day).unwrap()),
            doses_given: Doses::new(given),
        },
    )
}

/// Sizes that a prescriber writes: any, and those that vials make up or just do not.
fn prescribed() -> impl Strategy<Value = Option<Mg>> {
    let round = (1..=10_u64, -1..=1_i64).prop_map(|(n, off)| {
        let ug = (n * 80_000).checked_add_signed(off).unwrap();
        Mg::from_ug(ug.min(800_000))
    });
    prop_oneof![
        2 => Just(None),
        1 => (1..=800_000_u64).prop_map(|ug| Some(Mg::from_ug(ug))),
        1 => round.prop_map(Some),
    ]
}

const INDICATIONS: [&str; 8] = [
    "crs",
    "pjia",
    "sjia",
    "takayasu",
    "uveitis",
    "giant-cell-arteritis",
    "rheumatoid-arthritis",
    "other",
];

fn request(
    mix: Mix,
    at: usize,
    sites: usize,
    patients: usize,
) -> impl Strategy<Value = CaseRequest> {
    let who = (0..sites, 10_000..110_000_i64, 2..40_u32, 0..8_usize);
    let what = (0..4_u32, 0..8_u32, any::<bool>(), 0..3_usize, 0..34_u32);
    let how = (
        1..5_u32,
        proptest::option::of(0..patients.max(1)),
        0..6_usize,
        prescribed(),
        0..5_u32,
    );
    (who, what, how).prop_map(move |(who, what, how)| {
        let (site, weight, age, indication) = who;
        let (sc, start, none, risk, due) = what;
        let (units, of, anc, prescribed, approved) = how;
        let single = match mix {
            Mix::Everything => sc < 2,
            Mix::Units => sc > 0,
            Mix::Infusions | Mix::Reserves => false,
        };
        let crs = indication == 0;
        let ongoing = !crs && start > 0;
        CaseRequest {
            id: format!("req-{at}"),
            site,
            indication: slug(INDICATIONS[indication]),
            approved_exception: approved == 0,
            treatment: if ongoing {
                Treatment::Ongoing
            } else {
                Treatment::Initiation
            },
            alternatives: if none {
                Alternatives::None
            } else {
                Alternatives::Available
            },
            risk: Risk::ALL[risk],
            age_years: age,
            weight: Some(Grams::new(weight / 100 * 100).unwrap()),
            due: if crs {
                as_of()
            } else {
                Day::parse("2021-10-16").unwrap().plus(due)
            },
            form: if single && !crs {
                Form::Units {
                    route: Route::Subcutaneous,
                    units,
                }
            } else {
                Form::Vials {
                    route: Route::Intravenous,
                    prescribed,
                    patient: of.filter(|_| crs && patients > 0),
                }
            },
            anc_per_mm3: [
                None,
                Some(499),
                Some(500),
                Some(1_000),
                Some(1_999),
                Some(2_000),
            ][anc],
        }
    })
}

/// Any case with so many sites, stock rows of so many units, patients and requests at the most.
pub(super) fn case(
    sites: usize,
    stock: (usize, u32),
    patients: usize,
    requests: usize,
) -> impl Strategy<Value = Case> {
    case_of(Mix::Everything, sites, stock, patients, requests)
}

/// The same, mostly about one thing.
pub(in crate::domain::plan) fn case_of(
    mix: Mix,
    sites: usize,
    (rows, units): (usize, u32),
    patients: usize,
    requests: usize,
) -> impl Strategy<Value = Case> {
    (1..=sites, 0..=rows, 0..=patients, 0..=requests).prop_flat_map(
        move |(sites, rows, patients, requests)| {
            let all = (
                (0..sites).map(site).collect::<Vec<_>>(),
                proptest::collection::vec(stock(mix, sites, units), rows),
                (0..patients).map(|i| patient(i, sites)).collect::<Vec<_>>(),
                (0..requests)
                    .map(|i| request(mix, i, sites, patients))
                    .collect::<Vec<_>>(),
                0..3_usize,
                prop_oneof![2 => Just(0_u32), 2 => 0..=20_u32],
                0..100_u32,
            );
            all.prop_map(|(sites, stock, patients, requests, transfers, pct, seed)| {
                Case {
                    as_of: as_of(),
                    horizon_days: 28,
                    rulebook: slug("roactemra-2021-10-14"),
                    transfers: Transfers::ALL[transfers],
                    lottery_seed: format!("seed-{seed}"),
                    rounding_down_pct: pct,
                    sites,
                    stock,
                    patients,
                    requests,
                }
                .sorted()
            })
        },
    )
}
