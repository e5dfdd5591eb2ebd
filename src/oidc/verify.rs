//! Looks at an ID token from every side (`OpenID` Connect Core 1.0, § 3.1.3.7; RFC 8725) before anything in it is
//! believed.

use super::config::Config;
use super::error::{Error, Why};
use super::published::Addresses;
use crate::domain::calendar::Instant;
use crate::domain::identity::{Proved, Subject};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, ClientId, Nonce, OAuth2TokenResponse as _,
    SignatureVerificationError,
};
use serde_json::{Map, Value};

/// How long ago an ID token may have been made, beside what clocks may differ.
///
/// Choice: as long as somebody has to sign in at the provider; one that is older was made for another sign-in.
const OLD: TimeDelta = TimeDelta::minutes(10);

/// What a token was looked at with.
pub(super) struct Against<'a> {
    pub(super) config: &'a Config,
    pub(super) addresses: &'a Addresses,
    pub(super) keys: &'a CoreJsonWebKeySet,
    pub(super) nonce: &'a str,
    pub(super) now: Instant,
}

/// What is believed of an ID token.
#[derive(Debug)]
pub(super) struct Believed {
    /// Everything that it says.
    pub(super) says: Map<String, Value>,
    /// Whom it is about (`sub`).
    pub(super) subject: String,
    /// Whether what they showed counts as a second factor.
    pub(super) second_factor: bool,
}

/// Looks at the ID token beside an access token.
///
/// # Errors
/// [`Error::Refused`] with what is wrong; [`None`] when it is signed by a key that is not among those known.
pub(super) fn believed(
    against: &Against<'_>,
    token: &CoreIdToken,
    beside: &CoreTokenResponse,
) -> Result<Option<Believed>, Error> {
    let verifier = verifier(against)?;
    let nonce = Nonce::new(against.nonce.to_owned());
    let claims = match token.claims(&verifier, &nonce) {
        Ok(claims) => claims,
        Err(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        )) => return Ok(None),
        Err(error) => return Err(refusal(&error)),
    };
    if let Some(party) = claims.authorized_party()
        && party.as_str() != against.config.client_id
    {
        return Err(Error::refused(Why::Audience, "azp is another client"));
    }
    if let Some(hash) = claims.access_token_hash() {
        let broken = |e: &dyn std::fmt::Display| Error::refused(Why::AccessToken, e);
        let algorithm = token.signing_alg().map_err(|e| broken(&e))?;
        let key = token.signing_key(&verifier).map_err(|e| broken(&e))?;
        let made = AccessTokenHash::from_token(beside.access_token(), algorithm, key);
        if made.map_err(|e| broken(&e))? != *hash {
            return Err(broken(&"at_hash is of another access token"));
        }
    }
    let says = payload(&token.to_string())?;
    not_before(&says, against)?;
    Ok(Some(Believed {
        subject: claims.subject().to_string(),
        second_factor: is_second_factor(against.config, claims),
        says,
    }))
}

/// The algorithms of these names.
fn algorithms(names: &[String]) -> Result<Vec<CoreJwsSigningAlgorithm>, Error> {
    names
        .iter()
        .map(|name| serde_json::from_value(Value::String(name.clone())))
        .collect::<Result<_, _>>()
        .map_err(|e| Error::Bug(format!("an algorithm: {e}")))
}

fn verifier<'a>(against: &Against<'a>) -> Result<CoreIdTokenVerifier<'a>, Error> {
    let (config, now) = (against.config, against.now);
    let algorithms = algorithms(&config.algorithms)?;
    let (skew, wanted) = (config.skew, config.acr_values.clone());
    // as for a client without a secret: so no signature is made with what clients know
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(config.client_id.clone()),
        against.addresses.issuer().clone(),
        against.keys.clone(),
    );
    Ok(verifier
        .set_allowed_algs(algorithms)
        .set_time_fn(move || now - skew)
        .set_issue_time_verifier_fn(move |made| {
            if made > now + skew {
                return Err(format!("it will be made at {made}, it is {now}"));
            }
            if made < now - skew - OLD {
                return Err(format!("it was made at {made}, it is {now}"));
            }
            Ok(())
        })
        .set_auth_context_verifier_fn(move |level| {
            let found = level.map(|level| level.as_str());
            if wanted.is_empty() || wanted.iter().any(|w| Some(w.as_str()) == found) {
                return Ok(());
            }
            Err(format!("acr is {found:?}"))
        }))
}

fn refusal(error: &ClaimsVerificationError) -> Error {
    let why = match error {
        ClaimsVerificationError::Expired(_) | ClaimsVerificationError::InvalidAuthTime(_) => {
            Why::Time
        }
        ClaimsVerificationError::InvalidAudience(_) => Why::Audience,
        ClaimsVerificationError::InvalidAuthContext(_) => Why::Assurance,
        ClaimsVerificationError::InvalidIssuer(_) => Why::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => Why::Nonce,
        ClaimsVerificationError::SignatureVerification(of) => {
            return Error::refused(Why::Signature, of);
        }
        ClaimsVerificationError::InvalidSubject(_)
        | ClaimsVerificationError::Unsupported(_)
        | ClaimsVerificationError::Other(_)
        | _ => Why::NoIdToken,
    };
    Error::refused(why, error)
}

/// Everything that a token says whose signature was verified.
fn payload(token: &str) -> Result<Map<String, Value>, Error> {
    let broken = |e: &dyn std::fmt::Display| Error::refused(Why::NoIdToken, e);
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(middle);
    let bytes = bytes.map_err(|e| broken(&e))?;
    serde_json::from_slice(&bytes).map_err(|e| broken(&e))
}

/// A token that is good from a later time on (`nbf`) is not good yet.
fn not_before(says: &Map<String, Value>, against: &Against<'_>) -> Result<(), Error> {
    let Some(from) = says.get("nbf") else {
        return Ok(());
    };
    let seconds = from.as_i64();
    let latest = (against.now + against.config.skew).timestamp();
    match seconds {
        Some(seconds) if seconds <= latest => Ok(()),
        Some(_) | None => Err(Error::refused(Why::Time, format!("nbf is {from}"))),
    }
}

fn is_second_factor(config: &Config, claims: &CoreIdTokenClaims) -> bool {
    let acr = claims.auth_context_ref().map(|acr| acr.as_str());
    let amr = claims.auth_method_refs().into_iter().flatten();
    let amr: Vec<&str> = amr.map(|method| method.as_str()).collect();
    config.second_factor.is_enough(acr, &amr)
}

/// Who somebody is by the claim that names people, where it stands.
///
/// # Errors
/// [`Error::Refused`] when it is not there or not of its kind.
pub(super) fn named(
    config: &Config,
    says: &Map<String, Value>,
    second_factor: bool,
) -> Result<Proved, Error> {
    let refused = |what: &dyn std::fmt::Display| {
        Error::refused(Why::Claim, format!("{}: {what}", config.claim))
    };
    let value = says.get(&config.claim).and_then(Value::as_str);
    let text = value.ok_or_else(|| refused(&"is not there, or no text"))?;
    let subject = Subject::parse(config.reads, text).map_err(|e| refused(&e))?;
    Ok(Proved {
        by: config.issued_by(),
        subject,
        second_factor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::SIGNATURES;
    use openidconnect::JwsSigningAlgorithm as _;

    #[test]
    fn every_signature_that_can_be_set_is_known_and_by_a_private_key() {
        let names = SIGNATURES.map(str::to_owned);
        let known = algorithms(&names).unwrap();
        assert_eq!(known.len(), SIGNATURES.len());
        assert!(known.iter().all(|one| !one.uses_shared_secret()));
        assert!(!known.contains(&CoreJwsSigningAlgorithm::None));
    }
}
