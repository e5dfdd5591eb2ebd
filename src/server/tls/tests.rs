//! Pairs that fit and pairs that do not, and who is shown which.

use super::*;
use crate::telemetry::testing::log;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};
use std::path::PathBuf;
use tempfile::TempDir;

/// A certificate for `localhost`, its own authority, until the end of a year; with its key.
fn certificate(year: i32) -> (String, String, CertificateDer<'static>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut about = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    about.not_after = rcgen::date_time_ymd(year, 12, 31);
    let made = about.self_signed(&key).unwrap();
    (made.pem(), key.serialize_pem(), made.der().clone())
}

struct Desk {
    folder: TempDir,
    metrics: Arc<Metrics>,
}

impl Desk {
    fn new() -> Self {
        log();
        Self {
            folder: tempfile::tempdir().unwrap(),
            metrics: Arc::new(Metrics::new()),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self) -> Tls {
        Tls {
            certificate_file: self.file("tls.pem"),
            key_file: self.file("tls-key.pem"),
            least: TlsVersion::V1_2,
        }
    }

    /// Writes a pair, and returns the certificate.
    fn write(&self, year: i32) -> CertificateDer<'static> {
        let (chain, key, der) = certificate(year);
        std::fs::write(self.file("tls.pem"), chain).unwrap();
        std::fs::write(self.file("tls-key.pem"), key).unwrap();
        der
    }

    fn open(&self) -> Certificates {
        Certificates::open(&self.files(), &self.metrics).unwrap()
    }

    fn counted(&self, line: &str) -> bool {
        self.metrics.encode().unwrap().contains(line)
    }
}

/// Whether a client that trusts this certificate alone would go on, after both have said what they say.
fn trusts(shown: &Certificates, trusted: &CertificateDer<'static>) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(shown.config().unwrap())).unwrap();
    while client.is_handshaking() {
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut bytes.as_slice()).unwrap();
        if server.process_new_packets().is_err() {
            return false;
        }
        bytes.clear();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut bytes.as_slice()).unwrap();
        if client.process_new_packets().is_err() {
            return false;
        }
    }
    true
}

#[test]
fn a_new_pair_is_shown_without_a_restart() {
    let desk = Desk::new();
    let first = desk.write(4_000);
    let shown = desk.open();
    assert!(trusts(&shown, &first));
    let second = desk.write(4_001);
    assert!(trusts(&shown, &first) && !trusts(&shown, &second));
    shown.look();
    assert!(trusts(&shown, &second) && !trusts(&shown, &first));
    assert_eq!(shown.warning().verdict(), Ok(()));
}

#[test]
fn a_bad_pair_leaves_the_old_one_where_it_is_and_is_told() {
    let desk = Desk::new();
    let first = desk.write(4_000);
    let shown = desk.open();
    let key = std::fs::read(desk.file("tls-key.pem")).unwrap();
    // one half is written, the other not yet
    let second = desk.write(4_001);
    let new_key = std::fs::read(desk.file("tls-key.pem")).unwrap();
    for bad in [
        key.as_slice(),
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        std::fs::write(desk.file("tls-key.pem"), bad).unwrap();
        shown.look();
        shown.look();
        assert!(trusts(&shown, &first));
        let said = shown.warning().verdict().unwrap_err();
        assert_eq!(said, "the new certificate is not taken");
    }
    // each of the three kinds of fault once, however often it was looked
    assert!(desk.counted("dotation_tls_pairs_refused_total 3"));
    std::fs::remove_file(desk.file("tls-key.pem")).unwrap();
    shown.look();
    assert!(trusts(&shown, &first));
    std::fs::write(desk.file("tls-key.pem"), new_key).unwrap();
    shown.look();
    assert!(trusts(&shown, &second));
    assert_eq!(shown.warning().verdict(), Ok(()));
    // one that is over already does not take the place of one that is good
    desk.write(2_020);
    shown.look();
    assert!(trusts(&shown, &second));
    assert!(shown.warning().verdict().is_err());
}

#[test]
fn a_certificate_that_is_over_is_shown_for_want_of_another_and_told() {
    let desk = Desk::new();
    desk.write(2_020);
    let shown = desk.open();
    let said = shown.warning().verdict().unwrap_err();
    assert!(said.contains("ended at 2020-12-31"), "{said}");
    assert!(desk.counted("dotation_tls_certificate_days_left{kind=\"served\"} -"));
    let good = desk.write(4_000);
    shown.look();
    assert!(trusts(&shown, &good));
    assert_eq!(shown.warning().verdict(), Ok(()));
}

#[test]
fn days_are_counted_to_the_end() {
    let desk = Desk::new();
    desk.write(4_000);
    let pair = Pair::read(&desk.files()).unwrap();
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(pair.days_left(at("4000-12-30T00:00:00Z")), 1);
    assert_eq!(pair.days_left(at("4000-12-30T00:00:01Z")), 0);
    assert_eq!(pair.days_left(at("4000-12-31T00:00:01Z")), -1);
    assert!(pair.is_for("https://localhost:8443/dotation") && pair.is_for("https://localhost"));
    assert!(!pair.is_for("https://dotation.hopital.fr"));
    assert_eq!(format!("{pair:?}").matches("PRIVATE").count(), 0);
}

#[test]
fn a_key_of_another_certificate_is_refused_by_name() {
    let desk = Desk::new();
    desk.write(4_000);
    let (_, other, _) = certificate(4_000);
    std::fs::write(desk.file("tls-key.pem"), other).unwrap();
    let fault = Pair::read(&desk.files()).unwrap_err();
    assert_eq!(fault.setting, "tls_key_file");
    assert!(
        fault.what.contains("does not fit the certificate of"),
        "{fault}"
    );
    std::fs::write(desk.file("tls.pem"), "no certificate").unwrap();
    let fault = Pair::read(&desk.files()).unwrap_err();
    assert_eq!(fault.setting, "tls_certificate_file");
    assert!(fault.what.contains("no certificate in it"), "{fault}");
}
