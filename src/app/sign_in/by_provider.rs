//! Signing in by a provider of single sign-on: somebody goes there, and comes back with a proof of who they are.
//!
//! The provider says who; what they may do, and where, the roles here say. Who is linked to nobody here gets
//! nothing, whatever else the provider tells of them: by an address of email nobody is ever taken for somebody.
//! Of the way there nothing is kept but hashes, and it is used once, by the browser that began it. What is asked
//! of the provider itself is asked outside of any transaction ([`crate::oidc`]).

use super::{From, Opened, STEP, Stage, open};
use crate::app::access::{Access, secret};
use crate::app::act::{Act, Done};
use crate::app::error::Error;
use crate::app::give_access::hash;
use crate::app::link_identity;
use crate::app::sessions::held_by;
use crate::db::identities;
use crate::db::people;
use crate::db::sessions::Session;
use crate::db::sign_in_flows;
use crate::domain::calendar::to_micros;
use crate::domain::id::{IdentityId, PersonId, SessionId};
use crate::domain::identity::{IssuedBy, Proved, Subject};
use crate::domain::person::Person;
use serde_json::{Value, json};

pub use crate::db::sign_in_flows::Flow;

/// By what a session was opened: a password, unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Opener {
    pub(super) identity: Option<IdentityId>,
    pub(super) factor_outside: bool,
    provider: Option<String>,
}

impl Opener {
    /// By what the step was opened that a session follows.
    pub(super) fn of(act: &mut Act<'_>, step: &Session) -> Result<Self, Error> {
        let Some(id) = &step.identity else {
            return Ok(Self::default());
        };
        let all = identities::of_person(act.conn, &step.person)?;
        let found = all.into_iter().find(|identity| identity.id == *id);
        Ok(Self {
            identity: Some(id.clone()),
            factor_outside: step.factor_outside,
            provider: found.map(|identity| identity.by.provider),
        })
    }

    /// What the audit trail says of a session that it opened.
    pub(super) fn details(&self, stage: Stage) -> Value {
        match (&self.identity, &self.provider) {
            (Some(identity), provider) => json!({
                "stage": stage.code(), "identity": identity.as_str(), "provider": provider,
                "factor_outside": self.factor_outside,
            }),
            (None, _) => json!({ "stage": stage.code() }),
        }
    }
}

/// What is sent with a browser that goes to a provider.
#[derive(Clone)]
pub struct Sent {
    /// Comes back in the address.
    pub state: String,
    /// Comes back in what the provider signs.
    pub nonce: String,
    /// Proves to the provider that who asks for the code is who went for it (PKCE).
    pub verifier: String,
}

impl Sent {
    /// Nothing of it is kept: it follows from what the browser brings back, its cookie and the state.
    pub fn of(cookie: &str, state: &str) -> Self {
        Self {
            state: state.to_owned(),
            nonce: hash(&format!("nonce {cookie} {state}")),
            // 64 characters of those that RFC 7636, § 4.1 allows
            verifier: hash(&format!("pkce {cookie} {state}")),
        }
    }
}

/// Begins: somebody goes to a provider. `cookie` is what the browser has of another time that it went, or new.
///
/// # Errors
/// When the database cannot be written.
pub fn begin(
    act: &mut Act<'_>,
    cookie: &str,
    (provider, back_to): (&str, Option<&str>),
    links: Option<(PersonId, SessionId)>,
) -> Result<Sent, Error> {
    let state = secret();
    let flow = Flow {
        state: hash(&state),
        browser: browser(cookie),
        provider: provider.to_owned(),
        back_to: back_to.map(str::to_owned),
        links,
        created_at: to_micros(act.now),
        expires_at: to_micros(act.now + STEP),
    };
    sign_in_flows::insert(act.conn, &flow)?;
    Ok(Sent::of(cookie, &state))
}

/// Makes what the cookie of a browser holds that goes to a provider.
pub fn new_cookie() -> String {
    secret()
}

fn browser(cookie: &str) -> String {
    hash(&format!("browser {cookie}"))
}

/// Takes back somebody who went to a provider: once, in time, and in the same browser. Anything else is none; it
/// is written down when there is such a way, and somebody else is on it or it took too long. What nobody ever
/// began is not: anybody could fill the audit trail with it.
///
/// # Errors
/// When the database cannot be written.
pub fn take(
    act: &mut Act<'_>,
    cookie: Option<&str>,
    (provider, state): (&str, &str),
) -> Result<Option<Flow>, Error> {
    let state = hash(state);
    let known = sign_in_flows::is_known(act.conn, &state)?;
    let found = match cookie {
        Some(cookie) => sign_in_flows::take(act.conn, &state, &browser(cookie))?,
        None => None,
    };
    let good = |flow: &Flow| act.now < flow.expires_at && flow.provider == provider;
    let found = found.filter(good);
    if found.is_none() && known {
        refuse(act, provider, "not-begun-here")?;
    }
    Ok(found)
}

/// Writes down that nobody came in by a provider, and why.
///
/// # Errors
/// When the database cannot be written.
pub fn refuse(act: &mut Act<'_>, provider: &str, reason: &str) -> Result<(), Error> {
    note(act, "", json!({ "provider": provider, "reason": reason }))
}

fn note(act: &mut Act<'_>, object: &str, details: Value) -> Result<(), Error> {
    act.audit_refusal(
        None,
        Done {
            action: "sign-in",
            object,
            patient: None,
            details,
        },
    )
}

/// What came of a proof.
#[derive(Clone, Debug)]
pub enum Entered {
    /// They are in, or asked for what is still wanted.
    In(Box<Opened>),
    /// The identity is linked to them now, who were in already.
    Linked(Box<Person>),
    /// It is linked to nobody here who may sign in.
    Stranger {
        /// What the provider calls them, for whoever they ask to link it.
        subject: Subject,
        /// Whom to ask, if somebody is set.
        ask: Option<String>,
    },
    /// It is linked to somebody else.
    OfAnother,
    /// The session in which they began to link it is over.
    Gone,
}

/// Lets in whom a provider proved, if that is somebody here; or links the identity to who began to.
///
/// # Errors
/// The database's, or a bug of ours.
pub fn enter(
    act: &mut Act<'_>,
    access: &Access,
    (flow, proved): (&Flow, &Proved),
    from: &From,
) -> Result<Entered, Error> {
    if let Some((person, session)) = &flow.links {
        return link_identity::came_back(act, access, (person, session), proved);
    }
    let by = &proved.by;
    let Some(identity) = identities::find(act.conn, by, &proved.subject)? else {
        return stranger(act, proved, ("unknown-identity", ""));
    };
    let account = people::find(act.conn, &identity.person)?;
    let Some(account) = account.filter(|account| account.person.active) else {
        return stranger(act, proved, ("inactive", identity.person.as_str()));
    };
    let held = held_by(act.conn, &account.person.id, act.now)?;
    let stage = if proved.second_factor {
        Stage::Full
    } else if account.has_second_factor() {
        Stage::SecondFactor
    } else if access.second_factor.asks(held.iter().map(|h| h.role)) {
        Stage::Enrolment
    } else {
        Stage::Full
    };
    identities::used(act.conn, &identity.id, act.now)?;
    let opener = Opener {
        identity: Some(identity.id),
        factor_outside: proved.second_factor,
        provider: Some(by.provider.clone()),
    };
    let opened = open(act, access, (&account.person, stage, &opener), from)?;
    Ok(Entered::In(Box::new(opened)))
}

fn stranger(
    act: &mut Act<'_>,
    proved: &Proved,
    (reason, person): (&str, &str),
) -> Result<Entered, Error> {
    let details = json!({
        "provider": proved.by.provider, "reason": reason,
        "subject": trace(&proved.by, &proved.subject),
    });
    note(act, person, details)?;
    Ok(Entered::Stranger {
        subject: proved.subject.clone(),
        ask: act.desk.operations.email.clone(),
    })
}

/// How the audit trail names somebody at a provider: the same every time, and not their name.
pub(in crate::app) fn trace(by: &IssuedBy, subject: &Subject) -> String {
    let whole = hash(&format!("{} {} {}", by.issuer, by.claim, subject.as_str()));
    whole.chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_follows_from_cookie_and_state_and_from_nothing_less() {
        let sent = Sent::of("a", "b");
        assert_eq!(Sent::of("a", "b").verifier, sent.verifier);
        for other in [Sent::of("a", "c"), Sent::of("c", "b")] {
            assert_ne!(other.nonce, sent.nonce);
            assert_ne!(other.verifier, sent.verifier);
        }
        assert_ne!(sent.nonce, sent.verifier);
        assert_eq!(sent.verifier.len(), 64);
    }
}
