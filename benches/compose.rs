//! How long it takes to find which vials make which doses.
//!
//! `plenty` is the question of the aim: 500 vials of each size, 40 doses of mixed weights, under
//! 5 ms. The others are the hard ones: pools used up to the last vial, where the answer is just yes
//! or just no.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "criterion's macros have no documentation, and a bench that panics has failed"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use dotation::domain::calendar::Day;
use dotation::domain::dose::{Need, Take, Vial, compose, fits, grant, most, shortfall};
use dotation::domain::quantity::{Mg, Units};
use std::hint::black_box;

const REAL: [u32; 3] = [80, 200, 400];

fn day(n: u32) -> Day {
    Day::of(2021, 10, 20).expect("a day").plus(n)
}

/// So many vials of each strength, in `lots` lots whose expiries lie `apart` days apart.
fn stock(strengths: &[u32], units: &[u32], lots: u32, apart: u32) -> Vec<Vial<usize>> {
    let rows = strengths.iter().zip(units).flat_map(|(mg, n)| {
        (0..lots).map(move |lot| {
            let part = n / lots + u32::from(lot < n % lots);
            (*mg, 30 - lot * apart, part)
        })
    });
    rows.enumerate()
        .map(|(lot, (mg, expiry, n))| Vial {
            lot,
            strength: Mg::from_mg(mg),
            expiry: day(expiry),
            units: Units::new(n),
        })
        .collect()
}

/// Doses of 8 mg/kg for patients of 30 to 100 kg, one every few hundred grams, over `days` days.
fn doses(n: u32, days: u32) -> Vec<Need> {
    (0..n)
        .map(|i| Need {
            mg: Mg::from_ug(8 * (30_000 + u64::from(i) * 37_217 % 70_001)),
            on: day(i * 7 % days),
        })
        .collect()
}

fn bench(c: &mut Criterion) {
    let plenty = stock(&REAL, &[500; 3], 5, 5);
    let mixed = doses(40, 28);
    c.bench_function("plenty: 40 doses of 500 vials of each size", |b| {
        b.iter(|| compose(black_box(&mixed), black_box(&plenty), Take::SoonestExpiry));
    });
    c.bench_function("plenty: most of 800 mg (425)", |b| {
        let need = Need {
            mg: Mg::from_mg(800),
            on: day(0),
        };
        b.iter(|| most(black_box(need), black_box(&plenty)));
    });
    for mg in [240, 280, 360, 440, 520] {
        c.bench_function(&format!("plenty: most of {mg} mg"), |b| {
            let need = Need {
                mg: Mg::from_mg(mg),
                on: day(0),
            };
            b.iter(|| most(black_box(need), black_box(&plenty)));
        });
    }
    // from just too few to just enough: the names say which
    for large in 25..=29 {
        let scarce = stock(&REAL, &[60, 28, large], 1, 1);
        let spread = stock(&REAL, &[60, 28, large], 5, 6);
        let one_day = doses(40, 1);
        let yes = |vials: &[Vial<usize>], needs: &[Need]| {
            if fits(needs, vials).expect("solved") {
                "yes"
            } else {
                "no"
            }
        };
        let name = format!(
            "scarce: 40 doses, {large} large vials, one day: {}",
            yes(&scarce, &one_day)
        );
        c.bench_function(&name, |b| {
            b.iter(|| fits(black_box(&one_day), black_box(&scarce)));
        });
        let name = format!(
            "scarce: 40 doses, {large} large vials, 28 days: {}",
            yes(&spread, &mixed)
        );
        c.bench_function(&name, |b| {
            b.iter(|| fits(black_box(&mixed), black_box(&spread)));
        });
    }
    let scarce = stock(&REAL, &[100, 60, 40], 5, 6);
    let queue = doses(120, 28);
    c.bench_function("scarce: 120 needs granted one by one", |b| {
        b.iter(|| grant(black_box(&queue), black_box(&scarce), Take::LatestExpiry));
    });
    let strengths = REAL.map(Mg::from_mg);
    c.bench_function("scarce: shortfall of 60 doses", |b| {
        b.iter(|| shortfall(black_box(&doses(60, 28)), black_box(&scarce), &strengths));
    });
    let hundreds = doses(400, 28);
    let large = stock(&REAL, &[900, 380, 250], 5, 5);
    c.bench_function("many: 400 doses of 400 sizes", |b| {
        b.iter(|| compose(black_box(&hundreds), black_box(&large), Take::SoonestExpiry));
    });
    let one_size = stock(&[80], &[5_000], 5, 5);
    c.bench_function("many: 400 doses of vials of one size", |b| {
        b.iter(|| {
            compose(
                black_box(&hundreds),
                black_box(&one_size),
                Take::SoonestExpiry,
            )
        });
    });
    let thousands = stock(&REAL, &[1_000_000; 3], 5, 5);
    c.bench_function("many: 400 doses of a million vials of each size", |b| {
        b.iter(|| {
            compose(
                black_box(&hundreds),
                black_box(&thousands),
                Take::SoonestExpiry,
            )
        });
    });
    let odd = stock(&[70, 110, 130, 170, 190, 231], &[30; 6], 3, 9);
    c.bench_function("odd: 40 doses of six strengths", |b| {
        b.iter(|| fits(black_box(&mixed), black_box(&odd)));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
