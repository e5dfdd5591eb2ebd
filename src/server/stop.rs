//! One word for the whole process: stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How a stop is asked for. The later, the more urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// It is not: go on.
    #[default]
    No,
    /// Take nothing new, finish what is under way.
    Gently,
    /// Now.
    AtOnce,
}

/// Asks for a stop, and hears of one. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(watch::Sender<Asked>);

impl Stop {
    /// Not asked for yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes nothing new and finishes what is under way. Does not take back an [`Asked::AtOnce`].
    pub fn gently(&self) {
        self.ask(Asked::Gently);
    }

    /// Stops now: nobody is answered any more. A transaction that has begun ends whole, written or
    /// not; who asked does not learn which, and asks again with the same key.
    pub fn at_once(&self) {
        self.ask(Asked::AtOnce);
    }

    fn ask(&self, how: Asked) {
        self.0.send_if_modified(|asked| {
            let more = *asked < how;
            *asked = how.max(*asked);
            more
        });
    }

    /// Returns what has been asked for, for `/readyz`.
    pub fn asked(&self) -> Asked {
        *self.0.borrow()
    }

    /// Waits until a stop is asked for, this urgently or more.
    pub async fn wait(&self, how: Asked) {
        let mut heard = self.0.subscribe();
        // an error means that every sender is gone; we are one
        if heard.wait_for(|asked| *asked >= how).await.is_err() {
            tracing::error!("nobody is left to ask for a stop");
        }
    }

    /// Obeys SIGTERM and SIGINT: the first asks gently, a second at once.
    ///
    /// Returns when both have been heard; spawn it beside the server.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub fn obey_signals(&self) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
        let mut term = signal(SignalKind::terminate())?;
        let mut int = signal(SignalKind::interrupt())?;
        let stop = self.clone();
        Ok(async move {
            for _ in 0..2 {
                let name = tokio::select! {
                    _ = term.recv() => "SIGTERM",
                    _ = int.recv() => "SIGINT",
                };
                if stop.asked() == Asked::No {
                    tracing::info!(signal = name, "stopping; a second signal stops at once");
                    stop.gently();
                } else {
                    tracing::warn!(signal = name, "stopping at once");
                    stop.at_once();
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_only_grows_more_urgent() {
        let stop = Stop::new();
        assert_eq!(stop.asked(), Asked::No);
        stop.at_once();
        stop.gently();
        assert_eq!(stop.clone().asked(), Asked::AtOnce);
        stop.wait(Asked::Gently).await;
    }

    /// The only test that sends signals: they are heard by the whole process.
    #[tokio::test]
    async fn the_first_signal_asks_gently_and_the_second_at_once() {
        let stop = Stop::new();
        let obeying = tokio::spawn(stop.obey_signals().unwrap());
        let me = std::process::id().to_string();
        let send = |name: &str| {
            std::process::Command::new("kill")
                .arg(name)
                .arg(&me)
                .status()
                .unwrap()
        };
        assert!(send("-TERM").success());
        stop.wait(Asked::Gently).await;
        assert_eq!(stop.asked(), Asked::Gently);
        assert!(send("-INT").success());
        stop.wait(Asked::AtOnce).await;
        obeying.await.unwrap();
    }
}
