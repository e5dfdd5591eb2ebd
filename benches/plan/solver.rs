//! Beside a published solver: the same questions, in the same run, and the same answers.

use crate::country::{Country, NATIONAL, Size};
use crate::ours::Desk;
use crate::questions::{Pool, questions};
use crate::{SEED, country, ms};
use dotation::domain::plan::{Case, Plan, Transfers};
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the solver said of one pool.
struct Answered {
    answers: Vec<Option<bool>>,
    time: Duration,
}

pub(crate) fn beside(desk: &Desk) {
    let Ok(python) = std::env::var("DOTATION_BENCH_PYTHON") else {
        println!("\nSolver: not asked, DOTATION_BENCH_PYTHON is not set; see benches/run");
        return;
    };
    let seconds = std::env::var("DOTATION_BENCH_SOLVER_SECONDS").ok();
    let seconds: u64 = seconds.and_then(|s| s.parse().ok()).unwrap_or(120);
    println!(
        "\nBeside HiGHS {}: is this claim feasible with all granted before? Ours is the whole plan of the \
         same pools, the choice of units included. HiGHS is stopped after {seconds} s, on one pool after \
         60 s\n",
        version(&python)
    );
    println!(
        "| case | questions | HiGHS answered | in s | finished pools | HiGHS on those, s | ours on those, ms | times ours | HiGHS on all at this pace, s | ours on all, ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let in_one_pool = |requests| {
        let size = Size {
            sites: 30,
            networks: 1,
            centres: 2,
            requests,
            stock_pct: 60,
        };
        country(size, "all")
    };
    let cases = [
        ("national, in groups", Country::new(NATIONAL, SEED), seconds),
        ("100 requests in one pool", in_one_pool(100), 60),
        ("400 requests in one pool", in_one_pool(400), 60),
        ("1,600 requests in one pool", in_one_pool(1_600), 60),
    ];
    for (name, country, limit) in cases {
        compare(desk, &python, name, &country, limit);
    }
}

fn compare(desk: &Desk, python: &str, name: &str, country: &Country, limit: u64) {
    let (plan, ours_on_all) = planned(desk, country);
    let json = country.json();
    let (case, book) = desk.read(&json);
    let pools = questions(&case, book, &plan, |site| pool_of(&case, site));
    let answered = ask(python, &pools, limit);
    let (mut asked, mut time) = (0, Duration::ZERO);
    let mut finished = Vec::new();
    for (pool, its) in pools.iter().zip(&answered) {
        agree(name, pool, its);
        let answers = its.answers.iter().flatten().count();
        asked += answers;
        time += its.time;
        if answers == pool.granted.len() {
            finished.push((pool.name.as_str(), its.time));
        }
    }
    let all: usize = pools.iter().map(|p| p.granted.len()).sum();
    let theirs: Duration = finished.iter().map(|(_, time)| *time).sum();
    let beside = if finished.is_empty() {
        "– | – | –".to_owned()
    } else {
        let kept = country.of_networks(|network| {
            let network = format!("ght-{network:03}");
            let mut names = finished.iter().map(|(name, _)| *name);
            names.any(|name| name == network || name == "all")
        });
        let ours = planned(desk, &kept).1;
        let (theirs, ours) = (theirs.as_secs_f64(), ms(ours));
        format!("{theirs:.1} | {ours:.1} | **{:.0}**", theirs * 1e3 / ours)
    };
    let pace = time.as_secs_f64() * all as f64 / (asked as f64).max(1.0);
    println!(
        "| {name} | {all} | {asked} | {:.1} | {} of {} | {beside} | {pace:.0} | {:.1} |",
        time.as_secs_f64(),
        finished.len(),
        pools.len(),
        ms(ours_on_all),
    );
}

/// Our plan of a case that was read, and the time in the middle of three.
fn planned(desk: &Desk, country: &Country) -> (Plan, Duration) {
    let json = country.json();
    let (case, book) = desk.read(&json);
    let mut runs = [(); 3].map(|()| {
        let start = Instant::now();
        let plan = desk.plan(&case, book);
        (start.elapsed(), plan)
    });
    runs.sort_by_key(|(time, _)| *time);
    let [_, (time, plan), _] = runs;
    assert!(plan.incomplete.is_empty(), "nothing is given up");
    (plan, time)
}

/// Fails when the solver decided anything otherwise.
fn agree(name: &str, pool: &Pool, its: &Answered) {
    assert_eq!(pool.granted.len(), its.answers.len(), "an answer a claim");
    for (place, (ours, theirs)) in pool.granted.iter().zip(&its.answers).enumerate() {
        assert!(
            theirs.is_none_or(|theirs| theirs == *ours),
            "{name}, {}, claim {place}: we say {ours}, HiGHS says {theirs:?}",
            pool.name
        );
    }
}

/// The solver's version.
fn version(python: &str) -> String {
    let script = "import highspy; print(highspy.Highs().version())";
    let out = Command::new(python).args(["-c", script]).output();
    let out = out.expect("the Python of DOTATION_BENCH_PYTHON");
    assert!(out.status.success(), "that Python has highspy");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

fn pool_of(case: &Case, site: usize) -> String {
    match case.transfers {
        Transfers::None => case.sites[site].id.clone(),
        Transfers::Network => case.sites[site].network.clone(),
        Transfers::All => "all".to_owned(),
    }
}

/// Asks the solver, pool by pool, until the limit.
fn ask(python: &str, pools: &[Pool], limit: u64) -> Vec<Answered> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/plan/highs.py");
    let mut child = Command::new(python)
        .args([script, &limit.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of DOTATION_BENCH_PYTHON");
    let asked: Vec<&Value> = pools.iter().map(|pool| &pool.asked).collect();
    let asked = serde_json::to_vec(&asked).expect("JSON");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(&asked).expect("the questions");
    drop(stdin);
    let out = child.wait_with_output().expect("its end");
    assert!(out.status.success(), "the solver's script failed");
    let answers: Value = serde_json::from_slice(&out.stdout).expect("answers");
    let pools = answers["pools"].as_array().expect("a list of pools");
    pools
        .iter()
        .map(|pool| Answered {
            answers: pool["answers"]
                .as_array()
                .expect("a list of answers")
                .iter()
                .map(Value::as_bool)
                .collect(),
            time: Duration::from_secs_f64(pool["seconds"].as_f64().expect("seconds")),
        })
        .collect()
}
