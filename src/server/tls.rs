//! TLS by the service itself: its certificate and key, read again while it runs.
//!
//! [`Pair`] is what stands in the two files, once it is known that they fit. [`Certificates`] shows one pair to
//! whoever connects, and looks every few seconds whether the files hold another.
//!
//! Looking at the files was chosen before a signal: whoever renews certificates (certbot, an ACME client, a secret
//! that is mounted) writes files, and seldom can tell us. Their bytes are compared and not their times: a link that
//! is turned elsewhere, or a copy that keeps its old time, is seen too.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::copies::Warning;
use crate::clock::Clock;
use crate::settings::{Tls, TlsVersion};
use crate::telemetry::Metrics;

mod pair;

pub use pair::{Pair, PairFault};

/// How often the files are looked at. Choice: ten seconds; two small files, and nobody waits for a new certificate.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10);

/// From how many days before its end on the log warns of a certificate.
///
/// Choice: a month: time to have one made by hand, by an authority that does nothing by itself.
pub const WARN_DAYS: i64 = 30;

/// From how many days before its end on `/readyz` warns too. Choice: two weeks; what renews by itself has done so.
const URGENT_DAYS: i64 = 14;

/// Clients look at the dates of a certificate by the world's clock, whatever the service shows.
const WORLD: Clock = Clock::System;

/// The certificate that is shown, and where the next one comes from. Copies are the same.
#[derive(Clone)]
pub struct Certificates(Arc<Inner>);

struct Inner {
    files: Tls,
    shown: RwLock<Arc<Pair>>,
    looked: Mutex<Looked>,
    metrics: Arc<Metrics>,
    warning: Warning,
}

/// What was found when it was last looked.
#[derive(Default)]
struct Looked {
    /// What was said of files that are not taken, so that it is said once.
    refused: Option<String>,
    /// Of how many days left the log has warned.
    warned_days: Option<i64>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read, or do not fit.
    pub fn open(files: &Tls, metrics: &Arc<Metrics>) -> Result<Self, PairFault> {
        let pair = Pair::read(files)?;
        if pair.is_open() {
            let file = files.key_file.display();
            tracing::warn!(%file, "EVERY USER OF THIS MACHINE MAY READ THE PRIVATE KEY OF TLS: chmod 600");
        }
        tracing::info!(subject = pair.subject(), until = %pair.until(), "connections are encrypted");
        let opened = Self(Arc::new(Inner {
            files: files.clone(),
            shown: RwLock::new(Arc::new(pair)),
            looked: Mutex::default(),
            metrics: Arc::clone(metrics),
            warning: Warning::default(),
        }));
        opened.tell();
        Ok(opened)
    }

    /// What `/readyz` warns of.
    pub(super) fn warning(&self) -> &Warning {
        &self.0.warning
    }

    /// How connections are encrypted.
    ///
    /// Choice: the suites and groups of rustls as they are, all of them with forward secrecy; HTTP/1.1 and no
    /// HTTP/2, whose heads and streams the server below cannot bound in size, number and time as it can these.
    ///
    /// # Errors
    /// When the provider of the cryptography does not know the versions, which is a bug of ours.
    pub fn config(&self) -> Result<ServerConfig, rustls::Error> {
        let versions: &[&SupportedProtocolVersion] = match self.0.files.least {
            TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            TlsVersion::V1_3 => &[&rustls::version::TLS13],
        };
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        Ok(config)
    }

    /// Looks at the files: shows what is new in them, or says why not.
    pub fn look(&self) {
        let shown = self.shown();
        match Pair::read(&self.0.files) {
            Ok(pair) if pair.bytes() == shown.bytes() => self.refused(None),
            Ok(pair) => match pair.fault_at(WORLD.now()) {
                None => self.show(pair),
                // while the old one is good
                Some(fault) if shown.fault_at(WORLD.now()).is_none() => self.refused(Some(fault)),
                Some(_as_bad_as_the_old) => self.show(pair),
            },
            Err(fault) => self.refused(Some(fault.to_string())),
        }
        self.tell();
    }

    /// Looks at the files in a thread that may wait for them.
    pub(super) async fn look_aside(self) {
        if let Err(error) = tokio::task::spawn_blocking(move || self.look()).await {
            tracing::error!(%error, "nobody looked at the certificate; in ten seconds again");
        }
    }

    fn show(&self, pair: Pair) {
        tracing::info!(subject = pair.subject(), until = %pair.until(), "a new certificate is shown");
        *self.0.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
        self.refused(None);
    }

    fn refused(&self, why: Option<String>) {
        let mut looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = why
            .as_ref()
            .filter(|why| looked.refused.as_ref() != Some(*why))
        {
            tracing::error!(
                error = why,
                "the new certificate is not taken, the old one is shown on"
            );
            self.0.metrics.tls_pairs_refused.inc();
        }
        looked.refused = why;
    }

    /// Says how long the certificate is good for.
    fn tell(&self) {
        let pair = self.shown();
        let days = pair.days_left(WORLD.now());
        self.0.metrics.tls_days_left(days);
        let fault = pair.fault_at(WORLD.now());
        let mut looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if (days < WARN_DAYS || fault.is_some()) && looked.warned_days != Some(days) {
            let until = pair.until();
            tracing::warn!(days, %until, "THE CERTIFICATE OF TLS ENDS: renew it");
            looked.warned_days = Some(days);
        }
        let urgent = (days < URGENT_DAYS).then(|| format!("the certificate ends in {days} days"));
        let refused = looked.refused.as_ref();
        self.0.warning.say(
            fault
                .or(urgent)
                .or_else(|| refused.map(|_| "the new certificate is not taken".to_owned())),
        );
    }

    fn shown(&self) -> Arc<Pair> {
        let shown = self.0.shown.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&shown)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown().key())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.shown().subject())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

#[cfg(test)]
mod tests;
