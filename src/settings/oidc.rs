//! The settings of single sign-on: `[[oidc]]`, once for each provider. They stand in the file alone: a list has no
//! variables.

use super::origin::{Origin, secret_of};
use super::value::{self, Secret};
use crate::domain::identity::{Reads, SIGNATURES};
use crate::domain::slug::Slug;
use crate::toml_file::Table;
use std::path::PathBuf;
use std::time::Duration;

/// A provider of single sign-on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    /// Its short name, in addresses and on the audit trail.
    pub id: String,
    /// Its name, as people know it: 1 to 100 characters.
    pub name: String,
    /// The address by which it signs.
    pub issuer: String,
    /// How it knows this service.
    pub client_id: String,
    /// By what this service proves to it that it is; none: by PKCE alone.
    pub client_secret: Option<Secret>,
    /// Whether the secret is sent in the body of the request.
    pub secret_in_body: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The levels of assurance of which one is asked for and must come back; empty: any.
    pub acr_values: Vec<String>,
    /// The claim that names people.
    pub claim: String,
    /// How that is read.
    pub reads: Reads,
    /// Whether the claim is looked for at the provider's `UserInfo` when it is not in the ID token.
    pub user_info: bool,
    /// The signatures that are allowed.
    pub algorithms: Vec<String>,
    /// By how many seconds its clock may differ from ours: 0 to 300.
    pub clock_skew_seconds: u32,
    /// Levels of assurance (`acr`) that count as a second factor.
    pub second_factor_acr: Vec<String>,
    /// Methods (`amr`) that count as a second factor.
    pub second_factor_amr: Vec<String>,
    /// The file of a certificate authority of one's own, which alone vouches for the provider then.
    pub ca_file: Option<PathBuf>,
    /// How long one question to it may take: 0.5 to 20 seconds.
    pub timeout: Duration,
}

/// Claims that name nobody: what people, or their employers, may change, and give to somebody else.
const NO_NAMES: [&str; 6] = [
    "email",
    "email_verified",
    "name",
    "given_name",
    "family_name",
    "phone_number",
];

/// Reads every provider; those with a fault are none.
pub(super) fn read(origin: &Origin<'_>) -> Option<Vec<OidcProvider>> {
    let read: Option<Vec<OidcProvider>> = origin.rows("oidc", one).into_iter().collect();
    let read = read?;
    let twice = |(n, provider): (usize, &OidcProvider)| {
        let before = read.iter().take(n);
        before.into_iter().any(|other| other.id == provider.id)
    };
    match read.iter().enumerate().find(|one| twice(*one)) {
        Some((_, provider)) => {
            let what = format!("two providers are called {}", provider.id);
            origin.inconsistent("oidc", &what)
        }
        None => Some(read),
    }
}

/// Takes every value of one before it gives up on those with a fault.
fn one(row: &Table<'_>) -> Option<OidcProvider> {
    let id = row.parsed("id", |text| Slug::parse(text).map(|slug| slug.to_string()));
    let name = row.word("name", "a name of 1 to 100 characters", |text| {
        let fits = (1..=100).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
    });
    let issuer = row.word("issuer", value::ISSUER, value::issuer);
    let client_id = row.text("client_id");
    let client_secret = secret_of(row, "client_secret", "client_secret_file");
    let in_body = or(row, "client_secret_in", false, |t, key| {
        t.word(key, "\"header\" or \"body\"", |text| match text {
            "header" => Some(false),
            "body" => Some(true),
            _ => None,
        })
    });
    let scopes = or(row, "scopes", vec!["openid".to_owned()], |t, key| {
        t.list(key, token)
    });
    let acr_values = or(row, "acr_values", Vec::new(), |t, key| t.list(key, token));
    let claim = or(row, "claim", "sub".to_owned(), |t, key| {
        t.parsed(key, claim)
    });
    let reads = or(row, "claim_is", Reads::AsIs, |t, key| {
        t.word(key, "\"as-is\" or \"rpps\"", Reads::from_code)
    });
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is of one table, and this of any"
    )]
    let user_info = or(row, "user_info", false, |t, key| t.flag(key));
    let algorithms = or(row, "algorithms", vec!["RS256".to_owned()], |t, key| {
        t.list(key, algorithm)
    });
    let skew = or(row, "clock_skew_seconds", 60, |t, key| {
        t.whole(key, 0..=300)
    });
    let acr = or(row, "second_factor_acr", Vec::new(), |t, key| {
        t.list(key, token)
    });
    let amr = or(row, "second_factor_amr", Vec::new(), |t, key| {
        t.list(key, token)
    });
    let ca_file = or(row, "ca_file", None, |t, key| {
        t.word(key, value::PATH, value::folder)
    });
    let timeout = or(row, "timeout_ms", 5_000, |t, key| {
        t.whole(key, 500..=20_000)
    });
    Some(OidcProvider {
        id: id?,
        name: name?,
        issuer: issuer?,
        client_id: client_id?,
        client_secret: client_secret?,
        secret_in_body: in_body?,
        scopes: scopes?,
        acr_values: acr_values?,
        claim: claim?,
        reads: reads?,
        user_info: user_info?,
        algorithms: algorithms?,
        clock_skew_seconds: skew?,
        second_factor_acr: acr?,
        second_factor_amr: amr?,
        ca_file: ca_file?,
        timeout: Duration::from_millis(timeout?),
    })
}

fn or<T>(
    row: &Table<'_>,
    key: &str,
    default: T,
    read: impl FnOnce(&Table<'_>, &str) -> Option<T>,
) -> Option<T> {
    Some(row.optional(key, read)?.unwrap_or(default))
}

/// A word without spaces: a scope, a level, a method.
fn token(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    fits.then(|| text.to_owned())
        .ok_or_else(|| format!("found {text:?}, expected a word without spaces"))
}

fn claim(text: &str) -> Result<String, String> {
    if NO_NAMES.contains(&text) {
        return Err(format!(
            "{text} names nobody for good: it can be changed, and given to somebody else; expected sub, or what the provider promises never to give twice"
        ));
    }
    token(text)
}

fn algorithm(text: &str) -> Result<String, String> {
    let known = SIGNATURES.contains(&text);
    known.then(|| text.to_owned()).ok_or_else(|| {
        let known = SIGNATURES.join(", ");
        format!("found {text:?}, expected one of {known}; none and HS… are signed by nobody in particular")
    })
}
