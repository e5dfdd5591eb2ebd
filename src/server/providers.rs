//! The providers of single sign-on, made of their settings.

use crate::oidc::{Confidence, Config, Providers};
use crate::settings::{OidcProvider, Secret, Settings};
use anyhow::{Context as _, Result, anyhow};
use chrono::TimeDelta;

/// Makes the providers of the settings; none is asked anything yet.
///
/// # Errors
/// When the file of an authority cannot be read.
pub fn open(settings: &Settings) -> Result<Providers> {
    let configs: Result<Vec<Config>> = settings
        .oidc
        .iter()
        .map(|set| config(&settings.public_url, set))
        .collect();
    Providers::of(configs?)
        .map_err(|what| anyhow!("reading the settings of single sign-on: {what}"))
}

/// Returns what is set about a provider, for a service at `public_url`.
///
/// # Errors
/// When the file of the authority cannot be read.
pub fn config(public_url: &str, set: &OidcProvider) -> Result<Config> {
    let authority = set.ca_file.as_ref().map(|file| {
        std::fs::read(file).with_context(|| format!("reading ca_file {}", file.display()))
    });
    Ok(Config {
        id: set.id.clone(),
        name: set.name.clone(),
        issuer: set.issuer.clone(),
        client_id: set.client_id.clone(),
        client_secret: set
            .client_secret
            .as_ref()
            .map(|s| Secret::expose(s).to_owned()),
        secret_in_body: set.secret_in_body,
        redirect: format!("{public_url}/sign-in/{}/callback", set.id),
        scopes: set.scopes.clone(),
        acr_values: set.acr_values.clone(),
        claim: set.claim.clone(),
        reads: set.reads,
        user_info: set.user_info,
        algorithms: set.algorithms.clone(),
        skew: TimeDelta::seconds(i64::from(set.clock_skew_seconds)),
        second_factor: Confidence {
            acr: set.second_factor_acr.clone(),
            amr: set.second_factor_amr.clone(),
        },
        authority: authority.transpose()?,
        patience: set.timeout,
    })
}
