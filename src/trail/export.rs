//! A trail as a file: one JSON object a line.
//!
//! First what it is ([`Head`]), then every statement, then the lines of each chain from its first to its last,
//! then a last line that counts them: a file that was cut off is seen to be. The fields of a line are those
//! that its hash is made of ([`super::line::hash`]); `details` is the JSON that was hashed, as a text, so that
//! no program between may write it anew.

use super::fault::Fault;
use super::key::PublicKey;
use super::line::{Entry, Form, Line, written};
use super::statement::Signed;
use super::verify::{Check, Report, Scope};
use crate::domain::calendar::{Day, Instant};
use crate::domain::id::PatientId;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read as _};

/// The form of the files that this version writes and reads.
pub const FORM: &str = "dotation-audit/1";

/// The most bytes of one line that are read.
///
/// Choice: sixteen mebibytes. A line of the trail is a few hundred bytes, and a statement about a hundred a
/// site; a file without line ends must not fill the memory.
const MOST_BYTES: u64 = 16 << 20;

/// What a file holds, by its own word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORM`].
    pub form: String,
    /// When it was written, UTC.
    pub made_at: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// The only chain in it, if it is not all of them.
    pub chain: Option<String>,
    /// The first day of which all lines are in it, with the line before; from the beginning without.
    pub from: Option<String>,
    /// The last day of which lines are in it; to the end without.
    pub to: Option<String>,
}

/// What part of the trail a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Only this chain.
    pub chain: Option<String>,
    /// From the first line of this day (UTC) on, and the line before it.
    pub from: Option<Day>,
    /// Up to the last line of this day (UTC).
    pub to: Option<Day>,
}

impl Part {
    /// Returns the first line of a file.
    pub fn head(&self, now: Instant) -> Head {
        Head {
            form: FORM.to_owned(),
            made_at: written(now),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            chain: self.chain.clone(),
            from: self.from.map(|day| day.to_string()),
            to: self.to.map(|day| day.to_string()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    chain: String,
    seq: i64,
    form: i64,
    at: String,
    actor: String,
    role: String,
    request: String,
    peer: String,
    action: String,
    outcome: String,
    object: String,
    patient: Option<String>,
    patient_hash: Option<String>,
    rulebook: Option<String>,
    details: String,
    previous: String,
    hash: String,
}

/// The last line of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How many statements stand before it.
    pub statements: u64,
    /// How many lines of chains.
    pub lines: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TheEnd {
    end: End,
}

/// Returns a line of a file, with its line end.
pub fn line(line: &Line) -> String {
    let entry = &line.entry;
    let (patient, patient_hash) = entry
        .patient
        .as_ref()
        .map(|(id, hash)| (id.to_string(), hash.clone()))
        .unzip();
    json(&Written {
        chain: entry.chain.clone(),
        seq: line.seq,
        form: line.form.number(),
        at: written(entry.at),
        actor: entry.actor.clone(),
        role: entry.role.clone(),
        request: entry.request_id.clone(),
        peer: entry.peer.clone(),
        action: entry.action.clone(),
        outcome: entry.outcome.clone(),
        object: entry.object.clone(),
        patient,
        patient_hash,
        rulebook: entry.rulebook.clone(),
        details: entry.details.clone(),
        previous: line.previous.clone(),
        hash: line.hash.clone(),
    })
}

/// Returns the first line of a file, with its line end.
pub fn head(head: &Head) -> String {
    json(head)
}

/// Returns the line of a statement, with its line end.
pub fn statement(signed: &Signed) -> String {
    json(signed)
}

/// Returns the last line of a file, with its line end.
pub fn end(end: End) -> String {
    json(&TheEnd { end })
}

fn json<T: Serialize>(value: &T) -> String {
    // of texts and numbers alone, which are always JSON
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

impl Written {
    fn value(self) -> Result<Line, String> {
        let form = Form::of(self.form).ok_or("a line of a form that this version does not know")?;
        let at = chrono::DateTime::parse_from_rfc3339(&self.at);
        let at = at.map_err(|e| format!("at: {e}"))?.to_utc();
        let patient = match (self.patient, self.patient_hash) {
            (Some(id), Some(hash)) => Some((PatientId::new(id), hash)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err("a patient without the hash, or the hash alone".to_owned());
            }
        };
        Ok(Line {
            entry: Entry {
                chain: self.chain,
                at,
                actor: self.actor,
                role: self.role,
                request_id: self.request,
                peer: self.peer,
                action: self.action,
                outcome: self.outcome,
                object: self.object,
                patient,
                rulebook: self.rulebook,
                details: self.details,
            },
            form,
            seq: self.seq,
            previous: self.previous,
            hash: self.hash,
        })
    }
}

/// Verifies a file, in the memory of one line of it.
///
/// # Errors
/// When it cannot be read; whatever else is wrong with it is in the report.
pub fn verify(
    mut file: impl BufRead,
    keys: Vec<PublicKey>,
    expected: Option<String>,
) -> io::Result<Report> {
    let mut number = 0;
    let first = next(&mut file, &mut number)?;
    let head = first.as_deref().map(read_head);
    let (scope, wrong) = match head {
        Some(Ok(scope)) => (scope, None),
        Some(Err(what)) => (Scope::default(), Some(what)),
        None => (Scope::default(), Some("the file is empty".to_owned())),
    };
    let mut check = Check::new(keys, scope, expected);
    if let Some(what) = wrong {
        check.fault(Fault::Unreadable { line: 1, what });
        return Ok(check.finish());
    }
    let mut ended = false;
    while let Some(text) = next(&mut file, &mut number)? {
        if ended {
            let what = "there is something after the end".to_owned();
            check.fault(Fault::Unreadable { line: number, what });
            break;
        }
        match one(&mut check, &text) {
            Ok(is_end) => ended = is_end,
            Err(what) => check.fault(Fault::Unreadable { line: number, what }),
        }
    }
    if !ended {
        check.fault(Fault::CutOff);
    }
    Ok(check.finish())
}

/// The next line, without its line end; one that has none, or is too long, is handed on to be refused.
fn next(file: &mut impl BufRead, number: &mut u64) -> io::Result<Option<Vec<u8>>> {
    let mut text = Vec::new();
    let read = file
        .by_ref()
        .take(MOST_BYTES)
        .read_until(b'\n', &mut text)?;
    *number = number.saturating_add(1);
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok((read > 0).then_some(text))
}

fn read_head(text: &[u8]) -> Result<Scope, String> {
    let head: Head = serde_json::from_slice(text)
        .map_err(|e| format!("this is no file of an audit trail: {e}"))?;
    if head.form != FORM {
        return Err(format!(
            "a file of the form {:?}, which this version does not know",
            head.form
        ));
    }
    Ok(Scope {
        chain: head.chain,
        from_later: head.from.is_some(),
        to_earlier: head.to.is_some(),
    })
}

/// Reads one line; returns whether it was the end.
fn one(check: &mut Check, text: &[u8]) -> Result<bool, String> {
    let begins = |with: &[u8]| text.starts_with(with);
    let wrong = |e: serde_json::Error| e.to_string();
    if begins(b"{\"statement\"") {
        if check.counted().1 > 0 {
            return Err("a statement after the first line of a chain".to_owned());
        }
        check.statement(&serde_json::from_slice(text).map_err(wrong)?);
    } else if begins(b"{\"end\"") {
        let TheEnd { end } = serde_json::from_slice(text).map_err(wrong)?;
        let (statements, lines) = check.counted();
        for (of, found, said) in [
            ("statements", statements, end.statements),
            ("lines", lines, end.lines),
        ] {
            if found != said {
                check.fault(Fault::Counted { of, found, said });
            }
        }
        return Ok(true);
    } else {
        let written: Written = serde_json::from_slice(text).map_err(wrong)?;
        check.line(&written.value()?);
    }
    Ok(false)
}
