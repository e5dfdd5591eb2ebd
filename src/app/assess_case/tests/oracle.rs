//! A second reading of the contract, slow and literal: each paragraph as it stands there, on dates of
//! its own. It knows no rulebook file and nothing of the engine.

use chrono::{Datelike as _, Days, NaiveDate};
use serde_json::{Value, json};

/// A case, before it is JSON.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) rulebook: &'static str,
    pub(super) as_of: NaiveDate,
    pub(super) age: u32,
    pub(super) indication: &'static str,
    pub(super) treatment: &'static str,
    pub(super) started: Option<NaiveDate>,
    pub(super) interrupted: Option<NaiveDate>,
    pub(super) resumes: Option<NaiveDate>,
    pub(super) stopped: Option<NaiveDate>,
    pub(super) administrations: Vec<NaiveDate>,
    pub(super) anc: Vec<(NaiveDate, u32)>,
    pub(super) ben: bool,
    pub(super) symptoms: bool,
    pub(super) conditions: Vec<&'static str>,
    pub(super) prior: Vec<(&'static str, &'static str)>,
    pub(super) activity: Option<&'static str>,
    pub(super) co_medication: Vec<&'static str>,
}

impl Facts {
    pub(super) fn json(&self) -> Value {
        let anc = self.anc.iter();
        let prior = self.prior.iter();
        json!({
            "rulebook": self.rulebook, "as_of": self.as_of.to_string(),
            "patient": {
                "id": "p-1", "age_years": self.age, "indication": self.indication,
                "treatment": self.treatment,
                "started_on": self.started.map(|d| d.to_string()),
                "interrupted_on": self.interrupted.map(|d| d.to_string()),
                "resumes_on": self.resumes.map(|d| d.to_string()),
                "stopped_on": self.stopped.map(|d| d.to_string()),
                "administrations": self.administrations.iter().map(|d| d.to_string()).collect::<Vec<_>>(),
                "anc": anc.map(|(on, n)| json!({"on": on.to_string(), "per_mm3": n})).collect::<Vec<_>>(),
                "benign_ethnic_neutropenia": self.ben, "symptoms_of_infection": self.symptoms,
                "conditions": self.conditions,
                "prior_treatments": prior.map(|(c, o)| json!({"code": c, "outcome": o})).collect::<Vec<_>>(),
                "disease_activity": self.activity, "co_medication": self.co_medication,
            },
        })
    }

    fn has(&self, condition: &str) -> bool {
        self.conditions.contains(&condition)
    }

    fn became(&self, code: &str, outcome: &str) -> bool {
        self.prior.iter().any(|(c, o)| *c == code && *o == outcome)
    }

    /// "The one with the latest date; of two on one day, the lower."
    fn latest(&self) -> Option<(NaiveDate, u32)> {
        let day = self.anc.iter().map(|(on, _)| *on).max()?;
        let of_day = self.anc.iter().filter(|(on, _)| *on == day);
        Some((day, of_day.map(|(_, n)| *n).min()?))
    }

    fn starts(&self) -> bool {
        self.treatment == "initiation"
    }
}

/// What the contract says of a case.
#[derive(Default)]
struct Answer {
    findings: Vec<(&'static str, &'static str)>,
    schedule: Option<&'static str>,
    next: Option<(NaiveDate, NaiveDate)>,
    alternatives: Option<Vec<(&'static str, &'static str)>>,
}

impl Answer {
    fn say(&mut self, severity: &'static str, code: &'static str) {
        self.findings.push((severity, code));
    }

    fn says(&self, code: &str) -> bool {
        self.findings.iter().any(|(_, c)| *c == code)
    }
}

/// Returns the answer to a case, as [`super::notation::line`] writes it.
pub(super) fn answer(facts: &Facts) -> String {
    let mut answer = Answer::default();
    match facts.rulebook {
        "roactemra-neutrophils" => roactemra(facts, &mut answer),
        "clozapine-2025-09" => clozapine(facts, &mut answer),
        "immune-thrombocytopenia" => thrombocytopenia(facts, &mut answer),
        _ => lemtrada(facts, &mut answer),
    }
    if facts.rulebook == "clozapine-2025-09" && facts.symptoms {
        answer.say("warn", "anc-now");
        answer.next = Some((facts.as_of, facts.as_of));
    }
    let overdue = answer.next.is_some_and(|(_, to)| facts.as_of > to);
    if overdue {
        answer.say("warn", "anc-overdue");
    }
    let (from, to) = match facts.rulebook {
        "roactemra-neutrophils" => ("2025-12-30", "2999-01-01"),
        "clozapine-2025-09" => ("2025-09-08", "2999-01-01"),
        "lemtrada-2019-04" => ("2019-04-30", "2020-01-15"),
        "lemtrada-2020-01" => ("2020-01-16", "2999-01-01"),
        _ => ("2021-10-30", "2999-01-01"),
    };
    if !(from..=to).contains(&&*facts.as_of.to_string()) {
        answer.say("info", "rulebook-not-in-force");
    }
    written(answer, overdue)
}

/// "Worst severity first, then by code, each code once."
fn written(mut answer: Answer, overdue: bool) -> String {
    let mut line: Vec<String> = Vec::new();
    for severity in ["stop", "refuse", "warn", "info"] {
        let all = answer.findings.iter().filter(|(s, _)| *s == severity);
        let mut codes: Vec<&str> = all.map(|(_, code)| *code).collect();
        codes.sort_unstable();
        for code in codes {
            let known = line
                .iter()
                .any(|said| said.split_once(':').unwrap().1 == code);
            if !known {
                line.push(format!("{}:{code}", &severity[..1]));
            }
        }
    }
    let mut text = line.join(" ");
    if answer.schedule.is_some() || answer.next.is_some() {
        text.push(';');
        if let Some(schedule) = answer.schedule {
            text = format!("{text} {schedule}");
        }
    }
    if let Some((from, to)) = answer.next {
        text = if from == to {
            format!("{text} {from}")
        } else {
            format!("{text} {from}..{to}")
        };
        if overdue {
            text.push_str(" overdue");
        }
    }
    if let Some(all) = answer.alternatives.take() {
        let open = all.iter().any(|(_, status)| *status == "open");
        text.push_str(if open { " |some" } else { " |none" });
        for (code, status) in all {
            text = format!("{text} {code}={status}");
        }
    }
    text
}

fn plus(day: NaiveDate, n: u64) -> NaiveDate {
    day.checked_add_days(Days::new(n)).unwrap()
}

/// "Calendar months (31 January + 1 month = 28 or 29 February)": the same day, or the last before it.
fn plus_months(day: NaiveDate, n: u32) -> NaiveDate {
    let (mut year, mut month) = (day.year(), day.month() + n);
    while month > 12 {
        month -= 12;
        year += 1;
    }
    let days = (1..=day.day()).rev();
    days.filter_map(|d| NaiveDate::from_ymd_opt(year, month, d))
        .next()
        .unwrap()
}

fn roactemra(f: &Facts, a: &mut Answer) {
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

fn clozapine(f: &Facts, a: &mut Answer) {
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
        (true, Some(_)) => {}
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
        (false, Some(_)) => {}
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

fn lemtrada(f: &Facts, a: &mut Answer) {
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

fn thrombocytopenia(f: &Facts, a: &mut Answer) {
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
