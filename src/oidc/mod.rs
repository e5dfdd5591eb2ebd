//! Asks a provider of single sign-on who somebody is (`OpenID` Connect), and keeps nothing.
//!
//! A [`Provider`] sends a browser there ([`Provider::begin`]), and when the browser comes back with a code asks
//! the provider whose it is ([`Provider::finish`]): authorization code with PKCE, and a signed ID token that is
//! looked at from every side before a word of it is believed (`verify`). What is proved is a name at that provider
//! ([`crate::domain::identity::Proved`]); who that is here, and whether they may, is not asked here but in
//! [`crate::app::sign_in`].
//!
//! It talks to nobody but the providers of the settings, over TLS, for a few seconds at most ([`web`]), and
//! remembers what they publish (`published`): so that their keys may change without a restart, and a short outage
//! of theirs is none of ours.

mod config;
mod error;
mod provider;
mod published;
mod verify;
pub mod web;

pub use config::{Confidence, Config};
pub use error::{Error, Why};
pub use provider::{Asked, Came, Provider};

use std::sync::Arc;

/// The providers of a service, in the order of the settings.
#[derive(Clone, Default)]
pub struct Providers(Arc<Vec<Arc<Provider>>>);

impl Providers {
    /// Makes the providers of their settings.
    ///
    /// # Errors
    /// What is wrong with a certificate authority's file, and of which provider.
    pub fn of(configs: Vec<Config>) -> Result<Self, String> {
        let open = |config: Config| {
            let id = config.id.clone();
            Provider::new(config)
                .map(Arc::new)
                .map_err(|what| format!("{id}: {what}"))
        };
        let all: Result<Vec<_>, _> = configs.into_iter().map(open).collect();
        Ok(Self(Arc::new(all?)))
    }

    /// Returns the provider of a short name, if there is one.
    pub fn get(&self, id: &str) -> Option<Arc<Provider>> {
        self.0.iter().find(|p| p.config().id == id).cloned()
    }

    /// Returns every one.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter().map(Arc::as_ref)
    }
}
