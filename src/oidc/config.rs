//! What is set about a provider.

use crate::domain::identity::{IssuedBy, Reads};
use chrono::TimeDelta;
use std::time::Duration;

/// One provider, as it is set.
#[derive(Clone)]
pub struct Config {
    /// Its short name, in addresses and on the audit trail.
    pub id: String,
    /// Its name, as people know it.
    pub name: String,
    /// The address by which it signs (`iss`), below which it says all the rest of itself.
    pub issuer: String,
    /// How it knows this service.
    pub client_id: String,
    /// By what this service proves to it that it is; none: by PKCE alone.
    pub client_secret: Option<String>,
    /// Whether the secret stands in the body of the request (`client_secret_post`) and not in its header.
    pub secret_in_body: bool,
    /// Where browsers come back to.
    pub redirect: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The levels of assurance that are asked for; an ID token of none of them is refused. Empty: none is asked for.
    pub acr_values: Vec<String>,
    /// The claim that names people.
    pub claim: String,
    /// How that is read.
    pub reads: Reads,
    /// Whether the claim is looked for where people's data are given (`UserInfo`), when it is not in the ID token.
    pub user_info: bool,
    /// The signatures that are allowed, of [`SIGNATURES`](crate::domain::identity::SIGNATURES).
    pub algorithms: Vec<String>,
    /// By how much its clock may differ from ours.
    pub skew: TimeDelta,
    /// What counts as a second factor here.
    pub second_factor: Confidence,
    /// A certificate authority of one's own (PEM), which alone vouches for the provider then; none: those that
    /// browsers trust (Mozilla's).
    pub authority: Option<Vec<u8>>,
    /// How long one question to it may take.
    pub patience: Duration,
}

impl Config {
    /// Returns whose the names are that it gives to people.
    pub fn issued_by(&self) -> IssuedBy {
        IssuedBy {
            provider: self.id.clone(),
            issuer: self.issuer.clone(),
            claim: self.claim.clone(),
        }
    }
}

/// No secret is shown.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Config({} at {})", self.id, self.issuer)
    }
}

/// By what of an ID token an authentication counts as two factors. Nothing set: it never does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confidence {
    /// Levels of assurance (`acr`), of which one is enough.
    pub acr: Vec<String>,
    /// Methods (`amr`), of which one is enough.
    pub amr: Vec<String>,
}

impl Confidence {
    /// Returns whether what an ID token says is enough.
    pub fn is_enough(&self, acr: Option<&str>, amr: &[&str]) -> bool {
        acr.is_some_and(|acr| self.acr.iter().any(|enough| enough == acr))
            || self.amr.iter().any(|enough| amr.contains(&enough.as_str()))
    }
}
