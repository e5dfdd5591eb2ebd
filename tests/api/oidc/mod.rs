//! Signing in by a provider of single sign-on: a real one in a process of its own, and one that lies.

mod believing;
mod door;
mod hostile;
mod linking;
mod process;
mod publishing;
mod real;

use crate::belonging::Browser;
use crate::service::{Answer, App};
use dotation::app::records::Account;
use dotation::app::{Caller, link_identity};
use dotation::domain::identity::{IssuedBy, Reads, Subject};
use dotation::domain::role::Role;
use dotation::settings::{OidcProvider, Secret};
use std::time::Duration;

/// The secret that this service has with every provider here.
pub(super) fn client_secret() -> String {
    "s".repeat(40)
}

/// A provider of the settings, called `centre`, at an issuer.
pub(super) fn set(issuer: &str) -> OidcProvider {
    OidcProvider {
        id: "centre".to_owned(),
        name: "Annuaire du centre".to_owned(),
        issuer: issuer.to_owned(),
        client_id: "dotation".to_owned(),
        client_secret: Some(Secret::new(client_secret())),
        secret_in_body: false,
        scopes: vec!["openid".to_owned()],
        acr_values: Vec::new(),
        claim: "sub".to_owned(),
        reads: Reads::AsIs,
        user_info: false,
        algorithms: vec!["RS256".to_owned(), "ES256".to_owned()],
        clock_skew_seconds: 60,
        second_factor_acr: Vec::new(),
        second_factor_amr: vec!["mfa".to_owned()],
        ca_file: None,
        timeout: Duration::from_secs(5),
    }
}

/// Links somebody at the machine.
pub(super) fn link(app: &App, account: &Account, provider: &OidcProvider, subject: &str) -> String {
    let (person, by) = (account.person.id.clone(), issued_by(provider));
    let subject = Subject::parse(provider.reads, subject).unwrap();
    app.run(async |service, now| {
        let admin = Caller::at_the_machine("command-line", Role::Admin);
        let linked = service.write(admin, now, Vec::new(), move |act| {
            link_identity::add(act, &person, &by, &subject)
        });
        linked.await.unwrap().id.to_string()
    })
}

pub(super) fn issued_by(provider: &OidcProvider) -> IssuedBy {
    IssuedBy {
        provider: provider.id.clone(),
        issuer: provider.issuer.clone(),
        claim: provider.claim.clone(),
    }
}

/// A query's parameter.
pub(super) fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(n, _)| *n == name);
    let value = found.next()?.1.to_owned();
    assert!(found.next().is_none(), "{name} twice in {address}");
    Some(value)
}

/// Where an answer sends a browser.
pub(super) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Goes to the provider; returns where the browser is sent.
pub(super) fn go(browser: &mut Browser<'_>, path: &str) -> String {
    location(&browser.get(path))
}

/// The newest line of the audit trail with this action.
pub(super) fn newest(app: &App, action: &str) -> serde_json::Value {
    crate::belonging::lines(app, action)
        .into_iter()
        .next()
        .unwrap()
}
