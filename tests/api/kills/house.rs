//! A service in processes of its own, with a real mail server, under load.

use super::CENTRES;
use crate::service::{MG80, MG400, NEIGHBOUR};
use crate::smtp::SmtpServer;
use crate::story::items;
use crate::support::{Backend, TestDatabase, execute, fresh_database};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Instances of the service on one database, and what is around them.
pub(super) struct House {
    pub(super) mail: Mutex<SmtpServer>,
    mail_url: String,
    pub(super) over: AtomicBool,
    token: String,
    ports: Vec<Mutex<u16>>,
    folder: tempfile::TempDir,
    // last: it goes when nothing uses it
    pub(super) database: TestDatabase,
}

fn command(folder: &Path, database: &TestDatabase, mail_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dotation"));
    command
        .current_dir(folder)
        .env("DOTATION_DATABASE_URL", database.address())
        .env("DOTATION_MAIL_URL", mail_url)
        .env("DOTATION_MAIL_FROM", "dotation@example.org")
        .env("DOTATION_WORKERS", "2")
        .env("DOTATION_LOG_FILTER", "error");
    command
}

impl House {
    pub(super) fn new(backend: Backend, instances: usize) -> Self {
        let mail = SmtpServer::start(&["--lifetime", "3600"]);
        let mut house = Self {
            mail_url: mail.url("tls=none"),
            mail: Mutex::new(mail),
            over: AtomicBool::new(false),
            token: String::new(),
            ports: (0..instances).map(|_| Mutex::new(0)).collect(),
            folder: tempfile::tempdir().unwrap(),
            database: fresh_database(backend),
        };
        house.run(&["site", "network-add", "ght-001", "--name", "GHT de Paris"]);
        for site in CENTRES {
            house.add_site(&[site, "--car-t"]);
            house.run(&[
                "recipient",
                "add",
                "--site",
                site,
                "--capacity",
                "pharmacist",
                "--name",
                "PUI",
                "--email",
                &format!("pui-{site}@example.org"),
            ]);
        }
        house.add_site(&[NEIGHBOUR]);
        house.token = house.run(&[
            "token",
            "create",
            "--name",
            "PUI",
            "--role",
            "pharmacist",
            "--all-sites",
        ]);
        house
    }

    fn run(&self, line: &[&str]) -> String {
        let mut command = command(self.folder.path(), &self.database, &self.mail_url);
        let out = command.args(line).output().unwrap();
        let err = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{line:?}: {err}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    fn add_site(&self, site: &[&str]) {
        let line = [
            "site",
            "add",
            "--network",
            "ght-001",
            "--name",
            "Un hôpital",
            "--finess",
        ];
        self.run(&[&line, site].concat());
    }

    pub(super) fn start(&self, instance: usize) -> Child {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = command(self.folder.path(), &self.database, &self.mail_url);
        command
            .arg("serve")
            .env("DOTATION_ACCOUNT_READS_PER_MINUTE", "0")
            .env("DOTATION_ACCOUNT_WRITES_PER_MINUTE", "0")
            .env("DOTATION_LISTEN", format!("127.0.0.1:{port}"));
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        *self.ports[instance].lock().unwrap() = port;
        let until = Instant::now() + Duration::from_mins(1);
        while self
            .send(instance, "GET", "/whoami", None)
            .is_none_or(|(status, _)| status != 200)
        {
            assert!(Instant::now() < until, "the service does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    /// Kills an instance. Where others may be alive its letters wait for the end of their lease: that
    /// time passes here at once.
    pub(super) fn kill(&self, child: &mut Child) {
        child.kill().unwrap();
        child.wait().unwrap();
        if self.database.backend == Backend::Postgres {
            let sql = format!(
                "UPDATE outbox SET leased_until = '2000-01-01' WHERE leased_by LIKE '{}-%'",
                child.id()
            );
            execute(&self.database.open(), &sql).unwrap();
        }
    }

    /// Status and body, unless the line was cut.
    fn send(
        &self,
        instance: usize,
        method: &str,
        path: &str,
        keyed: Option<(&str, &Value)>,
    ) -> Option<(u16, Value)> {
        let port = *self.ports[instance].lock().unwrap();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{port}/api/v1{path}"))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json");
        let mut body = Vec::new();
        if let Some((key, value)) = keyed {
            request = request.header("Idempotency-Key", key);
            body = value.to_string().into_bytes();
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build()
            .into();
        let mut answer = agent.run(request.body(body).unwrap()).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).ok()?))
    }

    /// Books a movement, asking again with the same key, at one instance after the other, until it is
    /// acknowledged; returns its id.
    pub(super) fn book(&self, site: &str, key: &str, body: &Value) -> String {
        let until = Instant::now() + Duration::from_mins(2);
        let path = format!("/sites/{site}/movements");
        for instance in (0..self.ports.len()).cycle() {
            match self.send(instance, "POST", &path, Some((key, body))) {
                Some((201, answer)) => {
                    return answer["movements"][0]["id"].as_str().unwrap().to_owned();
                }
                Some((503, _)) | None => {}
                Some((409, answer)) if answer["type"] == "/problems/in-progress" => {}
                Some(other) => panic!("{key}: {other:?}"),
            }
            assert!(Instant::now() < until, "{key} is never answered");
            std::thread::sleep(Duration::from_millis(5));
        }
        unreachable!("there is an instance")
    }

    /// Books one movement after the other until it is over; returns their ids. At a centre each opens
    /// or closes an alert.
    pub(super) fn client(&self, name: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while !self.over.load(Ordering::Relaxed) {
            let key = format!("client-{name}-{}", ids.len());
            let gone = ids.len() % 2 == 0;
            let (site, body) = match (CENTRES.get(name), gone) {
                (Some(site), true) => (
                    *site,
                    json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 1, "reason": "breakage" }),
                ),
                (Some(site), false) => (
                    *site,
                    json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2030-06-30", "units": 1 }),
                ),
                (None, _) => (
                    NEIGHBOUR,
                    json!({ "kind": "dispensing", "cip13": MG80, "units": 1 }),
                ),
            };
            ids.push(self.book(site, &key, &body));
        }
        ids
    }

    pub(super) fn see(&self, path: &str) -> Value {
        let (status, body) = self.send(0, "GET", path, None).unwrap();
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(super) fn list(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.see(&format!("{path}?limit=200{cursor}"));
            rows.extend(items(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }
}
