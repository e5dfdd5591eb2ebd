//! One mail server, or two: the second takes the letters that the first cannot.
//!
//! Which failure is whose:
//!
//! | the first server | so |
//! |---|---|
//! | has no address, does not answer, breaks off before it had the message, does not encrypt, does not let us in, refuses the sender, or says 421 | it is away: the second has the letter at once, and those that follow |
//! | speaks of the recipient or the message (any other 4xx or 5xx there) | it is well: the letter is put off or refused, and the second is not asked |
//! | vanished after the message, before its answer | it may have the letter: nobody else has it now, and it is tried again as any letter that was put off; a second time in a row, and the server is away |
//!
//! While the first is away it is looked at every [`LOOK`], by a line of its own and not by a letter;
//! letters return to it when it takes that line. When the second fails as well the first is tried after
//! all, so that two servers are never worse than one.
//!
//! `Choice:` a letter that one server may have is not handed to the other at once, because it would
//! arrive twice; nor is it kept from the other for good, because a server that takes letters and never
//! answers may have none of them, and twice is better than never. Its `Message-ID` is the same each time.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    letter::Letter,
    smtp::SmtpPost,
    transport::{Receipt, SendError, Stage, clean},
};

/// How often a server that was away is looked at.
///
/// `Choice:` a restart takes about that long, and one line a minute troubles nobody.
const LOOK: Duration = Duration::from_mins(1);

/// How often in a row a server may vanish with a letter before it counts as away.
///
/// `Choice:` once is a restart, at which the letter is most likely still there.
const VANISHED_MOST: u32 = 2;

/// The servers, and how the first one is.
pub struct Relays {
    first: SmtpPost,
    second: Option<SmtpPost>,
    first_is: Mutex<Health>,
    look: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Health {
    /// It has vanished with a letter so often in a row.
    Well { vanished: u32 },
    /// It was looked at, or a letter was tried, at that moment.
    Away { since: Instant },
}

/// Whose failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    Server,
    Letter,
    Unknown,
}

impl Relays {
    pub(super) const fn new(first: SmtpPost, second: Option<SmtpPost>) -> Self {
        Self {
            first,
            second,
            first_is: Mutex::new(Health::Well { vanished: 0 }),
            look: LOOK,
        }
    }

    pub(super) async fn send(
        self: &Arc<Self>,
        letter: &Letter,
        message: &[u8],
    ) -> Result<Receipt, SendError> {
        let Some(second) = &self.second else {
            return by(&self.first, letter, message).await;
        };
        if !self.is_away() {
            let turn = self.first.turn().await?;
            // while it waited for a line, others may have found out
            if !self.is_away() {
                let sent = self.first.send(turn, letter, message).await;
                return match self.learn(sent) {
                    Ok(answer) => answer,
                    Err(away) => {
                        let sent = by(second, letter, message).await;
                        sent.map_err(|error| both(error, &away))
                    }
                };
            }
        }
        self.look_again();
        let sent = by(second, letter, message).await;
        match sent {
            Err(error) if blame(&error) == Blame::Server => {
                let sent = by(&self.first, letter, message).await;
                self.learn(sent)
                    .unwrap_or_else(|away| Err(both(error, &away)))
            }
            answer => answer,
        }
    }

    /// Learns from what became of a letter at the first server: its answer, or why it is away.
    fn learn(
        &self,
        sent: Result<Receipt, SendError>,
    ) -> Result<Result<Receipt, SendError>, SendError> {
        match sent {
            Err(error) => match blame(&error) {
                Blame::Server => {
                    self.is_now(Health::Away {
                        since: Instant::now(),
                    });
                    Err(error)
                }
                Blame::Letter => {
                    self.is_now(Health::Well { vanished: 0 });
                    Ok(Err(error))
                }
                Blame::Unknown => {
                    self.vanished();
                    Ok(Err(error))
                }
            },
            Ok(receipt) => {
                self.is_now(Health::Well { vanished: 0 });
                Ok(Ok(receipt))
            }
        }
    }

    fn vanished(&self) {
        let now = match self.health(|health| *health) {
            Health::Well { vanished } if vanished + 1 < VANISHED_MOST => Health::Well {
                vanished: vanished + 1,
            },
            Health::Well { .. } | Health::Away { .. } => Health::Away {
                since: Instant::now(),
            },
        };
        self.is_now(now);
    }

    /// Looks at the first server, beside the letters, when the last look is long enough ago.
    fn look_again(self: &Arc<Self>) {
        let due = self.health(|health| match health {
            Health::Away { since } if since.elapsed() >= self.look => {
                *since = Instant::now();
                true
            }
            Health::Away { .. } | Health::Well { .. } => false,
        });
        if due {
            let this = Arc::clone(self);
            drop(tokio::spawn(async move {
                if this.first.takes_a_line().await {
                    this.is_now(Health::Well { vanished: 0 });
                }
            }));
        }
    }

    fn is_away(&self) -> bool {
        self.health(|health| matches!(health, Health::Away { .. }))
    }

    fn is_now(&self, new: Health) {
        let old = self.health(|health| std::mem::replace(health, new));
        match (old, new) {
            (Health::Well { .. }, Health::Away { .. }) => {
                tracing::warn!("the mail server is away; letters leave by the other");
            }
            (Health::Away { .. }, Health::Well { .. }) => {
                tracing::info!("the mail server is back; letters leave by it again");
            }
            (Health::Well { .. }, Health::Well { .. })
            | (Health::Away { .. }, Health::Away { .. }) => {}
        }
    }

    fn health<T>(&self, job: impl FnOnce(&mut Health) -> T) -> T {
        job(&mut self.first_is.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn close(&self) {
        self.first.close().await;
        if let Some(second) = &self.second {
            second.close().await;
        }
    }
}

impl fmt::Debug for Relays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relays")
            .field("first", &self.first)
            .field("second", &self.second)
            .finish_non_exhaustive()
    }
}

async fn by(server: &SmtpPost, letter: &Letter, message: &[u8]) -> Result<Receipt, SendError> {
    let turn = server.turn().await?;
    server.send(turn, letter, message).await
}

fn blame(error: &SendError) -> Blame {
    match error {
        SendError::Permanent { .. }
        | SendError::Temporary {
            stage: Stage::Letter,
            ..
        } => Blame::Letter,
        SendError::Temporary {
            maybe_delivered: true,
            ..
        } => Blame::Unknown,
        SendError::Temporary {
            stage: Stage::Recipient | Stage::Data | Stage::Content,
            code: Some(code),
            ..
        } if !about_us(*code) => Blame::Letter,
        SendError::Temporary { .. } => Blame::Server,
    }
}

/// "Not available" (421) and the codes about who we are.
///
/// Source: RFC 5321, § 4.2.2; RFC 4954, § 6.
const fn about_us(code: u16) -> bool {
    matches!(code, 421 | 432 | 454 | 503 | 530 | 534 | 535 | 538)
}

/// The failure of the server that was tried last, with that of the other.
fn both(error: SendError, other: &SendError) -> SendError {
    match error {
        SendError::Temporary {
            stage,
            code,
            reason,
            maybe_delivered,
        } => SendError::Temporary {
            stage,
            code,
            reason: clean(&format!("{reason} (and the other mail server: {other})")),
            maybe_delivered,
        },
        permanent @ SendError::Permanent { .. } => permanent,
    }
}

#[cfg(test)]
mod tests;
