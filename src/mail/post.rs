//! The worker that empties the outbox.
//!
//! It takes letters that are due by a short write (a lease: nobody else takes them meanwhile),
//! hands each to the transport outside of any transaction, and writes down by a second short write
//! what became of it. A crash in between repeats the letter, with the same `Message-ID`.
//!
//! Each letter is on its own: one that is refused, that is slow or whose row is spoilt keeps no
//! other waiting. Start reading at [`Post::run`]; [`Post::round`] is one step of it.

mod compose;
mod deliver;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{self, Duration},
};

use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::{letter::Mailbox, smtp::LINES, transport::Transport};
use crate::{
    db::{self, Db, outbox},
    domain::calendar::Instant,
};

/// How many letters are under way at once.
///
/// Choice: eight times the lines to a mail server. Taking letters is a write, and so is writing down what
/// became of one; this many share them in a burst, and wait for a line no longer than their lease lasts
/// (`longest_send`).
pub const AT_ONCE: usize = 32;

/// How many more letters are taken at least, in a burst.
///
/// Choice: a quarter: the lines have work while these are taken, and one write takes eight.
const REFILL: usize = AT_ONCE / 4;

/// How long the worker waits before it looks again, when nobody told it of new letters.
///
/// Choice: letters of other processes, and those tried again, wait a second at most.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long the worker waits after it was told of new letters.
///
/// Choice: nobody sees a fiftieth of a second in an email, and a busy service writes many in it.
const GATHER: Duration = Duration::from_millis(20);

/// The shortest time for which letters are leased.
///
/// Choice: five minutes; a worker that crashed delays its letters by no more, and where a service is
/// alone with its database they are free at its next start.
const LEASE_LEAST: TimeDelta = TimeDelta::minutes(5);

/// After how long without a look the worker is no longer taken for well.
///
/// Choice: thirty looks, and several times what a busy database makes one of them wait.
const STALE: Duration = Duration::from_secs(30);

/// What the worker is given by whoever starts it.
pub struct Office {
    /// Who the letters come from.
    pub from: Mailbox,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Hears what became of each letter, once that is written down.
    pub tell: Arc<dyn Fn(Outcome) + Send + Sync>,
    /// How long one sending may take, as the transport keeps it.
    pub send_limit: Duration,
    /// How often a letter is tried before it is given up; at least once.
    pub attempts_most: u32,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A server took the letter.
    Sent,
    /// It did not, and the letter is tried again.
    Deferred,
    /// The letter is given up.
    Failed,
}

/// The worker. Clones are one and the same.
#[derive(Clone)]
pub struct Post {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    transport: Transport,
    office: Office,
    worker: String,
    looked: Mutex<time::Instant>,
}

impl Post {
    /// Makes a worker, with a name that no other has. It does nothing before [`Post::run`].
    pub fn new(db: Db, transport: Transport, office: Office) -> Self {
        let worker = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        let inner = Inner {
            db,
            transport,
            office,
            worker,
            looked: Mutex::new(time::Instant::now()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Takes what is due, at most [`AT_ONCE`] letters, tries each once and returns what became of
    /// them, in the order in which they were due.
    ///
    /// # Errors
    /// When the letters could not be taken. An outcome that cannot be written down is in the log.
    pub async fn round(&self) -> Result<Vec<Outcome>, db::Error> {
        let taken = self.take(AT_ONCE).await?;
        let tried = taken.into_iter().map(|leased| self.deliver(leased));
        Ok(futures_util::future::join_all(tried).await)
    }

    /// Empties the outbox until `stop`, then finishes what is under way until `give_up`, which
    /// begins to run at `stop`, and gives back the rest.
    ///
    /// `written` waits until there may be new letters in the outbox.
    pub async fn run<W: Future<Output = ()>>(
        &self,
        written: impl Fn() -> W,
        stop: impl Future<Output = ()>,
        give_up: impl Future<Output = ()>,
    ) {
        let mut stop = std::pin::pin!(stop);
        let mut under_way = JoinSet::new();
        let mut trouble = false;
        loop {
            self.looked();
            while let Some(ended) = under_way.try_join_next() {
                report(ended);
            }
            let room = AT_ONCE.saturating_sub(under_way.len());
            match self.take(room).await {
                Ok(letters) => {
                    if trouble {
                        tracing::info!("the outbox can be read again");
                    }
                    trouble = false;
                    for leased in letters {
                        let post = self.clone();
                        under_way.spawn(async move { post.deliver(leased).await });
                    }
                }
                Err(error) => {
                    if !trouble {
                        tracing::error!(%error, "no letters can be taken from the outbox");
                    }
                    trouble = true;
                }
            }
            let busy = under_way.len() > AT_ONCE - REFILL;
            let told = async {
                written().await;
                tokio::time::sleep(GATHER).await;
            };
            tokio::select! {
                () = &mut stop => break,
                () = ends(&mut under_way) => {}
                () = told, if !busy && !trouble => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        self.finish(under_way, give_up).await;
    }

    /// Tells whether the worker has looked into the outbox lately.
    pub fn is_well(&self) -> bool {
        let looked = self.inner.looked.lock();
        looked.unwrap_or_else(PoisonError::into_inner).elapsed() < STALE
    }

    fn looked(&self) {
        let looked = self.inner.looked.lock();
        *looked.unwrap_or_else(PoisonError::into_inner) = time::Instant::now();
    }

    /// Takes up to `room` letters that are due. A look without any costs a read and no write.
    async fn take(&self, room: usize) -> Result<Vec<outbox::Leased>, db::Error> {
        let now = (self.inner.office.clock)();
        let next = self.inner.db.read(outbox::next_due);
        if room == 0 || next.await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let until = now.checked_add_signed(self.lease_time()).unwrap_or(now);
        let worker = self.inner.worker.clone();
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        let lease = move |conn: &mut db::Conn| outbox::lease(conn, &worker, now, until, limit);
        self.inner.db.write(Vec::new(), lease).await
    }

    /// As long as a letter that is begun now may take to be sent and written down.
    fn lease_time(&self) -> TimeDelta {
        let longest = self.longest_send() + deliver::WRITING_DOWN;
        TimeDelta::from_std(longest).map_or(TimeDelta::MAX, |longest| longest.max(LEASE_LEAST))
    }

    /// The net under the transport's own time limit: that for each letter that may have a line before
    /// this one, and five seconds for the machine.
    fn longest_send(&self) -> Duration {
        let rounds = u32::try_from(AT_ONCE.div_ceil(LINES)).unwrap_or(u32::MAX);
        let limit = self.inner.office.send_limit;
        limit.saturating_mul(rounds) + Duration::from_secs(5)
    }

    async fn finish(&self, mut under_way: JoinSet<Outcome>, give_up: impl Future<Output = ()>) {
        let all = async {
            while let Some(ended) = under_way.join_next().await {
                report(ended);
            }
        };
        tokio::select! {
            () = all => {}
            () = give_up => {
                tracing::warn!(letters = under_way.len(), "letters under way are broken off");
                under_way.shutdown().await;
            }
        }
        let worker = self.inner.worker.clone();
        let give_back = move |conn: &mut db::Conn| outbox::give_back(conn, &worker);
        match self.inner.db.write(Vec::new(), give_back).await {
            Ok(0) => {}
            Ok(letters) => tracing::info!(letters, "letters given back, for the next start"),
            Err(error) => tracing::error!(%error, "letters in hand were not given back"),
        }
        self.inner.transport.close().await;
    }
}

/// Waits until another letter ends, for it may have been in the way of a later one about the same alert;
/// in a burst, until there is room for [`REFILL`] more.
async fn ends(under_way: &mut JoinSet<Outcome>) {
    loop {
        match under_way.join_next().await {
            Some(ended) => report(ended),
            None => std::future::pending().await,
        }
        if under_way.len() <= AT_ONCE - REFILL {
            return;
        }
    }
}

/// A letter that panics outside of its sending is a bug of ours; its lease brings it back.
fn report(ended: Result<Outcome, tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a letter was dropped on its way");
    }
}
