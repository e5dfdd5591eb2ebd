//! The cookies of a browser that somebody signed in with.
//!
//! What stands in one is random and says nothing; nothing but this service reads it, and no script does. Its
//! name begins with `__Host-`, by which a browser takes it over TLS only, for this host only and for all of its
//! addresses (RFC 6265bis, § 4.1.3.2). On a plain address of this machine, where one tries the service, browsers
//! would not keep such a cookie: there its name is without that, and it is not `Secure`.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// How cookies are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
    origin: String,
}

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Of the session: lets in.
    Session,
    /// Of the first step of signing in.
    Step,
    /// Of the device, once somebody signed in there.
    Device,
    /// Of a browser that went to a provider of single sign-on.
    Provider,
}

/// How long a device keeps its cookie, in seconds: as long as it is known ([`crate::app::sign_in::DEVICE_DAYS`]).
const DEVICE_SECONDS: i64 = crate::app::sign_in::DEVICE_DAYS * 24 * 60 * 60;

/// How long a browser keeps the cookie by which it comes back from a provider, in seconds: as long as somebody has
/// to sign in there.
const PROVIDER_SECONDS: i64 = 10 * 60;

impl Cookies {
    /// Cookies of the service that readers reach at `public_url`.
    pub fn of(public_url: &str) -> Self {
        let (scheme, rest) = public_url
            .split_once("://")
            .unwrap_or(("https", public_url));
        let host = rest.split('/').next().unwrap_or_default();
        Self {
            secure: !(scheme == "http" && is_this_machine(host)),
            origin: format!("{scheme}://{}", host.to_ascii_lowercase()),
        }
    }

    /// Returns whether a page of this origin is one of ours: of the public address, or of the host asked.
    pub fn is_ours(&self, origin: &str, host: Option<&str>) -> bool {
        let origin = origin.to_ascii_lowercase();
        let of_host = origin.split_once("://").map(|(_, of)| of);
        origin == self.origin || host.is_some_and(|h| of_host == Some(&h.to_ascii_lowercase()))
    }

    /// Returns the name of a cookie.
    pub const fn name(&self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Session, true) => "__Host-dotation",
            (Cookie::Session, false) => "dotation",
            (Cookie::Step, true) => "__Host-dotation-step",
            (Cookie::Step, false) => "dotation-step",
            (Cookie::Device, true) => "__Host-dotation-device",
            (Cookie::Device, false) => "dotation-device",
            (Cookie::Provider, true) => "__Host-dotation-provider",
            (Cookie::Provider, false) => "dotation-provider",
        }
    }

    /// Returns what a cookie of the request holds, if it is one of ours by its shape. Twice is not at all: one
    /// of them is not ours.
    pub fn read(&self, headers: &HeaderMap, cookie: Cookie) -> Option<String> {
        let name = self.name(cookie);
        let mut found = headers
            .get_all(header::COOKIE)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(is, _)| *is == name)
            .map(|(_, value)| value);
        let value = found.next().filter(|value| is_secret(value))?;
        found.next().is_none().then(|| value.to_owned())
    }

    /// Returns the header that sets a cookie; that takes it away when there is no value.
    pub fn set(&self, cookie: Cookie, value: Option<&str>) -> Option<HeaderValue> {
        let name = self.name(cookie);
        let secure = if self.secure { "; Secure" } else { "" };
        // a link in a letter leads in who is signed in; forms of others' pages are kept out by their token
        let site = match cookie {
            // and a provider sends back who went there
            Cookie::Session | Cookie::Provider => "Lax",
            Cookie::Step | Cookie::Device => "Strict",
        };
        let age = match (cookie, value) {
            (_, None) => "; Max-Age=0".to_owned(),
            (Cookie::Device, Some(_)) => format!("; Max-Age={DEVICE_SECONDS}"),
            (Cookie::Provider, Some(_)) => format!("; Max-Age={PROVIDER_SECONDS}"),
            // it goes with the browser, whatever the session's limits
            (Cookie::Session | Cookie::Step, Some(_)) => String::new(),
        };
        let value = value.unwrap_or_default();
        let text = format!("{name}={value}; Path=/{secure}; HttpOnly; SameSite={site}{age}");
        HeaderValue::from_str(&text).ok()
    }
}

/// What we put into a cookie: 256 bits in hexadecimal.
fn is_secret(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let loopback = name
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    loopback || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_secure_everywhere_but_on_this_machine() {
        for url in [
            "https://dotation.hopital.fr",
            "http://dotation.hopital.fr:8080/x",
            "https://localhost",
        ] {
            let cookies = Cookies::of(url);
            let set = cookies.set(Cookie::Session, Some("1f")).unwrap();
            let set = set.to_str().unwrap();
            assert_eq!(
                set, "__Host-dotation=1f; Path=/; Secure; HttpOnly; SameSite=Lax",
                "{url}"
            );
        }
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:8080",
            "http://[::1]:8080",
        ] {
            let cookies = Cookies::of(url);
            let set = cookies.set(Cookie::Device, Some("1f")).unwrap();
            assert_eq!(
                set.to_str().unwrap(),
                "dotation-device=1f; Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000",
                "{url}"
            );
        }
    }

    #[test]
    fn a_cookie_is_read_once_or_not_at_all() {
        let cookies = Cookies::of("https://dotation.hopital.fr");
        let secret = "0f".repeat(32);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(text).unwrap());
            cookies.read(&headers, Cookie::Session)
        };
        assert_eq!(
            read(&format!("a=b; __Host-dotation={secret}")),
            Some(secret.clone())
        );
        assert_eq!(read(&format!("dotation={secret}")), None);
        assert_eq!(
            read(&format!(
                "__Host-dotation={secret}; __Host-dotation={secret}"
            )),
            None
        );
        assert_eq!(read("__Host-dotation=1f"), None);
    }

    #[test]
    fn a_page_is_ours_by_the_public_address_or_by_the_host_asked() {
        let cookies = Cookies::of("https://dotation.hopital.fr/service");
        assert!(cookies.is_ours("https://Dotation.hopital.fr", None));
        assert!(cookies.is_ours("http://10.0.0.7:8080", Some("10.0.0.7:8080")));
        for other in [
            "https://dotation.hopital.fr.example.org",
            "null",
            "http://dotation.hopital.fr",
        ] {
            assert!(!cookies.is_ours(other, Some("10.0.0.7:8080")), "{other}");
        }
    }
}
