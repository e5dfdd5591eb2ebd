//! The demonstration: a made-up network of pharmacies on a simulated clock, to be tried by hand.
//!
//! It is the real service: same verbs, same database, same letters, which become files. Only the
//! clock is its own: it starts on 20 October 2021, six days after the letter, at 08:00 in Paris.

mod network;
mod people;
mod requests;
mod words;

use crate::clock::Clock;
use crate::domain::calendar::Instant;
use crate::server::{self, Running};
use crate::settings::{Secret, Settings};
use anyhow::Context as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// When the demonstration begins: 20 October 2021, 08:00 in Paris.
const START: &str = "2021-10-20T06:00:00Z";

/// Returns what time it is in a database of the demonstration: that of the last act, by its own clock.
/// Nothing for any other database.
pub fn now(before: &server::Before) -> Option<Instant> {
    let ours = !before.sites.is_empty() && network::is_ours(&before.sites).is_ok();
    before.last_act.filter(|_| ours)
}

/// Where the demonstration runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The address and port it listens on.
    pub listen: SocketAddr,
    /// The address of its database; a new file in a new folder when there is none.
    pub database: Option<String>,
    /// Where its letters go (`smtp://…`, `directory:…`); a folder beside its database when there is none.
    pub mail: Option<String>,
}

/// What the demonstration has to say before it serves.
pub struct Ready {
    running: Running,
    words: String,
    folder: Option<Folder>,
}

/// Runs the demonstration until it is stopped; `say` is told once what to try.
///
/// # Errors
/// When it cannot be started.
pub fn run(options: Options, say: impl FnOnce(&str)) -> anyhow::Result<()> {
    server::block_on(async move {
        let Ready {
            running,
            words,
            folder,
        } = prepare(options).await?;
        say(&words);
        let ran = running.run_obeying_signals().await;
        drop(folder);
        ran
    })
}

/// A folder of one demonstration, which goes with it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the demonstration's folder stays");
        }
    }
}

async fn prepare(options: Options) -> anyhow::Result<Ready> {
    let folder = match (&options.database, &options.mail) {
        (Some(_), Some(_)) => None,
        (None, _) | (_, None) => Some(folder()?),
    };
    let inside = |name: &str| {
        let folder = folder.as_ref().map_or(Path::new("."), |f| f.0.as_path());
        folder.join(name).display().to_string()
    };
    let database = options
        .database
        .unwrap_or_else(|| format!("sqlite:{}", inside("demo.db")));
    let mail = options
        .mail
        .unwrap_or_else(|| format!("directory:{}", inside("emails")));
    let settings = Settings {
        database_url: Secret::new(&*database),
        mail_url: Secret::new(&*mail),
        mail_from: "dotation@example.org".to_owned(),
        listen: options.listen,
        public_url: format!("http://{}", options.listen),
        ..Settings::default()
    };
    let start: Instant = START.parse().context("the demonstration's first instant")?;
    // a demonstration that goes on: time does not run backwards in its ledger
    let before = server::before(&settings)
        .await
        .context("reading what is in the database")?;
    network::is_ours(&before.sites)?;
    let clock = Clock::simulated(before.last_act.map_or(start, |last| last.max(start)));
    let running = server::start(&settings, clock, server::Options::default()).await?;
    let now = running.clock.now();
    network::lay_out(&running.service, now)
        .await
        .context("laying out the demonstration network")?;
    let tokens = network::give_tokens(&running.service, now)
        .await
        .context("giving the demonstration's tokens")?;
    let password = people::add(&running.service, now)
        .await
        .context("adding the demonstration's people")?;
    let people = people::words(password.as_deref());
    let words = words::what_to_try(
        running.address,
        (&tokens, &people),
        shown(&database),
        shown(&mail),
        folder.as_ref().map(|folder| folder.0.as_path()),
        now,
    );
    Ok(Ready {
        running,
        words,
        folder,
    })
}

/// An address as it may be shown: without what may be a password.
fn shown(address: &str) -> &str {
    match address.rsplit_once('@') {
        Some((_, host)) => host,
        None => address,
    }
}

/// A new folder for this demonstration, which only its owner may enter.
fn folder() -> anyhow::Result<Folder> {
    use std::os::unix::fs::DirBuilderExt as _;
    let parent = std::env::temp_dir();
    let free =
        |n: &u32| -> PathBuf { parent.join(format!("dotation-demo-{}-{n}", std::process::id())) };
    for folder in (0..1_000).map(|n| free(&n)) {
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(Folder(folder)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("making the folder {}", Path::new(&folder).display())
                });
            }
        }
    }
    anyhow::bail!(
        "{} is full of demonstrations: remove the folders dotation-demo-*",
        parent.display()
    )
}
