//! What settings are made of, and how their texts are read.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A text that no message and no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Shows that there is something, and not what.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl LogFormat {
    /// Returns the format of a code, if there is one: `text` or `json`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

pub(super) const LISTEN: &str = "an address and a port, as 127.0.0.1:8080 or [::1]:8080";
pub(super) const ADDRESS: &str =
    "a web address that begins with http:// or https://, without spaces, ? and #";
pub(super) const ISSUER: &str =
    "the address by which a provider signs: https://…, without ? and # (http:// on this machine)";
pub(super) const MAILBOX: &str = "an email address, as dotation@example.org";
pub(super) const FORMATS: &str = "\"text\" or \"json\"";
pub(super) const FILTER: &str = "what to log, as \"info\" or \"dotation=debug,info\"";
pub(super) const FOLDER: &str = "the path of a folder";
pub(super) const LANGUAGES: &str = "\"fr\" or \"en\"";
pub(super) const ZONE: &str = "a time zone of the IANA database, as Europe/Paris";
pub(super) const LABELS: &str = "a name of the domain name system, as example.org or dotation";
pub(super) const SECOND_FACTOR: &str = "\"privileged\" or \"everybody\"";
pub(super) const PATH: &str = "the path of a file";

pub(super) fn listen(text: &str) -> Option<SocketAddr> {
    text.parse().ok()
}

pub(super) fn zone(text: &str) -> Option<chrono_tz::Tz> {
    text.parse().ok()
}

/// A web address, its last slashes taken away so that a path can follow.
pub(super) fn address(text: &str) -> Option<String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let fits = !host.is_empty()
        && !host.starts_with('/')
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"?#\"<>\\".contains(c));
    fits.then(|| text.trim_end_matches('/').to_owned())
}

/// The address by which a provider signs, every character as it signs: over TLS, but for this machine.
pub(super) fn issuer(text: &str) -> Option<String> {
    let this_machine = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let plain = |begin: &&str| {
        let rest = text.strip_prefix(*begin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    let tls = text
        .strip_prefix("https://")
        .is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
    let fits = (tls || this_machine.iter().any(plain))
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"?#\"<>\\@".contains(c));
    fits.then(|| text.to_owned())
}

/// Only what no reader of email could misunderstand; the post reads it again.
pub(super) fn mailbox(text: &str) -> Option<String> {
    let (name, host) = text.split_once('@')?;
    let fits = (1..=64).contains(&name.len())
        && (1..=253).contains(&host.len())
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"\"(),:;<>[\\]".contains(c))
        && !host.contains('@');
    fits.then(|| text.to_owned())
}

/// What may stand in a name of the domain name system; the signer reads it again.
pub(super) fn labels(text: &str) -> Option<String> {
    let fits = (1..=253).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    fits.then(|| text.to_owned())
}

/// A key of 256 bits in hexadecimal; who seals with it reads it again.
pub(super) fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

pub(super) fn filter(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "any text is a path; the outer option is a fault"
)]
#[expect(clippy::option_option, reason = "the setting itself may be left out")]
pub(super) fn folder(text: &str) -> Option<Option<PathBuf>> {
    Some(Some(PathBuf::from(text)))
}
