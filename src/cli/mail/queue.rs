use crate::app::records::{LetterState, OutboxLetter};
use crate::app::see::alerts;
use crate::cli::answer::{Answer, columns};
use crate::cli::failure::Failure;
use crate::cli::place::{Opened, Place};
use chrono::SecondsFormat;
use clap::Args;
use serde_json::{Value, json};

/// How many letters are read at once.
const PAGE: i64 = 500;

const EXAMPLES: &str = "\
Examples:
  dotation mail queue
  dotation mail queue --failed
  dotation mail queue --format json";

/// List the letters that wait to be sent, the longest waiting first
///
/// Each with when it was written, when it is tried next, how often it was tried and what the mail server
/// said last. The service may be running.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Queue {
    /// List those that were given up instead: refused for good, or tried too often
    #[arg(long)]
    failed: bool,
}

impl Queue {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let state = if self.failed {
            LetterState::Failed
        } else {
            LetterState::Queued
        };
        let letters = all(&opened, state)?;
        let json = letters.iter().map(shape).collect();
        let answer = match (letters.is_empty(), self.failed) {
            (true, false) => Answer::new(String::new(), json).note("No letter waits to be sent."),
            (true, true) => Answer::new(String::new(), json).note("No letter was given up."),
            (false, _) => Answer::new(table(&letters, self.failed), json),
        };
        if self.failed {
            return Ok(answer);
        }
        Ok(match all(&opened, LetterState::Failed)?.len() {
            0 => answer,
            failed => answer.note(format!(
                "Letters given up: {failed}. To see them: dotation mail queue --failed"
            )),
        })
    }
}

/// Every letter in a state, the oldest first.
fn all(opened: &Opened, state: LetterState) -> Result<Vec<OutboxLetter>, Failure> {
    let mut letters: Vec<OutboxLetter> = Vec::new();
    loop {
        let before = letters.last().map(|l| l.id.to_string());
        let page =
            opened.read(move |act| alerts::letters(act, Some(state), before.as_deref(), PAGE))?;
        let last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        letters.extend(page);
        if last {
            letters.reverse();
            return Ok(letters);
        }
    }
}

fn table(letters: &[OutboxLetter], failed: bool) -> String {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let row = |l: &OutboxLetter| {
        [
            l.id.to_string(),
            l.site.map_or_else(|| "-".to_owned(), |s| s.to_string()),
            l.to_email.clone(),
            time(l.created_at),
            if failed {
                "never".to_owned()
            } else {
                time(l.due_at)
            },
            l.attempts.to_string(),
            l.last_error.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let rows: Vec<[String; 7]> = letters.iter().map(row).collect();
    let names = ["ID", "SITE", "TO", "SINCE", "NEXT TRY", "TRIED", "WHY"];
    columns(names, &rows)
}

fn shape(l: &OutboxLetter) -> Value {
    json!({
        "id": l.id.as_str(),
        "site": l.site.map(|s| s.to_string()),
        "alert": l.alert.as_ref().map(ToString::to_string),
        "event": l.event,
        "to": l.to_email,
        "message_id": l.message_id,
        "state": l.state.code(),
        "since": l.created_at,
        "next_try": (l.state == LetterState::Queued).then_some(l.due_at),
        "attempts": l.attempts,
        "why": l.last_error,
    })
}
