//! Where the database is: `sqlite:FILE` or `postgres://…`, and nothing else.
//!
//! The kind is chosen by the scheme and never by trying: a mistyped address must not open an
//! empty SQLite file.

use std::fmt;
use std::path::{Path, PathBuf};

/// The address of a database, read once and held without doubt.
///
/// Printed, it shows neither password nor query.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresUrl),
}

/// The address of a PostgreSQL database, as libpq takes it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    whole: String,
    shown: String,
    password: Option<String>,
}

/// Over which wires PostgreSQL may be spoken to.
///
/// The client library is built in without TLS, so what it says can be read on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plaintext {
    /// Only within this machine: a loopback address or a Unix socket.
    ThisMachine,
    /// To any host: the administrator answers for the network in between.
    AnyHost,
}

/// Why an address is not that of a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It begins with no scheme that is known.
    #[error(
        "{found:?} is not the address of a database; expected sqlite:FILE or postgres://user@host/name"
    )]
    Scheme {
        /// What stood there, without what may be a password.
        found: String,
    },
    /// It names no file that could be opened.
    #[error("{found:?} names no file: {reason}")]
    File {
        /// What stood there.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It names no host.
    #[error(
        "{found:?} names no host; expected postgres://user@127.0.0.1/name, or a socket's folder as in postgres://user@%2Fvar%2Frun%2Fpostgresql/name"
    )]
    Host {
        /// What stood there, without what may be a password.
        found: String,
    },
    /// Its host is another machine.
    #[error(
        "{host:?} is another machine, and this program speaks to PostgreSQL without TLS; use a loopback address, a Unix socket or a tunnel, or allow plain text"
    )]
    Plaintext {
        /// The host.
        host: String,
    },
}

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`UrlError`] with what stood there, never with a password.
    pub fn parse(text: &str, plaintext: Plaintext) -> Result<Self, UrlError> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            return sqlite(file);
        }
        let rest = ["postgres://", "postgresql://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or_else(|| UrlError::Scheme { found: shown(text) })?;
        let url = PostgresUrl::of(text, rest);
        for host in hosts(rest) {
            if host.is_empty() {
                return Err(UrlError::Host { found: url.shown });
            }
            if plaintext == Plaintext::ThisMachine && !is_this_machine(&host) {
                return Err(UrlError::Plaintext { host });
            }
        }
        Ok(Self::Postgres(url))
    }

    /// Returns the file of an SQLite database, or nothing.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file),
            Self::Postgres(_) => None,
        }
    }
}

impl PostgresUrl {
    fn of(whole: &str, rest: &str) -> Self {
        let user_info = authority(rest).rsplit_once('@').map(|(user, _)| user);
        let password = user_info
            .and_then(|user| user.split_once(':'))
            .map(|(_, password)| password.to_owned());
        Self {
            shown: match user_info.map(|user| user.split(':').next().unwrap_or_default()) {
                Some(user) => shown(whole).replacen('…', user, 1),
                None => shown(whole),
            },
            whole: whole.to_owned(),
            password: password.filter(|password| !password.is_empty()),
        }
    }

    /// Returns the address with limits on how long a dead network may keep us waiting.
    ///
    /// Choice: 5 s to connect, 10 s for sent bytes to be acknowledged; libpq waits without end.
    pub(super) fn for_libpq(&self) -> String {
        let mut url = self.whole.clone();
        for (key, value) in [
            ("connect_timeout", "5"),
            ("tcp_user_timeout", "10000"),
            ("application_name", "dotation"),
        ] {
            if !url.contains(&format!("{key}=")) {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(key);
                url.push('=');
                url.push_str(value);
            }
        }
        url
    }

    /// Takes the password out of a message of libpq, should it stand there.
    pub(super) fn without_password(&self, message: &str) -> String {
        match &self.password {
            Some(password) => message.replace(password, "…"),
            None => message.to_owned(),
        }
    }
}

/// `sqlite:FILE`, or the PostgreSQL address without password and query.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) => f.write_str(&url.shown),
        }
    }
}

/// As printed for people: a log must not learn the password from `{:?}`.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn sqlite(file: &str) -> Result<DatabaseUrl, UrlError> {
    let wrong = |reason| UrlError::File {
        found: format!("sqlite:{file}"),
        reason,
    };
    // `sqlite:///var/x.db` is the absolute path `/var/x.db`; `sqlite://x.db` would be a host.
    let path = match file.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => {
            return Err(wrong(
                "write sqlite:FILE, or sqlite:///FILE for an absolute path",
            ));
        }
        None => file,
    };
    match path {
        "" => Err(wrong("nothing follows the colon")),
        ":memory:" => Err(wrong(
            "a database in memory would be another one on each connection, and lost at the end",
        )),
        _ if path.starts_with("file:") => Err(wrong("write the path itself, not a file: address")),
        // SQLite itself would read `?mode=ro` as part of the name, and another file be made
        _ if path.contains(['?', '#']) => Err(wrong(
            "nothing is set after the path: write it without ? and #",
        )),
        _ if path.contains('\0') => Err(wrong("it holds a zero byte")),
        // A leading `./` keeps SQLite from reading anything but a path into a relative name.
        _ if path.starts_with('/') => Ok(DatabaseUrl::Sqlite(PathBuf::from(path))),
        _ => Ok(DatabaseUrl::Sqlite(Path::new(".").join(path))),
    }
}

/// Cuts off what may hold a password: all before the last `@`, and the query.
fn shown(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let rest = match rest.rsplit_once('@') {
        Some((_, host)) => format!("…@{}", before_query(host)),
        None => before_query(rest).to_owned(),
    };
    (scheme + &rest).chars().take(120).collect()
}

fn before_query(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or_default()
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Every host that libpq might connect to: those of the authority, `host=` and `hostaddr=`.
fn hosts(rest: &str) -> Vec<String> {
    let after_user = authority(rest).rsplit('@').next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let named: Vec<String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| matches!(*key, "host" | "hostaddr"))
        .flat_map(|(_, value)| value.split(',').map(decoded).collect::<Vec<_>>())
        .collect();
    let mut all: Vec<String> = after_user.split(',').map(without_port).collect();
    if !named.is_empty() {
        all.retain(|host| !host.is_empty());
    }
    all.extend(named);
    all
}

fn without_port(host: &str) -> String {
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default().to_owned(),
        None => decoded(host.split(':').next().unwrap_or_default()),
    }
}

/// Undoes percent-encoding, enough to see whether a host is a folder.
fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let pair: Vec<u8> = bytes.by_ref().take(2).collect();
        let value = std::str::from_utf8(&pair)
            .ok()
            .map(|pair| u8::from_str_radix(pair, 16));
        out.push(match value {
            Some(Ok(value)) => value,
            Some(Err(_)) | None => b'?',
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn is_this_machine(host: &str) -> bool {
    host.starts_with('/')
        || host.starts_with('@')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DatabaseUrl, UrlError> {
        DatabaseUrl::parse(text, Plaintext::ThisMachine)
    }

    #[test]
    fn a_file_and_a_server_on_this_machine_are_databases() {
        for (text, shown) in [
            ("sqlite:stock.db", "sqlite:./stock.db"),
            ("sqlite:/var/lib/stock.db", "sqlite:/var/lib/stock.db"),
            ("sqlite:///var/lib/stock.db", "sqlite:/var/lib/stock.db"),
            ("postgres://localhost/stock", "postgres://localhost/stock"),
            (
                "postgresql://d@127.0.0.2:5433/stock",
                "postgresql://d@127.0.0.2:5433/stock",
            ),
            (
                "postgres://d:s3cret@[::1]:5433/stock",
                "postgres://d@[::1]:5433/stock",
            ),
            (
                "postgres://d@%2Ftmp%2Fpg/stock",
                "postgres://d@%2Ftmp%2Fpg/stock",
            ),
            (
                "postgres:///stock?host=/tmp&password=s3cret",
                "postgres:///stock",
            ),
        ] {
            assert_eq!(
                read(text).map(|url| url.to_string()),
                Ok(shown.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn any_other_scheme_and_a_bare_path_are_refused_without_a_password() {
        for text in [
            "",
            "stock.db",
            "/var/lib/stock.db",
            "mysql://d:s3cret@localhost/stock",
            "postgress://x/y",
            "d:s3cret@localhost/stock",
            "Sqlite:x.db",
            "postgres:x",
            "http://x?password=s3cret",
        ] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, UrlError::Scheme { .. }), "{text}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for text in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite://x.db",
            "sqlite:file:x?mode=memory",
            "sqlite:a\0b",
            "sqlite:x.db?mode=ro",
            "sqlite:///var/x.db#1",
        ] {
            assert!(matches!(read(text), Err(UrlError::File { .. })), "{text}");
        }
    }

    #[test]
    fn another_machine_is_spoken_to_only_when_plain_text_is_allowed() {
        for (text, host) in [
            ("postgres://d:s3cret@db.example.org/stock", "db.example.org"),
            ("postgres://d@10.0.0.7:5432/stock", "10.0.0.7"),
            ("postgres://d@localhost,10.0.0.7/stock", "10.0.0.7"),
            ("postgres://d@localhost/stock?hostaddr=10.0.0.7", "10.0.0.7"),
            ("postgres://127.0.0.1@evil.example/stock", "evil.example"),
        ] {
            let refused = Err(UrlError::Plaintext {
                host: host.to_owned(),
            });
            assert_eq!(read(text), refused, "{text}");
            assert!(
                DatabaseUrl::parse(text, Plaintext::AnyHost).is_ok(),
                "{text}"
            );
        }
        assert!(matches!(
            read("postgres:///stock"),
            Err(UrlError::Host { .. })
        ));
    }

    #[test]
    fn a_password_is_neither_printed_nor_left_in_a_message() {
        let url = read("postgres://d:s3cret@localhost/stock").unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://d@localhost/stock postgres://d@localhost/stock"
        );
        let DatabaseUrl::Postgres(url) = url else {
            panic!("not PostgreSQL")
        };
        assert_eq!(url.without_password("bad: s3cret"), "bad: …");
        assert!(!format!("{url:?}").contains("s3cret"));
    }
}
