//! Codes of a second factor: a new one each half minute (TOTP).
//!
//! Source: RFC 6238 (May 2011) over RFC 4226 (December 2005): HMAC-SHA-1, six digits, 30 seconds, which every
//! app for such codes knows; some know nothing else.

use crate::domain::calendar::Instant;
use ring::hmac;
use std::fmt::Write as _;

/// How many seconds one code is shown (RFC 6238, § 5.2 recommends 30).
const STEP_SECONDS: i64 = 30;

/// How many steps a clock may be off, either way (RFC 6238, § 5.2 and § 6: one).
const OFF: i64 = 1;

/// How many bytes a secret has: what the hash gives (RFC 4226, § 4, R6).
const BYTES: usize = 20;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret that an app and the service share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// Makes a new one.
    pub fn new() -> Self {
        Self(rand::random::<[u8; BYTES]>().to_vec())
    }

    /// Returns the one of these bytes.
    pub const fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns it as people type it into an app (RFC 4648, § 6, without padding).
    pub fn typed(&self) -> String {
        base32(&self.0)
    }

    /// Returns the address that an app reads from a square of dots; `account` is shown in the app.
    ///
    /// Source: Google Authenticator's "Key Uri Format".
    pub fn address(&self, account: &str) -> String {
        format!(
            "otpauth://totp/Dotation:{}?secret={}&issuer=Dotation",
            escaped(account),
            self.typed()
        )
    }

    /// Returns the step of a code that is good at an instant, if it is one.
    pub fn step_of(&self, code: &str, now: Instant) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = now.timestamp().div_euclid(STEP_SECONDS);
        let mut good = None;
        // every step is looked at: the time says nothing of which it was
        for step in step - OFF..=step + OFF {
            if same(&self.code(step), &digits) {
                good = Some(step);
            }
        }
        good
    }

    /// Returns the code of a step.
    pub fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let counter = u64::try_from(step).unwrap_or(0).to_be_bytes();
        let tag = hmac::sign(&key, &counter);
        let tag = tag.as_ref();
        // RFC 4226, § 5.3: the last four bits say where the number begins
        let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
        let mut number = [0; 4];
        for (to, from) in number.iter_mut().zip(tag.iter().skip(offset)) {
            *to = *from;
        }
        let number = u32::from_be_bytes(number) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// Returns the code of an instant.
    pub fn code_at(&self, now: Instant) -> String {
        self.code(now.timestamp().div_euclid(STEP_SECONDS))
    }
}

impl Default for TotpSecret {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns random bits as people type them: recovery codes.
pub fn recovery_code() -> String {
    let letters = base32(&rand::random::<[u8; 15]>());
    let chars: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = chars
        .chunks(6)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// Reads a recovery code as it was typed: without what groups it, in capitals.
pub fn typed_recovery_code(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric).take(64);
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut have) = (0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        have += 8;
        while have >= 5 {
            have -= 5;
            push(&mut text, bits >> have);
        }
    }
    if have > 0 {
        push(&mut text, bits << (5 - have));
    }
    text
}

fn push(text: &mut String, bits: u32) {
    let place = usize::try_from(bits & 31).unwrap_or(0);
    text.extend(BASE32.get(place).copied().map(char::from));
}

/// Whether two texts are the same, in a time that says nothing of where they differ.
pub(super) fn same(one: &str, other: &str) -> bool {
    let differ = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differ == 0
}

/// What may stand in an address as it is, and the rest by its bytes (RFC 3986, § 2.1).
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // writing to a text cannot fail
            write!(escaped, "%{byte:02X}").unwrap_or_default();
        }
    }
    escaped
}

/// The square of dots that an app reads an address from, as an image of lines (SVG).
///
/// # Errors
/// When the address is too long for one.
pub fn square(address: &str) -> Result<String, String> {
    let code = qrcodegen::QrCode::encode_text(address, qrcodegen::QrCodeEcc::Medium)
        .map_err(|error| format!("a square of {} characters: {error}", address.len()))?;
    // four dots of white around it: ISO/IEC 18004, 9.1
    let size = code.size() + 8;
    let mut dots = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                write!(dots, "M{},{}h1v1h-1z", x + 4, y + 4).unwrap_or_default();
            }
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0,0h{size}v{size}h-{size}z\"/><path d=\"{dots}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_document() {
        // RFC 6238, appendix B, SHA-1: the last six of eight digits
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at(seconds)), code);
        }
        // RFC 4226, appendix D
        assert_eq!(secret.code(0), "755224");
        assert_eq!(secret.code(9), "520489");
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        let now = at(3_000);
        for (step, good) in [
            (97, false),
            (98, false),
            (99, true),
            (100, true),
            (101, true),
            (102, false),
        ] {
            let code = secret.code(step);
            assert_eq!(secret.step_of(&code, now).is_some(), good, "{step}");
        }
        let code = secret.code(100);
        let (first, last) = code.split_at(3);
        let spaced = format!("{first} {last}");
        assert_eq!(secret.step_of(&spaced, now), Some(100));
        assert_eq!(secret.step_of("", now), None);
    }

    #[test]
    fn a_secret_is_typed_and_read_as_apps_know_it() {
        // RFC 4648, section 10
        for (bytes, text) in [
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        assert_eq!(
            secret.address("anne martin@chu.fr"),
            "otpauth://totp/Dotation:anne%20martin%40chu.fr?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Dotation"
        );
        let square = square(&secret.address("anne.martin@chu.fr")).unwrap();
        assert!(square.starts_with("<svg") && square.len() < 60_000);
        assert!(!format!("{secret:?}").contains("GEZ"));
    }

    #[test]
    fn a_recovery_code_has_120_random_bits_and_is_read_however_it_is_grouped() {
        let code = recovery_code();
        assert_eq!(code.len(), 27);
        let typed = typed_recovery_code(&code.to_lowercase().replace('-', " "));
        assert_eq!(typed, typed_recovery_code(&code));
        assert_eq!(typed.len(), 24);
    }
}
