use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::monitor::{self, Monitored, Seen};
use crate::app::see;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::rule::Slug;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const EXAMPLES: &str = "\
Examples:
  dotation monitoring --site 750100125 --rulebook clozapine-2025-09";

/// Say whose next neutrophil count is overdue, due or later, at a site and under one rulebook
///
/// Those are listed whose treatment was told, and those for whom the medicine was asked as of a treatment
/// that runs. Reading the list is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Monitoring {
    /// The site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// The rulebook that says when counts are due
    #[arg(long, value_name = "NAME")]
    rulebook: String,
}

impl Monitoring {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self { site, rulebook } = self;
        let (rows, json) = place.open()?.write(vec![site], move |act| {
            let seen = monitor::see(act, site, &rulebook)?;
            let ids = seen.patients.iter().map(|one| one.patient.to_string());
            let ids: BTreeSet<String> = ids.collect();
            let rows: Vec<[String; 7]> = seen.patients.iter().map(|one| row(&seen, one)).collect();
            let items: Vec<Value> = seen.patients.iter().map(|one| shape(&seen, one)).collect();
            let json = json!({
                "site": site.as_str(),
                "rulebook": seen.book.name.as_str(),
                "today": seen.today.to_string(),
                "overdue": seen.overdue(),
                "items": items,
            });
            if !ids.is_empty() {
                see::note_reading(act, site, "monitoring", &ids)?;
            }
            Ok((rows, json))
        })?;
        if rows.is_empty() {
            let none = Answer::new(String::new(), json);
            let note = "Nobody is monitored. To tell a treatment: dotation treatment set --help";
            return Ok(none.note(note));
        }
        let names = [
            "STATUS",
            "FROM",
            "TO",
            "PATIENT",
            "INDICATION",
            "LATEST COUNT",
            "DECISION",
        ];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

fn row(seen: &Seen<'_>, one: &Monitored<'_>) -> [String; 7] {
    let next = one.assessment.next;
    let day = |day: Option<Day>| or_none(day.map(|day| day.to_string()));
    [
        one.standing.code().to_owned(),
        day(next.map(|due| due.from)),
        day(next.map(|due| due.to)),
        or_none(seen.pseudonyms.get(&one.patient).cloned()),
        one.indication.to_string(),
        or_none(one.latest.map(|c| format!("{} /mm³, {}", c.per_mm3, c.on))),
        one.assessment.decision().to_owned(),
    ]
}

/// A patient by the names that the API has.
fn shape(seen: &Seen<'_>, one: &Monitored<'_>) -> Value {
    let latest = one
        .latest
        .map(|c| json!({ "taken_on": c.on.to_string(), "per_mm3": c.per_mm3 }));
    let next = one
        .assessment
        .next
        .map(|due| json!({ "from": due.from.to_string(), "to": due.to.to_string() }));
    json!({
        "patient": one.patient.as_str(),
        "pseudonym": seen.pseudonyms.get(&one.patient),
        "indication": one.indication.as_str(),
        "state": one.treated.as_ref().map(|treated| treated.told.state().code()),
        "latest": latest,
        "schedule": one.assessment.schedule.map(Slug::as_str),
        "next": next,
        "status": one.standing.code(),
        "decision": one.assessment.decision(),
    })
}
