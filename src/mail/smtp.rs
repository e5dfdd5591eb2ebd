//! A post that speaks SMTP: a few lines to one server, kept for the next letter.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{
    authentication::Credentials,
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Quit, Rset},
    extension::ClientId,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};

use super::{
    letter::Letter,
    transport::{OpenError, Receipt, SendError},
    url::{SmtpSettings, TlsMode},
};

mod dialogue;
use dialogue::Progress;

/// How many lines to the server there are at once, at most.
///
/// `Choice:` few enough for a hospital's own server, which often takes ten from one machine.
pub(super) const LINES: usize = 4;

/// How long a line may lie idle and still be used again.
///
/// `Choice:` well under the five minutes a server should wait (RFC 5321, § 4.5.3.2.7), because many
/// wait less and firewalls forget.
const IDLE: Duration = Duration::from_secs(30);

/// How many letters go over one line.
///
/// `Choice:` many servers close a line after a hundred.
const LETTERS_A_LINE: u32 = 100;

/// How long a line that was idle has to show that it lives, and a server to answer our leave.
///
/// `Choice:` long for a server that lives, short against the whole time limit for one behind a
/// firewall that has forgotten the line.
const CHECK: Duration = Duration::from_secs(3);

/// A mail server and the idle lines to it.
pub(super) struct SmtpPost {
    settings: SmtpSettings,
    credentials: Option<Credentials>,
    protection: Protection,
    hello: ClientId,
    turns: Semaphore,
    idle: Mutex<Vec<Line>>,
}

/// How a line is protected, with what that needs: there is no way to ask for TLS and go without.
enum Protection {
    None,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// Leave to use a line.
pub(super) struct Turn<'t>(
    #[expect(dead_code, reason = "held, and given back when dropped")] SemaphorePermit<'t>,
);

/// A line on which the server has greeted us, and knows us if it asked.
struct Line {
    connection: AsyncSmtpConnection,
    letters: u32,
    since: Instant,
}

impl SmtpPost {
    pub(super) fn open(settings: &SmtpSettings) -> Result<Self, OpenError> {
        Ok(Self {
            settings: settings.clone(),
            credentials: settings
                .login
                .as_ref()
                .map(|login| Credentials::new(login.user.clone(), login.password.clone())),
            protection: match settings.tls {
                TlsMode::None => Protection::None,
                TlsMode::StartTls => Protection::StartTls(trust(settings)?),
                TlsMode::Tls => Protection::Tls(trust(settings)?),
            },
            hello: match &settings.helo {
                Some(name) => ClientId::Domain(name.clone()),
                None => this_machine(),
            },
            turns: Semaphore::new(LINES),
            idle: Mutex::default(),
        })
    }

    /// Waits until a line may be used: there are [`LINES`] at most.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, SendError> {
        let turn = self.turns.acquire().await;
        turn.map(Turn)
            .map_err(|closed| Progress::new().failed(&closed.to_string()))
    }

    pub(super) async fn send(
        &self,
        _turn: Turn<'_>,
        letter: &Letter,
        message: &[u8],
    ) -> Result<Receipt, SendError> {
        let progress = Progress::new();
        match timeout(
            self.settings.timeout,
            self.deliver(letter, message, &progress),
        )
        .await
        {
            Ok(answer) => answer,
            Err(_elapsed) => Err(progress.failed(&format!(
                "not done within {} ms",
                self.settings.timeout.as_millis()
            ))),
        }
    }

    /// A line is put back only after the server took the letter; after anything else it is dropped.
    async fn deliver(
        &self,
        letter: &Letter,
        message: &[u8],
        progress: &Progress,
    ) -> Result<Receipt, SendError> {
        let mut line = match self.living_line().await {
            Some(line) => line,
            None => Line {
                connection: self.connect(progress).await?,
                letters: 0,
                since: Instant::now(),
            },
        };
        match dialogue::hand_over(&mut line.connection, letter, message, progress).await {
            Ok(receipt) => {
                line.letters += 1;
                line.since = Instant::now();
                if line.letters < LETTERS_A_LINE {
                    self.lines(|idle| idle.push(line));
                } else {
                    drop(tokio::spawn(line.leave()));
                }
                Ok(receipt)
            }
            Err(error) => {
                // The answer need not wait for the server's farewell.
                drop(tokio::spawn(line.leave()));
                Err(error)
            }
        }
    }

    /// Takes an idle line that still answers; those that do not are dropped.
    async fn living_line(&self) -> Option<Line> {
        while let Some(mut line) = self.lines(Vec::pop) {
            if line.since.elapsed() >= IDLE {
                drop(tokio::spawn(line.leave()));
                continue;
            }
            if let Ok(Ok(_ready)) = timeout(CHECK, line.connection.command(Rset)).await {
                return Some(line);
            }
        }
        None
    }

    /// Tells whether the server takes a line: answers, encrypts, lets us in. No letter is sent.
    pub(super) async fn takes_a_line(&self) -> bool {
        let progress = Progress::new();
        let Ok(Ok(connection)) = timeout(self.settings.timeout, self.connect(&progress)).await
        else {
            return false;
        };
        let line = Line {
            connection,
            letters: 0,
            since: Instant::now(),
        };
        line.leave().await;
        true
    }

    pub(super) async fn close(&self) {
        let lines = self.lines(std::mem::take);
        futures_util::future::join_all(lines.into_iter().map(Line::leave)).await;
    }

    /// No letter is lost with a line: a lock that was poisoned is taken all the same.
    fn lines<T>(&self, job: impl FnOnce(&mut Vec<Line>) -> T) -> T {
        job(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Line {
    /// Says goodbye, for politeness only: whether it was heard changes nothing.
    async fn leave(mut self) {
        if !self.connection.has_broken() {
            drop(timeout(CHECK, self.connection.command(Quit)).await);
        }
    }
}

impl fmt::Debug for SmtpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpPost")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The public authorities, and those of the file that the administrator named.
fn trust(settings: &SmtpSettings) -> Result<TlsParameters, OpenError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca {
        let pem = std::fs::read(file).map_err(|cause| OpenError::Unreadable {
            file: file.clone(),
            cause,
        })?;
        let unusable = |cause: &str| OpenError::Certificate {
            file: file.clone(),
            cause: cause.to_owned(),
        };
        // A file without any is read as an empty list, which would be found out letters later.
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(unusable("no BEGIN CERTIFICATE in it"));
        }
        let certificate =
            Certificate::from_pem(&pem).map_err(|error| unusable(&error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
        return builder
            .build_rustls()
            .map_err(|error| unusable(&error.to_string()));
    }
    builder
        .build_rustls()
        .map_err(|error| OpenError::Encryption {
            host: settings.host.clone(),
            cause: error.to_string(),
        })
}

/// The name of this machine, when it is one that may stand in a greeting.
fn this_machine() -> ClientId {
    let name = ClientId::default().to_string();
    let sound = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    if !name.is_empty() && name.chars().all(sound) {
        ClientId::Domain(name)
    } else {
        ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST)
    }
}
