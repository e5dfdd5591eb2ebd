//! One line of the trail, and its hash.

use crate::domain::calendar::{Instant, to_micros};
use crate::domain::id::PatientId;
use sha2::{Digest as _, Sha256};

/// One line of the trail, before it is chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of a site, or `service`.
    pub chain: String,
    /// When.
    pub at: Instant,
    /// Who: the id of a token, `command-line` or `service`.
    pub actor: String,
    /// In what role.
    pub role: String,
    /// By which request.
    pub request_id: String,
    /// From where: the network address that asked, `local` for the machine itself; empty in lines of the
    /// first form.
    pub peer: String,
    /// Verb and object: `stock.dispense`.
    pub action: String,
    /// `done`, `refused` or `read`.
    pub outcome: String,
    /// The id of what it was done to.
    pub object: String,
    /// Whose record it is, with the salted hash that outlives it.
    pub patient: Option<(PatientId, String)>,
    /// By which rulebooks it was decided, each by its name and the hash of its file.
    pub rulebook: Option<String>,
    /// What changed, as JSON; nothing personal.
    pub details: String,
}

/// One line of the trail, as it stands in its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub entry: Entry,
    /// How its hash is made.
    pub form: Form,
    /// Its number in the chain, from 1, without gaps.
    pub seq: i64,
    /// The hash of the line before it.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

/// How the hash of a line is made. Lines that are there keep theirs for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Without from where and by which rulebook.
    First,
    /// With both.
    Second,
}

impl Form {
    /// What is written today.
    pub const NOW: Self = Self::Second;

    /// Returns its number.
    pub const fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    /// Returns the form of a number, if there is one.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::First),
            2 => Some(Self::Second),
            _ => None,
        }
    }
}

/// What stands before the first line of a chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Returns the moment of a line in the words that are hashed: to the microsecond, UTC.
pub fn written(at: Instant) -> String {
    to_micros(at).format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Returns the hash of a line: SHA-256 over its number, every field and the hash before it, each
/// preceded by its length, so that no two lines have the same bytes. The second form begins with its own
/// name, which no chain has.
pub fn hash(form: Form, entry: &Entry, seq: i64, previous: &str) -> String {
    let (patient_id, patient_hash) = entry
        .patient
        .as_ref()
        .map_or(("", ""), |(id, hash)| (id.as_str(), hash.as_str()));
    let (at, seq) = (written(entry.at), seq.to_string());
    let rulebook = entry.rulebook.as_deref().unwrap_or_default();
    let mut digest = Sha256::new();
    let mut add = |field: &str| {
        digest.update(field.len().to_string());
        digest.update(b":");
        digest.update(field);
    };
    let who = [&*entry.actor, &entry.role, &entry.request_id];
    let what = [
        &*entry.action,
        &entry.outcome,
        &entry.object,
        patient_id,
        patient_hash,
        &entry.details,
        previous,
    ];
    match form {
        Form::First => {
            [&*entry.chain, &seq, &at].into_iter().for_each(&mut add);
            who.into_iter().chain(what).for_each(&mut add);
        }
        Form::Second => {
            ["dotation-audit-line/2", &entry.chain, &seq, &at]
                .into_iter()
                .for_each(&mut add);
            who.into_iter()
                .chain([&*entry.peer, rulebook])
                .chain(what)
                .for_each(&mut add);
        }
    }
    hex::encode(digest.finalize())
}

impl Line {
    /// Returns the line that follows another in its chain: `last` is the number and hash of that.
    pub fn after(last: Option<(i64, String)>, entry: Entry) -> Self {
        let (seq, previous) = last.map_or((1, GENESIS.to_owned()), |(seq, hash)| {
            (seq.saturating_add(1), hash)
        });
        let hash = hash(Form::NOW, &entry, seq, &previous);
        Self {
            entry,
            form: Form::NOW,
            seq,
            previous,
            hash,
        }
    }

    /// Whether its hash is that of what it says. A line of the first form that says what that form does not
    /// hash was written by nobody here.
    pub fn is_itself(&self) -> bool {
        let hashed = self.form != Form::First
            || (self.entry.peer.is_empty() && self.entry.rulebook.is_none());
        hashed && self.hash == hash(self.form, &self.entry, self.seq, &self.previous)
    }
}
