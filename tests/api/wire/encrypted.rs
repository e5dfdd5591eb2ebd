//! TLS by the service itself, as a client sees it.

use dotation::clock::Clock;
use dotation::server::{Options, Running, start};
use dotation::settings::{Secret, Settings, Tls, TlsVersion};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Writes a certificate for `localhost` and its key, and returns the certificate.
fn write(folder: &TempDir) -> CertificateDer<'static> {
    let key = rcgen::KeyPair::generate().unwrap();
    let about = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let made = about.self_signed(&key).unwrap();
    std::fs::write(folder.path().join("tls.pem"), made.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    made.der().clone()
}

fn settings(folder: &TempDir, least: TlsVersion) -> Settings {
    let file = |name: &str| folder.path().join(name);
    let mut settings = Settings {
        database_url: Secret::new(format!("sqlite:{}", file("dotation.db").display())),
        mail_url: Secret::new("memory:"),
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: "https://localhost".to_owned(),
        workers: 1,
        ..Settings::default()
    };
    settings.wire.tls = Some(Tls {
        certificate_file: file("tls.pem"),
        key_file: file("key.pem"),
        least,
    });
    settings
}

async fn ready(folder: &TempDir, least: TlsVersion) -> Running {
    let clock = Clock::simulated("2021-10-20T06:00:00Z".parse().unwrap());
    start(&settings(folder, least), clock, Options::default())
        .await
        .unwrap()
}

/// Asks for `/healthz` by these versions, trusting this certificate alone; the version that was spoken, and the answer.
fn ask(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<(ProtocolVersion, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let line = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut stream = StreamOwned::new(line, socket);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut text = Vec::new();
    // the service may close the line without a word of TLS
    if let Err(error) = stream.read_to_end(&mut text)
        && text.is_empty()
    {
        return Err(error);
    }
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let version = stream.conn.protocol_version().unwrap();
    Ok((version, String::from_utf8(text).unwrap()))
}

/// The same aside, while the service answers here.
async fn asked(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    versions: &'static [&'static SupportedProtocolVersion],
) -> std::io::Result<(ProtocolVersion, String)> {
    let trusted = trusted.clone();
    tokio::task::spawn_blocking(move || ask(address, &trusted, versions))
        .await
        .unwrap()
}

const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];
const OLD: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];

#[actix_web::test]
async fn a_service_with_a_certificate_speaks_tls_and_says_that_it_always_will() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(&folder);
    let running = ready(&folder, TlsVersion::V1_2).await;
    let (address, stop) = (running.address, running.stop.clone());
    let certificates = running.certificates.clone().unwrap();
    let serving = actix_web::rt::spawn(running.run_until_stopped());
    let (version, text) = asked(address, &first, BOTH).await.unwrap();
    assert_eq!(version, ProtocolVersion::TLSv1_3);
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let strict = "strict-transport-security: max-age=63072000; includeSubDomains\r\n";
    assert!(text.contains(strict), "{text}");
    let (version, _) = asked(address, &first, OLD).await.unwrap();
    assert_eq!(version, ProtocolVersion::TLSv1_2);
    // a new pair, without a restart
    let second = write(&folder);
    certificates.look();
    asked(address, &second, BOTH).await.unwrap();
    assert!(asked(address, &first, BOTH).await.is_err());
    stop.gently();
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn an_old_version_can_be_refused_and_so_is_who_speaks_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = write(&folder);
    let running = ready(&folder, TlsVersion::V1_3).await;
    let (address, stop) = (running.address, running.stop.clone());
    let serving = actix_web::rt::spawn(running.run_until_stopped());
    assert!(asked(address, &certificate, OLD).await.is_err());
    asked(address, &certificate, BOTH).await.unwrap();
    let clear = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).ok();
        text
    });
    let text = String::from_utf8_lossy(&clear.await.unwrap()).into_owned();
    assert!(!text.contains("HTTP/1.1"), "{text}");
    // who connects and says nothing is not waited for, and keeps nobody out
    let silent: Vec<TcpStream> = (0..300)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    asked(address, &certificate, BOTH).await.unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut first = silent.into_iter().next().unwrap();
        first
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        first.read(&mut [0; 1])
    });
    assert!(matches!(ended.await.unwrap(), Ok(0)));
    stop.gently();
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_service_whose_key_does_not_fit_does_not_start() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(&folder);
    write(&other);
    std::fs::copy(other.path().join("key.pem"), folder.path().join("key.pem")).unwrap();
    let clock = Clock::simulated("2021-10-20T06:00:00Z".parse().unwrap());
    let started = start(
        &settings(&folder, TlsVersion::V1_2),
        clock,
        Options::default(),
    )
    .await;
    let said = format!("{:#}", started.err().unwrap());
    assert!(
        said.contains("tls_key_file") && said.contains("does not fit the certificate"),
        "{said}"
    );
    assert!(!folder.path().join("dotation.db").exists());
}
