//! Lines are cut and processes are killed: all of a request is done, or nothing, and never twice.

use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

on_both! {
    half_a_request_does_nothing
    a_request_whose_sender_has_gone_is_done_once
}

/// A receipt as bytes of HTTP/1.1.
fn request(app: &App, key: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST /api/v1{} HTTP/1.1\r\nHost: dotation\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        at("/movements"),
        app.token(Role::Pharmacist),
        body.len()
    )
    .into_bytes()
}

fn send_and_leave(app: &App, bytes: &[u8]) {
    let mut line = TcpStream::connect(app.address).unwrap();
    line.write_all(bytes).unwrap();
    line.shutdown(Shutdown::Both).unwrap();
}

fn receipt(lot: &str) -> Value {
    json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "units": 1 })
}

fn half_a_request_does_nothing(backend: Backend) {
    let app = spawn(backend);
    let body = receipt("B1");
    let whole = request(&app, "half", &body);
    for cut in [whole.len() - 1, whole.len() / 2, 20] {
        send_and_leave(&app, &whole[..cut]);
    }
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(items(&app.see("/movements")).len(), 0);
    app.post_with_key(Role::Pharmacist, &at("/movements"), &body, "half")
        .expect(201);
    assert_eq!(app.lot("B1"), (1, 0));
}

fn a_request_whose_sender_has_gone_is_done_once(backend: Backend) {
    let app = spawn(backend);
    for round in 0..8 {
        let (key, body) = (format!("gone-{round}"), receipt(&format!("B{round}")));
        send_and_leave(&app, &request(&app, &key, &body));
        // the sender does not know, and asks again until somebody answers
        loop {
            let again = app.post_with_key(Role::Pharmacist, &at("/movements"), &body, &key);
            match again.status {
                201 => break,
                409 => assert_eq!(
                    again.body["type"], "/problems/in-progress",
                    "{}",
                    again.text
                ),
                _ => panic!("{}", again.text),
            }
        }
        assert_eq!(app.lot(&format!("B{round}")), (1, 0));
        assert_eq!(items(&app.see("/movements")).len(), round + 1);
    }
}

#[test]
fn a_killed_service_keeps_what_it_acknowledged() {
    kills(2);
}

#[test]
#[ignore = "minutes long: fifty kills under load"]
fn soak_kills() {
    kills(50);
}

/// A service in a process of its own, on an `SQLite` file, with its letters in a folder.
struct House {
    folder: tempfile::TempDir,
    token: String,
    port: Mutex<u16>,
    over: AtomicBool,
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dotation"));
    let database = format!("sqlite:{}", folder.join("stock.db").display());
    let mail = format!("directory:{}", folder.join("letters").display());
    command
        .current_dir(folder)
        .env("DOTATION_DATABASE_URL", database)
        .env("DOTATION_MAIL_URL", mail)
        .env("DOTATION_WORKERS", "2")
        .env("DOTATION_LOG_FILTER", "error");
    command
}

fn run(folder: &Path, line: &[&str]) -> String {
    let out = command(folder).args(line).output().unwrap();
    assert!(
        out.status.success(),
        "{line:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |line: &[&str]| run(folder.path(), line);
        run(&["migrate"]);
        run(&["site", "network-add", "ght-001", "--name", "GHT de Paris"]);
        run(&[
            "site",
            "add",
            "--finess",
            CENTRE,
            "--network",
            "ght-001",
            "--name",
            "CHU de la Seine",
            "--car-t",
        ]);
        run(&[
            "site",
            "add",
            "--finess",
            NEIGHBOUR,
            "--network",
            "ght-001",
            "--name",
            "CH de la Marne",
        ]);
        run(&[
            "recipient",
            "add",
            "--site",
            CENTRE,
            "--capacity",
            "pharmacist",
            "--name",
            "PUI",
            "--email",
            "pui@example.org",
        ]);
        let token = run(&[
            "token",
            "create",
            "--name",
            "PUI",
            "--role",
            "pharmacist",
            "--all-sites",
        ]);
        Self {
            folder,
            token,
            port: Mutex::new(0),
            over: AtomicBool::new(false),
        }
    }

    fn start(&self) -> Child {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = command(self.folder.path());
        command
            .arg("serve")
            .env("DOTATION_LISTEN", format!("127.0.0.1:{port}"));
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        *self.port.lock().unwrap() = port;
        let until = Instant::now() + Duration::from_secs(30);
        while self
            .send("GET", "/whoami", None)
            .is_none_or(|(status, _)| status != 200)
        {
            assert!(Instant::now() < until, "the service does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    /// Status and body, unless the line was cut.
    fn send(
        &self,
        method: &str,
        path: &str,
        keyed: Option<(&str, &Value)>,
    ) -> Option<(u16, Value)> {
        let port = *self.port.lock().unwrap();
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

    /// Books a movement, asking again with the same key until it is acknowledged; returns its id.
    fn book(&self, site: &str, key: &str, body: &Value) -> String {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            match self.send(
                "POST",
                &format!("/sites/{site}/movements"),
                Some((key, body)),
            ) {
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
    }

    /// Books one movement after the other until it is over; returns their ids.
    fn client(&self, name: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while !self.over.load(Ordering::Relaxed) {
            let key = format!("client-{name}-{}", ids.len());
            let gone = name == 0 && ids.len() % 2 == 0;
            let (site, body) = match (name, gone) {
                // at the centre each movement opens or closes an alert
                (0, true) => (
                    CENTRE,
                    json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 1, "reason": "breakage" }),
                ),
                (0, false) => (
                    CENTRE,
                    json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2030-06-30", "units": 1 }),
                ),
                _ => (
                    NEIGHBOUR,
                    json!({ "kind": "dispensing", "cip13": MG80, "units": 1 }),
                ),
            };
            ids.push(self.book(site, &key, &body));
        }
        ids
    }

    fn list(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let (status, page) = self
                .send("GET", &format!("{path}?limit=200{cursor}"), None)
                .unwrap();
            assert_eq!(status, 200, "{page}");
            rows.extend(items(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }
}

fn kills(times: u32) {
    let house = House::new();
    let mut child = house.start();
    house.book(CENTRE, "first-1", &json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2030-06-30", "units": 6 }));
    house.book(NEIGHBOUR, "first-2", &json!({ "kind": "receipt", "cip13": MG80, "lot": "B2", "expiry": "2030-06-30", "units": 100_000 }));
    let acknowledged = std::thread::scope(|scope| {
        let house = &house;
        let clients: Vec<_> = (0..4)
            .map(|n| scope.spawn(move || house.client(n)))
            .collect();
        for n in 0..times {
            std::thread::sleep(Duration::from_millis(300 + u64::from(n * 37 % 200)));
            child.kill().unwrap();
            child.wait().unwrap();
            child = house.start();
        }
        std::thread::sleep(Duration::from_millis(300));
        house.over.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .map(|c| c.join().unwrap())
            .collect::<Vec<_>>()
    });
    for (site, clients, first) in [
        (CENTRE, &acknowledged[..1], 6),
        (NEIGHBOUR, &acknowledged[1..], 100_000),
    ] {
        let ledger = house.list(&format!("/sites/{site}/movements"));
        let mut there: Vec<_> = ledger.iter().map(|m| m["id"].as_str().unwrap()).collect();
        let mut ids: Vec<_> = clients.iter().flatten().map(String::as_str).collect();
        // all that was acknowledged, and the first receipt, once each
        assert_eq!(there.len(), ids.len() + 1);
        there.sort_unstable();
        ids.sort_unstable();
        assert!(ids.iter().all(|id| there.binary_search(id).is_ok()));
        let sum: i64 = ledger.iter().map(|m| m["usable"].as_i64().unwrap()).sum();
        let (_, stock) = house
            .send("GET", &format!("/sites/{site}/stock"), None)
            .unwrap();
        assert_eq!(stock["presentations"][0]["usable"], sum);
        let count = |n: usize| i64::try_from(n).unwrap();
        let receipts = ledger.iter().filter(|m| m["kind"] == "receipt").count();
        assert_eq!(sum, first + 2 * (count(receipts) - 1) - count(ids.len()));
    }
    // one for the first receipt, one for the recipient who found the alert open, and one for the notice
    // of 2021 that has ended by the real clock
    letters_are_there(&house, acknowledged[0].len() + 3);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Every movement of the centre wrote one letter, and each is in the folder: what a killed service had
/// in hand as well, soon after the next start.
fn letters_are_there(house: &House, expected: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let letters = house.list("/emails");
        assert_eq!(letters.len(), expected);
        if letters.iter().all(|l| l["state"] == "sent") {
            let folder = house.folder.path().join("letters");
            // a killed worker may leave half a letter behind, which hides from a listing
            let files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|f| f.unwrap())
                .filter(|f| !f.file_name().to_string_lossy().starts_with('.'))
                .map(|f| std::fs::read_to_string(f.path()).unwrap())
                .collect();
            for letter in &letters {
                let id = letter["message_id"].as_str().unwrap();
                assert_eq!(files.iter().filter(|f| f.contains(id)).count(), 1, "{id}");
            }
            return;
        }
        assert!(Instant::now() < until, "{letters:?}");
    }
}
