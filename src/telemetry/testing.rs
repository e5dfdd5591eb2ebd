//! A log that is kept, to be read by a test.

use std::io;
use std::sync::{Arc, Mutex};

/// What was written.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

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
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
