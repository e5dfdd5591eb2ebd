mod enter;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::records::WhichCounts;
use crate::app::see;
use crate::app::see::counts::counts;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::{Count, Ended};
use crate::domain::id::CountId;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Neutrophil counts of patients: entered, corrected, and their history
#[derive(Debug, Subcommand)]
pub(super) enum CountCommand {
    Add(enter::AddCount),
    List(ListCounts),
    Correct(enter::CorrectCount),
    Withdraw(enter::WithdrawCount),
}

const LIST: &str = "\
Examples:
  dotation count list --site 750100125 --patient -
  dotation count list --patient p-17 --history --format json";

/// List the counts of a patient, the latest day first
///
/// Reading them is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListCounts {
    /// The site's word for the patient; - reads it from standard input, since others can read a
    /// command line
    #[arg(long, value_name = "PSEUDONYM", value_parser = given::line::<64>)]
    patient: String,
    /// The site whose patient it is; needed where several sites know the pseudonym
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// Those that were corrected or withdrawn as well, with who, when and why
    #[arg(long)]
    history: bool,
}

impl CountCommand {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Add(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Correct(command) => command.run(place),
            Self::Withdraw(command) => command.run(place),
        }
    }
}

/// How many counts are read at a time.
const PAGE: i64 = 500;

impl ListCounts {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (who, site) = (given::pseudonym(&self.patient)?, self.site);
        let which = if self.history {
            WhichCounts::All
        } else {
            WhichCounts::Current
        };
        let all = place.open()?.write(Vec::new(), move |act| {
            let mut all: Vec<Count> = Vec::new();
            loop {
                let last = all.last().map(|c| (c.entry.taken_on, c.id.to_string()));
                let after: Option<(Day, &str)> = last.as_ref().map(|(day, id)| (*day, &**id));
                let (known, page) = counts(act, (&who, site), which, after, PAGE)?;
                if page.is_empty() {
                    let patients = BTreeSet::from([known.id.to_string()]);
                    see::note_reading(act, known.site, "counts", &patients)?;
                    return Ok(all);
                }
                all.extend(page);
            }
        })?;
        if all.is_empty() {
            let none = Answer::new(String::new(), json!([]));
            return Ok(none.note("There is no count. To enter one: dotation count add --help"));
        }
        let names = ["ID", "TAKEN ON", "COUNT", "/MM3", "STATE", "BECAUSE"];
        let rows: Vec<[String; 6]> = all.iter().map(row).collect();
        let json = all.iter().map(shape).collect();
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn row(count: &Count) -> [String; 6] {
    let because = count.ended.as_ref().and_then(|ended| ended.reason.clone());
    [
        count.id.to_string(),
        count.entry.taken_on.to_string(),
        count.entry.counted.to_string(),
        count.entry.counted.per_mm3().to_string(),
        count.state().code().to_owned(),
        because.unwrap_or_else(|| "-".to_owned()),
    ]
}

/// A count by the names that the API has; its digits as text, so that none is lost.
fn shape(count: &Count) -> Value {
    let counted = &count.entry.counted;
    let ended = |ended: &Ended| {
        json!({
            "at": ended.at,
            "by": ended.by,
            "reason": ended.reason,
            "replaced_by": ended.replaced_by.as_ref().map(CountId::as_str),
        })
    };
    json!({
        "id": count.id.as_str(),
        "site": count.site.as_str(),
        "patient": count.patient.as_str(),
        "taken_on": count.entry.taken_on.to_string(),
        "value": counted.digits(),
        "unit": counted.unit().to_string(),
        "per_mm3": counted.per_mm3(),
        "state": count.state().code(),
        "entered_at": count.entered_at,
        "entered_by": count.entered_by,
        "replaces": count.replaces.as_ref().map(CountId::as_str),
        "ended": count.ended.as_ref().map(ended),
    })
}

/// What a write answers.
fn receipt(count: &Count) -> Value {
    json!({
        "id": count.id.as_str(),
        "site": count.site.as_str(),
        "state": count.state().code(),
        "replaces": count.replaces.as_ref().map(CountId::as_str),
    })
}
