//! The one writer of an SQLite database: many jobs, one commit.
//!
//! SQLite has one writer at a time and waits for the disk at each commit. So every write is a job
//! for this thread. It takes what is waiting, gives each job a savepoint inside one transaction,
//! commits once, and only then answers: who hears success finds it on the disk. Measured against
//! a pool of connections that each commit: four to five times as many writes, at
//! `synchronous = FULL`, and a hundredth of the longest waits.

use super::conn::{Conn, Manager};
use super::dialect;
use super::error::{Error, Transient, closed};
use diesel::connection::SimpleConnection as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// How many jobs may wait.
///
/// Choice: at some ten thousand writes a second, less than half a second of work; a caller who
/// would wait longer had better come back.
pub(super) const QUEUE: usize = 4096;

/// How many jobs share one commit, at most.
///
/// Choice: at 64 the cost of a commit was already spread thin; 256 keeps a batch in milliseconds.
const BATCH: usize = 256;

/// The thread, and the way to it.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub(super) fn start(manager: Manager) -> Result<Self, Error> {
        let conn = manager.open()?;
        let (sender, receiver) = sync_channel(QUEUE);
        let mut desk = Desk {
            manager,
            conn: Some(conn),
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || desk.work(&receiver))
            .map_err(|error| Error::Unavailable {
                cause: format!("no thread for the writer: {error}"),
            })?;
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Hands a job in and waits for its answer, which comes after the commit.
    ///
    /// A caller that goes away does not stop the job.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Transient + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Box::new(Task {
            work,
            result: None,
            reply,
        }))?;
        answer.await.unwrap_or_else(|_gone| Err(closed().into()))
    }

    fn hand_in(&self, job: Box<dyn Job>) -> Result<(), Error> {
        let jobs = self.jobs.lock().map_err(|_poisoned| closed())?;
        match jobs.as_ref().ok_or_else(closed)?.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Error::Busy),
            Err(TrySendError::Disconnected(_)) => Err(closed()),
        }
    }

    /// Takes no more jobs, finishes those that wait, and ends the thread.
    pub(super) fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        // The last handle may be dropped by a job, on the thread itself, which cannot wait for itself.
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread had panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// A caller's work, whatever it returns.
trait Job: Send {
    /// Does the work and keeps its result; returns whether what it wrote may stay.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells the caller: its own result, or why it came to nothing.
    fn answer(self: Box<Self>, undone: Option<&Error>);
    /// Whether it came to nothing by itself.
    fn failed(&self) -> bool;
}

struct Task<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Task<T, E, F>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let result = guarded(|| (self.work)(conn));
        let stays = result.is_ok();
        self.result = Some(result);
        stays
    }

    fn answer(self: Box<Self>, undone: Option<&Error>) {
        let result = match (undone, self.result) {
            (None, Some(result)) => result,
            (Some(error), _) => Err(error.clone().into()),
            (None, None) => Err(closed().into()),
        };
        // A caller that went away hears nothing, which is what it wanted.
        drop(self.reply.send(result));
    }

    fn failed(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }
}

/// Runs `work`, and makes an error of a panic.
pub(super) fn guarded<T, E: From<Error>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no word");
        Err(Error::Other {
            cause: format!("a transaction panicked: {said}"),
        }
        .into())
    })
}

/// Why a batch was not kept.
enum Undone {
    /// The whole of it, for a reason that concerns all.
    All(Error),
    /// One job took the others' work down with it; each may still succeed alone.
    ByOne(Error),
}

/// Where the thread sits: its connection, opened again when it is spoilt.
struct Desk {
    manager: Manager,
    conn: Option<Conn>,
}

impl Desk {
    fn work(&mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH - 1));
            self.settle(batch);
        }
        if let Some(conn) = self.conn.as_mut()
            && let Err(error) = dialect::tidy(conn)
        {
            tracing::warn!(%error, "the database was not left tidy");
        }
    }

    /// Runs a batch and answers every job of it, each once.
    fn settle(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let fate = self.attempt(&mut batch);
        if fate.is_err() {
            // Dropped, a connection rolls back whatever it still has open.
            self.conn = None;
        }
        match fate {
            Ok(()) => batch.into_iter().for_each(|job| job.answer(None)),
            Err(Undone::All(error)) => batch.into_iter().for_each(|job| job.answer(Some(&error))),
            Err(Undone::ByOne(error)) => match batch.len() {
                1 => batch.into_iter().for_each(|job| {
                    let own = job.failed();
                    job.answer((!own).then_some(&error));
                }),
                _ => batch.into_iter().for_each(|job| self.settle(vec![job])),
            },
        }
    }

    fn attempt(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), Undone> {
        let conn = self.connected().map_err(Undone::All)?;
        dialect::begin_write(conn).map_err(Undone::All)?;
        for job in batch {
            in_savepoint(conn, job.as_mut()).map_err(Undone::ByOne)?;
        }
        dialect::commit(conn).map_err(Undone::All)
    }

    fn connected(&mut self) -> Result<&mut Conn, Error> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.manager.open()?,
        };
        Ok(self.conn.insert(conn))
    }
}

/// Runs one job so that it can be undone alone. An error says that the transaction around it is
/// gone: SQLite ends one by itself when the disk is full or fails.
///
/// The savepoint is ours and not diesel's, which passes over the loss of one in some cases.
fn in_savepoint(conn: &mut Conn, job: &mut dyn Job) -> Result<(), Error> {
    conn.batch_execute("SAVEPOINT one_job")?;
    if job.run(conn) {
        if dialect::depth(conn)? != 1 {
            return Err(Error::Other {
                cause: "a job ended the transaction it was in, or left one open".to_owned(),
            });
        }
    } else {
        conn.batch_execute("ROLLBACK TO SAVEPOINT one_job")?;
        dialect::forget_inner(conn)?;
    }
    Ok(conn.batch_execute("RELEASE SAVEPOINT one_job")?)
}
