//! One letter: tried once, and what became of it written down.

use std::{panic::AssertUnwindSafe, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt as _;

use super::{Outcome, Post, compose::compose};
use crate::{
    db::{
        self, Conn,
        outbox::{self, Beside, Failure, Leased, OutboxLetter},
        person_links,
    },
    domain::{calendar::Instant, id::LetterId},
    mail::{
        backoff::next_attempt,
        transport::{SendError, Stage},
    },
    text::letter::person,
};

/// The pauses between tries to write down an outcome, in milliseconds.
///
/// Choice: a letter that was sent and not written down is sent again, so this is worth half a
/// minute; a database that is away for longer brings the letter back when its lease ends.
const PAUSES_MS: [u64; 7] = [100, 400, 1_000, 2_000, 5_000, 10_000, 10_000];

/// The most that writing down takes: the pauses, and eight tries that wait for a busy database as
/// long as it lets a caller wait (5 s).
pub(super) const WRITING_DOWN: Duration = Duration::from_secs(90);

/// What is to be written down about a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// With a link that sets a password, which from now on stands whole in the letter alone.
    Sent {
        at: Instant,
        own: bool,
    },
    Again {
        at: Instant,
        failure: Failure,
        reason: String,
    },
    Never {
        failure: Failure,
        reason: String,
    },
}

impl Fate {
    const fn outcome(&self) -> Outcome {
        match self {
            Self::Sent { .. } => Outcome::Sent,
            Self::Again { .. } => Outcome::Deferred,
            Self::Never { .. } => Outcome::Failed,
        }
    }

    fn write(&self, conn: &mut Conn, id: &LetterId) -> Result<(), db::Error> {
        match self {
            Self::Sent { at, own } => {
                if *own {
                    person_links::forget_address(conn, id)?;
                }
                outbox::record_sent(conn, id, *at)
            }
            Self::Again {
                at,
                failure,
                reason,
            } => outbox::record_failure(conn, id, (*failure, reason), Some(*at)),
            Self::Never { failure, reason } => {
                outbox::record_failure(conn, id, (*failure, reason), None)
            }
        }
    }
}

impl Post {
    /// Tries a letter that is in hand, and writes down what became of it.
    pub(super) async fn deliver(&self, leased: Leased) -> Outcome {
        let fate = match &leased.letter {
            Ok(row) => self.tried(row, &leased.beside).await,
            Err(corrupt) => Fate::Never {
                failure: Failure::Other,
                reason: corrupt.to_string(),
            },
        };
        let outcome = fate.outcome();
        // addresses and what servers say about them are in the outbox, and not in the log
        tracing::debug!(letter = %leased.id, ?outcome, "a letter was tried");
        if outcome == Outcome::Failed {
            tracing::warn!(letter = %leased.id, "a letter is given up; the outbox says why");
        }
        match self.write_down(&leased.id, fate).await {
            Ok(()) => (self.inner.office.tell)(outcome),
            Err(error) => {
                tracing::error!(letter = %leased.id, ?outcome, %error, "what became of a letter was not written down; it will be tried again");
            }
        }
        outcome
    }

    async fn tried(&self, row: &OutboxLetter, beside: &Beside) -> Fate {
        let own = match self.own_link(row).await {
            Ok(own) => own,
            Err(error) => {
                let busy = ours(&format!("its link cannot be read: {error}"));
                let now = (self.inner.office.clock)();
                return after(&busy, 1, u32::MAX, now, rand::random());
            }
        };
        let mut letter = match compose(row, beside, &self.inner.office.from) {
            Ok(letter) => letter,
            Err(unfit) => {
                return Fate::Never {
                    failure: unfit.failure(),
                    reason: unfit.to_string(),
                };
            }
        };
        letter.text = person::filled(&letter.text, own.as_deref());
        letter.html = person::filled(&letter.html, own.as_deref());
        let sending = AssertUnwindSafe(self.inner.transport.send(&letter)).catch_unwind();
        let error = match tokio::time::timeout(self.longest_send(), sending).await {
            Ok(Ok(Ok(_receipt))) => {
                return Fate::Sent {
                    at: (self.inner.office.clock)(),
                    own: own.is_some(),
                };
            }
            Ok(Ok(Err(error))) => error,
            Ok(Err(_told_by_the_panic_hook)) => ours("sending it panicked, which is a bug"),
            Err(_elapsed) => ours("the transport did not keep its time limit"),
        };
        tracing::info!(letter = %row.id, stage = %stage(&error), code = ?code(&error), "a letter was not taken");
        let attempts = u32::try_from(row.attempts.saturating_add(1)).unwrap_or(u32::MAX);
        let most = self.inner.office.attempts_most;
        after(
            &error,
            attempts,
            most,
            (self.inner.office.clock)(),
            rand::random(),
        )
    }

    /// The link of a letter that sets its recipient's password, if it is one with such a link.
    async fn own_link(&self, row: &OutboxLetter) -> Result<Option<String>, db::Error> {
        if !person::Told::has_a_link(&row.event) {
            return Ok(None);
        }
        let id = row.id.clone();
        let find = move |conn: &mut Conn| person_links::of_letter(conn, &id);
        self.inner.db.read(find).await
    }

    async fn write_down(&self, id: &LetterId, fate: Fate) -> Result<(), db::Error> {
        let mut pauses = PAUSES_MS.into_iter();
        loop {
            let (id, fate) = (id.clone(), fate.clone());
            let write = move |conn: &mut Conn| fate.write(conn, &id);
            match (self.inner.db.write(Vec::new(), write).await, pauses.next()) {
                (Ok(()), _) => return Ok(()),
                (Err(error), None) => return Err(error),
                (Err(_), Some(ms)) => tokio::time::sleep(Duration::from_millis(ms)).await,
            }
        }
    }
}

/// What follows an attempt that went wrong, the `attempts`th of `most`.
fn after(error: &SendError, attempts: u32, most: u32, now: Instant, jitter: u64) -> Fate {
    let failure = failed_at(error);
    match error {
        SendError::Permanent { .. } => Fate::Never {
            failure,
            reason: error.to_string(),
        },
        SendError::Temporary { .. } if attempts >= most => Fate::Never {
            failure,
            reason: format!("given up after {attempts} attempts; the last: {error}"),
        },
        SendError::Temporary { .. } => {
            let wait = TimeDelta::from_std(next_attempt(attempts, jitter));
            Fate::Again {
                at: wait.map_or(now, |wait| now + wait),
                failure,
                reason: error.to_string(),
            }
        }
    }
}

/// What a try failed at. A server that refuses a recipient for what *we* are says nothing of the address:
/// enhanced codes of the subject 7 are about policy (RFC 3463, § 3.8).
fn failed_at(error: &SendError) -> Failure {
    match error {
        SendError::Permanent {
            stage: Stage::Recipient,
            reason,
            ..
        } if !reason.contains("5.7.") => Failure::Address,
        SendError::Temporary {
            stage: Stage::Recipient,
            ..
        } => Failure::Recipient,
        SendError::Permanent { .. } | SendError::Temporary { .. } => Failure::Other,
    }
}

/// A fault of our own while the letter was under way: a server may have it all the same.
fn ours(reason: &str) -> SendError {
    SendError::temporary(Stage::Content, None, reason)
}

const fn stage(error: &SendError) -> Stage {
    match error {
        SendError::Temporary { stage, .. } | SendError::Permanent { stage, .. } => *stage,
    }
}

const fn code(error: &SendError) -> Option<u16> {
    match error {
        SendError::Temporary { code, .. } | SendError::Permanent { code, .. } => *code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempt_that_may_be_made_is_the_last() {
        let now = "2021-10-20T06:00:00Z".parse().unwrap();
        let busy = SendError::temporary(Stage::Recipient, Some(451), "later");
        let fate = |attempts| after(&busy, attempts, 3, now, 0);
        assert_eq!(fate(2).outcome(), Outcome::Deferred);
        let Fate::Never { reason, .. } = fate(3) else {
            panic!("{:?}", fate(3));
        };
        assert_eq!(
            reason,
            "given up after 3 attempts; the last: recipient: later"
        );
    }
    #[test]
    fn only_a_server_that_knows_no_such_recipient_speaks_of_the_address() {
        let permanent = |stage, reason: &str| SendError::Permanent {
            stage,
            code: Some(550),
            reason: reason.to_owned(),
        };
        let at = |error: &SendError| failed_at(error);
        let unknown = permanent(Stage::Recipient, "5.1.1 no such user");
        assert_eq!(at(&unknown), Failure::Address);
        let policy = permanent(Stage::Recipient, "5.7.1 your host is on a list");
        assert_eq!(at(&policy), Failure::Other);
        let big = permanent(Stage::Content, "5.3.4 too big");
        assert_eq!(at(&big), Failure::Other);
        let greylisted = SendError::temporary(Stage::Recipient, Some(450), "come again");
        assert_eq!(at(&greylisted), Failure::Recipient);
        let away = SendError::temporary(Stage::Connect, None, "refused");
        assert_eq!(at(&away), Failure::Other);
    }
}
