mod set;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::see;
use crate::app::see::treatments::{Which, treatment, treatments};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::rule::Slug;
use crate::domain::treatment::{Days, Treated};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Treatments of patients under safety rulebooks: since when they run, pause or were stopped
#[derive(Debug, Subcommand)]
pub(super) enum Treatment {
    Set(set::SetTreatment),
    Show(ShowTreatment),
    List(ListTreatments),
}

const SHOW: &str = "\
Examples:
  dotation treatment show clozapine-2025-09 --site 750100125 --patient -";

/// Show a patient's treatment under a safety rulebook
///
/// Reading it is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowTreatment {
    /// The safety rulebook
    #[arg(value_name = "RULEBOOK")]
    rulebook: String,
    #[command(flatten)]
    of: Of,
}

const LIST: &str = "\
Examples:
  dotation treatment list --site 750100125 --patient -
  dotation treatment list --patient p-17 --history --format json";

/// List the treatments of a patient, by rulebook
///
/// Reading them is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListTreatments {
    #[command(flatten)]
    of: Of,
    /// What was told before as well
    #[arg(long)]
    history: bool,
}

/// Whose treatment.
#[derive(Debug, Args)]
struct Of {
    /// The site's word for the patient, never a name; - reads it from standard input, since others
    /// can read a command line
    #[arg(long, value_name = "PSEUDONYM", value_parser = given::line::<64>)]
    patient: String,
    /// The site whose patient it is; needed where several sites know the pseudonym, or none does yet
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
}

impl Treatment {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Set(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::List(command) => command.run(place),
        }
    }
}

impl ShowTreatment {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (who, site) = (given::pseudonym(&self.of.patient)?, self.of.site);
        let rulebook = self.rulebook;
        let treated = place.open()?.write(Vec::new(), move |act| {
            let treated = treatment(act, (&who, site), &rulebook)?;
            let patients = BTreeSet::from([treated.patient.to_string()]);
            see::note_reading(act, treated.site, "treatments", &patients)?;
            Ok(treated)
        })?;
        let shape = shape(&treated);
        let mut text = String::new();
        for (name, value) in shape.as_object().into_iter().flatten() {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Null => "-".to_owned(),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    value.to_string()
                }
            };
            // writing to a text cannot fail
            writeln!(text, "{name:<26}{value}").unwrap_or_default();
        }
        Ok(Answer::new(text, shape))
    }
}

impl ListTreatments {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (who, site) = (given::pseudonym(&self.of.patient)?, self.of.site);
        let which = if self.history {
            Which::All
        } else {
            Which::Current
        };
        let all = place.open()?.write(Vec::new(), move |act| {
            let (known, all) = treatments(act, (&who, site), which)?;
            let patients = BTreeSet::from([known.id.to_string()]);
            see::note_reading(act, known.site, "treatments", &patients)?;
            Ok(all)
        })?;
        if all.is_empty() {
            let none = Answer::new(String::new(), json!([]));
            let note = "No treatment was told. To tell one: dotation treatment set --help";
            return Ok(none.note(note));
        }
        let names = ["RULEBOOK", "VERSION", "STATE", "INDICATION", "SINCE", "AGE"];
        let rows: Vec<[String; 6]> = all.iter().map(row).collect();
        let json = all.iter().map(shape).collect();
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn row(treated: &Treated) -> [String; 6] {
    let told = &treated.told;
    let days = Days::of(told.course);
    let since = days
        .stopped_on
        .or(days.interrupted_on)
        .or(days.started_on)
        .map_or_else(|| "-".to_owned(), |day| day.to_string());
    [
        treated.rulebook.to_string(),
        treated.version.to_string(),
        told.state().code().to_owned(),
        told.indication.to_string(),
        since,
        told.age_years.to_string(),
    ]
}

/// A treatment by the names that the API has.
fn shape(treated: &Treated) -> Value {
    let told = &treated.told;
    let days = Days::of(told.course);
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    let codes = |all: &[Slug]| -> Vec<String> { all.iter().map(Slug::to_string).collect() };
    json!({
        "id": treated.id.as_str(),
        "site": treated.site.as_str(),
        "patient": treated.patient.as_str(),
        "rulebook": treated.rulebook.as_str(),
        "version": treated.version,
        "state": told.state().code(),
        "indication": told.indication.as_str(),
        "age_years": told.age_years,
        "age_told_on": told.age_told_on.to_string(),
        "started_on": text(days.started_on),
        "interrupted_on": text(days.interrupted_on),
        "resumes_on": text(days.resumes_on),
        "stopped_on": text(days.stopped_on),
        "benign_ethnic_neutropenia": told.benign_ethnic_neutropenia,
        "symptoms_of_infection": told.symptoms_of_infection,
        "conditions": codes(&told.conditions),
        "co_medication": codes(&told.co_medication),
        "disease_activity": told.disease_activity.as_ref().map(Slug::as_str),
        "recorded_at": treated.recorded_at,
        "recorded_by": treated.recorded_by,
    })
}
