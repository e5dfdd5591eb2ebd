//! How many patients can be assessed a second, on one core.
//!
//! The patients are those of the contract's two hundred examples, of all five rulebooks. `assess` is
//! the question of the aim, 100,000 a second: values in, values out. `text to text` is a case as a
//! program sends it, from the bytes of its JSON to the bytes of the answer.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "criterion's macros have no documentation, and a bench that panics has failed"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dotation::domain::assess::assess;
use dotation::domain::language::Language;
use dotation::domain::rule::Rulebook;
use dotation::rulebook::Rulebooks;
use dotation::wire::assess_case::{read, write};
use std::hint::black_box;

const EXAMPLES: &str = include_str!("../tests/fixtures/assess/examples.jsonl");

fn bench(c: &mut Criterion) {
    let rules = Rulebooks::built_in().expect("rulebooks");
    let books: Vec<&Rulebook> = rules.iter().collect();
    let cases: Vec<Vec<u8>> = EXAMPLES
        .lines()
        .map(|line| {
            let example: serde_json::Value = serde_json::from_str(line).expect("an example");
            serde_json::to_vec(example.get("case").expect("a case")).expect("a case")
        })
        .collect();
    let patients: Vec<_> = cases
        .iter()
        .map(|bytes| read(bytes, &books).expect("a case that is right"))
        .collect();
    let mut group = c.benchmark_group("assessments");
    group.throughput(Throughput::Elements(
        u64::try_from(cases.len()).expect("a few"),
    ));
    group.bench_function("assess", |b| {
        b.iter(|| {
            for read in &patients {
                let in_force = rules.in_force(read.book, read.as_of);
                black_box(assess(
                    read.book,
                    black_box(&read.patient),
                    read.as_of,
                    in_force,
                ));
            }
        });
    });
    group.bench_function("assess, and write the answer", |b| {
        b.iter(|| {
            for read in &patients {
                let in_force = rules.in_force(read.book, read.as_of);
                let found = assess(read.book, black_box(&read.patient), read.as_of, in_force);
                black_box(write(&found, read.book, read.as_of, Language::Fr));
            }
        });
    });
    group.bench_function("text to text", |b| {
        b.iter(|| {
            for bytes in &cases {
                let read = read(black_box(bytes), &books).expect("a case that is right");
                let in_force = rules.in_force(read.book, read.as_of);
                let found = assess(read.book, &read.patient, read.as_of, in_force);
                black_box(write(&found, read.book, read.as_of, Language::Fr));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
