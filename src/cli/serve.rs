use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::settings::Settings;
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
    anyhow::bail!(
        "the service on {} is not part of this program yet",
        settings.listen
    )
}
