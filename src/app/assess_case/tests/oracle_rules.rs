//! The second reading of the contract, rulebook by rulebook.

use super::oracle::{Answer, Facts, plus, plus_months};
use chrono::NaiveDate;

pub(super) fn roactemra(f: &Facts, a: &mut Answer) {
    if f.indication == "crs" {
        a.alternatives = Some(vec![]);
        return;
    }
    match (f.starts(), f.latest().map(|(_, n)| n)) {
        (true, None) => a.say("refuse", "anc-required"),
        (true, Some(n)) if n < 2000 => a.say("refuse", "anc-below-2000"),
        (true, Some(_)) => {}
        (false, None) => a.say("warn", "anc-unknown"),
        (false, Some(n)) => {
            if n < 500 {
                a.say("stop", "anc-below-500");
            }
            if (500..2000).contains(&n) {
                a.say("warn", "anc-low");
            }
            if (500..=1000).contains(&n) {
                a.say("warn", "label-interrupt");
            }
        }
    }
    if f.has("dmard-induced-neutropenia") {
        a.say("warn", "dose-reduction-10-20");
    }
    if !["ongoing", "interrupted"].contains(&f.treatment) {
        return;
    }
    let mut counts: Vec<NaiveDate> = f.anc.iter().map(|(on, _)| *on).collect();
    counts.sort_unstable();
    let mut given = f.administrations.clone();
    given.sort_unstable();
    match f.indication {
        "rheumatoid-arthritis" | "giant-cell-arteritis" | "systemic-sclerosis" => {
            let Some(start) = f.started else { return };
            match counts.last() {
                Some(latest) if *latest >= plus(start, 28) => {
                    a.schedule = Some("every-3-months");
                    a.next = Some((plus_months(*latest, 3), plus_months(*latest, 3)));
                }
                _ => {
                    a.schedule = Some("first-check");
                    a.next = Some((plus(start, 28), plus(start, 56)));
                }
            }
        }
        "pjia" | "sjia" => match (given.get(1), counts.last()) {
            (Some(second), Some(latest)) if latest >= second => {
                let (code, from, to) = if f.indication == "pjia" {
                    ("every-4-to-8-weeks", 28, 56)
                } else {
                    ("every-2-to-4-weeks", 14, 28)
                };
                a.schedule = Some(code);
                a.next = Some((plus(*latest, from), plus(*latest, to)));
            }
            (second, _) => {
                a.schedule = Some("second-administration");
                a.next = second.map(|day| (*day, *day));
            }
        },
        _ => {}
    }
}

/// Thresholds of clozapine, with benign ethnic neutropenia in their place.
struct Bounds {
    start: u32,
    stop: u32,
    mild: u32,
}

pub(super) fn clozapine(f: &Facts, a: &mut Answer) {
    let bounds = if f.ben {
        Bounds {
            start: 1000,
            stop: 500,
            mild: 1000,
        }
    } else {
        Bounds {
            start: 1500,
            stop: 1000,
            mild: 1500,
        }
    };
    match (f.starts(), f.latest().map(|(_, n)| n)) {
        (true, None) => a.say("refuse", "anc-required"),
        (true, Some(n)) if n < bounds.start => a.say("refuse", "anc-below-start"),
        (false, None) => a.say("warn", "anc-unknown"),
        (false, Some(n)) if n < bounds.stop => {
            a.say("stop", "stop-no-rechallenge");
            a.say(
                "info",
                if n < 500 {
                    "neutropenia-severe"
                } else {
                    "neutropenia-moderate"
                },
            );
        }
        (false, Some(n)) if n < bounds.mild => a.say("warn", "neutropenia-mild"),
        (true | false, Some(_)) => {}
    }
    if let Some((latest, _)) = f.latest()
        && f.anc.iter().any(|(on, n)| *on < latest && *n < bounds.stop)
    {
        a.say(
            if f.starts() { "refuse" } else { "stop" },
            "stop-no-rechallenge",
        );
    }
    if f.age >= 65 || f.co_medication.contains(&"valproate") {
        a.say("info", "consider-extra-monitoring");
    }
    match f.treatment {
        "ongoing" => running(f, a, bounds.mild),
        "interrupted" => paused(f, a, bounds.mild),
        "stopped" => {
            let stop = f.stopped.unwrap();
            for days in [7, 14, 21, 28] {
                let due = plus(stop, days);
                if !f.anc.iter().any(|(on, _)| *on >= due) {
                    a.schedule = Some("weekly");
                    a.next = Some((due, due));
                    return;
                }
            }
        }
        _ => {}
    }
}

/// A count below 1500 (BEN 1000) on or after the start.
fn neutropenic(f: &Facts, mild: u32) -> bool {
    let start = f.started.unwrap();
    f.anc.iter().any(|(on, n)| *on >= start && *n < mild)
}

fn schedule_on(f: &Facts, day: NaiveDate, mild: u32) -> &'static str {
    let treated = (day - f.started.unwrap()).num_days();
    if treated <= 125 {
        "weekly"
    } else if treated <= 363 || neutropenic(f, mild) {
        "monthly"
    } else if treated < 728 {
        "every-12-weeks"
    } else {
        "yearly"
    }
}

fn next_of(f: &Facts, schedule: &str) -> NaiveDate {
    let start = f.started.unwrap();
    match f
        .anc
        .iter()
        .map(|(on, _)| *on)
        .filter(|on| *on >= start)
        .max()
    {
        None => plus(start, 7),
        Some(latest) => match schedule {
            "weekly" => plus(latest, 7),
            "monthly" => plus_months(latest, 1),
            "every-12-weeks" => plus(latest, 84),
            _ => plus_months(latest, 12),
        },
    }
}

fn running(f: &Facts, a: &mut Answer, mild: u32) {
    let stop = a.says("stop-no-rechallenge");
    let schedule = if stop {
        "weekly"
    } else {
        schedule_on(f, f.as_of, mild)
    };
    let next = next_of(f, schedule);
    a.schedule = Some(schedule);
    a.next = Some((next, next));
}

fn paused(f: &Facts, a: &mut Answer, mild: u32) {
    if a.says("stop-no-rechallenge") {
        return running(f, a, mild);
    }
    let pause = f.interrupted.unwrap();
    let resumes = f.resumes.unwrap_or(f.as_of);
    let treated = (pause - f.started.unwrap()).num_days();
    let length = (resumes - pause).num_days();
    let had = neutropenic(f, mild);
    let previous = schedule_on(f, pause, mild);
    let (severity, code, schedule) = if treated >= 730 && !had {
        ("info", "resume-schedule", previous)
    } else if had || treated >= 126 {
        if length < 3 {
            ("info", "resume-schedule", previous)
        } else if length < 28 {
            ("warn", "closer-monitoring", "weekly")
        } else {
            ("warn", "retitrate", "weekly")
        }
    } else if length < 28 {
        ("info", "rule-silent", "weekly")
    } else {
        ("warn", "retitrate", "weekly")
    };
    a.say(severity, code);
    let next = next_of(f, schedule).max(resumes);
    a.schedule = Some(schedule);
    a.next = Some((next, next));
}

const MODIFYING: [&str; 9] = [
    "interferon-beta",
    "glatiramer-acetate",
    "teriflunomide",
    "dimethyl-fumarate",
    "fingolimod",
    "cladribine",
    "natalizumab",
    "ocrelizumab",
    "mitoxantrone",
];

pub(super) fn lemtrada(f: &Facts, a: &mut Answer) {
    let severity = if f.starts() { "refuse" } else { "stop" };
    if f.has("hepatic-injury") {
        a.say(severity, "hepatic-evaluation-required");
    }
    if f.has("immune-reaction") {
        a.say(severity, "immune-evaluation-required");
    }
    if !f.starts() {
        return;
    }
    if f.age < 18 {
        a.say("refuse", "age-under-18");
    }
    if f.indication != "relapsing-remitting-ms" {
        a.say("refuse", "not-rrms");
    }
    let failed = MODIFYING
        .iter()
        .filter(|code| f.became(code, "failed"))
        .count();
    let rapid = f.activity == Some("rapidly-evolving-severe");
    let highly = f.activity == Some("highly-active");
    let (active, enough) = if f.rulebook == "lemtrada-2019-04" {
        let mut all = MODIFYING.iter();
        let none = all.all(|c| f.became(c, "contraindicated") || f.became(c, "unsuitable"));
        (highly, failed >= 2 || none)
    } else {
        (highly || rapid, failed >= 1 || rapid)
    };
    if !active {
        a.say("refuse", "not-highly-active");
    }
    if !enough {
        a.say("refuse", "prior-treatments-insufficient");
    }
}

pub(super) fn thrombocytopenia(f: &Facts, a: &mut Answer) {
    if f.indication != "immune-thrombocytopenia" {
        return;
    }
    let left_out = [
        "pregnancy",
        "breastfeeding",
        "hiv",
        "hbv",
        "hcv",
        "common-variable-immunodeficiency",
    ];
    let excluded = left_out.iter().any(|c| f.has(c))
        || f.age <= 16
        || f.became("glucocorticoids", "contraindicated");
    let status = |code: &'static str| {
        let gone = ["failed", "contraindicated", "unsuitable", "unavailable"];
        let status = if gone.iter().any(|outcome| f.became(code, outcome)) {
            "exhausted"
        } else if code == "mycophenolate" && excluded {
            "excluded"
        } else {
            "open"
        };
        (code, status)
    };
    a.alternatives = Some(
        [
            "glucocorticoids",
            "mycophenolate",
            "tpo-receptor-agonists",
            "rituximab",
            "splenectomy",
        ]
        .into_iter()
        .map(status)
        .collect(),
    );
}
