//! What an administrator can set: a file, then the environment, then checks.
//!
//! Every setting has one name. In the file it is `listen`, here it is the field `listen`, and in
//! the environment it is the same in capitals with `DOTATION_` before it: `DOTATION_LISTEN`. (A
//! field whose type knows the unit leaves the unit out: `mail_timeout` is `mail_timeout_ms`.) The
//! environment takes precedence over the file, and the file over [`Settings::default`].
//! `config/default.toml` shows all of them; a test keeps it true.
//!
//! Everything that is wrong is told at once. A file's fault has its line, a variable's its name;
//! a key or a variable that nobody knows is a fault too. Secrets come from the environment, the
//! file, or a file of their own that holds nothing else, and no message or log shows one.

mod access;
mod alerts;
mod audit;
pub mod beside;
mod copies;
mod mail;
mod origin;
mod retention;
mod value;
mod wire;

pub use crate::toml_file::Faults;
pub use value::{LogFormat, Secret};
pub use wire::{Tls, TlsVersion, Wire};

use crate::domain::language::Language;
use crate::domain::person::SecondFactorFor;
use crate::toml_file;
use origin::{Origin, Variables};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file that is read when none is named, if it is there: in the folder where `dotation` is run.
pub const FILE: &str = "dotation.toml";

/// All settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where everything is kept: `sqlite:FILE` or `postgres://…`. May hold a password.
    pub database_url: Secret,
    /// Whether a `PostgreSQL` that is not on this machine may be spoken to without TLS.
    pub allow_plaintext: bool,
    /// How many connections to the database are kept: 1 to 100.
    pub database_connections: u32,
    /// The address and port that the service listens on.
    pub listen: SocketAddr,
    /// How readers reach the service: the beginning of links in emails, without a last slash.
    pub public_url: String,
    /// How email leaves: `smtp://…`, `directory:FOLDER` or `memory:`. May hold a password.
    pub mail_url: Secret,
    /// The mail server that takes letters while that of `mail_url` cannot. May hold a password.
    pub mail_url_fallback: Option<Secret>,
    /// The address that emails come from.
    pub mail_from: String,
    /// How long one attempt to send one email may take: 0.1 to 300 seconds.
    pub mail_timeout: Duration,
    /// How often a letter is tried before it is given up: 1 to 1000 times.
    pub mail_attempts_most: u32,
    /// The private key that emails are signed with (DKIM); without it they are not signed.
    pub dkim_key_file: Option<PathBuf>,
    /// The name of that key in the domain that signs.
    pub dkim_selector: Option<String>,
    /// The domain that signs; that of `mail_from` without it.
    pub dkim_domain: Option<String>,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What is logged, as `tracing` filters it: `info`, `dotation=debug,info`.
    pub log_filter: String,
    /// The most bytes in the body of a request: 1 KiB to 64 MiB.
    pub request_body_limit_bytes: usize,
    /// How long one request may take: 0.1 to 600 seconds.
    pub request_timeout: Duration,
    /// How long requests under way may take to finish when the service stops: 0 to 600 seconds.
    pub stop_timeout: Duration,
    /// How many threads answer requests: 0 (as many as there are processor cores) to 256.
    pub workers: usize,
    /// How many days the answer to an `Idempotency-Key` is kept: 1 to 365.
    pub idempotency_days: u32,
    /// How many hours units are held for an approved line of a plan.
    pub plan_hold_hours: u32,
    /// The most rows on one page of a list: 1 to 1000.
    pub page_size_most: u32,
    /// A folder with rulebooks besides those that are built in.
    pub rulebooks_folder: Option<PathBuf>,
    /// The folder that safety copies are made into; none are made by the service without it.
    pub backup_folder: Option<PathBuf>,
    /// How many hours after a good copy the next is made: 1 to 168.
    pub backup_every_hours: u32,
    /// How many days every copy is kept: 1 to 3650.
    pub backup_keep_days: u32,
    /// Of how many months the first copy is kept: 0 to 120.
    pub backup_keep_months: u32,
    /// How many hours old the last good copy may be before somebody hears of it: 1 to 720.
    pub backup_too_old_hours: u32,
    /// Who hears of what is amiss with the service itself.
    pub operations_email: Option<String>,
    /// The folder that sheets of each site are written into; none are written without it.
    pub situation_folder: Option<PathBuf>,
    /// How many hours later they are written anew: 1 to 24.
    pub situation_every_hours: u32,
    /// After how many hours an alert that nobody acknowledged is sent to the coordinator: 1 to 168.
    pub escalate_after_hours: u32,
    /// How many minutes it may take until alerts are evaluated after a movement: 2 to 1440.
    pub evaluation_late_minutes: u32,
    /// How many minutes a letter that is due may wait in the outbox: 2 to 1440.
    pub outbox_late_minutes: u32,
    /// The private key that the audit trail is signed with each day; without it it is not signed.
    pub audit_signing_key_file: Option<PathBuf>,
    /// For how many days what is personal of a patient is kept after the last thing that was done: 0 for ever.
    pub retention_patients_days: u32,
    /// For how many days what plans were made from is kept: 0 for ever.
    pub retention_plans_days: u32,
    /// For how many days what letters said is kept: 0 for ever.
    pub retention_letters_days: u32,
    /// How many minutes a session may go unused: 5 to 1440.
    pub session_idle_minutes: u32,
    /// How many hours a session may last however much it is used: 1 to 168.
    pub session_most_hours: u32,
    /// From whom a second factor is asked at sign-in.
    pub second_factor_for: SecondFactorFor,
    /// For how many minutes the glass is broken: 15 to 720.
    pub break_glass_minutes: u32,
    /// By what the secrets of second factors are sealed: 64 hexadecimal digits.
    pub secrets_key: Option<Secret>,
    /// The line between the service and whoever asks it.
    pub wire: Wire,
    /// The language of those who chose none.
    pub default_language: Language,
    /// The time zone of sites that name none.
    pub time_zone: chrono_tz::Tz,
}

/// The same as `config/default.toml`, which says why each is what it is.
impl Default for Settings {
    fn default() -> Self {
        Self {
            database_url: Secret::new("sqlite:dotation.db"),
            allow_plaintext: false,
            database_connections: 8,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: "http://127.0.0.1:8080".to_owned(),
            mail_url: Secret::new("directory:outbox"),
            mail_url_fallback: None,
            mail_from: "dotation@localhost".to_owned(),
            mail_timeout: Duration::from_secs(30),
            mail_attempts_most: 30,
            dkim_key_file: None,
            dkim_selector: None,
            dkim_domain: None,
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            request_body_limit_bytes: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(30),
            workers: 0,
            idempotency_days: 30,
            plan_hold_hours: 72,
            page_size_most: 200,
            rulebooks_folder: None,
            backup_folder: None,
            backup_every_hours: 24,
            backup_keep_days: 14,
            backup_keep_months: 12,
            backup_too_old_hours: 26,
            operations_email: None,
            situation_folder: None,
            situation_every_hours: 4,
            escalate_after_hours: 4,
            evaluation_late_minutes: 15,
            outbox_late_minutes: 30,
            audit_signing_key_file: None,
            retention_patients_days: 1_095,
            retention_plans_days: 1_095,
            retention_letters_days: 365,
            session_idle_minutes: 30,
            session_most_hours: 12,
            second_factor_for: SecondFactorFor::Privileged,
            break_glass_minutes: 120,
            secrets_key: None,
            wire: Wire::default(),
            default_language: Language::Fr,
            time_zone: chrono_tz::Europe::Paris,
        }
    }
}

impl Settings {
    /// Reads the settings of a process: `config` is the file named on the command line, else
    /// `DOTATION_CONFIG` names it, else it is [`FILE`] if that is there.
    ///
    /// # Errors
    /// [`Faults`] with everything that is wrong; also when the file cannot be read, and when one
    /// that was named is not there.
    pub fn load(
        config: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Faults> {
        let environment: Vec<(OsString, OsString)> = environment.into_iter().collect();
        let by_variable = origin::config(&environment)?;
        let named = config.or(by_variable.as_deref());
        let path = named.unwrap_or(Path::new(FILE));
        let file = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::read(&file, &bytes, environment),
            Err(e) if named.is_none() && e.kind() == ErrorKind::NotFound => {
                Self::read(&file, b"", environment)
            }
            Err(e) => {
                let what = format_args!("the file cannot be read: {e}");
                let others = Self::read(&file, b"", environment).err();
                Err(both(
                    Faults::unreadable(&file, what),
                    others.unwrap_or_default(),
                ))
            }
        }
    }

    /// Reads the settings from the `bytes` of `file` and from the variables of an environment, of
    /// which only those that begin with `DOTATION_` count.
    ///
    /// # Errors
    /// [`Faults`] with everything that is wrong with either.
    pub fn read(
        file: &str,
        bytes: &[u8],
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Faults> {
        let variables = Variables::new(environment);
        let read =
            |bytes| toml_file::read(file, bytes, |top| Some(all(&Origin::new(top, &variables))));
        // a file that is no text at all is not looked at: the variables still are
        let settings = read(bytes).map_err(|of_file| match read(b"") {
            Ok(_) => of_file,
            Err(others) => both(of_file, others),
        });
        let of_variables = variables.into_faults();
        match settings {
            Ok(Some(settings)) if of_variables.as_slice().is_empty() => Ok(settings),
            Ok(_) => Err(of_variables),
            Err(of_file) => Err(both(of_file, of_variables)),
        }
    }
}

fn both(one: Faults, other: Faults) -> Faults {
    let mut all = one.into_vec();
    all.extend(other.into_vec());
    Faults::new(all)
}

/// Takes every setting before it gives up on those with a fault.
#[expect(clippy::too_many_lines, reason = "a list")]
fn all(origin: &Origin<'_>) -> Option<Settings> {
    let default = Settings::default();
    let database_url = origin.secret("database_url", "database_url_file", default.database_url);
    let allow_plaintext = origin.flag("allow_plaintext", default.allow_plaintext);
    let database_connections = origin.whole(
        "database_connections",
        default.database_connections,
        1..=100,
    );
    let listen = origin.parsed("listen", default.listen, value::LISTEN, value::listen);
    let public_url = origin.parsed(
        "public_url",
        default.public_url,
        value::ADDRESS,
        value::address,
    );
    let mail = mail::read(origin);
    let log_format = origin.parsed(
        "log_format",
        default.log_format,
        value::FORMATS,
        LogFormat::from_code,
    );
    let log_filter = origin.parsed(
        "log_filter",
        default.log_filter,
        value::FILTER,
        value::filter,
    );
    let request_body_limit_bytes = origin.whole(
        "request_body_limit_bytes",
        default.request_body_limit_bytes,
        1_024..=64 * 1_024 * 1_024,
    );
    let request_timeout =
        origin.millis("request_timeout_ms", default.request_timeout, 100..=600_000);
    let stop_timeout = origin.millis("stop_timeout_ms", default.stop_timeout, 0..=600_000);
    let workers = origin.whole("workers", default.workers, 0..=256);
    let plan_hold_hours = origin.whole("plan_hold_hours", default.plan_hold_hours, 1..=720);
    let idempotency_days = origin.whole("idempotency_days", default.idempotency_days, 1..=365);
    let page_size_most = origin.whole("page_size_most", default.page_size_most, 1..=1_000);
    let rulebooks_folder = origin.parsed(
        "rulebooks_folder",
        default.rulebooks_folder,
        value::FOLDER,
        value::folder,
    );
    let copies = copies::read(origin);
    let alerts = alerts::read(origin);
    let audit = audit::read(origin);
    let retention = retention::read(origin);
    let access = access::read(origin);
    let wire = wire::read(origin, public_url.as_deref());
    let default_language = origin.parsed(
        "default_language",
        default.default_language,
        value::LANGUAGES,
        Language::from_code,
    );
    let time_zone = origin.parsed("time_zone", default.time_zone, value::ZONE, value::zone);
    origin.finish();
    let (copies, mail, alerts, audit) = (copies?, mail?, alerts?, audit?);
    let retention = retention?;
    let access = access?;
    Some(Settings {
        database_url: database_url?,
        allow_plaintext: allow_plaintext?,
        database_connections: database_connections?,
        listen: listen?,
        public_url: public_url?,
        mail_url: mail.mail_url,
        mail_url_fallback: mail.mail_url_fallback,
        mail_from: mail.mail_from,
        mail_timeout: mail.mail_timeout,
        mail_attempts_most: mail.mail_attempts_most,
        dkim_key_file: mail.dkim_key_file,
        dkim_selector: mail.dkim_selector,
        dkim_domain: mail.dkim_domain,
        log_format: log_format?,
        log_filter: log_filter?,
        request_body_limit_bytes: request_body_limit_bytes?,
        request_timeout: request_timeout?,
        stop_timeout: stop_timeout?,
        workers: workers?,
        idempotency_days: idempotency_days?,
        plan_hold_hours: plan_hold_hours?,
        page_size_most: page_size_most?,
        rulebooks_folder: rulebooks_folder?,
        backup_folder: copies.backup_folder,
        backup_every_hours: copies.backup_every_hours,
        backup_keep_days: copies.backup_keep_days,
        backup_keep_months: copies.backup_keep_months,
        backup_too_old_hours: copies.backup_too_old_hours,
        operations_email: copies.operations_email,
        situation_folder: copies.situation_folder,
        situation_every_hours: copies.situation_every_hours,
        escalate_after_hours: alerts.escalate_after_hours,
        evaluation_late_minutes: alerts.evaluation_late_minutes,
        outbox_late_minutes: alerts.outbox_late_minutes,
        audit_signing_key_file: audit.audit_signing_key_file,
        retention_patients_days: retention.patients,
        retention_plans_days: retention.plans,
        retention_letters_days: retention.letters,
        session_idle_minutes: access.session_idle_minutes,
        session_most_hours: access.session_most_hours,
        second_factor_for: access.second_factor_for,
        break_glass_minutes: access.break_glass_minutes,
        secrets_key: access.secrets_key,
        wire: wire?,
        default_language: default_language?,
        time_zone: time_zone?,
    })
}

#[cfg(test)]
mod tests;
