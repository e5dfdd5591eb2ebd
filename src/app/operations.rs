//! Whoever looks after the service hears what is amiss with it: one letter when it begins, one when it is
//! over, and a line on the audit trail of the service for each.

use super::act::{Act, Done};
use super::error::Error;
use super::post_letters::{Times, To, queue};
use crate::domain::calendar::Instant;
use crate::domain::language::Language;
use crate::text::letter::Words;
use serde_json::{Value, json};

/// Who looks after the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operations {
    /// To whom letters go; to nobody when none is set.
    pub email: Option<String>,
    /// In which language.
    pub language: Language,
    /// In whose hours.
    pub zone: chrono_tz::Tz,
}

impl Operations {
    /// Nobody.
    pub const NOBODY: Self = Self {
        email: None,
        language: Language::Fr,
        zone: chrono_tz::Tz::UTC,
    };

    /// Returns to whom a letter goes, if to anybody.
    pub(super) fn to(&self) -> Option<To> {
        Some(To {
            name: String::new(),
            email: self.email.clone()?,
            language: self.language,
        })
    }
}

/// An alert of the service and of no site, that begins or is over.
pub(super) struct Change {
    /// Its kind.
    pub(super) kind: &'static str,
    /// `opened` or `closed`.
    pub(super) event: &'static str,
    /// What stands beside it on the audit trail.
    pub(super) details: Value,
}

/// Tells that an alert of the service begins or is over.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn tell(
    act: &mut Act<'_>,
    operations: &Operations,
    change: Change,
    write: impl FnOnce(&Act<'_>) -> Words,
) -> Result<(), Error> {
    if let Some(to) = operations.to() {
        let letter = write(act);
        let now: Instant = act.now;
        let times = Times { at: now, due: now };
        queue(act, (None, None), change.event, to, letter, times)?;
    }
    let mut details = json!({
        "kind": change.kind,
        "state": if change.event == "opened" { "open" } else { "closed" },
    });
    if let (Some(all), Value::Object(more)) = (details.as_object_mut(), change.details) {
        all.extend(more);
    }
    act.audit(
        None,
        Done {
            action: "alert.change",
            object: change.kind,
            patient: None,
            details,
        },
    )
}
