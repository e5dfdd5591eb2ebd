//! How far one gets towards a mail server before a letter is handed over, step by step: for whoever sets
//! it up. No letter, no user and no password is sent on this line, which is a second one beside those of
//! the post; the certificate is shown also when it is refused.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring::default_provider},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{
    transport::{Stage, clean},
    url::{SmtpSettings, TlsMode},
};

/// The most octets of one answer that are read.
const ANSWER_MOST: usize = 16 * 1024;

/// What was found out about a mail server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The addresses of its name.
    pub addresses: Vec<SocketAddr>,
    /// The address that took the line.
    pub connected: Option<SocketAddr>,
    /// The version of TLS, when the line is encrypted.
    pub tls: Option<String>,
    /// The certificate that it showed, whether it was accepted or not.
    pub certificate: Option<Certificate>,
    /// Where it ended, and why, when it did not get as far as a letter would need.
    pub failed: Option<(Stage, String)>,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who gave it.
    pub issuer: String,
    /// The last moment at which it holds.
    pub until: DateTime<Utc>,
}

/// Looks at a mail server, for at most the time limit of its URL.
pub async fn look(settings: &SmtpSettings) -> Look {
    let mut look = Look::default();
    let seen = Arc::new(Mutex::new(None));
    let failed = match timeout(settings.timeout, steps(settings, &mut look, &seen)).await {
        Ok(answer) => answer.err(),
        Err(_elapsed) => Some((
            stage_of(settings, &look),
            format!("not done within {} ms", settings.timeout.as_millis()),
        )),
    };
    look.failed = failed.map(|(stage, what)| (stage, clean(&what)));
    let der = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    look.certificate = der.and_then(|der: CertificateDer<'static>| certificate(&der));
    look
}

/// Where time ran out.
const fn stage_of(settings: &SmtpSettings, look: &Look) -> Stage {
    if look.addresses.is_empty() {
        Stage::Resolve
    } else if look.connected.is_none() {
        Stage::Connect
    } else if matches!(settings.tls, TlsMode::Tls) {
        Stage::Encryption
    } else {
        Stage::Greeting
    }
}

type Failed = (Stage, String);

async fn steps(
    settings: &SmtpSettings,
    look: &mut Look,
    seen: &Arc<Mutex<Option<CertificateDer<'static>>>>,
) -> Result<(), Failed> {
    let at = |stage| move |error: io::Error| (stage, error.to_string());
    let found = lookup_host((settings.host.as_str(), settings.port)).await;
    look.addresses = found.map_err(at(Stage::Resolve))?.collect();
    let share = settings.timeout / u32::try_from(look.addresses.len() + 1).unwrap_or(u32::MAX);
    let (stream, address) = reach(&look.addresses, share)
        .await
        .map_err(|what| (Stage::Connect, what))?;
    look.connected = Some(address);
    let stream = match settings.tls {
        TlsMode::None => return greeted(stream).await.map(drop),
        TlsMode::StartTls => start_tls(greeted(stream).await?).await?,
        TlsMode::Tls => stream,
    };
    let config = config(settings, seen).map_err(|what| (Stage::Encryption, what))?;
    let name = ServerName::try_from(settings.host.clone())
        .map_err(|error| (Stage::Encryption, error.to_string()))?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = stream.await.map_err(at(Stage::Encryption))?;
    let (_, session) = stream.get_ref();
    // as people write it: TLS 1.3, and not TLSv1_3
    look.tls = session
        .protocol_version()
        .map(|version| format!("{version:?}").replace("TLSv1_", "TLS 1."));
    Ok(())
}

async fn reach(
    addresses: &[SocketAddr],
    share: Duration,
) -> Result<(TcpStream, SocketAddr), String> {
    let mut last = "its name has no address".to_owned();
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => last = format!("{address}: {error}"),
            Err(elapsed) => last = format!("{address}: {elapsed}"),
        }
    }
    Err(last)
}

/// Waits for the greeting.
async fn greeted(stream: TcpStream) -> Result<BufReader<TcpStream>, Failed> {
    let mut line = BufReader::new(stream);
    answer(&mut line, Stage::Greeting, "220").await?;
    Ok(line)
}

/// Asks for encryption, and returns the line that is to be encrypted. Whatever came after the answer is
/// left to the encryption to refuse, as the post does.
async fn start_tls(mut line: BufReader<TcpStream>) -> Result<TcpStream, Failed> {
    let at = |error: io::Error| (Stage::Greeting, error.to_string());
    line.write_all(b"EHLO dotation.localhost\r\n")
        .await
        .map_err(at)?;
    let offers = answer(&mut line, Stage::Greeting, "250").await?;
    let offered = |l: &str| {
        l.get(4..)
            .is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
    };
    if !offers.lines().any(offered) {
        return Err((
            Stage::Encryption,
            "the server offers no STARTTLS, which is required".to_owned(),
        ));
    }
    line.write_all(b"STARTTLS\r\n").await.map_err(at)?;
    answer(&mut line, Stage::Encryption, "220").await?;
    if !line.buffer().is_empty() {
        return Err((
            Stage::Encryption,
            "the server said more before the encryption began".to_owned(),
        ));
    }
    Ok(line.into_inner())
}

/// Reads one answer, which must have this code.
async fn answer(
    line: &mut BufReader<TcpStream>,
    stage: Stage,
    code: &str,
) -> Result<String, Failed> {
    let mut all = String::new();
    loop {
        let before = all.len();
        let count = line.read_line(&mut all).await;
        if count.map_err(|error| (stage, error.to_string()))? == 0 {
            return Err((stage, "the server broke the line off".to_owned()));
        }
        let last = all.get(before..).unwrap_or_default();
        if last.as_bytes().get(3) != Some(&b'-') || all.len() > ANSWER_MOST {
            break;
        }
    }
    if all.starts_with(code) {
        return Ok(all);
    }
    Err((stage, all))
}

/// The trust of the post: the public authorities, and those of the file that the administrator named.
fn config(
    settings: &SmtpSettings,
    seen: &Arc<Mutex<Option<CertificateDer<'static>>>>,
) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(file) = &settings.ca {
        let pem = std::fs::read(file).map_err(|error| error.to_string())?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
    }
    let provider = Arc::new(default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| error.to_string())?;
    let verifier = Arc::new(Showing {
        verifier,
        seen: Arc::clone(seen),
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

/// Decides as the usual verifier does, and keeps what it was shown.
#[derive(Debug)]
struct Showing {
    verifier: Arc<WebPkiServerVerifier>,
    seen: Arc<Mutex<Option<CertificateDer<'static>>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Showing {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let seen = Some(end_entity.clone().into_owned());
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        self.verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn certificate(der: &CertificateDer<'_>) -> Option<Certificate> {
    let (_, read) = X509Certificate::from_der(der).ok()?;
    Some(Certificate {
        subject: clean(&read.subject().to_string()),
        issuer: clean(&read.issuer().to_string()),
        until: DateTime::from_timestamp(read.validity().not_after.timestamp(), 0)?,
    })
}
