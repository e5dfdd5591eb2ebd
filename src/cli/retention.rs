use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::app::retention;
use crate::app::retention::{Keep, Terms};
use clap::{Args, Subcommand};
use serde_json::json;

/// What was kept for long enough: erased
#[derive(Debug, Subcommand)]
pub(super) enum Retention {
    Run(Run),
}

const RUN: &str = "\
Examples:
  dotation retention run --dry-run
  dotation retention run";

/// Erase what was kept for as long as is set, as the service does each night
///
/// Patients' data (retention_patients_days), what plans were made from (retention_plans_days), what letters
/// said (retention_letters_days). Patients who are expected, have an open request or a treatment under way, or
/// for whom units are held, are left however long ago something was done with them.
#[derive(Debug, Args)]
#[command(after_help = RUN)]
pub(super) struct Run {
    /// Count what would be erased, and erase nothing
    #[arg(long)]
    dry_run: bool,
}

impl Retention {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self::Run(Run { dry_run }) = self;
        let opened = place.open()?;
        let settings = &opened.settings;
        let terms = Terms {
            patients_days: settings.retention_patients_days,
            plans_days: settings.retention_plans_days,
            letters_days: settings.retention_letters_days,
        };
        let keep = if dry_run { Keep::All } else { Keep::Nothing };
        let done = opened.serve(|service, who| retention::run(service, who, terms, keep))?;
        let verb = if dry_run {
            "would be erased"
        } else {
            "were erased"
        };
        let text = format!(
            "{} patients {verb}, {} are needed still; {} cases of plans and {} letters {verb}.\n",
            done.patients, done.needed, done.plans, done.letters
        );
        let json = json!({
            "dry_run": dry_run, "patients": done.patients, "needed_still": done.needed,
            "plans": done.plans, "letters": done.letters,
        });
        Ok(Answer::new(text, json))
    }
}
