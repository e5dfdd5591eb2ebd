//! The sheets of the sites, written into a folder on a schedule: what a pharmacy prints, or has printed
//! already, when the service is down.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;

use crate::app::see::commons;
use crate::app::see::situation::situation;
use crate::app::{Caller, Service};
use crate::clock::Clock;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::settings::Settings;
use crate::text::situation::{Sheet, file_name, html, index};

/// How often it is asked whether sheets are due.
///
/// Choice: a minute, which is nothing beside an hour.
pub(super) const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The name of the page that leads to the sheets.
const INDEX: &str = "index.html";

/// Writes sheets when they are due.
#[derive(Clone)]
pub(super) struct Sheets {
    service: Service,
    clock: Clock,
    folder: Option<PathBuf>,
    every: TimeDelta,
    language: Language,
    zone: chrono_tz::Tz,
    written: Arc<Mutex<Option<Instant>>>,
}

impl Sheets {
    pub(super) fn new(settings: &Settings, service: &Service, clock: Clock) -> Self {
        Self {
            service: service.clone(),
            clock,
            folder: settings.situation_folder.clone(),
            every: TimeDelta::hours(i64::from(settings.situation_every_hours)),
            language: settings.default_language,
            zone: settings.time_zone,
            written: Arc::default(),
        }
    }

    /// Looks once: writes the sheets when they are due. Each instance writes into its own folder.
    pub(super) async fn look(self) {
        let Some(folder) = self.folder.clone() else {
            return;
        };
        let now = self.clock.now();
        let last = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| (TimeDelta::zero()..self.every).contains(&(now - last))) {
            return;
        }
        match self.write(&folder, now).await {
            Ok(sites) => {
                *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
                tracing::info!(sites, "sheets for a day on paper written");
            }
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "no sheets for a day on paper; in a minute again"
                );
            }
        }
    }

    async fn write(&self, folder: &Path, now: Instant) -> Result<usize> {
        let caller = Caller::service;
        let sites = self
            .service
            .read(caller(), now, |act| commons::sites(act, None))
            .await?;
        let mut sheets = Vec::new();
        for site in sites {
            let finess = site.finess;
            let sheet = self.service.write(caller(), now, vec![finess], move |act| {
                situation(act, finess)
            });
            match sheet.await {
                Ok(sheet) => sheets.push(sheet),
                // the others have theirs all the same
                Err(error) => tracing::error!(%finess, %error, "no sheet for a day on paper"),
            }
        }
        let (folder, language, zone) = (folder.to_owned(), self.language, self.zone);
        let written = tokio::task::spawn_blocking(move || {
            write_sheets(&folder, language, zone, &sheets).map(|()| sheets.len())
        });
        written.await?
    }
}

/// Writes the sheets of some sites into a folder that is there, each whole or not at all, and the page that
/// leads to them.
///
/// Choice: the owner and the group may read them, since a share from which pharmacies print seldom runs
/// as the service does.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_sheets(
    folder: &Path,
    language: Language,
    zone: chrono_tz::Tz,
    sheets: &[Sheet],
) -> Result<()> {
    for sheet in sheets {
        put(
            folder,
            &file_name(sheet.site.finess),
            &html(language, sheet),
        )?;
    }
    let sites: Vec<(Finess, String)> = sheets
        .iter()
        .map(|sheet| (sheet.site.finess, sheet.site.name.clone()))
        .collect();
    let at = sheets.iter().map(|sheet| sheet.at).min();
    let at = at.map_or_else(String::new, |at| {
        at.with_timezone(&zone)
            .format("%Y-%m-%d %H:%M %Z")
            .to_string()
    });
    put(folder, INDEX, &index(language, &at, &sites))
}

/// Puts a file in the place of the one of that name, in one step.
fn put(folder: &Path, name: &str, text: &str) -> Result<()> {
    let draft = folder.join(format!(".{name}.{}.draft", std::process::id()));
    let path = folder.join(name);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o640)
        .open(&draft)
        .with_context(|| format!("writing {}", draft.display()))?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&draft, &path));
    if written.is_err() {
        std::fs::remove_file(&draft).ok();
    }
    written.with_context(|| format!("writing {}", path.display()))
}
