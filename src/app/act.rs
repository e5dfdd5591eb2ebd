//! One act: who does it, when, and the transaction it is done in.

pub use super::caller::Caller;
use super::error::Error;
use super::operations::Operations;
use crate::db::{self, Conn, audit};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use crate::domain::rule::{ReserveRule, Rulebook};
use crate::rulebook::Rulebooks;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use uuid::{ContextV7, Timestamp, Uuid};

/// How letters are addressed and signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// The beginning of links in letters, without a last slash.
    pub public_url: String,
    /// What follows the `@` of a `Message-ID`.
    pub mail_domain: String,
    /// Whether the clock is a simulated one, which letters then say.
    pub simulated: bool,
    /// Who looks after the service.
    pub operations: Operations,
}

/// One act in one transaction.
pub struct Act<'a> {
    /// The transaction.
    pub conn: &'a mut Conn,
    /// The rules.
    pub rules: &'a Rulebooks,
    /// When it is done.
    pub now: Instant,
    /// Who does it.
    pub caller: &'a Caller,
    /// How letters are addressed.
    pub desk: &'a Desk,
    /// How many lines it has left on the audit trail.
    pub lines: u32,
}

static IDS: Mutex<Option<ContextV7>> = Mutex::new(None);

/// Mints an id: a time-ordered UUID (version 7) of `now`, greater than those minted before it in
/// this process within the same millisecond.
pub fn mint(now: Instant) -> String {
    let mut context = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let context = context.get_or_insert_with(ContextV7::new);
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        &*context,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
    .to_string()
}

impl<'a> Act<'a> {
    /// Returns the rulebooks that ask for a reserve, by name.
    pub fn reserve_rules(&self) -> Vec<(&'a Rulebook, &'a ReserveRule)> {
        self.rules
            .iter()
            .filter_map(|book| Some((book, book.reserve.as_ref()?)))
            .collect()
    }

    /// Returns the rulebook that another names for what is safe, if it names one.
    pub fn safety_of(&self, book: &Rulebook) -> Option<&'a Rulebook> {
        self.rules.get(book.safety_rulebook.as_ref()?)
    }

    /// Returns the rulebook of a name with the reserve that it asks for, if it is loaded.
    pub fn reserve_rule(&self, name: &str) -> Option<(&'a Rulebook, &'a ReserveRule)> {
        self.reserve_rules()
            .into_iter()
            .find(|(book, _)| book.name.as_str() == name)
    }
}

impl Act<'_> {
    /// Does `work` so that what it wrote is undone alone when it fails.
    ///
    /// # Errors
    /// What `work` returns, or the database's own error.
    pub fn attempt<T, E: From<db::Error>>(
        &mut self,
        work: impl FnOnce(&mut Act<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (rules, now, caller, desk) = (self.rules, self.now, self.caller, self.desk);
        let mut lines = self.lines;
        let done = db::attempt(self.conn, |conn| {
            let mut act = Act {
                conn,
                rules,
                now,
                caller,
                desk,
                lines,
            };
            let done = work(&mut act);
            lines = act.lines;
            done
        })?;
        // what was undone has left none
        self.lines = lines;
        Ok(done)
    }

    /// Mints an id.
    pub fn id(&self) -> String {
        mint(self.now)
    }

    /// Writes what was done into the audit trail of a site, or of the service.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn audit(&mut self, site: Option<Finess>, line: Done<'_>) -> Result<(), Error> {
        write_line(self, site, "done", line)
    }

    /// Writes that somebody read a patient's record.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn audit_read(&mut self, site: Finess, line: Done<'_>) -> Result<(), Error> {
        write_line(self, Some(site), "read", line)
    }

    /// Writes that something was taken out of the service, which is read for that.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn audit_export(&mut self, site: Option<Finess>, line: Done<'_>) -> Result<(), Error> {
        write_line(self, site, "read", line)
    }

    /// Writes that something was refused.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn audit_refusal(&mut self, site: Option<Finess>, line: Done<'_>) -> Result<(), Error> {
        write_line(self, site, "refused", line)
    }
}

/// What was done, for the audit trail.
pub struct Done<'a> {
    /// Object and verb: `stock.dispense`.
    pub action: &'a str,
    /// The id of what it was done to.
    pub object: &'a str,
    /// Whose record, if a patient's.
    pub patient: Option<(PatientId, String)>,
    /// What changed; nothing personal.
    pub details: Value,
}

fn write_line(
    act: &mut Act<'_>,
    site: Option<Finess>,
    outcome: &str,
    mut line: Done<'_>,
) -> Result<(), Error> {
    let rulebook = ruled_by(act.rules, &line.details);
    // every act under it bears its mark
    let breaking = act.caller.breaking_at(site);
    if let (Some(id), Some(details)) = (breaking, line.details.as_object_mut()) {
        details.insert("break_glass".to_owned(), json!(id.as_str()));
    }
    let entry = audit::Entry {
        chain: site.map_or_else(|| "service".to_owned(), |s| s.to_string()),
        at: act.now,
        actor: act.caller.id.clone(),
        role: act.caller.role_at(site).to_owned(),
        request_id: act.caller.request_id.clone(),
        peer: act.caller.peer.clone(),
        action: line.action.to_owned(),
        outcome: outcome.to_owned(),
        object: line.object.to_owned(),
        patient: line.patient,
        rulebook,
        details: line.details.to_string(),
    };
    audit::append(act.conn, &entry)?;
    act.lines = act.lines.saturating_add(1);
    Ok(())
}

/// The rulebooks that the details of a line name (`rulebook`, `rulebooks`), each with the hash of its file: what
/// was decided stays tied to the very rules that decided it. One that is not loaded keeps its name alone.
fn ruled_by(rules: &Rulebooks, details: &Value) -> Option<String> {
    let one = details.get("rulebook").into_iter();
    let several = details.get("rulebooks").and_then(Value::as_array);
    let named = one
        .chain(several.into_iter().flatten())
        .filter_map(Value::as_str);
    let told: Vec<String> = named
        .map(|name| match rules.named(name) {
            Some(book) => format!("{name} {}", hex::encode(book.hash)),
            None => name.to_owned(),
        })
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}
