//! A real mail server in a process of its own, for one test: `tests/smtp/server.py`.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// How long a test waits for the server to say something that it must say.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. It is ended when it is dropped.
pub(crate) struct SmtpServer {
    child: Child,
    said: Receiver<Value>,
    port: u16,
}

/// A hospital's own certificate authority, and the certificate it gave to `localhost`, as files.
pub(crate) struct Authority {
    folder: TempDir,
}

impl SmtpServer {
    /// Starts it with the options of the script and waits until it listens.
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut child = Command::new(python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/server.py"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python of DOTATION_TEST_PYTHON starts");
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut server = Self {
            child,
            said,
            port: 0,
        };
        server.port = u16::try_from(server.next("ready")["port"].as_u64().unwrap()).unwrap();
        server
    }

    /// The same, with a certificate that `authority` gave.
    pub(crate) fn start_with(authority: &Authority, options: &[&str]) -> Self {
        let (cert, key) = (authority.file("cert.pem"), authority.file("key.pem"));
        Self::start(&[&["--cert", &cert, "--key", &key], options].concat())
    }

    /// Returns its mail URL with these parameters, for instance `tls=none`.
    pub(crate) fn url(&self, parameters: &str) -> String {
        format!("smtp://localhost:{}?{parameters}", self.port)
    }

    /// The same with a user and a password.
    pub(crate) fn url_of(&self, login: &str, parameters: &str) -> String {
        format!("smtp://{login}@localhost:{}?{parameters}", self.port)
    }

    /// Returns the next event of this name that it says, passing over others.
    pub(crate) fn next(&self, event: &str) -> Value {
        loop {
            let value = self
                .said
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("waiting for {event:?}: {error}"));
            if value["event"] == event {
                return value;
            }
        }
    }

    /// Ends it and returns everything that it said and nobody has read.
    pub(crate) fn end(mut self) -> Vec<Value> {
        // With its input gone it ends by itself, and what it said is all there.
        drop(self.child.stdin.take());
        let mut all = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(value) => all.push(value),
                Err(RecvTimeoutError::Disconnected) => return all,
                Err(RecvTimeoutError::Timeout) => panic!("the mail server does not end"),
            }
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended already; this ends and reaps this one process, by its id.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Authority {
    /// Makes a new authority and a certificate for `localhost`.
    pub(crate) fn new() -> Self {
        let mut about = rcgen::CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let root = about.self_signed(&authority_key).unwrap();
        let issuer = rcgen::Issuer::new(about, authority_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, pem) in [
            ("ca.pem", root.pem()),
            ("cert.pem", cert.pem()),
            ("key.pem", key.serialize_pem()),
        ] {
            std::fs::write(folder.path().join(name), pem).unwrap();
        }
        Self { folder }
    }

    /// Returns the path of `ca.pem`, `cert.pem` or `key.pem`.
    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

/// The Python that has aiosmtpd: the one the test command names, or the one it installs.
fn python() -> String {
    std::env::var("DOTATION_TEST_PYTHON").unwrap_or_else(|_| {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python");
        assert!(
            installed.exists(),
            "these tests need a Python with aiosmtpd: set DOTATION_TEST_PYTHON, or \
             python3 -m venv target/venv && target/venv/bin/pip install aiosmtpd"
        );
        installed.to_str().unwrap().to_owned()
    })
}
