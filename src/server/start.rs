//! One service, from its settings to its last answer.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use anyhow::{Context as _, Result};

use super::http::{Connections, bind, serve};
use super::stop::Stop;
use super::tls::Certificates;
use super::{copies, letters, ready, schedule, sight, signing, situations, tls, upkeep, wire};
use crate::app::access::{Access, passwords, sealed::Key};
use crate::app::act::Desk;
use crate::app::retention::Terms;
use crate::app::schedule::Schedule;
use crate::app::{self, Caller, Service, edit_catalogue};
use crate::clock::Clock;
use crate::db::{self, DatabaseUrl, Db, Plaintext};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::http::cookies::Cookies;
use crate::http::door::Door;
use crate::http::entrance::Entrance;
use crate::http::limits::Limits;
use crate::http::peer::Proxies;
use crate::mail::{MemoryPost, Post, Transport};
use crate::rulebook::Rulebooks;
use crate::settings::Settings;
use crate::telemetry::Metrics;

/// How long letters under way may take to finish at a stop, at most.
///
/// Choice: ten seconds more than requests have; what is broken off then is sent again at the next
/// start, with the same `Message-ID`.
const LETTERS_FINISH: Duration = Duration::from_secs(10);

/// How often a start is tried that another instance, starting at the same time, was in the way of.
const TRIES: usize = 3;

/// What whoever starts a service brings along, instead of what the settings say.
#[derive(Debug, Default)]
pub struct Options {
    /// Where it listens: bound already.
    pub listener: Option<TcpListener>,
    /// How letters leave it.
    pub transport: Option<Transport>,
    /// How writes reach an `SQLite` file; together, when it is not said: to measure against.
    pub writing: Option<db::Writing>,
}

/// A service that is ready: its database is open and its address bound. It answers, sends letters
/// and tidies up from [`Running::run_until_stopped`] on.
pub struct Running {
    /// Where it listens; the port is known even when the settings left it to the system.
    pub address: SocketAddr,
    /// Its verbs.
    pub service: Service,
    /// What time it is in it.
    pub clock: Clock,
    /// By what it is stopped. It hears of signals when it is told to obey them
    /// ([`Stop::obey_signals`]).
    pub stop: Stop,
    /// Where its letters arrive, when that is a memory.
    pub memory: Option<MemoryPost>,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    /// The certificate that it shows, if it encrypts its connections itself.
    pub certificates: Option<Certificates>,
    listener: TcpListener,
    connections: Connections,
    door: web::Data<Door>,
    entrance: web::Data<Entrance>,
    post: Post,
    copier: copies::Copier,
    sheets: situations::Sheets,
    sight: sight::Sight,
    signing: signing::Signing,
    schedule: Schedule,
    idempotency_days: u32,
    finish: Duration,
}

/// Makes a service ready: binds the address, reads rulebooks, brings the tables up to this program,
/// opens the database (an `SQLite` file for itself alone, whose letters in hand are freed), and puts
/// the rulebooks' presentations on the catalogue.
///
/// # Errors
/// The first of these that fails, named; nothing listens then.
pub async fn start(settings: &Settings, clock: Clock, options: Options) -> Result<Running> {
    let url = database_url(settings)?;
    // before anything is made: a second start by mistake must leave no database behind
    let listener = match options.listener {
        Some(listener) => listener,
        None => bind(settings.listen)?,
    };
    let address = listener.local_addr().context("asking for our address")?;
    let rules =
        Rulebooks::load(settings.rulebooks_folder.as_deref()).context("reading the rulebooks")?;
    let from = letters::sender(settings)?;
    let (transport, send_limit) = letters::transport(settings, options.transport)?;
    let memory = match &transport {
        Transport::Memory(memory) => Some(memory.clone()),
        Transport::Smtp(..) | Transport::Directory(..) => None,
    };
    let metrics = Arc::new(Metrics::new());
    let certificates = wire::certificates(settings, &metrics)?;
    wire::warn_of_unnamed_proxies(settings);
    let db = database(&url, settings, options.writing).await?;
    letters::free(&db).await?;
    let desk = Desk {
        public_url: settings.public_url.clone(),
        mail_domain: letters::domain(settings)?,
        simulated: clock.is_simulated(),
        operations: copies::operations(settings),
    };
    let service = Service::with(db.clone(), rules, desk, access(settings)?);
    // the first sign-in takes no longer than the next
    tokio::task::spawn_blocking(passwords::make_ready)
        .await?
        .map_err(anyhow::Error::msg)?;
    catalogue(&service, clock).await?;

    let stop = Stop::new();
    let office = letters::office(settings, from, clock, Arc::clone(&metrics), send_limit);
    let post = Post::new(db.clone(), transport, office);
    let copier = copies::Copier::new(settings, &service, clock, &metrics, url.clone());
    let sheets = situations::Sheets::new(settings, &service, clock);
    let sight = sight::Sight::new(settings, &service, clock, &metrics);
    let escalate_after = chrono::TimeDelta::hours(i64::from(settings.escalate_after_hours));
    let audit_key = signing::key(settings)?;
    let signing = signing::Signing::new(&service, clock, &metrics, audit_key.as_ref());
    let schedule = Schedule::new(service.clone(), escalate_after)
        .signing_with(audit_key)
        .keeping_for(Terms {
            patients_days: settings.retention_patients_days,
            plans_days: settings.retention_plans_days,
            letters_days: settings.retention_letters_days,
        });
    let door = Door {
        limits: Limits {
            body_bytes: settings.request_body_limit_bytes,
            request_time: settings.request_timeout,
            ..Limits::default()
        },
        default_language: settings.default_language,
        metrics: Arc::clone(&metrics),
        readiness: ready::checks(
            &db,
            &url,
            &post,
            &stop,
            [&copier.warning, &sight.warning, &signing.warning],
            certificates.as_ref(),
        ),
        proxies: Proxies::new(&settings.wire.trusted_proxies),
        throttle: wire::throttle(&settings.wire),
    };
    let entrance = Entrance {
        service: service.clone(),
        clock,
        page_size_most: u16::try_from(settings.page_size_most).unwrap_or(u16::MAX),
        default_language: settings.default_language,
        cookies: Cookies::of(&settings.public_url),
        plan_hold: chrono::TimeDelta::hours(i64::from(settings.plan_hold_hours)),
        time_zone: settings.time_zone,
    };
    Ok(Running {
        address,
        service,
        clock,
        stop,
        memory,
        metrics,
        certificates,
        listener,
        connections: wire::connections(settings),
        door: web::Data::new(door),
        entrance: web::Data::new(entrance),
        post,
        copier,
        sheets,
        sight,
        signing,
        schedule,
        idempotency_days: settings.idempotency_days,
        finish: LETTERS_FINISH.min(settings.stop_timeout),
    })
}

/// What is in a database before a service starts on it.
#[derive(Debug, Default)]
pub struct Before {
    /// When something was last done in it, if anything was.
    pub last_act: Option<Instant>,
    /// Its sites.
    pub sites: Vec<Finess>,
}

/// Returns what is in the database of `settings`: nothing when there is none, or its tables are not
/// those of this version. It makes nothing.
///
/// # Errors
/// When the address is wrong, or the database cannot be read.
pub async fn before(settings: &Settings) -> Result<Before> {
    let url = database_url(settings)?;
    if url.file().is_some_and(|file| !file.exists()) || !db::migrate::pending(&url)?.is_empty() {
        return Ok(Before::default());
    }
    let db = Db::open(&url, &db::Options::command())?;
    let before = db.read(|conn| {
        let sites = db::sites::list(conn, None)?;
        Ok::<_, db::Error>(Before {
            last_act: db::audit::last(conn)?,
            sites: sites.into_iter().map(|site| site.finess).collect(),
        })
    });
    Ok(before.await?)
}

impl Running {
    /// Serves until a signal (SIGTERM, SIGINT) or a word asks for a stop, as
    /// [`Running::run_until_stopped`].
    ///
    /// # Errors
    /// As there; and when signals cannot be listened for.
    pub async fn run_obeying_signals(self) -> Result<()> {
        tokio::spawn(self.stop.obey_signals().context("listening for signals")?);
        self.run_until_stopped().await
    }

    /// Serves until a stop is asked for, finishes the requests and then the letters under way, and
    /// closes the database.
    ///
    /// # Errors
    /// When the listener fails; everything has been stopped then, too.
    pub async fn run_until_stopped(self) -> Result<()> {
        let db = self.service.db().clone();
        let mut chores = upkeep::begin(
            &self.service,
            self.clock,
            &self.metrics,
            self.idempotency_days,
        );
        let copier = self.copier;
        chores.spawn(upkeep::every(copies::LOOK_EVERY, move || {
            copier.clone().look()
        }));
        let sheets = self.sheets;
        chores.spawn(upkeep::every(situations::LOOK_EVERY, move || {
            sheets.clone().look()
        }));
        let signing = self.signing;
        chores.spawn(upkeep::every(signing::LOOK_EVERY, move || {
            signing.clone().look()
        }));
        let tls = self.certificates.as_ref().map(Certificates::config);
        let tls = tls.transpose().context("preparing TLS")?;
        if let Some(certificates) = self.certificates {
            chores.spawn(upkeep::every(tls::LOOK_EVERY, move || {
                certificates.clone().look_aside()
            }));
        }
        let sight = self.sight;
        chores.spawn(async move {
            // what waited while no service ran is no sign of one that is blind
            tokio::time::sleep(sight::LOOK_EVERY).await;
            upkeep::every(sight::LOOK_EVERY, move || sight.clone().look()).await;
        });
        let watching = schedule::Watching::begin(self.schedule, self.clock);
        // the worker outlives the requests, whose letters it is to send
        let requests_ended = Stop::new();
        let worker = letters::begin(
            self.post,
            self.service,
            requests_ended.clone(),
            self.stop.clone(),
            self.finish,
        );
        tracing::info!(address = %self.address, "listening");
        let entrance = self.entrance;
        let configure = move |config: &mut web::ServiceConfig| {
            config
                .app_data(entrance.clone())
                .configure(crate::http::api::configure);
        };
        let api = crate::http::api::openapi();
        let served = serve(
            self.listener,
            tls,
            self.connections,
            self.door,
            api,
            configure,
            self.stop,
        )
        .await;
        chores.shutdown().await;
        watching.end().await;
        requests_ended.gently();
        let sent = worker.await;
        let closed = tokio::task::spawn_blocking(move || db.close()).await;
        tracing::info!("stopped");
        sent.context("the worker that sends letters")?;
        closed.context("closing the database")?;
        served.with_context(|| format!("serving on {}", self.address))
    }
}

fn database_url(settings: &Settings) -> Result<DatabaseUrl> {
    let plaintext = if settings.allow_plaintext {
        Plaintext::AnyHost
    } else {
        Plaintext::ThisMachine
    };
    DatabaseUrl::parse(settings.database_url.expose(), plaintext)
        .context("reading the setting database_url")
}

/// Brings the tables up to this program, and opens the database.
async fn database(
    url: &DatabaseUrl,
    settings: &Settings,
    writing: Option<db::Writing>,
) -> Result<Db> {
    let options = db::Options {
        connections: settings.database_connections,
        writing: writing.unwrap_or(db::Writing::Together),
        ..db::Options::service()
    };
    let (url, shown) = (url.clone(), format!("{url:?}"));
    let opened = tokio::task::spawn_blocking(move || {
        let ran = db::migrate::run(&url)?;
        if !ran.is_empty() {
            tracing::info!(migrations = ran.len(), "the tables were brought up to date");
        }
        Db::open(&url, &options)
    });
    opened
        .await?
        .with_context(|| format!("opening the database {shown}"))
}

/// Puts the rulebooks' presentations on the catalogue. Two instances that start together may both
/// find one missing; the second then finds it there.
async fn catalogue(service: &Service, clock: Clock) -> Result<()> {
    let mut tries = 1;
    loop {
        let caller = Caller::service();
        let added = service
            .write(caller, clock.now(), Vec::new(), edit_catalogue::add_ruled)
            .await;
        match added {
            Err(app::Error::Db(db::Error::Constraint { .. })) if tries < TRIES => tries += 1,
            added => return added.context("putting the rulebooks' presentations on the catalogue"),
        }
    }
}

/// What is set about access.
///
/// # Errors
/// When the key is none; the settings have looked at it.
pub fn access(settings: &Settings) -> Result<Access> {
    let key = settings.secrets_key.as_ref().map(|key| {
        Key::parse(key.expose())
            .context("reading the setting secrets_key: expected 64 hexadecimal digits")
    });
    Ok(Access {
        idle: chrono::TimeDelta::minutes(i64::from(settings.session_idle_minutes)),
        longest: chrono::TimeDelta::hours(i64::from(settings.session_most_hours)),
        second_factor: settings.second_factor_for,
        breaking: chrono::TimeDelta::minutes(i64::from(settings.break_glass_minutes)),
        key: key.transpose()?,
    })
}
