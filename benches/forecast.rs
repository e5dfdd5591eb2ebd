//! How long it takes to look ahead: the reserve and the shelf of a centre, day by day.
//!
//! It is looked ahead in the transaction of each movement of a CAR-T centre. `calm` is a centre as there
//! are many; `busy` has as many patients and lots as any in the country.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "criterion's macros have no documentation, and a bench that panics has failed"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use dotation::domain::calendar::Day;
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::forecast::{Due, Takes, project};
use dotation::domain::id::{DeliveryId, LotId, PatientId};
use dotation::domain::ledger::StockLine;
use dotation::domain::presentation::Route;
use dotation::domain::quantity::{Doses, Grams, Mg, Units};
use dotation::domain::reserve::{CarTPatient, Facts};
use dotation::domain::rule::Slug;
use dotation::domain::site::{Ahead, Delivery, DeliveryState, Site};
use dotation::rulebook::Rulebooks;
use std::hint::black_box;

const STRENGTHS: [&str; 3] = ["3400957464318", "3400957464486", "3400957464547"];

fn day(n: u32) -> Day {
    Day::of(2021, 10, 20).expect("a day").plus(n)
}

fn site() -> Site {
    Site {
        finess: Finess::parse("750100125").unwrap(),
        network: Slug::parse("ght-001").unwrap(),
        name: "CHU".to_owned(),
        zone: chrono_tz::Europe::Paris,
        car_t: true,
        reference_dose: None,
        by_hand: None,
        ahead: Ahead::default(),
        version: 1,
    }
}

fn stock(lots: u32) -> Vec<StockLine> {
    let line = |n: u32| StockLine {
        lot_id: LotId::new(format!("lot-{n}")),
        cip13: Cip13::parse(
            STRENGTHS
                .into_iter()
                .cycle()
                .nth(usize::try_from(n).unwrap())
                .unwrap(),
        )
        .unwrap(),
        lot: LotNumber::parse(&format!("B{n}")).unwrap(),
        expiry: day(20 + n * 9 % 400),
        usable: Units::new(2 + n % 5),
        quarantined: Units::ZERO,
        held: Units::ZERO,
    };
    (0..lots).map(line).collect()
}

fn patients(n: u32) -> Vec<CarTPatient> {
    let patient = |n: u32| CarTPatient {
        id: PatientId::new(format!("p-{n}")),
        weight: Grams::new(30_000 + i64::from(n) * 37_217 % 70_001).unwrap(),
        infusion_on: day(n * 5 % 60),
        doses_given: Doses::ZERO,
    };
    (0..n).map(patient).collect()
}

fn deliveries(n: u32) -> Vec<Delivery> {
    let delivery = |n: u32| Delivery {
        id: DeliveryId::new(format!("d-{n}")),
        site: Finess::parse("750100125").unwrap(),
        cip13: Cip13::parse("3400957464547").unwrap(),
        units: Units::new(6),
        arrived: Units::ZERO,
        expected_on: day(2 + n * 6),
        confirmed: true,
        state: DeliveryState::Confirmed,
        reference: None,
        version: 1,
    };
    (0..n).map(delivery).collect()
}

fn due(n: u32) -> Vec<Due> {
    let one = |n: u32| Due {
        on: day(n % 14),
        route: Route::Intravenous,
        takes: Takes::Dose(Mg::from_mg(400 + n % 7 * 40)),
        above_reserve: false,
    };
    (0..n).map(one).collect()
}

fn bench(c: &mut Criterion) {
    let rules = Rulebooks::load(None).unwrap();
    let (rulebook, rule) = rules
        .iter()
        .find_map(|book| Some((book, book.reserve.as_ref()?)))
        .unwrap();
    let site = site();
    for (name, lots, people, coming, asking, horizon) in [
        ("calm, 14 days", 6, 4, 2, 0, 14),
        ("calm, 14 days, 5 requests", 6, 4, 2, 5, 14),
        ("calm, 90 days", 6, 4, 2, 0, 90),
        ("busy, 14 days", 40, 30, 4, 0, 14),
        ("busy, 14 days, 20 requests", 40, 30, 4, 20, 14),
        ("busy, 90 days, 20 requests", 40, 30, 12, 20, 90),
    ] {
        let (stock, patients) = (stock(lots), patients(people));
        let (deliveries, due) = (deliveries(coming), due(asking));
        let facts = Facts {
            rulebook,
            rule,
            today: day(0),
            site: &site,
            stock: &stock,
            patients: &patients,
            holds: &[],
            deliveries: &deliveries,
        };
        c.bench_function(name, |b| {
            b.iter(|| project(black_box(&facts), black_box(&due), horizon));
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
