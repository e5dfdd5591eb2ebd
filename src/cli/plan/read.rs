//! Files of cases and plans, and what is shown while a large one is worked on.

use crate::cli::failure::Failure;
use crate::wire::plan_case::{CaseFaults, MOST_BYTES};
use indicatif::ProgressBar;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// From how many bytes on a case is large enough for a progress to be shown: a megabyte.
///
/// Choice: below it the answer is there before anybody wonders.
const LARGE: usize = 1_000_000;

/// Reads a file, `-` being standard input, and at most one byte more than a case may have.
pub(in crate::cli) fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(MOST_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::input(format!(
            "{}: cannot be read: {error}; expected a file of JSON",
            name(file)
        ))),
    }
}

/// The faults of a file, each a line with the file's name.
pub(in crate::cli) fn faults(file: &Path, faults: &CaseFaults) -> Failure {
    Failure::Input(lines_of(&name(file), faults))
}

pub(super) fn lines_of(name: &str, faults: &CaseFaults) -> Vec<String> {
    let faults = faults.as_slice().iter();
    faults.map(|fault| format!("{name}: {fault}")).collect()
}

fn name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

/// A line on a terminal's standard error while a large case is worked on; else nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn begin(bytes: usize) -> Self {
        if bytes < LARGE {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    pub(super) fn step(&self, name: &'static str) {
        self.0.set_message(name);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
