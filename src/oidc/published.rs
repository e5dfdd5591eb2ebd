//! What a provider publishes about itself: its addresses and its keys, remembered for a while.

use super::error::Error;
use super::web::{Unanswered, Web};
use crate::domain::calendar::Instant;
use chrono::TimeDelta;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, HttpRequest, IssuerUrl, ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// How long what a provider says of itself is not asked for again.
///
/// Choice: an hour for its addresses, which hardly ever change; ten minutes for its keys, so that one that it
/// takes away is good here no longer than that.
const ADDRESSES_GOOD: TimeDelta = TimeDelta::hours(1);
const KEYS_GOOD: TimeDelta = TimeDelta::minutes(10);

/// How long both serve when the provider cannot be asked again.
///
/// Choice: a day. ID tokens come from the provider itself over TLS: what fails here is one of its machines.
const STALE: TimeDelta = TimeDelta::hours(24);

/// How soon keys are asked for again when a token is signed by one that is not known.
///
/// Choice: once a minute: nobody makes us ask by sending tokens with keys of their own invention.
const NEWER_KEYS_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How soon a provider is asked again that did not answer.
///
/// Choice: ten seconds; until then everybody hears at once that it is away, instead of waiting in a line.
const AGAIN_AFTER: TimeDelta = TimeDelta::seconds(10);

/// What providers say of themselves beyond the crate's own.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct More {
    /// Whether an answer names who gives it (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// What a provider says of itself.
pub(super) type Addresses = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Something that was published, and when it was read.
struct Read<T> {
    is: Arc<T>,
    at: Instant,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        Self {
            is: Arc::clone(&self.is),
            at: self.at,
        }
    }
}

impl<T> Read<T> {
    fn new(is: T, at: Instant) -> Self {
        Self {
            is: Arc::new(is),
            at,
        }
    }

    /// Returns it while it is no older than `good`; a clock that was set back makes nothing young.
    fn within(&self, good: TimeDelta, now: Instant) -> Option<Arc<T>> {
        ((now - self.at).abs() < good).then(|| Arc::clone(&self.is))
    }
}

#[derive(Default)]
struct Kept {
    addresses: Option<Read<Addresses>>,
    keys: Option<Read<CoreJsonWebKeySet>>,
}

/// When the provider was asked for what, so that it is not asked too often.
#[derive(Default)]
struct Asked {
    failed: Option<(Instant, Error)>,
    newer_keys: Option<Instant>,
}

/// What one provider publishes.
#[derive(Default)]
pub(super) struct Published {
    kept: RwLock<Kept>,
    /// Held while the provider is asked: others wait for what it answers instead of asking too.
    asking: Mutex<Asked>,
}

impl Published {
    /// Returns the provider's addresses, when they are known and young: nobody is asked.
    pub(super) fn known(&self, now: Instant) -> Option<Arc<Addresses>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.addresses.as_ref()?.within(ADDRESSES_GOOD, now)
    }

    fn known_keys(&self, now: Instant) -> Option<Arc<CoreJsonWebKeySet>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.keys.as_ref()?.within(KEYS_GOOD, now)
    }

    /// Returns the provider's addresses, which it is asked for when they are old.
    ///
    /// # Errors
    /// When it cannot be asked, and they are not known or too old.
    pub(super) fn addresses(
        &self,
        (web, issuer): (&Web, &str),
        now: Instant,
    ) -> Result<Arc<Addresses>, Error> {
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        // somebody else may have asked meanwhile
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let found = asking.ask(now, || discover(web, issuer));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(found) => {
                kept.keys = Some(Read::new(found.jwks().clone(), now));
                let read = Read::new(found, now);
                kept.addresses = Some(read.clone());
                Ok(read.is)
            }
            Err(error) => {
                let stale = kept.addresses.as_ref().and_then(|r| r.within(STALE, now));
                stale.ok_or(error)
            }
        }
    }

    /// Returns the provider's keys, which it is asked for when they are old.
    ///
    /// # Errors
    /// When it cannot be asked, and they are not known or too old.
    pub(super) fn keys(
        &self,
        (web, addresses): (&Web, &Addresses),
        now: Instant,
    ) -> Result<Arc<CoreJsonWebKeySet>, Error> {
        if let Some(known) = self.known_keys(now) {
            return Ok(known);
        }
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.known_keys(now) {
            return Ok(known);
        }
        let found = asking.ask(now, || fetch_keys(web, addresses));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(found) => {
                let read = Read::new(found, now);
                kept.keys = Some(read.clone());
                Ok(read.is)
            }
            Err(error) => {
                let stale = kept.keys.as_ref().and_then(|r| r.within(STALE, now));
                stale.ok_or(error)
            }
        }
    }

    /// Returns keys that are newer than `than`, in which one was missing; none when the provider was asked for
    /// newer ones less than a minute ago.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub(super) fn newer_keys(
        &self,
        (web, addresses): (&Web, &Addresses),
        than: &Arc<CoreJsonWebKeySet>,
        now: Instant,
    ) -> Result<Option<Arc<CoreJsonWebKeySet>>, Error> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        // somebody else may have asked meanwhile
        if let Some(other) = self.known_keys(now).filter(|k| !Arc::ptr_eq(k, than)) {
            return Ok(Some(other));
        }
        let lately = |at: Instant| (now - at).abs() < NEWER_KEYS_EVERY;
        if asking.newer_keys.is_some_and(lately) {
            return Ok(None);
        }
        asking.newer_keys = Some(now);
        let found = asking.ask(now, || fetch_keys(web, addresses))?;
        let read = Read::new(found, now);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.keys = Some(read.clone());
        Ok(Some(read.is))
    }
}

impl Asked {
    /// Asks, unless that failed a moment ago: then that is the answer.
    fn ask<T>(
        &mut self,
        now: Instant,
        question: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some((at, error)) = &self.failed
            && (now - *at).abs() < AGAIN_AFTER
        {
            return Err(error.clone());
        }
        let answer = question();
        self.failed = answer.as_ref().err().map(|error| (now, error.clone()));
        if let Some((_, error)) = &self.failed {
            tracing::warn!(%error, "a provider of single sign-on is away");
        }
        answer
    }
}

/// Asks for addresses and keys.
fn discover(web: &Web, issuer: &str) -> Result<Addresses, Error> {
    let what = "discovery";
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|e| Error::unreachable(what, e))?;
    let ask = |question: HttpRequest| web.ask(question);
    let found = Addresses::discover(&issuer, &ask).map_err(|e| away(what, &e))?;
    let to = found.authorization_endpoint().url();
    // where browsers are sent to ask for a password
    if !web.may_be_asked(to.scheme(), to.host_str().unwrap_or_default()) {
        return Err(Error::unreachable(
            what,
            format!("browsers would be sent to {to}"),
        ));
    }
    Ok(found)
}

fn fetch_keys(web: &Web, addresses: &Addresses) -> Result<CoreJsonWebKeySet, Error> {
    let ask = |question: HttpRequest| web.ask(question);
    CoreJsonWebKeySet::fetch(addresses.jwks_uri(), &ask).map_err(|e| away("keys", &e))
}

/// What the log learns: of an answer its status, never its body.
fn away(what: &'static str, error: &DiscoveryError<Unanswered>) -> Error {
    match error {
        DiscoveryError::Request(unanswered) => Error::unreachable(what, unanswered),
        DiscoveryError::Response(status, _, why) => {
            Error::unreachable(what, format!("status {status}: {why}"))
        }
        DiscoveryError::Parse(fault) => Error::unreachable(what, fault),
        DiscoveryError::UrlParse(fault) => Error::unreachable(what, fault),
        DiscoveryError::Validation(why) | DiscoveryError::Other(why) => {
            Error::unreachable(what, why)
        }
        _ => Error::unreachable(what, "it is not understood"),
    }
}
