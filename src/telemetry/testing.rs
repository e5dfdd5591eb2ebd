//! A log that is kept, to be read by a test.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use super::{Format, subscriber};

/// What was written.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

/// The log of all tests, begun before the first line of it.
///
/// A log of one test's own, by `set_default`, misses lines now and then: a line that another
/// thread meets for the first time while no log is there stays switched off.
pub(crate) fn log() -> &'static Kept {
    static LOG: OnceLock<Kept> = OnceLock::new();
    LOG.get_or_init(|| {
        let kept = Kept::default();
        let log = subscriber(Format::Text, "info", false, kept.writer()).unwrap();
        tracing::subscriber::set_global_default(log).unwrap();
        kept
    })
}

impl Kept {
    /// Makes writers to it.
    pub(crate) fn writer(&self) -> impl Fn() -> Self + Send + Sync + use<> {
        let kept = self.clone();
        move || kept.clone()
    }

    /// Returns what was written so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Returns the lines in which `word` stands.
    pub(crate) fn lines_with(&self, word: &str) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().filter(|line| line.contains(word));
        lines.map(str::to_owned).collect()
    }
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
