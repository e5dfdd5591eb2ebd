//! `dotation mail`: the way out, tried; what waits for it, and what was given up.

mod queue;
mod retry;
mod test;
mod told;

use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use clap::Subcommand;

/// Email: try the way out, see what waits, send again what was given up
#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    Test(test::TestMail),
    Queue(queue::Queue),
    Retry(retry::Retry),
}

impl Mail {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Test(command) => command.run(place),
            Self::Queue(command) => command.run(place),
            Self::Retry(command) => command.run(place),
        }
    }
}
