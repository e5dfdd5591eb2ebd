//! What follows from time alone ([`Schedule`]): looked at each second, and told in the log.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::schedule::{Looked, Schedule};
use crate::clock::Clock;

/// How often it is asked whether something is due.
///
/// Choice: a second, as the post looks for letters; it is a read of a few rows, and right also after the
/// clock was set or the machine slept.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a look may take to finish at a stop. Choice: as long as the database lets a caller wait.
const FINISH: Duration = Duration::from_secs(5);

/// The task that looks, until it is told to stop; then it gives its lease back.
pub(super) struct Watching {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Watching {
    /// Begins to look.
    pub(super) fn begin(schedule: Schedule, clock: Clock) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            task: tokio::spawn(follow(schedule, clock, stopped)),
        }
    }

    /// Stops between two looks, and waits until the lease is given back; a look that takes too long is
    /// broken off, for what it has not committed the next instance does.
    pub(super) async fn end(mut self) {
        self.stop.send_replace(true);
        match tokio::time::timeout(FINISH, &mut self.task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "what follows from time alone was dropped");
            }
            Err(_elapsed) => self.task.abort(),
        }
    }
}

async fn follow(mut schedule: Schedule, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut trouble, mut ours) = (false, false);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => {}
        }
        match schedule.look(clock.now()).await {
            Ok(looked) => {
                trouble = false;
                if looked.ours != ours {
                    tracing::info!(ours = looked.ours, "what follows from time alone");
                }
                ours = looked.ours;
                tell(looked);
            }
            Err(error) => {
                if !trouble {
                    tracing::error!(%error, "nobody can see what follows from time alone");
                }
                trouble = true;
            }
        }
    }
    if let Err(error) = schedule.release().await {
        tracing::warn!(%error, "the lease of the schedule ends by itself");
    }
}

fn tell(looked: Looked) {
    for (site, outcome) in looked.turned {
        match outcome {
            Ok(()) => tracing::debug!(site, "settled for its new day"),
            Err(error) => {
                tracing::error!(site, %error, "not settled for its new day; in a minute again");
            }
        }
    }
    for (task, outcome) in looked.done {
        match outcome {
            Ok(0) => {}
            Ok(count) => tracing::info!(task, count, "done, for the time had come"),
            Err(error) => tracing::error!(task, %error, "not done in its time; soon again"),
        }
    }
}
