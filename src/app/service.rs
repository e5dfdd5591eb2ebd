//! All that a door holds.

use super::access::Access;
use super::access::hashing::Hashing;
use super::act::{Act, Caller, Desk};
use super::error::Error;
use super::give_access;
use super::once::{Answer, Attempt, Decided, Keyed, note, once};
use super::sessions;
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
    access: Access,
    hashing: Hashing,
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

/// How long a request waits until it is written when a token or a session was last used.
///
/// Choice: a second, when the database is so busy that it takes so long; the next request writes it.
const USE_NOTED_WITHIN: std::time::Duration = std::time::Duration::from_secs(1);

impl Service {
    /// Makes the service of a database and rulebooks.
    pub fn new(db: Db, rules: Rulebooks, desk: Desk) -> Self {
        Self::with(db, rules, desk, Access::default())
    }

    /// Makes the service of a database and rulebooks, with what is set about access.
    pub fn with(db: Db, rules: Rulebooks, desk: Desk, access: Access) -> Self {
        let inner = Inner {
            db,
            rules,
            desk,
            access,
            hashing: Hashing::default(),
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

    /// Returns what is set about access.
    pub fn access(&self) -> &Access {
        &self.inner.access
    }

    /// Returns where passwords are hashed.
    pub fn hashing(&self) -> &Hashing {
        &self.inner.hashing
    }

    /// Returns who comes with the cookie of a session, when that is in force at `now`.
    ///
    /// # Errors
    /// The database's.
    pub async fn admit_session(
        &self,
        secret: String,
        site: Option<Finess>,
        now: Instant,
    ) -> Result<Option<sessions::Admitted>, db::Error> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .db
            .read(move |conn| sessions::admit(conn, &inner.access, (&secret, site), now))
            .await
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

    /// Writes when a token was last used, once a minute at most. That this fails keeps nobody out.
    pub async fn token_used(&self, token: &TokenRecord, now: Instant) {
        let lately = |at: Instant| now - at < sessions::SEEN_EVERY;
        if token.used_at.is_some_and(lately) {
            return;
        }
        let id = token.id.clone();
        let write = move |conn: &mut db::Conn| db::tokens::used(conn, &id, now);
        self.note_use(self.inner.db.write(Vec::new(), write)).await;
    }

    /// Writes when a session was last used, once a minute at most. That this fails keeps nobody out.
    pub async fn session_seen(&self, session: &db::sessions::Session, now: Instant) {
        if now - session.seen_at < sessions::SEEN_EVERY {
            return;
        }
        let id = session.id.clone();
        let write = move |conn: &mut db::Conn| db::sessions::seen(conn, &id, now);
        self.note_use(self.inner.db.write(Vec::new(), write)).await;
    }

    async fn note_use(&self, written: impl Future<Output = Result<(), db::Error>>) {
        match tokio::time::timeout(USE_NOTED_WITHIN, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "when it was last used is not written"),
            Err(_elapsed) => tracing::debug!("when it was last used takes long to write"),
        }
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
