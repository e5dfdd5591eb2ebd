//! Our side, timed: from the text of a case to the text of its plan.

use crate::country::Country;
use dotation::domain::language::Language;
use dotation::domain::plan::{Case, Plan, plan};
use dotation::domain::rule::{Rulebook, Slug};
use dotation::hands;
use dotation::rulebook::Rulebooks;
use dotation::text::plan::Made;
use dotation::wire::plan::write;
use dotation::wire::plan_case;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the parts took, in the median of some runs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Parts {
    pub(crate) read: Duration,
    pub(crate) plan: Duration,
    pub(crate) write: Duration,
}

impl Parts {
    pub(crate) fn total(self) -> Duration {
        self.read + self.plan + self.write
    }
}

/// The rulebooks that come with the service.
pub(crate) struct Desk(Rulebooks);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(Rulebooks::built_in().expect("rulebooks"))
    }

    pub(crate) fn read(&self, json: &str) -> (Case, &Rulebook) {
        let all: Vec<&Rulebook> = self.0.iter().collect();
        let read = plan_case::read(json.as_bytes(), &all).expect("a case without fault");
        (read.case, read.book)
    }

    pub(crate) fn plan(&self, case: &Case, book: &Rulebook) -> Plan {
        plan(case, book, &|name: &Slug| self.0.get(name))
    }

    fn once(&self, json: &str) -> (Parts, Plan) {
        let start = Instant::now();
        let (case, book) = self.read(json);
        let read = start.elapsed();
        let start = Instant::now();
        let of = |name: &Slug| self.0.get(name);
        let made = Made {
            case: &case,
            book,
            of: &of,
        };
        let answer = hands::plan(&case, book, &of);
        let planned = start.elapsed();
        let start = Instant::now();
        let text = write(&answer, &made, Language::Fr);
        let parts = Parts {
            read,
            plan: planned,
            write: start.elapsed(),
        };
        assert!(text.ends_with("}\n"), "a plan is an object");
        (parts, answer)
    }

    /// The run in the middle of so many, by its total.
    pub(crate) fn timed(&self, country: &Country, runs: usize) -> (Parts, Plan) {
        let json = country.json();
        let mut all: Vec<(Parts, Plan)> = (0..runs).map(|_| self.once(&json)).collect();
        all.sort_by_key(|(parts, _)| parts.total());
        all.swap_remove(runs / 2)
    }
}

/// What `dotation plan` takes as a process of its own.
pub(crate) struct Process {
    pub(crate) time: Duration,
    /// Its memory at the most, in MB (millions of bytes): `VmHWM` of Linux.
    pub(crate) peak_mb: f64,
}

/// Runs `dotation plan` on a file, twice: for the time, and for the memory.
pub(crate) fn process(case: &Path) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dotation"));
    command.args(["plan", "--format", "json"]).arg(case);
    // a variable of ours that it does not know would be a fault of its settings
    command.env_clear().stderr(Stdio::null());
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("a process");
    let time = start.elapsed();
    assert!(status.success(), "a plan is made");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a process");
    let mut out = child.stdout.take().expect("its output");
    // It has planned everything when its first byte comes, and waits for us with the rest: a pipe
    // holds 64 KiB.
    let mut first = [0];
    out.read_exact(&mut first).expect("a plan");
    let peak_mb = high_water(child.id()).expect("a peak in /proc");
    std::io::copy(&mut out, &mut std::io::sink()).expect("the rest of the plan");
    child.wait().expect("its end");
    Process { time, peak_mb }
}

fn high_water(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1_024.0 / 1e6)
}
