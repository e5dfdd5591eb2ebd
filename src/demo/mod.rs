//! The demonstration: a network of pharmacies on a simulated clock, to be tried by hand.

use std::net::SocketAddr;

/// Where the demonstration runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The address and port it listens on.
    pub listen: SocketAddr,
    /// The address of its database; a file of its own when there is none.
    pub database: Option<String>,
}

/// Runs the demonstration until it is stopped.
///
/// # Errors
/// When it cannot be started.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Options {
        listen,
        database: _,
    } = options;
    anyhow::bail!("the demonstration on {listen} is not part of this program yet")
}
