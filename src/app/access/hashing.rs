//! A flood of sign-ins must not eat the processors: few hash at once, few wait, the others are told to come
//! back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many hash at once.
///
/// Choice: half of the processors, two at most: the others answer who dispenses, and a hospital that signs in
/// at eight is through within seconds.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).clamp(1, 2))
}

/// How many may wait for their turn.
///
/// Choice: at a twentieth of a second each they wait no longer than some three seconds.
const MOST_WAITING: usize = 64;

/// Where passwords are hashed.
#[derive(Debug)]
pub struct Hashing {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    done: AtomicU64,
}

/// Too many wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait to be hashed")]
pub struct TooMany;

/// A turn to hash; the next has it when this is dropped.
#[derive(Debug)]
pub struct Turn(
    #[expect(dead_code, reason = "held, and given back when dropped")] OwnedSemaphorePermit,
);

impl Default for Hashing {
    fn default() -> Self {
        Self::of(at_once())
    }
}

impl Hashing {
    fn of(at_once: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            waiting: AtomicUsize::new(0),
            done: AtomicU64::new(0),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`TooMany`], at once, when so many wait already.
    pub async fn turn(&self) -> Result<Turn, TooMany> {
        struct Waits<'a>(&'a AtomicUsize);
        impl Drop for Waits<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        if before >= MOST_WAITING {
            return Err(TooMany);
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map(Turn).map_err(|_never_closed| TooMany)
    }

    /// Does work that hashes once, beside the threads that answer.
    ///
    /// # Errors
    /// When it panics.
    pub async fn hash<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        self.done.fetch_add(1, Ordering::Relaxed);
        let hashed = tokio::task::spawn_blocking(move || {
            let hashed = work();
            drop(turn);
            hashed
        });
        hashed.await.map_err(|error| format!("hashing: {error}"))
    }

    /// Returns how many times was hashed so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{join_all, poll_immediate};

    #[tokio::test]
    async fn as_many_wait_as_may_and_the_next_is_told_to_come_back() {
        let hashing = Hashing::of(1);
        let turn = hashing.turn().await.unwrap();
        let mut waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| Box::pin(hashing.turn()))
            .collect();
        for one in &mut waiting {
            assert!(poll_immediate(one).await.is_none());
        }
        assert_eq!(hashing.turn().await.unwrap_err(), TooMany);
        // whoever goes away makes room
        waiting.pop();
        let one_more = Box::pin(hashing.turn());
        waiting.push(one_more);
        let done = hashing.hash(turn, || 7).await;
        assert_eq!(done, Ok(7));
        let turns = join_all(waiting.into_iter().map(async |one| one.await.is_ok())).await;
        assert_eq!(turns.len(), MOST_WAITING);
        assert!(turns.into_iter().all(|got| got));
        assert_eq!(hashing.done(), 1);
    }
}
