//! `dotation person identity`: who is linked to which identity at a provider of single sign-on.

use super::id_of;
use crate::app::link_identity;
use crate::cli::answer::{Answer, columns};
use crate::cli::failure::Failure;
use crate::cli::place::Place;
use crate::domain::id::IdentityId;
use crate::domain::identity::{Identity, IssuedBy, Subject};
use crate::settings::{OidcProvider, Settings};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Link a person to their identity at a provider of single sign-on, list and remove such links
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum IdentityOf {
    Add(AddIdentity),
    List(ListIdentities),
    Remove(RemoveIdentity),
}

const ADD: &str = "\
Examples:
  dotation person identity add anne.martin@chu.fr --provider pro-sante-connect --subject 99700218896
  dotation person identity add paul.petit@chu.fr --provider chu --subject 7f0c9a52-1d1e-4f7e-9a53-2f2f1c9b7a10";

/// Link an identity to a person: whoever has it is that person here; they are written to
///
/// The subject is what the provider calls them: the page says it that they see who sign in and have no access
/// yet. For Pro Santé Connect it is the RPPS number.
#[derive(Debug, Args)]
#[command(after_help = ADD)]
pub(in crate::cli) struct AddIdentity {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// The provider, by its id in the settings
    #[arg(long, value_name = "ID")]
    provider: String,
    /// What the provider calls them
    #[arg(long, value_name = "SUBJECT")]
    subject: String,
}

const LIST: &str = "\
Examples:
  dotation person identity list anne.martin@chu.fr";

/// List the identities of a person, with the id that removes each
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(in crate::cli) struct ListIdentities {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
}

const REMOVE: &str = "\
Examples:
  dotation person identity list anne.martin@chu.fr
  dotation person identity remove anne.martin@chu.fr 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11";

/// Remove an identity from a person; the sessions that it opened end at once
#[derive(Debug, Args)]
#[command(after_help = REMOVE)]
pub(in crate::cli) struct RemoveIdentity {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// The id of the identity, as `dotation person identity list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

impl IdentityOf {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Add(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Remove(command) => command.run(place),
        }
    }
}

fn provider<'s>(settings: &'s Settings, id: &str) -> Result<&'s OidcProvider, Failure> {
    let found = settings.oidc.iter().find(|provider| provider.id == id);
    found.ok_or_else(|| {
        let known: Vec<&str> = settings.oidc.iter().map(|p| p.id.as_str()).collect();
        let known = match known.as_slice() {
            [] => "none is set: [[oidc]] in the file of settings".to_owned(),
            known => format!("expected one of {}", known.join(", ")),
        };
        Failure::input(format!("--provider: there is no provider {id}; {known}"))
    })
}

impl AddIdentity {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let set = provider(&opened.settings, &self.provider)?;
        let subject = Subject::parse(set.reads, &self.subject)
            .map_err(|error| Failure::input(format!("--subject: {error}")))?;
        let by = IssuedBy {
            provider: set.id.clone(),
            issuer: set.issuer.clone(),
            claim: set.claim.clone(),
        };
        let (name, email) = (set.name.clone(), self.email.clone());
        let identity = opened.write(Vec::new(), move |act| {
            let id = id_of(act, &self.email)?;
            link_identity::add(act, &id, &by, &subject)
        })?;
        let text = format!(
            "{email} signs in by {name} as {}.\n",
            identity.subject.as_str()
        );
        Ok(Answer::new(text, shape(&identity)).note("They are written a letter that says so."))
    }
}

impl ListIdentities {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let found = place.open()?.read(move |act| {
            let id = id_of(act, &self.email)?;
            link_identity::list(act, &id)
        })?;
        let rows: Vec<[String; 5]> = found
            .iter()
            .map(|identity| {
                [
                    identity.id.to_string(),
                    identity.by.provider.clone(),
                    identity.subject.as_str().to_owned(),
                    identity.linked_by.clone(),
                    identity
                        .used_at
                        .map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%d").to_string()),
                ]
            })
            .collect();
        let json = json!({ "identities": found.iter().map(shape).collect::<Vec<_>>() });
        if rows.is_empty() {
            return Ok(Answer::new(String::new(), json).note("No identity is linked to them."));
        }
        let names = ["ID", "PROVIDER", "SUBJECT", "LINKED BY", "USED"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

impl RemoveIdentity {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (shown, id) = (self.email.clone(), self.id.clone());
        place.open()?.write(Vec::new(), move |act| {
            let person = id_of(act, &self.email)?;
            link_identity::remove(act, &person, &IdentityId::new(self.id.as_str()))
        })?;
        let text =
            format!("The identity is removed from {shown}; sessions that it opened are over.\n");
        Ok(Answer::new(text, json!({ "email": shown, "id": id })))
    }
}

fn shape(identity: &Identity) -> Value {
    json!({
        "id": identity.id.as_str(), "provider": identity.by.provider,
        "issuer": identity.by.issuer, "claim": identity.by.claim,
        "subject": identity.subject.as_str(), "linked_by": identity.linked_by,
        "linked_at": identity.linked_at, "used_at": identity.used_at,
    })
}
