//! One question to a provider: over TLS, for a few seconds, with an answer of a bounded size, and to nobody else.

use openidconnect::http::{Method, Request, Response};
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// The most bytes of an answer that are read.
///
/// Choice: 256 KiB; what providers publish about themselves and their keys has some tens.
const MOST_BYTES: u64 = 256 * 1024;

/// The most bytes of the head of an answer.
const MOST_HEAD_BYTES: usize = 16 * 1024;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It is not over TLS, and not to this machine.
    #[error("{host} is asked without TLS")]
    Plain {
        /// Whom.
        host: String,
    },
    /// The answer sends elsewhere, which is not followed.
    #[error("the answer is a redirection ({status})")]
    Elsewhere {
        /// Its status.
        status: u16,
    },
    /// The answer is too large.
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLarge,
    /// There is none.
    #[error("{0}")]
    None(String),
}

/// Asks a provider.
#[derive(Clone)]
pub struct Web {
    agent: Agent,
    plain: bool,
}

impl Web {
    /// Makes what asks: trusting what browsers trust, or this authority alone (PEM). With `plain` it asks this
    /// machine without TLS too, where one tries a provider.
    ///
    /// # Errors
    /// When there is no certificate in the authority's text.
    pub fn new(authority: Option<&[u8]>, plain: bool, patience: Duration) -> Result<Self, String> {
        let roots = match authority {
            None => RootCerts::WebPki,
            Some(pem) => RootCerts::Specific(Arc::new(certificates(pem)?)),
        };
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(ring)
            .root_certs(roots)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(patience))
            .max_response_header_size(MOST_HEAD_BYTES)
            .user_agent("Dotation")
            .accept_encoding("identity")
            .max_idle_connections(0)
            .build();
        Ok(Self {
            agent: config.into(),
            plain,
        })
    }

    /// Returns whether an address may be asked, or a browser sent to it.
    pub fn may_be_asked(&self, scheme: &str, host: &str) -> bool {
        scheme == "https" || (self.plain && scheme == "http" && is_this_machine(host))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn ask(&self, question: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Unanswered> {
        let to = question.uri();
        let (scheme, host) = (to.scheme_str(), to.host().unwrap_or_default());
        if !self.may_be_asked(scheme.unwrap_or_default(), host) {
            let host = host.to_owned();
            return Err(Unanswered::Plain { host });
        }
        let none = |e: &dyn std::fmt::Display| Unanswered::None(e.to_string());
        let (head, body) = question.into_parts();
        let answer = if head.method == Method::GET {
            self.agent.run(Request::from_parts(head, ()))
        } else {
            self.agent.run(Request::from_parts(head, body))
        };
        let (head, mut body) = answer.map_err(|e| none(&e))?.into_parts();
        let status = head.status.as_u16();
        if head.status.is_redirection() {
            return Err(Unanswered::Elsewhere { status });
        }
        let mut bytes = Vec::new();
        let read = body
            .as_reader()
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes);
        read.map_err(|e| none(&e))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
            return Err(Unanswered::TooLarge);
        }
        Ok(Response::from_parts(head, bytes))
    }
}

/// Reads the certificates of a PEM text.
fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|e| e.to_string())? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err("there is no certificate in the file of the authority".to_owned());
    }
    Ok(found)
}

/// Whether a host is this machine.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    loopback || bare.eq_ignore_ascii_case("localhost")
}

/// Returns whether an issuer is on this machine and without TLS, where one tries a provider.
pub fn is_plain(issuer: &str) -> bool {
    let Some(rest) = issuer.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    is_this_machine(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_but_this_machine_is_asked_without_tls() {
        let check = |plain: bool, scheme: &str, host: &str, expected: bool| {
            let web = Web::new(None, plain, Duration::from_secs(1)).unwrap();
            assert_eq!(web.may_be_asked(scheme, host), expected, "{scheme} {host}");
        };
        check(false, "https", "auth.esante.gouv.fr", true);
        check(false, "http", "127.0.0.1", false);
        check(true, "http", "127.0.0.1", true);
        check(true, "http", "[::1]", true);
        check(true, "http", "auth.esante.gouv.fr", false);
        check(true, "file", "localhost", false);
    }

    #[test]
    fn an_issuer_is_plain_on_this_machine_and_nowhere_else() {
        for plain in [
            "http://127.0.0.1:9",
            "http://localhost/realms/x",
            "http://[::1]:80/",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "https://127.0.0.1",
            "http://auth.chu.fr",
            "http://localhost@chu.fr/",
            "http://localhost.chu.fr",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn a_file_without_a_certificate_is_no_authority() {
        assert!(Web::new(Some(b"nothing"), false, Duration::from_secs(1)).is_err());
    }
}
