//! A provider that says what a test wants it to say: keys of its own, and every lie.

use crate::smtp::Authority;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dotation::domain::calendar::Instant;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One key, by which it signs.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kid: String,
    pair: Arc<EcdsaKeyPair>,
}

impl Key {
    pub(super) fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let of = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(of, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(of, made.as_ref(), &random).unwrap();
        Self {
            kid: kid.to_owned(),
            pair: Arc::new(pair),
        }
    }

    fn published(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": encoded(&point[1..33]), "y": encoded(&point[33..65]),
        })
    }
}

/// How an ID token is signed.
#[derive(Clone)]
pub(super) enum Sign {
    By(Key),
    /// Not at all.
    Not,
    /// By a secret (HS256).
    Secret(Vec<u8>),
    /// There is no ID token.
    NoToken,
    /// It is this text.
    Text(String),
}

/// What it says instead of what it should.
#[derive(Clone)]
pub(super) enum Instead {
    Body(String),
    Status(u16, String),
    Elsewhere(String),
    After(Duration),
    Nothing,
}

/// What it is to say.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) keys: Vec<Key>,
    pub(super) sign: Sign,
    /// Put over the head of the ID token, and over its claims; null takes away.
    pub(super) head: Value,
    pub(super) claims: Value,
    pub(super) nonce: String,
    pub(super) now: Instant,
    pub(super) user_info: Value,
    pub(super) instead: BTreeMap<&'static str, Instead>,
    pub(super) discovery: Value,
}

pub(super) struct Hostile {
    pub(super) issuer: String,
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
    over: Arc<AtomicBool>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Hostile {
    pub(super) fn start(now: Instant) -> Self {
        Self::start_with(now, None)
    }

    /// The same over TLS, with a certificate that an authority gave to `localhost`.
    pub(super) fn start_tls(now: Instant, authority: &Authority) -> Self {
        let read = |name: &str| std::fs::read(authority.file(name)).unwrap();
        let cert = CertificateDer::from_pem_slice(&read("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert], key)
            .unwrap();
        Self::start_with(now, Some(Arc::new(config)))
    }

    fn start_with(now: Instant, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let key = Key::new("one");
        let script = Arc::new(Mutex::new(Script {
            keys: vec![key.clone()],
            sign: Sign::By(key),
            head: json!({}),
            claims: json!({}),
            nonce: String::new(),
            now,
            user_info: json!({}),
            instead: BTreeMap::new(),
            discovery: json!({}),
        }));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let this = Self {
            issuer: match tls {
                Some(_) => format!("https://localhost:{}", address.port()),
                None => format!("http://{address}"),
            },
            address,
            script: Arc::clone(&script),
            asked: Arc::clone(&asked),
            over: Arc::clone(&over),
        };
        let issuer = this.issuer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (script, asked, issuer) = (script.clone(), asked.clone(), issuer.clone());
                let tls = tls.clone();
                std::thread::spawn(move || match tls {
                    None => answer(stream, &issuer, &script, &asked),
                    Some(tls) => {
                        let connection = rustls::ServerConnection::new(tls).unwrap();
                        let stream = rustls::StreamOwned::new(connection, stream);
                        answer(stream, &issuer, &script, &asked);
                    }
                });
            }
        });
        this
    }

    /// Changes what it is to say.
    pub(super) fn say(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    /// How often it was asked for a path.
    pub(super) fn times(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(p, _)| p == path).count()
    }

    /// What was sent to a path last.
    pub(super) fn sent_to(&self, path: &str) -> String {
        let asked = self.asked.lock().unwrap();
        let found = asked.iter().rev().find(|(p, _)| p == path);
        found.unwrap().1.clone()
    }
}

fn answer(
    mut stream: impl Read + Write,
    issuer: &str,
    script: &Mutex<Script>,
    asked: &Mutex<Vec<(String, String)>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is = name.eq_ignore_ascii_case("content-length");
        is.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let said = String::from_utf8(body).unwrap();
    asked
        .lock()
        .unwrap()
        .push((path.clone(), format!("{head}\r\n{said}")));
    let script = script.lock().unwrap().clone();
    let (mut status, mut more, mut text) = (200, String::new(), script.says(issuer, &path));
    match script.instead.get(path.as_str()) {
        None => {}
        Some(Instead::Body(body)) => text.clone_from(body),
        Some(Instead::Status(other, body)) => {
            status = *other;
            text.clone_from(body);
        }
        Some(Instead::Elsewhere(to)) => {
            status = 302;
            more = format!("Location: {to}\r\n");
        }
        Some(Instead::After(wait)) => std::thread::sleep(*wait),
        Some(Instead::Nothing) => return,
    }
    let written = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{text}",
        text.len()
    );
    // who asks may have had enough
    drop(written.and_then(|()| stream.flush()));
}

impl Script {
    fn says(&self, issuer: &str, path: &str) -> String {
        let said = match path {
            "/.well-known/openid-configuration" => over(
                json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/auth"),
                    "token_endpoint": format!("{issuer}/token"),
                    "userinfo_endpoint": format!("{issuer}/me"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256", "none", "of-tomorrow"],
                }),
                &self.discovery,
            ),
            "/keys" => {
                json!({ "keys": self.keys.iter().map(Key::published).collect::<Vec<_>>() })
            }
            "/token" => {
                let mut says = json!({
                    "access_token": "an-access-token", "token_type": "Bearer", "expires_in": 60,
                });
                if let Some(token) = self.token(issuer) {
                    says["id_token"] = json!(token);
                }
                says
            }
            "/me" => self.user_info.clone(),
            _ => json!({}),
        };
        said.to_string()
    }

    fn token(&self, issuer: &str) -> Option<String> {
        let (alg, kid) = match &self.sign {
            Sign::By(key) => ("ES256", Some(key.kid.clone())),
            Sign::Not => ("none", None),
            Sign::Secret(_) => ("HS256", None),
            Sign::NoToken => return None,
            Sign::Text(text) => return Some(text.clone()),
        };
        let head = over(json!({ "alg": alg, "kid": kid, "typ": "JWT" }), &self.head);
        let made = self.now.timestamp();
        let claims = over(
            json!({
                "iss": issuer, "aud": "dotation", "sub": "u1", "nonce": self.nonce,
                "iat": made, "exp": made + 300,
            }),
            &self.claims,
        );
        let said = format!(
            "{}.{}",
            encoded(head.to_string().as_bytes()),
            encoded(claims.to_string().as_bytes())
        );
        let signature = match &self.sign {
            Sign::By(key) => {
                let made = key.pair.sign(&SystemRandom::new(), said.as_bytes());
                made.unwrap().as_ref().to_vec()
            }
            Sign::Secret(secret) => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
                ring::hmac::sign(&key, said.as_bytes()).as_ref().to_vec()
            }
            Sign::Not | Sign::NoToken | Sign::Text(_) => Vec::new(),
        };
        Some(format!("{said}.{}", encoded(&signature)))
    }
}

/// One object over another; null takes away.
fn over(mut below: Value, above: &Value) -> Value {
    for (name, value) in above.as_object().unwrap() {
        if value.is_null() {
            below.as_object_mut().unwrap().remove(name);
        } else {
            below[name] = value.clone();
        }
    }
    below.as_object_mut().unwrap().retain(|_, v| !v.is_null());
    below
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
