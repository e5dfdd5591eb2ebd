//! The real service on a fresh database, with its post in memory and its clock at the beginning of
//! the story: 20 October 2021, 08:00 in Paris.

use crate::support::{Backend, TestDatabase, fresh_database};
use dotation::app::give_access::{self, NewToken};
use dotation::app::{Caller, Service, edit_recipients, edit_sites};
use dotation::clock::Clock;
use dotation::db::sites::Network;
use dotation::db::tokens::Reach;
use dotation::domain::alert::Capacity;
use dotation::domain::calendar::Instant;
use dotation::domain::code::Finess;
use dotation::domain::language::Language;
use dotation::domain::role::Role;
use dotation::domain::rule::Slug;
use dotation::domain::site::{Ahead, Site};
use dotation::mail::MemoryPost;
use dotation::server::stop::Stop;
use dotation::server::{Options, Running, start};
use dotation::settings::Secret;
use dotation::settings::{Settings, Wire};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

/// The CAR-T centre of the story.
pub(crate) const CENTRE: &str = "750100125";
/// A second CAR-T centre, of another network.
pub(crate) const FAR_CENTRE: &str = "690000013";
/// A pharmacy of the centre's network, without CAR-T.
pub(crate) const NEIGHBOUR: &str = "750100126";
/// `RoActemra` 80, 200 and 400 mg for infusion.
pub(crate) const MG80: &str = "3400957464318";
pub(crate) const MG200: &str = "3400957464486";
pub(crate) const MG400: &str = "3400957464547";
/// `RoActemra` 162 mg, four syringes a box.
pub(crate) const SYRINGE: &str = "3400927824845";

/// A service that runs in a thread of its own, and stops when it is dropped.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    pub(crate) service: Service,
    pub(crate) memory: MemoryPost,
    pub(crate) clock: Clock,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
    tokens: Vec<(Role, String)>,
    /// Last, so that it goes when nothing uses it any more; shared by instances.
    pub(crate) database: std::sync::Arc<TestDatabase>,
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop.at_once();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) etag: Option<String>,
    pub(crate) headers: ureq::http::HeaderMap,
}

impl Answer {
    /// The answer when it has the status, else a panic that shows it.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}

/// Starts the service on a fresh database with three sites, recipients, and a token a role that
/// holds at the centre and its neighbour (the coordinator's and administrator's hold everywhere).
pub(crate) fn spawn(backend: Backend) -> App {
    spawn_set(backend, |_| {})
}

/// As [`spawn`], with settings of its own.
pub(crate) fn spawn_set(backend: Backend, set: impl FnOnce(&mut Settings) + Send + 'static) -> App {
    spawn_at(backend, START, set)
}

/// The same, at another time.
pub(crate) fn spawn_at(
    backend: Backend,
    begin: &str,
    set: impl FnOnce(&mut Settings) + Send + 'static,
) -> App {
    let database = std::sync::Arc::new(fresh_database(backend));
    let mut app = start_on(database, begin, set);
    app.tokens = app.run(furnish);
    app
}

/// Starts another instance on the same database (`PostgreSQL`), with the same tokens.
pub(crate) fn beside(first: &App) -> App {
    beside_at(first, START)
}

/// Starts another instance on the same database (`PostgreSQL`), with the same tokens and a clock of
/// its own.
pub(crate) fn beside_at(first: &App, begin: &str) -> App {
    let mut app = start_on(std::sync::Arc::clone(&first.database), begin, |_| {});
    app.tokens.clone_from(&first.tokens);
    app
}

/// When the story begins.
pub(crate) const START: &str = "2021-10-20T06:00:00Z";

fn start_on(
    database: std::sync::Arc<TestDatabase>,
    begin: &str,
    set: impl FnOnce(&mut Settings) + Send + 'static,
) -> App {
    let clock = Clock::simulated(begin.parse::<Instant>().unwrap());
    let url = database.address();
    let (tell, told) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let mut settings = Settings {
            database_url: Secret::new(url),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            mail_url: Secret::new("memory:"),
            mail_from: "dotation@example.org".to_owned(),
            workers: 2,
            // tests of limits set their own
            wire: Wire::default().without_rates(),
            ..Settings::default()
        };
        set(&mut settings);
        actix_web::rt::System::new().block_on(async move {
            let running = started(&settings, clock).await;
            let memory = running.memory.clone().unwrap();
            tell.send((
                running.address,
                running.service.clone(),
                running.stop.clone(),
                memory,
            ))
            .unwrap();
            running.run_until_stopped().await.unwrap();
        });
    });
    let (address, service, stop, memory) = told.recv_timeout(Duration::from_secs(30)).unwrap();
    App {
        address,
        service,
        memory,
        clock,
        stop,
        thread: Some(thread),
        tokens: Vec::new(),
        database,
    }
}

/// Starts a service; of one that is just stopping on the same file the end is waited for.
async fn started(settings: &Settings, clock: Clock) -> Running {
    let until = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        match start(settings, clock, Options::default()).await {
            Ok(running) => return running,
            Err(error) => {
                let in_use = format!("{error:?}").contains("in use");
                assert!(in_use && std::time::Instant::now() < until, "{error:?}");
                actix_web::rt::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn furnish(service: Service, now: Instant) -> Vec<(Role, String)> {
    let admin = || Caller::at_the_machine("command-line", Role::Admin);
    let slug = |text: &str| Slug::parse(text).unwrap();
    let finess = |text: &str| Finess::parse(text).unwrap();
    let done = service.write(admin(), now, Vec::new(), move |act| {
        for (id, name) in [("ght-001", "GHT de Paris"), ("ght-002", "GHT de Lyon")] {
            edit_sites::add_network(
                act,
                &Network {
                    id: slug(id),
                    name: name.to_owned(),
                },
            )?;
        }
        let sites = [
            (CENTRE, "ght-001", "CHU de la Seine", true),
            (NEIGHBOUR, "ght-001", "CH de la Marne", false),
            (FAR_CENTRE, "ght-002", "CHU du Rhône", true),
        ];
        for (number, network, name, car_t) in sites {
            let zone = chrono_tz::Europe::Paris;
            let (network, name) = (slug(network), name.to_owned());
            let site = Site {
                finess: finess(number),
                network,
                name,
                zone,
                car_t,
                reference_dose: None,
                by_hand: None,
                ahead: Ahead::default(),
                version: 1,
            };
            edit_sites::add_site(act, &site)?;
        }
        for (capacity, name, email, language) in [
            (Capacity::Pharmacist, "PUI", "pui@example.org", Language::Fr),
            (
                Capacity::CarTUnit,
                "CAR-T unit",
                "car-t@example.org",
                Language::En,
            ),
            (
                Capacity::Coordinator,
                "Coordination",
                "ght@example.org",
                Language::Fr,
            ),
        ] {
            let new = edit_recipients::NewRecipient {
                capacity,
                name: name.to_owned(),
                email: email.to_owned(),
                language,
                // told in tests of its own
                hearing: edit_recipients::Hearing {
                    digest: false,
                    ..edit_recipients::Hearing::default()
                },
            };
            edit_recipients::add(act, finess(CENTRE), &new)?;
        }
        let mut tokens = Vec::new();
        for role in Role::ALL {
            let reach = match role {
                Role::Coordinator | Role::Admin => Reach::Everywhere,
                Role::Pharmacist | Role::CarTUnit | Role::Prescriber | Role::Reader => {
                    Reach::Sites(vec![finess(CENTRE), finess(NEIGHBOUR)])
                }
            };
            let new = NewToken {
                name: role.code().to_owned(),
                role,
                reach,
                expires_at: None,
            };
            tokens.push((role, give_access::give(act, &new)?.1));
        }
        Ok(tokens)
    });
    done.await.unwrap()
}

/// Stops an instance, and starts another on its database at another time.
pub(crate) fn again_at(first: App, begin: &str) -> App {
    again_set(first, begin, |_| {})
}

/// As [`again_at`], with settings of its own.
pub(crate) fn again_set(
    first: App,
    begin: &str,
    set: impl FnOnce(&mut Settings) + Send + 'static,
) -> App {
    let (database, tokens) = (std::sync::Arc::clone(&first.database), first.tokens.clone());
    drop(first);
    let mut app = start_on(database, begin, set);
    app.tokens = tokens;
    app
}

/// Stops an instance, and starts another on another database that holds what the first one held.
pub(crate) fn again_on(first: App, database: TestDatabase) -> App {
    again_on_at(first, database, START)
}

/// As [`again_on`], at another time.
pub(crate) fn again_on_at(first: App, database: TestDatabase, begin: &str) -> App {
    let tokens = first.tokens.clone();
    drop(first);
    let mut app = start_on(std::sync::Arc::new(database), begin, |_| {});
    app.tokens = tokens;
    app
}

static KEYS: AtomicU64 = AtomicU64::new(1);

impl App {
    /// Runs something against the service's verbs.
    pub(crate) fn run<T, F: Future<Output = T>>(
        &self,
        work: impl FnOnce(Service, Instant) -> F,
    ) -> T {
        crate::support::block(work(self.service.clone(), self.clock.now()))
    }

    /// The token of a role.
    pub(crate) fn token(&self, role: Role) -> &str {
        &self.tokens.iter().find(|(r, _)| *r == role).unwrap().1
    }

    /// An address of the API, or of the service when it begins with `//`.
    fn url(&self, path: &str) -> String {
        match path.strip_prefix("//") {
            Some(rest) => format!("http://{}/{rest}", self.address),
            None => format!("http://{}/api/v1{path}", self.address),
        }
    }

    /// Asks as a role.
    pub(crate) fn get(&self, role: Role, path: &str) -> Answer {
        self.send(
            "GET",
            path,
            &[("Authorization", &format!("Bearer {}", self.token(role)))],
            None,
        )
    }

    /// Posts as a role with a fresh key.
    pub(crate) fn post(&self, role: Role, path: &str, body: &Value) -> Answer {
        self.post_with_key(
            role,
            path,
            body,
            &format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed)),
        )
    }

    /// Posts as a role with a key.
    pub(crate) fn post_with_key(&self, role: Role, path: &str, body: &Value, key: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token(role));
        self.send(
            "POST",
            path,
            &[("Authorization", &bearer), ("Idempotency-Key", key)],
            Some(body.to_string().as_bytes()),
        )
    }

    /// Sends anything; a body goes as JSON unless a header says otherwise.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        self.sent(method, path, headers, body, 5)
    }

    /// As [`App::send`]; where the answer leads is not followed.
    pub(crate) fn send_once(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        self.sent(method, path, headers, body, 0)
    }

    fn sent(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
        redirects: u32,
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(path));
        let typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if body.is_some() && !typed {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.unwrap_or_default().to_vec()).unwrap();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(redirects)
            .max_redirects_will_error(false);
        let agent = config
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        let mut response = agent.run(request).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        Answer {
            status: response.status().as_u16(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            etag: response
                .headers()
                .get("etag")
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned),
            headers: response.headers().clone(),
            text,
        }
    }

    /// Receives units of a lot at the centre.
    pub(crate) fn receive(&self, site: &str, cip13: &str, lot: &str, expiry: &str, units: u32) {
        let body = serde_json::json!({ "kind": "receipt", "cip13": cip13, "lot": lot, "expiry": expiry, "units": units });
        self.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body)
            .expect(201);
    }

    /// Waits until the memory holds so many letters, and returns them.
    pub(crate) fn letters(&self, at_least: usize) -> Vec<dotation::mail::Letter> {
        let until = Moment::now() + Duration::from_secs(20);
        loop {
            let letters = self.memory.letters();
            if letters.len() >= at_least {
                return letters;
            }
            assert!(
                Moment::now() < until,
                "{} letters, expected {at_least}",
                letters.len()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
