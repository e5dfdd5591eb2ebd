//! How long a plan takes, how that grows, and how a published solver does on the same questions.
//!
//! `benches/run plan` runs all of it; `cargo bench --bench plan -- national` keeps only the parts whose
//! name begins with the word: national, exact, growth, hard, solver. The solver is `HiGHS`, through a Python
//! that has `highspy`: `DOTATION_BENCH_PYTHON` (`benches/run` makes one). `DOTATION_BENCH_SOLVER_SECONDS`
//! is how long it is given (120). How to read what is printed: `benches/README.md`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a bench that panics has failed, and what it prints is what it is for"
)]

mod country;
mod dice;
mod exact;
mod hard;
mod ours;
mod questions;
mod solver;

use country::{Country, NATIONAL, Size};
use ours::{Desk, Parts, process};
use std::path::PathBuf;
use std::time::Duration;

/// The seed of the countries that are measured.
const SEED: u64 = 7;
/// How often each case of a table is planned; the run in the middle is shown.
const RUNS: usize = 3;

/// A part of the run: its name on the command line, and what it does.
type Part = (&'static str, fn(&Desk));

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|w| *w != "--bench")
        .collect();
    let parts: [Part; 5] = [
        ("national", national),
        ("exact", exact::small_pools),
        ("growth", growth),
        ("hard", hard_cases),
        ("solver", solver::beside),
    ];
    let desk = Desk::new();
    for (name, measure) in parts {
        if words.is_empty() || words.iter().any(|w| name.starts_with(w)) {
            measure(&desk);
        }
    }
}

/// The country of the aims, in a way to share.
fn country(size: Size, transfers: &'static str) -> Country {
    let mut country = Country::new(size, SEED);
    country.transfers = transfers;
    country
}

fn national(desk: &Desk) {
    println!(
        "\nThe national case: {} sites in {} groups, {} requests, {} CAR-T centres. Aims: 300 ms in \
         groups, 2,000 ms in one pool, below 300 MB\n",
        NATIONAL.sites, NATIONAL.networks, NATIONAL.requests, NATIONAL.centres
    );
    println!(
        "| shared by | reading ms | planning ms | writing ms | text to text ms | aim | `dotation plan` ms | peak MB | granted | deferred | given up |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (transfers, name, aim) in [("network", "groups", 300), ("all", "all", 2_000)] {
        let country = country(NATIONAL, transfers);
        let (parts, plan) = desk.timed(&country, 5);
        let file = File::holding(&country);
        let process = process(&file.0);
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | **{:.0}** | {aim} | {:.0} | **{:.0}** | {} | {} | {} |",
            ms(parts.read),
            ms(parts.plan),
            ms(parts.write),
            ms(parts.total()),
            ms(process.time),
            process.peak_mb,
            plan.totals.granted,
            plan.totals.deferred,
            plan.incomplete.len(),
        );
    }
    println!("\nHow far the units it chose are from the proved bounds\n");
    println!(
        "| shared by | moved for CRS | bound | for reserves | bound | for all | bound | wasted mg | bound |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (transfers, name) in [("network", "groups"), ("all", "all")] {
        let (_, plan) = desk.timed(&country(NATIONAL, transfers), 1);
        let t = plan.totals;
        let moved = [t.moved_crs, t.moved_reserves, t.moved_all];
        let moved = moved.map(|b| format!("{} | {}", b.value, b.lower_bound));
        let wasted = t.wasted_ug;
        println!(
            "| {name} | {} | {} | {} |",
            moved.join(" | "),
            wasted.value / 1_000,
            wasted.lower_bound / 1_000
        );
    }
}

fn growth(desk: &Desk) {
    let claims = [2_500, 5_000, 10_000, 20_000].map(|requests| {
        let mut country = Country::new(NATIONAL, SEED);
        // every eighth, fourth, second one: those that stay are the same in all
        let step = NATIONAL.requests / requests;
        let mut place = 0;
        country.requests.retain(|_| {
            place += 1;
            place % step == 0
        });
        (format!("{requests}"), country)
    });
    table(
        desk,
        "claims: the national case with fewer requests and all its stock",
        "requests",
        &claims,
    );
    let stock = [15, 30, 60, 120].map(|stock_pct| {
        let size = Size {
            stock_pct,
            ..NATIONAL
        };
        let country = Country::new(size, SEED);
        let units: u64 = country.stock.iter().map(|s| s.units).sum();
        (format!("{units}"), country)
    });
    table(
        desk,
        "stock: the national case with a quarter, half and twice its units",
        "units",
        &stock,
    );
}

fn table(desk: &Desk, what: &str, of: &str, countries: &[(String, Country)]) {
    println!("\nGrowth with {what}\n");
    println!(
        "| {of} | in groups, ms | of it planning | times the row above | in one pool, ms | of it planning | times the row above |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut before: Option<[Parts; 2]> = None;
    for (name, country) in countries {
        let both = ["network", "all"].map(|transfers| {
            let mut country = country.clone();
            country.transfers = transfers;
            desk.timed(&country, RUNS).0
        });
        let columns = [0, 1].map(|i| {
            let times = before.map_or("–".to_owned(), |b| {
                format!("**{:.1}**", ms(both[i].total()) / ms(b[i].total()))
            });
            format!(
                "{:.0} | {:.0} | {times}",
                ms(both[i].total()),
                ms(both[i].plan)
            )
        });
        println!("| {name} | {} |", columns.join(" | "));
        before = Some(both);
    }
}

fn hard_cases(desk: &Desk) {
    let size = hard::SIZE;
    println!(
        "\nHard cases: {} sites and {} requests in one pool. Aim: ten times the ordinary time\n",
        size.sites, size.requests
    );
    println!(
        "| case | ms | times the ordinary | granted | deferred | given up | moved | bound | wasted mg | bound |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let ordinary = hard::ordinary();
    let (usual, plan) = desk.timed(&ordinary, 5);
    let line = |name: &str, parts: Parts, plan: &dotation::domain::plan::Plan| {
        let t = plan.totals;
        println!(
            "| {name} | {:.0} | **{:.1}** | {} | {} | {} | {} | {} | {} | {} |",
            ms(parts.total()),
            ms(parts.total()) / ms(usual.total()),
            t.granted,
            t.deferred,
            plan.incomplete.len(),
            t.moved_all.value,
            t.moved_all.lower_bound,
            t.wasted_ug.value / 1_000,
            t.wasted_ug.lower_bound / 1_000,
        );
    };
    line("ordinary", usual, &plan);
    for (name, twist) in hard::TWISTS {
        let mut country = ordinary.clone();
        twist(&mut country);
        let (parts, plan) = desk.timed(&country, RUNS);
        line(name, parts, &plan);
    }
}

/// A case in a file, gone with the value.
struct File(PathBuf);

impl File {
    fn holding(country: &Country) -> Self {
        let name = format!("plan-{:016x}.json", rand::random::<u64>());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, country.json()).expect("a file");
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
