use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::clock::Clock;
use crate::server;
use crate::settings::{LogFormat, Settings};
use crate::telemetry;
use anyhow::Context as _;
use clap::Args;
use std::net::SocketAddr;

const EXAMPLES: &str = "\
Examples:
  dotation serve
  dotation serve --config /etc/dotation.toml
  DOTATION_LISTEN=0.0.0.0:8080 dotation serve";

/// Run the service, until it is stopped (Ctrl-C, SIGTERM)
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    /// The address and port to listen on, in place of those that are set
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let mut settings = place.settings()?;
        settings.listen = self.listen.unwrap_or(settings.listen);
        place.database_url(&settings)?;
        serve(&settings).map_err(Failure::Cannot)?;
        Ok(Answer::default())
    }
}

/// Starts the service and waits until it has stopped.
fn serve(settings: &Settings) -> anyhow::Result<()> {
    telemetry::init(format(settings), &settings.log_filter)
        .context("reading the setting log_filter")?;
    server::block_on(async {
        let running = server::start(settings, Clock::System, server::Options::default()).await?;
        running.run_obeying_signals().await
    })
}

fn format(settings: &Settings) -> telemetry::Format {
    match settings.log_format {
        LogFormat::Text => telemetry::Format::Text,
        LogFormat::Json => telemetry::Format::Json,
    }
}
