//! Once and only once: the answer to a request is kept with what it did, and given again when the
//! request is repeated.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::{self, idempotency};
use crate::domain::code::Finess;
use crate::domain::dose::Unsolved;
use crate::domain::reason::Refusal;
use serde_json::json;

/// An answer as a door gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// `Location`, of what was created.
    pub location: Option<String>,
    /// `ETag`, of what can be edited.
    pub etag: Option<String>,
    /// `Content-Language`, of what has a sentence.
    pub language: Option<String>,
    /// The body.
    pub body: String,
}

/// A request that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// By what it is recognised.
    pub key: idempotency::Key,
    /// SHA-256 of its body, in hexadecimal.
    pub body_hash: String,
}

/// What a refusal is written down as.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Object and verb: `stock.dispense`.
    pub action: &'a str,
    /// Where.
    pub site: Option<Finess>,
}

/// A verb's answer that nothing was done, which is kept as any other is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The facts do not allow it.
    Refused(Refusal),
    /// The doses are more than can be composed exactly.
    Unsolved(Unsolved),
}

impl Decided {
    /// Returns what was decided.
    ///
    /// # Errors
    /// The error itself when that is no decision: the same request may be done another time.
    pub fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Refused(refusal) => Ok(Self::Refused(refusal)),
            Error::Unsolved(unsolved) => Ok(Self::Unsolved(unsolved)),
            other @ (Error::Db(_) | Error::KeyReused | Error::KeyInProgress | Error::Bug(_)) => {
                Err(other)
            }
        }
    }

    /// Returns the stable code of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Unsolved(_) => "unsolved",
        }
    }
}

/// Does `work` unless the request was answered before, in which case that answer is given again.
///
/// What `work` wrote before it was refused is undone; the refusal itself is written into the
/// audit trail, and kept as the answer.
///
/// # Errors
/// [`Error::KeyReused`] when the key was kept with another body, [`Error::KeyInProgress`] when
/// another instance is at it, and what `work` fails with when that is no refusal.
pub fn once(
    act: &mut Act<'_>,
    keyed: Option<&Keyed>,
    attempt: Attempt<'_>,
    work: impl FnOnce(&mut Act<'_>) -> Result<Answer, Error>,
    refuse: impl FnOnce(&Decided) -> Answer,
) -> Result<Answer, Error> {
    if let Some(kept) = keyed.map(|k| kept(act, k)).transpose()?.flatten() {
        return Ok(kept);
    }
    let before = act.lines;
    let answer = match act.attempt(work) {
        Ok(answer) => {
            if act.lines == before {
                nothing_changed(act, attempt)?;
            }
            answer
        }
        Err(error) => {
            let decided = Decided::of(error)?;
            note(act, attempt, &decided)?;
            let answer = refuse(&decided);
            if matches!(answer.status, 401 | 403 | 429) {
                // who may not ask is not answered from memory
                return Ok(answer);
            }
            answer
        }
    };
    if let Some(keyed) = keyed {
        idempotency::insert(act.conn, &keyed.key, &keep(keyed, &answer), act.now)?;
    }
    Ok(answer)
}

/// Writes into the audit trail that a write was asked for and changed nothing: no write goes without a line.
fn nothing_changed(act: &mut Act<'_>, attempt: Attempt<'_>) -> Result<(), Error> {
    act.audit(
        attempt.site,
        Done {
            action: "write.unchanged",
            object: attempt.action,
            patient: None,
            details: json!({}),
        },
    )
}

/// Writes into the audit trail that something was refused.
///
/// # Errors
/// When the database cannot be written.
pub fn note(act: &mut Act<'_>, attempt: Attempt<'_>, decided: &Decided) -> Result<(), Error> {
    let details = match decided {
        Decided::Refused(Refusal::ReserveWouldBreak { rulebook, .. }) => {
            json!({ "reason": decided.code(), "rulebook": rulebook })
        }
        Decided::Refused(_) | Decided::Unsolved(_) => json!({ "reason": decided.code() }),
    };
    act.audit_refusal(
        attempt.site,
        Done {
            action: attempt.action,
            object: "",
            patient: None,
            details,
        },
    )
}

/// Writes into the audit trail that something was refused for faults of its own, all of which are told: a sheet
/// of which nothing was taken over.
///
/// # Errors
/// When the database cannot be written.
pub fn note_faults(
    act: &mut Act<'_>,
    action: &'static str,
    site: Option<Finess>,
    faults: usize,
) -> Result<(), Error> {
    act.audit_refusal(
        site,
        Done {
            action,
            object: "",
            patient: None,
            details: json!({ "reason": "faults", "faults": faults }),
        },
    )
}

fn kept(act: &mut Act<'_>, keyed: &Keyed) -> Result<Option<Answer>, Error> {
    if !db::dialect::try_claim_key(
        act.conn,
        &keyed.key.caller,
        &keyed.key.route,
        &keyed.key.key,
    )? {
        return Err(Error::KeyInProgress);
    }
    match idempotency::find(act.conn, &keyed.key)? {
        None => Ok(None),
        Some(kept) if kept.body_hash != keyed.body_hash => Err(Error::KeyReused),
        Some(k) => Ok(Some(Answer {
            status: k.status,
            content_type: k.content_type,
            location: k.location,
            etag: k.etag,
            language: k.language,
            body: k.body,
        })),
    }
}

fn keep(keyed: &Keyed, answer: &Answer) -> idempotency::KeptAnswer {
    idempotency::KeptAnswer {
        body_hash: keyed.body_hash.clone(),
        status: answer.status,
        content_type: answer.content_type.clone(),
        location: answer.location.clone(),
        etag: answer.etag.clone(),
        language: answer.language.clone(),
        body: answer.body.clone(),
    }
}
