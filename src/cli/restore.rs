use super::answer::Answer;
use super::backup::failure;
use super::failure::Failure;
use super::migrate::in_use;
use super::place::Place;
use crate::db::backup::{self, CopyError, Letters, Restored, Wanted};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  dotation restore /srv/copies/dotation-20261122T023000Z.db
  dotation restore copy.db --replace
  dotation restore copy.db --database postgres://dotation@127.0.0.1/dotation     to move to PostgreSQL";

/// Restore a safety copy into the database that is set, which no service may be using
///
/// The copy is verified first, and brought up to this version if it is older. The database must be empty,
/// unless --replace is given: an SQLite file is then moved aside and kept; on PostgreSQL everything is
/// replaced in one transaction.
///
/// What was recorded after the copy was made is not in it: enter it again with the time at which it happened.
/// Access that was revoked since is valid again. Letters that waited to be sent then are sent, maybe for
/// a second time and with the same Message-ID.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Restore {
    /// The copy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the copy in the place of what the database holds
    #[arg(long)]
    replace: bool,
    /// Give up the letters that waited to be sent when the copy was made: to look at an old copy
    #[arg(long)]
    without_letters: bool,
}

impl Restore {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let url = place.database_url(&place.settings()?)?;
        let wanted = Wanted {
            file: &self.file,
            replace: self.replace,
            letters: if self.without_letters {
                Letters::GivenUp
            } else {
                Letters::Sent
            },
            now: place.now,
        };
        let restored = backup::restore(&url, &wanted).map_err(|error| {
            if let CopyError::Db(error) = error {
                in_use(error)
            } else {
                failure(error)
            }
        })?;
        Ok(told(&url.to_string(), wanted.letters, &restored))
    }
}

fn told(url: &str, letters: Letters, restored: &Restored) -> Answer {
    let rows: i64 = restored.rows.values().sum();
    let made_at = restored.manifest.as_ref().map(|m| m.made_at);
    let shows = made_at.map_or_else(
        || "a moment that no manifest tells".to_owned(),
        |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    );
    let aside = restored
        .aside
        .as_ref()
        .map(|path| path.display().to_string());
    let mut text = format!("{url} is now as it was at {shows}: {rows} rows, and all adds up.\n");
    if let Some(aside) = &aside {
        text = format!("{text}The database of before is {aside}.\n");
    }
    let json = json!({
        "database": url, "made_at": made_at, "rows": restored.rows, "sha256": restored.sha256,
        "aside": aside, "letters": restored.letters,
    });
    let mut answer = Answer::new(text, json)
        .note("note: what was recorded after that moment is not in it: enter it again, with the time at which it happened")
        .note("note: access that was revoked after that moment is valid again: see dotation token list");
    if restored.letters > 0 {
        let n = restored.letters;
        answer = answer.note(match letters {
            Letters::Sent => format!("note: {n} letters that waited then are sent when the service starts, maybe for the second time"),
            Letters::GivenUp => format!("note: {n} letters that waited then were given up"),
        });
    }
    answer
}
