//! A second reading of the contract, slow and literal: each paragraph as it stands there, on dates of
//! its own. It knows no rulebook file and nothing of the engine.

use super::oracle_rules::{clozapine, lemtrada, roactemra, thrombocytopenia};
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
                "administrations": self.administrations.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "anc": anc.map(|(on, n)| json!({"on": on.to_string(), "per_mm3": n})).collect::<Vec<_>>(),
                "benign_ethnic_neutropenia": self.ben, "symptoms_of_infection": self.symptoms,
                "conditions": self.conditions,
                "prior_treatments": prior.map(|(c, o)| json!({"code": c, "outcome": o})).collect::<Vec<_>>(),
                "disease_activity": self.activity, "co_medication": self.co_medication,
            },
        })
    }

    pub(super) fn has(&self, condition: &str) -> bool {
        self.conditions.contains(&condition)
    }

    pub(super) fn became(&self, code: &str, outcome: &str) -> bool {
        self.prior.iter().any(|(c, o)| *c == code && *o == outcome)
    }

    /// "The one with the latest date; of two on one day, the lower."
    pub(super) fn latest(&self) -> Option<(NaiveDate, u32)> {
        let day = self.anc.iter().map(|(on, _)| *on).max()?;
        let of_day = self.anc.iter().filter(|(on, _)| *on == day);
        Some((day, of_day.map(|(_, n)| *n).min()?))
    }

    pub(super) fn starts(&self) -> bool {
        self.treatment == "initiation"
    }
}

/// What the contract says of a case.
#[derive(Default)]
pub(super) struct Answer {
    findings: Vec<(&'static str, &'static str)>,
    pub(super) schedule: Option<&'static str>,
    pub(super) next: Option<(NaiveDate, NaiveDate)>,
    pub(super) alternatives: Option<Vec<(&'static str, &'static str)>>,
}

impl Answer {
    pub(super) fn say(&mut self, severity: &'static str, code: &'static str) {
        self.findings.push((severity, code));
    }

    pub(super) fn says(&self, code: &str) -> bool {
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
                let first = severity.chars().next().unwrap();
                line.push(format!("{first}:{code}"));
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

pub(super) fn plus(day: NaiveDate, n: u64) -> NaiveDate {
    day.checked_add_days(Days::new(n)).unwrap()
}

/// "Calendar months (31 January + 1 month = 28 or 29 February)": the same day, or the last before it.
pub(super) fn plus_months(day: NaiveDate, n: u32) -> NaiveDate {
    let (mut year, mut month) = (day.year(), day.month() + n);
    while month > 12 {
        month -= 12;
        year += 1;
    }
    let mut days = (1..=day.day()).rev();
    days.find_map(|d| NaiveDate::from_ymd_opt(year, month, d))
        .unwrap()
}
