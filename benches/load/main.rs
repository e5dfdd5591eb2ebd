//! How much the service can do, as ratios against what the same machine can do without it.
//!
//! `cargo bench --bench load` measures `SQLite`; with `DOTATION_BENCH_POSTGRES`, the URL of a server
//! that may be filled and whose user may create databases, `PostgreSQL` too (`benches/run` starts
//! one). How to read what it prints: `benches/README.md`. A word after `--` keeps only the parts
//! whose name begins with it: `cargo bench --bench load -- sqlite`. `DOTATION_BENCH_SECONDS` is how
//! long each rate is measured.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a bench that panics has failed, and what it prints is what it is for"
)]

mod child;
mod client;
mod letters;
mod pgbench;
mod place;
mod raw;

use child::Served;
use client::{Rate, drive, request};
use place::{MG400, Place, lay_out, site};
use std::path::PathBuf;
use std::time::Duration;

/// Clients at once, as in the aims.
const CLIENTS: usize = 32;

/// A part of the run: its name on the command line, and what it does for so long.
type Part = (&'static str, fn(Duration));

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|w| *w != "--bench")
        .collect();
    if let ["serve", writing, database, address] = words.as_slice() {
        return child::serve(writing, database, address);
    }
    let parts: [Part; 7] = [
        ("start", start),
        ("reads", reads),
        ("sqlite", sqlite),
        ("emptied", emptied),
        ("letters", by_post),
        ("postgres", postgres),
        ("audit", audit),
    ];
    let seconds = std::env::var("DOTATION_BENCH_SECONDS").ok();
    let seconds = seconds.and_then(|s| s.parse().ok()).unwrap_or(5.0);
    for (name, measure) in parts {
        if words.is_empty() || words.iter().any(|w| name.starts_with(w)) {
            measure(Duration::from_secs_f64(seconds));
        }
    }
}

/// A database in a file, gone with the value.
struct File {
    place: Place,
    _folder: Folder,
}

/// A folder of our own, gone with the value. It lies beside the build: /tmp may be memory, which is
/// never slow to sync.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("load-{:016x}", rand::random::<u64>());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.0.join("stock.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn file(lots_emptied: u32) -> File {
    let folder = Folder::new();
    File {
        place: lay_out(&folder.database(), lots_emptied),
        _folder: folder,
    }
}

/// Dispenses one unit a request.
fn dispensing(served: &Served, place: &Place, car_t: bool, spread: bool, time: Duration) -> Rate {
    let body = format!(r#"{{"kind":"dispensing","cip13":"{MG400}","units":1}}"#);
    let make = |client: usize, n: usize, out: &mut String| {
        let at = if spread { client * 31 + n } else { 0 };
        let head = format!("POST /api/v1/sites/{}/movements", site(car_t, at));
        request(out, &head, &place.token, Some(rand::random()), &body);
    };
    drive(served.address, CLIENTS, time, "HTTP/1.1 201", &make)
}

fn reading(served: &Served, token: &str, head: &str, clients: usize, time: Duration) -> Rate {
    let make = |_: usize, _: usize, out: &mut String| request(out, head, token, None, "");
    drive(served.address, clients, time, "HTTP/1.1 200", &make)
}

const CASES: [(&str, bool, bool); 4] = [
    ("a pharmacy", false, false),
    ("fifty pharmacies", false, true),
    ("a CAR-T centre", true, false),
    ("fifty CAR-T centres", true, true),
];

fn sqlite(time: Duration) {
    println!("\nDispensing on SQLite, movements a second, {CLIENTS} clients\n");
    println!(
        "| at | service | p99 ms | CPU µs each | plain pool | p99 ms | CPU µs each | times the pool | loop | of the loop |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (name, car_t, spread) in CASES {
        let rate = |writing| {
            let file = file(0);
            let served = Served::measured(&file.place.address, writing);
            let before = served.ticks().unwrap_or_default();
            let rate = dispensing(&served, &file.place, car_t, spread, time);
            let ticks = served.ticks().unwrap_or_default() - before;
            (rate, ticks * 1e4 / rate.answers as f64)
        };
        let ((together, us), (alone, us_alone)) = (rate("together"), rate("alone"));
        let ceiling = raw::loop_for(&file(0).place, car_t, spread, time);
        println!(
            "| {name} | {:.0} | {:.1} | {us:.0} | {:.0} | {:.1} | {us_alone:.0} | **{:.1}** | {ceiling:.0} | **{:.2}** |",
            together.a_second,
            ms(together.p99),
            alone.a_second,
            ms(alone.p99),
            together.a_second / alone.a_second,
            together.a_second / ceiling,
        );
    }
}

fn postgres(time: Duration) {
    let Ok(server) = std::env::var("DOTATION_BENCH_POSTGRES") else {
        println!("\nPostgreSQL: not measured, DOTATION_BENCH_POSTGRES is not set; see benches/run");
        return;
    };
    println!("\nDispensing on PostgreSQL, movements a second, {CLIENTS} clients\n");
    println!("| at | service | p99 ms | pgbench, the same SQL | of pgbench |");
    println!("|---|---|---|---|---|");
    for (name, car_t, spread) in CASES {
        let database = pgbench::Database::new(&server);
        let place = lay_out(&database.address, 0);
        let service = {
            let served = Served::measured(&place.address, "together");
            dispensing(&served, &place, car_t, spread, time)
        };
        let database = pgbench::Database::new(&server);
        let place = lay_out(&database.address, 0);
        let plain = pgbench::run(&place, car_t, spread, CLIENTS, time);
        println!(
            "| {name} | {:.0} | {:.1} | {plain:.0} | **{:.2}** |",
            service.a_second,
            ms(service.p99),
            service.a_second / plain,
        );
    }
}

fn reads(time: Duration) {
    println!("\nReading on SQLite, answers a second, {CLIENTS} clients\n");
    println!("| what | answers | p99 ms | of an empty handler | of /healthz |");
    println!("|---|---|---|---|---|");
    let file = file(0);
    let served = Served::measured(&file.place.address, "together");
    let rate = |head: &str| reading(&served, &file.place.token, head, CLIENTS, time);
    let (floor, empty) = (rate("GET /healthz"), rate("GET /api/v1/whoami"));
    let path = format!("GET /api/v1/sites/{}/reserve", site(true, 0));
    let reserve = reading(&served, &file.place.reader, &path, CLIENTS, time);
    let with_patients = rate(&path);
    let stock = rate(&format!("GET /api/v1/sites/{}/stock", site(true, 0)));
    for (name, rate) in [
        ("/healthz", floor),
        ("whoami: token, no work", empty),
        ("reserve of a centre", reserve),
        (
            "the same with its patients, a line on the audit trail",
            with_patients,
        ),
        ("stock of a centre", stock),
    ] {
        println!(
            "| {name} | {:.0} | {:.1} | **{:.2}** | {:.2} |",
            rate.a_second,
            ms(rate.p99),
            rate.a_second / empty.a_second,
            rate.a_second / floor.a_second,
        );
    }
}

fn emptied(time: Duration) {
    println!(
        "\nA site that has had 10,000 lots of which nothing is left, on SQLite: the reserve read by one \
         client, dispensing by {CLIENTS}\n"
    );
    println!("| what | with none | with 10,000 | ratio | memory after, MiB |");
    println!("|---|---|---|---|---|");
    let reserve = format!("GET /api/v1/sites/{}/reserve", site(true, 0));
    let rates = |lots| {
        let file = file(lots);
        let served = Served::measured(&file.place.address, "together");
        let read = reading(&served, &file.place.reader, &reserve, 1, time);
        let write = [false, true].map(|c| dispensing(&served, &file.place, c, false, time));
        (
            [
                ("reserve of a centre", read),
                ("dispensing, pharmacy", write[0]),
                ("dispensing, centre", write[1]),
            ],
            served.memory().unwrap_or_default(),
        )
    };
    let ((none, _), (many, memory)) = (rates(0), rates(10_000));
    for ((name, none), (_, many)) in none.into_iter().zip(many) {
        let ratio = many.a_second / none.a_second;
        println!(
            "| {name} | {:.0} | {:.0} | **{ratio:.2}** | {memory:.0} |",
            none.a_second, many.a_second
        );
    }
}

fn start(_: Duration) {
    println!("\nFrom start to ready, and at rest\n");
    println!("| | first start | second start | memory at rest, MiB |");
    println!("|---|---|---|---|");
    let folder = Folder::new();
    let address = folder.database();
    let first = Served::installed(&address).ready_after;
    let served = Served::installed(&address);
    std::thread::sleep(Duration::from_secs(1));
    println!(
        "| SQLite | {:.0} ms | {:.0} ms | {:.1} |",
        ms(first),
        ms(served.ready_after),
        served.memory().unwrap_or_default()
    );
}

/// What the line on the audit trail costs of a movement: the loop with one line each, and with five.
fn audit(time: Duration) {
    println!("\nThe audit trail's line, of one movement in one thread, 32 in a commit\n");
    println!(
        "| on | at | movement µs | of it the line µs | share | without it, a second | with it |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (name, car_t, spread) in CASES {
        let folder = Folder::new();
        cost("SQLite", name, &folder.database(), (car_t, spread), time);
    }
    let Ok(server) = std::env::var("DOTATION_BENCH_POSTGRES") else {
        println!("\nPostgreSQL: not measured, DOTATION_BENCH_POSTGRES is not set; see benches/run");
        return;
    };
    for (name, car_t, spread) in CASES {
        let database = pgbench::Database::new(&server);
        cost("PostgreSQL", name, &database.address, (car_t, spread), time);
    }
}

fn cost(on: &str, name: &str, address: &str, (car_t, spread): (bool, bool), time: Duration) {
    const MORE: u32 = 4;
    let place = lay_out(address, 0);
    let with = raw::loop_for(&place, car_t, spread, time);
    let with_more = raw::with_more_lines(&place, car_t, spread, (time, MORE));
    let (one, five) = (1e6 / with, 1e6 / with_more);
    let line = (five - one) / f64::from(MORE);
    println!(
        "| {on} | {name} | {one:.0} | {line:.0} | **{:.2}** | {:.0} | {with:.0} |",
        line / one,
        1e6 / (one - line),
    );
}

fn by_post(_: Duration) {
    println!(
        "\nLetters: of one movement on an idle service, from commit to the server's 250; and of a recall at 2,000 sites\n"
    );
    println!(
        "| on | p50 ms | p99 ms | letters | burst s | letters a second | transport alone s | of it |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let folder = Folder::new();
    println!("| SQLite | {}", letters::measure(&folder.database()));
    if let Ok(server) = std::env::var("DOTATION_BENCH_POSTGRES") {
        let database = pgbench::Database::new(&server);
        println!("| PostgreSQL | {}", letters::measure(&database.address));
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
