//! All that a door holds.

use super::act::{Act, Caller, Desk};
use super::error::Error;
use super::give_access;
use super::once::{Answer, Attempt, Decided, Keyed, note, once};
use crate::db::tokens::TokenRecord;
use crate::db::{self, Db, idempotency};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::rulebook::Rulebooks;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore};

/// The service: its database, its rules, and how its letters are addressed.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    rules: Rulebooks,
    desk: Desk,
    in_progress: Mutex<HashSet<idempotency::Key>>,
    letters: Notify,
    reckoning: Arc<Semaphore>,
}

/// What a write needs to know beside its work.
pub struct Write {
    /// Who.
    pub caller: Caller,
    /// When.
    pub now: Instant,
    /// Every site that it may change, so that they are locked in order.
    pub sites: Vec<Finess>,
    /// By what a repetition is recognised, if it is.
    pub keyed: Option<Keyed>,
    /// What a refusal is written down as.
    pub action: &'static str,
}

/// How many reckon at once.
///
/// Choice: half of the processors, at least one; the others are for what cannot wait.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).max(1))
}

impl Service {
    /// Makes the service of a database and rulebooks.
    pub fn new(db: Db, rules: Rulebooks, desk: Desk) -> Self {
        let inner = Inner {
            db,
            rules,
            desk,
            in_progress: Mutex::default(),
            letters: Notify::new(),
            reckoning: Arc::new(Semaphore::new(at_once())),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the database, for the checks of whoever runs the service.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Returns the rulebooks.
    pub fn rules(&self) -> &Rulebooks {
        &self.inner.rules
    }

    /// Returns whose token it is, when it is in use at `now`, and whether `site` is there.
    ///
    /// # Errors
    /// The database's.
    pub async fn admit(
        &self,
        token: String,
        site: Option<Finess>,
        now: Instant,
    ) -> Result<Option<(TokenRecord, bool)>, db::Error> {
        self.inner
            .db
            .read(move |conn| give_access::admit(conn, &token, site, now))
            .await
    }

    /// Waits until a write may have put letters into the outbox.
    pub async fn letters_written(&self) {
        self.inner.letters.notified().await;
    }

    /// Reckons on what needs no database, and holds no connection meanwhile: those are for who dispenses.
    /// As many reckon at once as are worth it; who comes later waits.
    ///
    /// # Errors
    /// A bug of ours, when the work panics.
    pub async fn reckon<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Rulebooks) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let ours = |e: &dyn std::fmt::Display| Error::Bug(format!("reckoning: {e}"));
        let turn = Arc::clone(&self.inner.reckoning).acquire_owned().await;
        let turn = turn.map_err(|e| ours(&e))?;
        let inner = Arc::clone(&self.inner);
        let reckoned = tokio::task::spawn_blocking(move || {
            let reckoned = work(&inner.rules);
            drop(turn);
            reckoned
        });
        reckoned.await.map_err(|e| ours(&e))
    }

    /// Reads: one consistent view of the database, and nothing is written.
    ///
    /// # Errors
    /// What `look` fails with, or the database.
    pub async fn read<T: Send + 'static>(
        &self,
        caller: Caller,
        now: Instant,
        look: impl FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .db
            .read(move |conn| {
                look(&mut Act {
                    conn,
                    rules: &inner.rules,
                    now,
                    caller: &caller,
                    desk: &inner.desk,
                    lines: 0,
                })
            })
            .await
    }

    /// Reads, and writes down when that is refused: for a question whose refusal is told like a write's.
    ///
    /// # Errors
    /// What `look` fails with, or the database.
    pub async fn weigh<T: Send + 'static>(
        &self,
        (caller, now): (Caller, Instant),
        (action, site): (&'static str, Finess),
        look: impl FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let decided = match self.read(caller.clone(), now, look).await {
            Ok(seen) => return Ok(seen),
            Err(error) => Decided::of(error)?,
        };
        let refused = decided.clone();
        let attempt = Attempt {
            action,
            site: Some(site),
        };
        self.write(caller, now, vec![site], move |act| {
            note(act, attempt, &refused)
        })
        .await?;
        Err(decided.into())
    }

    /// Writes, in one transaction, without keeping an answer: for whoever is no door.
    ///
    /// # Errors
    /// What `work` fails with (then nothing was written), or the database.
    pub async fn write<T: Send + 'static>(
        &self,
        caller: Caller,
        now: Instant,
        sites: Vec<Finess>,
        mut work: impl FnMut(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        let done = self
            .inner
            .db
            .write(sites, move |conn| {
                work(&mut Act {
                    conn,
                    rules: &inner.rules,
                    now,
                    caller: &caller,
                    desk: &inner.desk,
                    lines: 0,
                })
            })
            .await;
        if done.is_ok() {
            self.inner.letters.notify_one();
        }
        done
    }

    /// Answers a request that writes: once and only once when it carries a key, with its refusal
    /// written down when it is refused.
    ///
    /// # Errors
    /// What `work` fails with when that is no refusal (then nothing was written), or the database.
    pub async fn answer(
        &self,
        write: Write,
        mut work: impl FnMut(&mut Act<'_>) -> Result<Answer, Error> + Send + 'static,
        refuse: impl Fn(&Decided) -> Answer + Send + 'static,
    ) -> Result<Answer, Error> {
        let Write {
            caller,
            now,
            sites,
            keyed,
            action,
        } = write;
        let _claim = keyed.as_ref().map(|k| self.claim(&k.key)).transpose()?;
        let site = sites.first().copied();
        self.write(caller, now, sites, move |act| {
            once(
                act,
                keyed.as_ref(),
                Attempt { action, site },
                &mut work,
                &refuse,
            )
        })
        .await
    }

    /// Claims a key for one request of this process, until the claim is dropped.
    fn claim(&self, key: &idempotency::Key) -> Result<Claim, Error> {
        let mut in_progress = self
            .inner
            .in_progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if in_progress.insert(key.clone()) {
            Ok(Claim {
                inner: Arc::clone(&self.inner),
                key: key.clone(),
            })
        } else {
            Err(Error::KeyInProgress)
        }
    }
}

struct Claim {
    inner: Arc<Inner>,
    key: idempotency::Key,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.inner
            .in_progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}
