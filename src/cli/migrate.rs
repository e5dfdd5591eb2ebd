use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::db::{DatabaseUrl, Error, migrate};
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  dotation migrate
  dotation migrate --check
  dotation migrate --database sqlite:/var/lib/dotation/dotation.db";

/// Make the tables of the database, or bring them up to this version
///
/// Makes an SQLite file that is not there, and needs it for itself: stop the service first. Every
/// step is done whole or not at all; make a copy of the database before.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Migrate {
    /// Only list what would be done
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let url = place.database_url(&place.settings()?)?;
        let pending = migrate::pending(&url)?;
        if self.check {
            return Ok(told(&url, "pending", "to be done", &pending));
        }
        let mut done = migrate::run(&url).map_err(in_use)?;
        for version in &mut done {
            // the steps that ran are named by their numbers alone
            if let Some(name) = pending
                .iter()
                .find(|name| name.starts_with(version.as_str()))
            {
                version.clone_from(name);
            }
        }
        Ok(told(&url, "done", "done", &done))
    }
}

fn told(url: &DatabaseUrl, member: &str, word: &str, names: &[String]) -> Answer {
    let url = url.to_string();
    let text = match names.len() {
        0 => format!("{url} is up to date.\n"),
        n => {
            let steps = if n == 1 { "step" } else { "steps" };
            format!("{url}: {n} {steps} {word}:\n  {}\n", names.join("\n  "))
        }
    };
    Answer::new(text, json!({ "database": url, member: names }))
}

pub(super) fn in_use(error: Error) -> Failure {
    if let Error::InUse { file } = &error {
        return Failure::cannot(format!(
            "{} is in use by another process, probably the service: stop it, then run this again",
            file.display()
        ));
    }
    error.into()
}
