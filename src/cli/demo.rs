use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::demo::{self, Options};
use clap::Args;
use std::net::SocketAddr;

const EXAMPLES: &str = "\
Examples:
  dotation demo
  dotation demo --listen 127.0.0.1:9000
  dotation demo --database sqlite:demo.db";

/// Run a demonstration: a network of pharmacies on a simulated clock
///
/// Twelve made-up pharmacies in two hospital groups, with stock and patients. The clock starts on
/// 20 October 2021; emails become files; nothing leaves this machine. It prints what to try.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Demo {
    /// The address and port to listen on
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "DOTATION_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
}

impl Demo {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let options = Options {
            listen: self.listen,
            database: place
                .database
                .clone()
                .or_else(|| set("DOTATION_DATABASE_URL")),
            mail: set("DOTATION_MAIL_URL"),
        };
        demo::run(options, say).map_err(Failure::Cannot)?;
        Ok(Answer::default())
    }
}

/// A variable of the environment that says something.
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Says what to try; a reader who has gone does not stop the demonstration.
fn say(words: &str) {
    use std::io::Write as _;
    if let Err(gone) = writeln!(std::io::stdout(), "{words}") {
        tracing::warn!(%gone, "nobody reads what to try");
    }
}
