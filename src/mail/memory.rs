//! A post that keeps letters in memory, and fails when a test tells it to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    letter::Letter,
    transport::{Receipt, SendError},
};

/// A post in memory. Clones share one memory: keep one, give the other to the service.
#[derive(Clone, Debug, Default)]
pub struct MemoryPost(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    letters: Vec<Letter>,
    faults: VecDeque<SendError>,
}

impl MemoryPost {
    /// Returns the letters that were posted, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.with(|memory| memory.letters.clone())
    }

    /// Makes the next `times` sendings fail with `error`, after those already told to fail.
    ///
    /// A letter whose failure says that it may have been delivered is kept all the same, as a
    /// server would have kept it.
    pub fn fail_next(&self, times: usize, error: &SendError) {
        self.with(|memory| {
            memory
                .faults
                .extend(std::iter::repeat_n(error.clone(), times));
        });
    }

    /// Forgets letters and faults.
    pub fn clear(&self) {
        self.with(|memory| *memory = Memory::default());
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        self.with(|memory| {
            let fault = memory.faults.pop_front();
            if fault.as_ref().is_none_or(SendError::maybe_delivered) {
                memory.letters.push(letter.clone());
            }
            match fault {
                Some(error) => Err(error),
                None => Ok(Receipt {
                    reply: "kept in memory".to_owned(),
                }),
            }
        })
    }

    /// A test that panicked while it held the lock does not take the post with it.
    fn with<T>(&self, job: impl FnOnce(&mut Memory) -> T) -> T {
        job(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
