//! A real mail server in a process of its own, for one test: `tests/smtp/server.py`.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::MetadataExt as _,
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
        Self::of("localhost", 4096)
    }

    /// Makes a new authority and a certificate for `name` that holds until the end of a year.
    pub(crate) fn of(name: &str, year: i32) -> Self {
        let mut about = rcgen::CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let root = about.self_signed(&authority_key).unwrap();
        let issuer = rcgen::Issuer::new(about, authority_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let mut certificate = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        certificate.not_after = rcgen::date_time_ymd(year, 12, 31);
        certificate
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let cert = certificate.signed_by(&key, &issuer).unwrap();
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

/// Postfix's `smtp-sink` on a port of its own, with each letter that it had whole in a file. It is ended
/// when it is dropped.
pub(crate) struct Sink {
    child: Child,
    port: u16,
}

/// Where sinks leave what they had: any user can write there, for a sink gives up being root.
pub(crate) fn drop_box() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

impl Sink {
    /// Starts it with options such as `-r RCPT`, on `port` or a free one.
    pub(crate) fn start(options: &[&str], letters: &Path, port: Option<u16>) -> Self {
        let sink = std::env::var("DOTATION_TEST_SMTP_SINK").expect(
            "DOTATION_TEST_SMTP_SINK must name the smtp-sink of Postfix; tests/run gets it and sets it",
        );
        let port = port.unwrap_or_else(|| {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        });
        let mut command = Command::new(sink);
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        if is_root {
            command.args(["-u", "nobody"]);
        }
        command
            .arg("-d")
            .arg(letters.join("letter."))
            .args(options)
            .args([&format!("127.0.0.1:{port}"), "100"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let until = std::time::Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                std::time::Instant::now() < until,
                "smtp-sink does not start"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none&timeout_ms=5000", self.port)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The `Message-ID` of every letter in a folder, sorted; one that arrived twice is there twice.
pub(crate) fn arrived(letters: &Path) -> Vec<String> {
    let mut ids: Vec<String> = std::fs::read_dir(letters)
        .unwrap()
        .map(|entry| {
            let letter = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let id = letter.lines().find_map(|l| l.strip_prefix("Message-ID: <"));
            id.unwrap_or_else(|| panic!("{letter}"))
                .trim_end_matches('>')
                .to_owned()
        })
        .collect();
    ids.sort();
    ids
}
