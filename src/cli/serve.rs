use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::clock::Clock;
use crate::server::{self, Options};
use crate::settings::{LogFormat, Settings};
use crate::telemetry::{self, Format};
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
        begin_log(place, &settings)?;
        serve(&settings).map_err(Failure::Cannot)?;
        Ok(Answer::default())
    }
}

/// Begins the log as the settings say.
pub(super) fn begin_log(place: &Place, settings: &Settings) -> Result<(), Failure> {
    let format = match settings.log_format {
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    };
    telemetry::init(format, &settings.log_filter)
        .map_err(|error| place.refused("log_filter", &error.to_string()))
}

/// Starts the service and waits until it has stopped.
fn serve(settings: &Settings) -> anyhow::Result<()> {
    server::block_on(async {
        let running = server::start(settings, Clock::System, Options::default()).await?;
        running.run_obeying_signals().await
    })
}
