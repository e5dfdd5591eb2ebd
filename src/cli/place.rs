//! Where a command runs: the settings, the database and the clock of this moment.

use super::answer::Format;
use super::failure::Failure;
use crate::app::act::{Act, Desk};
use crate::app::operations::Operations;
use crate::app::{self, Caller, Service};
use crate::clock::Clock;
use crate::db::{DatabaseUrl, Db, Options, Plaintext, migrate};
use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::rulebook::Rulebooks;
use crate::settings::{Secret, Settings, beside};
use crate::{demo, server};
use std::ffi::OsString;
use std::future::Future;
use std::path::PathBuf;

/// Where, when and in which language a command runs.
pub(super) struct Place {
    /// How answers are asked for, where that was said.
    pub(super) format: Option<Format>,
    pub(super) config: Option<PathBuf>,
    pub(super) database: Option<String>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) now: Instant,
}

impl Place {
    /// Reads the clock, once: a command happens at one moment.
    pub(super) fn new(
        format: Option<Format>,
        config: Option<PathBuf>,
        database: Option<String>,
        environment: Vec<(OsString, OsString)>,
    ) -> Self {
        Self {
            format,
            config,
            database,
            environment,
            now: Clock::System.now(),
        }
    }

    /// The language of whoever types: French where the locale is, else English.
    pub(super) fn language(&self) -> Language {
        let set = |name: &str| {
            let (_, value) = self.environment.iter().find(|(n, _)| n == name)?;
            value.to_str().filter(|value| !value.is_empty())
        };
        match ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set) {
            Some(locale) if locale.starts_with("fr") => Language::Fr,
            Some(_) | None => Language::En,
        }
    }

    /// Reads the settings, with what the command line puts in their place.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::load(self.config.as_deref(), self.environment.clone())?;
        if let Some(database) = &self.database {
            settings.database_url = Secret::new(database.clone());
        }
        Ok(settings)
    }

    /// Reads the rulebooks that are built in and those of the folder that is set.
    pub(super) fn rulebooks(settings: &Settings) -> Result<Rulebooks, Failure> {
        Ok(Rulebooks::load(settings.rulebooks_folder.as_deref())?)
    }

    /// Reads the address of the database.
    pub(super) fn database_url(&self, settings: &Settings) -> Result<DatabaseUrl, Failure> {
        let plaintext = if settings.allow_plaintext {
            Plaintext::AnyHost
        } else {
            Plaintext::ThisMachine
        };
        DatabaseUrl::parse(settings.database_url.expose(), plaintext).map_err(|error| {
            match self.database {
                Some(_) => Failure::input(format!("--database: {error}")),
                None => self.refused("database_url", &error.to_string()),
            }
        })
    }

    /// The failure of a setting that could be read and is wrong all the same, with its place.
    pub(super) fn refused(&self, key: &str, what: &str) -> Failure {
        beside::refused(self.config.as_deref(), &self.environment, key, what).into()
    }

    /// Opens the database that is set, beside a service that may be running on it.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        let settings = self.settings()?;
        let rules = Self::rulebooks(&settings)?;
        let url = self.database_url(&settings)?;
        if url.file().is_some_and(|file| !file.exists()) {
            return Err(Failure::cannot(format!(
                "there is no database at {url}. To make it, run: dotation migrate"
            )));
        }
        if !migrate::pending(&url)?.is_empty() {
            return Err(Failure::cannot(format!(
                "the tables of {url} are not those of this version. To bring them up to date, \
                 stop the service and run: dotation migrate"
            )));
        }
        let desk = desk(&settings);
        let access = server::access(&settings);
        let access = access.map_err(|error| self.refused("secrets_key", &format!("{error:#}")))?;
        let runtime = runtime()?;
        let db = {
            let _inside = runtime.enter();
            Db::open(&url, &Options::command())?
        };
        let before = runtime.block_on(server::before(&settings));
        let before = before.map_err(|error| Failure::cannot(format!("{error:#}")))?;
        Ok(Opened {
            service: Service::with(db, rules, desk, access),
            settings,
            // a demonstration's time is its own
            now: demo::now(&before).unwrap_or(self.now),
            role: Role::Admin,
            runtime,
        })
    }
}

/// How letters are signed: links begin with the public address, names of messages end with the
/// domain that emails come from.
fn desk(settings: &Settings) -> Desk {
    let domain = settings.mail_from.rsplit('@').next().unwrap_or_default();
    Desk {
        public_url: settings.public_url.clone(),
        mail_domain: domain.to_owned(),
        simulated: false,
        operations: Operations {
            email: settings.operations_email.clone(),
            language: settings.default_language,
            zone: settings.time_zone,
        },
    }
}

/// A runtime for one command.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::cannot(format!("cannot start: {error}")))
}

/// A database that a command has opened, with the verbs over it.
pub(super) struct Opened {
    service: Service,
    pub(super) settings: Settings,
    now: Instant,
    role: Role,
    runtime: tokio::runtime::Runtime,
}

impl Opened {
    /// The same, by somebody who acts in a role: what they do is written down under it.
    pub(super) const fn acting_as(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    fn caller(&self) -> Caller {
        Caller::at_the_machine("command-line", self.role)
    }

    /// Looks, and changes nothing.
    pub(super) fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        self.wait(self.service.read(self.caller(), self.now, look))
    }

    /// Does something in one transaction: all of it or nothing.
    pub(super) fn write<T: Send + 'static>(
        &self,
        sites: Vec<Finess>,
        work: impl FnMut(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        self.wait(self.service.write(self.caller(), self.now, sites, work))
    }

    /// Does something of several transactions.
    pub(super) fn serve<'s, T, F>(
        &'s self,
        work: impl FnOnce(&'s Service, (Caller, Instant)) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, app::Error>>,
    {
        self.wait(work(&self.service, (self.caller(), self.now)))
    }

    fn wait<T>(&self, done: impl Future<Output = Result<T, app::Error>>) -> Result<T, Failure> {
        Ok(self.runtime.block_on(done)?)
    }
}

/// Returns the day of `now` in the time zone that is set.
pub(super) fn today(now: Instant, settings: &Settings) -> Result<Day, Failure> {
    local_day(now, settings.time_zone)
        .ok_or_else(|| Failure::cannot(format!("the clock of this machine says {now}: set it")))
}
