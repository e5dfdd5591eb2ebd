//! A certificate and the key that fits it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::domain::calendar::Instant;
use crate::settings::Tls;

/// The largest file of either. Choice: a chain of ten is a tenth of it; more is another file, taken by mistake.
const BYTES_MOST: u64 = 256 * 1024;

/// A certificate and the key that fits it, as they stand in their files.
pub struct Pair {
    key: Arc<CertifiedKey>,
    bytes: [Vec<u8>; 2],
    subject: String,
    since: Instant,
    until: Instant,
    open: bool,
}

/// Why two files are no pair, and which setting names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairFault {
    /// `tls_certificate_file` or `tls_key_file`.
    pub setting: &'static str,
    /// What is wrong with the file. Nothing of a key is in it.
    pub what: String,
}

impl fmt::Display for PairFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.what)
    }
}

impl std::error::Error for PairFault {}

impl Pair {
    /// Reads both files.
    ///
    /// # Errors
    /// When one cannot be read or holds something else, or the key is another certificate's.
    pub fn read(files: &Tls) -> Result<Self, PairFault> {
        let (certificate, key) = (&files.certificate_file, &files.key_file);
        let of_certificate = |what: String| fault("tls_certificate_file", certificate, &what);
        let of_key = |what: String| fault("tls_key_file", key, &what);
        let chain_bytes = bytes(certificate).map_err(of_certificate)?;
        let key_bytes = bytes(key).map_err(of_key)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain_bytes).collect();
        let chain = chain.map_err(|e| of_certificate(format!("no PEM: {e}")))?;
        let leaf = chain
            .first()
            .ok_or_else(|| of_certificate("no certificate in it".to_owned()))?;
        let (subject, since, until) = about(leaf).map_err(of_certificate)?;
        let secret = PrivateKeyDer::from_pem_slice(&key_bytes).map_err(|_what_is_secret| {
            of_key("no private key in it (PEM, without a password)".to_owned())
        })?;
        let key = CertifiedKey::from_der(chain, secret, &super::provider()).map_err(|e| {
            if matches!(e, rustls::Error::InconsistentKeys(_)) {
                let file = certificate.display();
                of_key(format!(
                    "it does not fit the certificate of {subject} in {file}"
                ))
            } else {
                of_key(format!("cannot be used: {e}"))
            }
        })?;
        Ok(Self {
            key: Arc::new(key),
            bytes: [chain_bytes, key_bytes],
            subject,
            since,
            until,
            open: everybody_may_read(&files.key_file),
        })
    }

    pub(super) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }

    pub(super) const fn bytes(&self) -> &[Vec<u8>; 2] {
        &self.bytes
    }

    /// Returns for whom it is, as it says: `CN=dotation.hopital.fr`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns when it ends.
    pub const fn until(&self) -> Instant {
        self.until
    }

    /// Returns whether every user of the machine may read the key.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Returns how many whole days are left; less than nought when it is over.
    pub fn days_left(&self, now: Instant) -> i64 {
        (self.until - now).num_seconds().div_euclid(86_400)
    }

    /// Returns what is wrong with its dates, if something is.
    pub fn fault_at(&self, now: Instant) -> Option<String> {
        if now < self.since {
            Some(format!("the certificate is not good before {}", self.since))
        } else if now >= self.until {
            Some(format!("the certificate ended at {}", self.until))
        } else {
            None
        }
    }

    /// Returns whether it is for the host of a web address, as browsers ask.
    pub fn is_for(&self, url: &str) -> bool {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        let host = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => host.split(':').next().unwrap_or_default(),
        };
        let name = ServerName::try_from(host.to_owned());
        let leaf = self
            .key
            .end_entity_cert()
            .and_then(ParsedCertificate::try_from);
        match (name, leaf) {
            (Ok(name), Ok(leaf)) => rustls::client::verify_server_name(&leaf, &name).is_ok(),
            (Err(_), _) | (_, Err(_)) => false,
        }
    }
}

/// Says nothing of the key.
impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pair({} until {})", self.subject, self.until)
    }
}

fn fault(setting: &'static str, file: &Path, what: &str) -> PairFault {
    let what = format!("{}: {what}", file.display());
    PairFault { setting, what }
}

fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |e: std::io::Error| format!("it cannot be read: {e}");
    let about = std::fs::metadata(file).map_err(unreadable)?;
    if !about.is_file() || about.len() > BYTES_MOST {
        return Err(format!("expected a file of at most {BYTES_MOST} bytes"));
    }
    std::fs::read(file).map_err(unreadable)
}

/// For whom a certificate is, and from when until when.
fn about(leaf: &CertificateDer<'_>) -> Result<(String, Instant, Instant), String> {
    let (_, read) = X509Certificate::from_der(leaf).map_err(|e| format!("no certificate: {e}"))?;
    let at = |time: x509_parser::time::ASN1Time| {
        Instant::from_timestamp(time.timestamp(), 0)
            .ok_or_else(|| "its dates cannot be read".to_owned())
    };
    let validity = read.validity();
    Ok((
        read.subject().to_string(),
        at(validity.not_before)?,
        at(validity.not_after)?,
    ))
}

fn everybody_may_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o004 != 0)
}
