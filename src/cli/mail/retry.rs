use crate::app::retry_letters;
use crate::app::see::alerts;
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::place::Place;
use crate::domain::id::LetterId;
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  dotation mail queue --failed
  dotation mail retry 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11
  dotation mail retry --all-failed";

/// Send letters that were given up again, from the beginning
///
/// They are due at once: a service that runs sends them within a second or two. A letter about an alert
/// that a later letter to the same recipient has overtaken is left, for it no longer says what is so.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Retry {
    /// The id of one letter, as `dotation mail queue --failed` shows it
    #[arg(
        value_name = "ID",
        required_unless_present = "all_failed",
        conflicts_with = "all_failed"
    )]
    id: Option<String>,
    /// Every letter that was given up and says what is so
    #[arg(long)]
    all_failed: bool,
}

impl Retry {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let Some(id) = self.id else {
            let sites = opened.read(retry_letters::sites_of_failed)?;
            let done = opened.write(sites, retry_letters::retry_all)?;
            let text = match (done.retried, done.overtaken) {
                (retried, 0) => format!("Letters due again: {retried}.\n"),
                (retried, overtaken) => format!(
                    "Letters due again: {retried}. Left: {overtaken}, whose recipients a later letter has told \
                     what is so.\n"
                ),
            };
            let json = json!({ "retried": done.retried, "overtaken": done.overtaken });
            return Ok(Answer::new(text, json));
        };
        let id = LetterId::new(id);
        let found = id.clone();
        let site = opened.read(move |act| Ok(alerts::letter(act, &found)?.site))?;
        let letter = opened.write(site.into_iter().collect(), move |act| {
            retry_letters::retry(act, &id)
        })?;
        let text = format!("The letter to {} is due again.\n", letter.to_email);
        let json = json!({ "id": letter.id.as_str(), "state": letter.state.code() });
        Ok(Answer::new(text, json))
    }
}
