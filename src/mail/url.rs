//! Which post the administrator chose: one line of text, `DOTATION_MAIL_URL`.
//!
//! ```text
//! smtp://user:password@host:port?tls=none|starttls|tls&ca=FILE&helo=NAME&timeout_ms=30000
//! directory:FOLDER
//! memory:
//! ```
//!
//! User, password and the values of parameters are percent-encoded. No error and nothing printed
//! from here shows a password.

use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

mod parse;

/// A post, read and checked; nothing has been opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailUrl {
    /// A mail server.
    Smtp(SmtpSettings),
    /// A folder that receives one file a message.
    Directory(PathBuf),
    /// Nothing leaves the process: for tests.
    Memory,
}

/// How a mail server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name or its IP address, without brackets; also the name its certificate must have.
    pub host: String,
    /// Its port; unless given, the usual one for `tls`.
    pub port: u16,
    /// How the line is protected.
    pub tls: TlsMode,
    /// Who we are there, if it asks.
    pub login: Option<Login>,
    /// A file of certificates (PEM) to be trusted besides the public ones: the hospital's own
    /// authority.
    pub ca: Option<PathBuf>,
    /// The name we greet with; unless given, the name of this machine.
    pub helo: Option<String>,
    /// The most one sending takes, with connection and greeting.
    pub timeout: Duration,
}

/// How the line to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all; usually port 25. A user and a password are then for loopback only.
    None,
    /// It begins in clear and must be encrypted before anything is said; usually port 587. A server
    /// that does not offer it is not used. The default.
    StartTls,
    /// It is encrypted from the first octet; usually port 465 (RFC 8314, § 3.3).
    Tls,
}

/// A user and a password. `{:?}` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// What is wrong with a mail URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailUrlError {
    /// It begins with no scheme that is known.
    #[error("mail URL begins with {found:?}, expected smtp://, directory: or memory:")]
    Scheme {
        /// What stood before the first colon; empty when there is none.
        found: String,
    },
    /// A part that must be there is missing.
    #[error("mail URL has no {part}, expected {expected}")]
    Missing {
        /// Which part.
        part: &'static str,
        /// The form it should have.
        expected: &'static str,
    },
    /// Something stands where nothing may.
    #[error("mail URL has something after its {after}, expected nothing more there")]
    Trailing {
        /// After which part.
        after: &'static str,
    },
    /// A user or a password holds a character that must be written otherwise. Not shown here.
    #[error(
        "the user or password of the mail URL has one of the characters @ / ? # % : written as it is, \
         expected it percent-encoded: %40 %2F %3F %23 %25 %3A"
    )]
    LoginEncoding,
    /// A user or a password is empty or has a control character. Not shown here.
    #[error("the user or the password of the mail URL is empty or has a control character")]
    LoginText,
    /// A user and a password would be sent in clear over a network.
    #[error(
        "a user and a password over tls=none are for this machine only (localhost, 127.0.0.0/8, ::1), \
         and {host:?} is another: expected tls=starttls or tls=tls"
    )]
    LoginInClear {
        /// The host.
        host: String,
    },
    /// The host is not a name or an address.
    #[error("mail host {found:?}, expected a name, an IPv4 address or an IPv6 address in [ ]")]
    Host {
        /// What stood there.
        found: String,
    },
    /// The port is not one. It is shown only when it is digits: a forgotten host makes a password
    /// stand in its place.
    #[error("mail port {}, expected a number from 1 to 65535", port_shown(found.as_deref()))]
    Port {
        /// What stood there, if it was digits.
        found: Option<String>,
    },
    /// A parameter is not known, or is there twice.
    #[error("mail URL parameter {name:?} is {fault}, expected once: tls, ca, helo or timeout_ms")]
    Parameter {
        /// Its name.
        name: String,
        /// `unknown` or `there twice`.
        fault: &'static str,
    },
    /// The value of a parameter is not one of those it may have.
    #[error("mail URL parameter {name}={found:?}, expected {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What stood there.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
}

fn port_shown(found: Option<&str>) -> String {
    found.map_or_else(
        || "(not shown, for it is no number)".to_owned(),
        |found| format!("{found:?}"),
    )
}

impl SmtpSettings {
    /// The most one sending takes unless the URL says otherwise.
    ///
    /// `Choice:` 30 s. RFC 5321, § 4.5.3.2, allows a server minutes for some replies; an alert
    /// cannot wait for them, and a letter that took too long is tried again.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// The longest limit that may be set, in milliseconds: ten minutes, what RFC 5321, § 4.5.3.2.6,
    /// gives a server after the end of a message.
    pub const MOST_TIMEOUT_MS: u64 = 600_000;
}

impl MailUrl {
    /// Reads a mail URL.
    ///
    /// # Errors
    /// [`MailUrlError`] with what stood there and what was expected, and never a password.
    pub fn parse(text: &str) -> Result<Self, MailUrlError> {
        parse::url(text)
    }

    /// Returns it with `limit` on one sending, unless it says one itself: what is printed of it is then
    /// what holds.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        match self {
            Self::Smtp(smtp) if smtp.timeout == SmtpSettings::TIMEOUT => Self::Smtp(SmtpSettings {
                timeout: limit,
                ..smtp
            }),
            Self::Smtp(_) | Self::Directory(_) | Self::Memory => self,
        }
    }
}

impl TlsMode {
    /// Returns the port that is usual for it.
    pub const fn port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }

    /// Returns its name in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

impl fmt::Display for MailUrl {
    /// Writes it with `***` for user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let smtp = match self {
            Self::Smtp(smtp) => smtp,
            Self::Directory(folder) => return write!(f, "directory:{}", folder.display()),
            Self::Memory => return f.write_str("memory:"),
        };
        let login = smtp.login.as_ref().map_or("", |_| "***:***@");
        match smtp.host.parse() {
            Ok(IpAddr::V6(address)) => write!(f, "smtp://{login}[{address}]")?,
            Ok(IpAddr::V4(_)) | Err(_) => write!(f, "smtp://{login}{}", smtp.host)?,
        }
        write!(f, ":{}?tls={}", smtp.port, smtp.tls.as_str())?;
        if let Some(ca) = &smtp.ca {
            write!(f, "&ca={}", ca.display())?;
        }
        if let Some(helo) = &smtp.helo {
            write!(f, "&helo={helo}")?;
        }
        write!(f, "&timeout_ms={}", smtp.timeout.as_millis())
    }
}
