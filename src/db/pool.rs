//! A pool of connections behind a semaphore of its size.
//!
//! The semaphore comes before the thread: without it, each waiting caller would hold a blocking
//! thread (181 of them at 128 callers, when measured).

use super::conn::{Conn, Manager, Pooled};
use super::dialect;
use super::error::{Error, Transient};
use super::writer::guarded;
use crate::domain::code::Finess;
use rand::Rng as _;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often a write is tried again after a deadlock or a conflict, and for how long.
///
/// Choice: sites are locked in one order, so that conflicts are rare; who meets five in two
/// seconds is told to come back.
const RETRIES: u32 = 5;
const RETRY_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Pool {
    connections: diesel::r2d2::Pool<Manager>,
    seats: Arc<Semaphore>,
    patience: Duration,
    size: u32,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({})", self.size)
    }
}

impl Pool {
    pub(super) fn open(manager: Manager, size: u32) -> Result<Self, Error> {
        let size = size.max(1);
        Ok(Self {
            patience: manager.busy_timeout,
            connections: manager.pool(size)?,
            seats: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
            size,
        })
    }

    pub(super) async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.seated(move |pool| pool.transaction(dialect::begin_read, f))
            .await
    }

    pub(super) async fn write<T, E, F>(&self, sites: Vec<Finess>, mut f: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Transient + Send + 'static,
    {
        self.seated(move |pool| {
            let start = Instant::now();
            let mut tries = 0;
            loop {
                let result = pool.transaction(dialect::begin_write, |conn| {
                    dialect::lock_sites(conn, &sites)?;
                    f(conn)
                });
                match result {
                    Err(error)
                        if error.is_transient()
                            && tries < RETRIES
                            && start.elapsed() < RETRY_WITHIN =>
                    {
                        tries += 1;
                        let longest = 20 * u64::from(tries);
                        let pause = rand::rng().random_range(1..=longest);
                        std::thread::sleep(Duration::from_millis(pause));
                    }
                    result => return result,
                }
            }
        })
        .await
    }

    /// Runs `work` on a thread that may block, once a seat is free. The seat is given back when
    /// the work ends, even when the caller has gone.
    async fn seated<T, E>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let seat = self.seat().await?;
        let pool = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&pool);
            drop(seat);
            result
        });
        done.await.unwrap_or_else(|error| {
            Err(Error::Other {
                cause: error.to_string(),
            }
            .into())
        })
    }

    async fn seat(&self) -> Result<OwnedSemaphorePermit, Error> {
        let seat = Arc::clone(&self.seats).acquire_owned();
        match tokio::time::timeout(self.patience, seat).await {
            Ok(Ok(seat)) => Ok(seat),
            Ok(Err(_)) | Err(_) => Err(Error::Busy),
        }
    }

    fn transaction<T, E: From<Error>>(
        &self,
        begin: fn(&mut Conn) -> Result<(), Error>,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut held = self.begun(begin)?;
        let result = guarded(|| f(&mut held.conn));
        let ended = match &result {
            Ok(_) => dialect::commit(&mut held.conn),
            Err(_) => dialect::rollback(&mut held.conn),
        };
        match (result, ended) {
            (result, Ok(())) => result,
            (Ok(_), Err(error)) => {
                held.spoilt = true;
                Err(error.into())
            }
            (Err(error), Err(_)) => {
                held.spoilt = true;
                Err(error)
            }
        }
    }

    /// Takes a connection and begins a transaction on it. A connection that died while it lay
    /// idle shows at `BEGIN`; the next is taken then, at most as many as there are and a new one.
    fn begun(&self, begin: fn(&mut Conn) -> Result<(), Error>) -> Result<Pooled, Error> {
        let mut dead = 0;
        loop {
            // Seats and connections are as many, so a wait here is for the database itself.
            let mut held = self.connections.get().map_err(|error| Error::Unavailable {
                cause: error.to_string(),
            })?;
            match begin(&mut held.conn) {
                Ok(()) => return Ok(held),
                Err(Error::Unavailable { .. }) if dead < self.size => {
                    held.spoilt = true;
                    dead += 1;
                }
                Err(error) => {
                    held.spoilt = true;
                    return Err(error);
                }
            }
        }
    }
}
