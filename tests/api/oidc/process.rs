//! A real provider in a process of its own, for one test: `tests/oidc/provider.mjs`.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a test waits for the provider to say something that it must say.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running provider. It is ended when it is dropped.
pub(super) struct Process {
    child: Child,
    said: Receiver<Value>,
    pub(super) issuer: String,
    pub(super) port: u64,
}

fn folder() -> PathBuf {
    let set = std::env::var("DOTATION_TEST_OIDC").map(PathBuf::from);
    let folder =
        set.unwrap_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/oidc"));
    assert!(
        folder.join("node_modules/oidc-provider").is_dir(),
        "DOTATION_TEST_OIDC names no folder with oidc-provider: run tests/run, which installs it"
    );
    folder
}

impl Process {
    /// Starts it with the options of the script and waits until it listens.
    pub(super) fn start(options: &[&str]) -> Self {
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/provider.mjs"))
            .args(options)
            .env("DOTATION_TEST_OIDC", folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // it warns of what it is not meant for
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line);
                if value.is_ok_and(|value| sender.send(value).is_err()) {
                    return;
                }
            }
        });
        let mut process = Self {
            child,
            said,
            issuer: String::new(),
            port: 0,
        };
        process.port = process.next("ready")["port"].as_u64().unwrap();
        process.issuer = format!("http://127.0.0.1:{}", process.port);
        process
    }

    fn next(&self, event: &str) -> Value {
        loop {
            let value = self.said.recv_timeout(PATIENCE);
            let value = value.unwrap_or_else(|error| panic!("waiting for {event:?}: {error}"));
            if value["event"] == event {
                return value;
            }
        }
    }

    fn tell(&mut self, line: &Value, event: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
        self.next(event);
    }

    /// Signs in whoever comes from now on as this one.
    pub(super) fn sign_in_as(&mut self, who: &Value) {
        self.tell(&json!({ "as": who }), "as");
    }

    /// Has other keys from now on.
    pub(super) fn rotate(&mut self) {
        self.tell(&json!({ "rotate": true }), "rotated");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; this ends and reaps this one process, by its id.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
