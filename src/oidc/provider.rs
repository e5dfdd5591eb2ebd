//! One provider: sending a browser there, and asking whose code it came back with.

use super::config::Config;
use super::error::{Error, Why};
use super::published::{Addresses, Published};
use super::verify::{self, Against, Believed};
use super::web::{Unanswered, Web, is_plain};
use crate::domain::calendar::Instant;
use crate::domain::identity::Proved;
use openidconnect::core::{CoreAuthPrompt, CoreClient, CoreResponseType, CoreTokenResponse};
use openidconnect::http::{Method, Request, StatusCode, header};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, HttpRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many questions to one provider are under way at most.
///
/// Choice: sixteen. One is answered in some tens of milliseconds; when they are not, who comes later hears at once
/// that the provider is slow, and signs in with a password.
const AT_ONCE: usize = 16;

/// What is sent with a browser, of which the provider gives back what belongs to the same sign-in.
#[derive(Clone)]
pub struct Asked {
    /// Comes back in the address.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Of which only the hash is sent with the browser (PKCE, RFC 7636).
    pub verifier: String,
}

/// What a browser comes back with.
#[derive(Clone)]
pub struct Came {
    /// The code by which the provider is asked.
    pub code: String,
    /// Who gives the answer, if it says so (RFC 9207).
    pub issuer: Option<String>,
}

/// One provider.
pub struct Provider {
    config: Config,
    web: Web,
    published: Published,
    turns: Arc<Semaphore>,
}

impl Provider {
    /// Makes a provider of its settings; it is asked nothing before somebody wants to sign in.
    ///
    /// # Errors
    /// When the authority's certificates cannot be read.
    pub fn new(config: Config) -> Result<Self, String> {
        let plain = is_plain(&config.issuer);
        Ok(Self {
            web: Web::new(config.authority.as_deref(), plain, config.patience)?,
            config,
            published: Published::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Returns what is set about it.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the address that a browser is sent to. With `anew` the provider asks who they are even when it
    /// knows them.
    ///
    /// # Errors
    /// When the provider cannot be asked what its address is.
    pub async fn begin(
        self: &Arc<Self>,
        now: Instant,
        asked: Asked,
        anew: bool,
    ) -> Result<String, Error> {
        if let Some(addresses) = self.published.known(now) {
            return self.address(&addresses, asked, anew);
        }
        self.apart(move |this| {
            let addresses = this.addresses(now)?;
            this.address(&addresses, asked, anew)
        })
        .await
    }

    /// Asks whose code it is that a browser came back with.
    ///
    /// # Errors
    /// When the provider cannot be asked, or what it says is not to be believed.
    pub async fn finish(
        self: &Arc<Self>,
        now: Instant,
        came: Came,
        asked: Asked,
    ) -> Result<Proved, Error> {
        self.apart(move |this| this.prove(now, came, &asked)).await
    }

    /// Asks on a thread of its own, when there is a turn.
    async fn apart<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.turns).try_acquire_owned();
        let turn = turn.map_err(|_none_free| Error::Busy)?;
        let this = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&this);
            drop(turn);
            done
        });
        done.await.map_err(|e| Error::Bug(e.to_string()))?
    }

    fn addresses(&self, now: Instant) -> Result<Arc<Addresses>, Error> {
        self.published
            .addresses((&self.web, &self.config.issuer), now)
    }

    fn address(&self, addresses: &Addresses, asked: Asked, anew: bool) -> Result<String, Error> {
        let client = self
            .client(addresses)?
            .set_auth_uri(addresses.authorization_endpoint().clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (state, nonce) = (CsrfToken::new(asked.state), Nonce::new(asked.nonce));
        let verifier = PkceCodeVerifier::new(asked.verifier);
        let mut request = client
            .authorize_url(flow, || state, || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in self.config.scopes.iter().filter(|s| *s != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        for level in &self.config.acr_values {
            let level = AuthenticationContextClass::new(level.clone());
            request = request.add_auth_context_value(level);
        }
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (address, _, _) = request.url();
        Ok(address.into())
    }

    fn client(&self, addresses: &Addresses) -> Result<CoreClient, Error> {
        let config = &self.config;
        let redirect = RedirectUrl::new(config.redirect.clone())
            .map_err(|e| Error::Bug(format!("the address that browsers come back to: {e}")))?;
        let mut client = CoreClient::new(
            ClientId::new(config.client_id.clone()),
            addresses.issuer().clone(),
            openidconnect::JsonWebKeySet::new(Vec::new()),
        )
        .set_redirect_uri(redirect);
        if let Some(secret) = &config.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        if config.secret_in_body {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        Ok(client)
    }

    fn prove(&self, now: Instant, came: Came, asked: &Asked) -> Result<Proved, Error> {
        let addresses = self.addresses(now)?;
        self.answered_by(&addresses, came.issuer.as_deref())?;
        let tokens = self.exchange(&addresses, came.code, &asked.verifier)?;
        let token = tokens
            .id_token()
            .ok_or_else(|| Error::refused(Why::NoIdToken, "there is none"))?;
        let mut keys = self.published.keys((&self.web, &addresses), now)?;
        let look = |keys: &_| {
            let against = Against {
                config: &self.config,
                addresses: &addresses,
                keys,
                nonce: &asked.nonce,
                now,
            };
            verify::believed(&against, token, &tokens)
        };
        let mut believed = look(&keys)?;
        if believed.is_none()
            && let Some(newer) = self
                .published
                .newer_keys((&self.web, &addresses), &keys, now)?
        {
            keys = newer;
            believed = look(&keys)?;
        }
        let believed = believed
            .ok_or_else(|| Error::refused(Why::Signature, "it is signed by an unknown key"))?;
        self.named(&addresses, &tokens, &believed)
    }

    /// Refuses an answer that another provider gave (mix-up, RFC 9207 § 2.4).
    fn answered_by(&self, addresses: &Addresses, issuer: Option<&str>) -> Result<(), Error> {
        let says = addresses
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer == self.config.issuer => Ok(()),
            None if !says => Ok(()),
            Some(_) => Err(Error::refused(Why::AnsweredByAnother, "iss is another")),
            None => Err(Error::refused(Why::AnsweredByAnother, "iss is not said")),
        }
    }

    fn exchange(
        &self,
        addresses: &Addresses,
        code: String,
        verifier: &str,
    ) -> Result<CoreTokenResponse, Error> {
        let to = addresses
            .token_endpoint()
            .ok_or_else(|| Error::unreachable("token", "it names no address for it"))?;
        let client = self.client(addresses)?.set_token_uri(to.clone());
        let ask = |question: HttpRequest| self.web.ask(question);
        let asked = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request(&ask);
        asked.map_err(|error| match error {
            RequestTokenError::ServerResponse(says) => Error::refused(Why::Code, says.error()),
            RequestTokenError::Request(unanswered) => Error::unreachable("token", unanswered),
            // the fault and where it stands, and not what stands there
            RequestTokenError::Parse(fault, _) => Error::refused(
                Why::NoIdToken,
                format!("at {}: {}", fault.path(), kind(fault.inner())),
            ),
            RequestTokenError::Other(what) => Error::unreachable("token", what),
        })
    }

    /// Who it is by the claim that names people: of the ID token or, where that is set, of what the provider
    /// gives about people.
    fn named(
        &self,
        addresses: &Addresses,
        tokens: &CoreTokenResponse,
        believed: &Believed,
    ) -> Result<Proved, Error> {
        let (config, second_factor) = (&self.config, believed.second_factor);
        if believed.says.contains_key(&config.claim) || !config.user_info {
            return verify::named(config, &believed.says, second_factor);
        }
        let what = "userinfo";
        let to = addresses
            .userinfo_endpoint()
            .ok_or_else(|| Error::unreachable(what, "it names no address for it"))?;
        let bearer = format!("Bearer {}", tokens.access_token().secret());
        let question = Request::builder()
            .uri(to.url().as_str())
            .method(Method::GET)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, bearer)
            .body(Vec::new())
            .map_err(|e| Error::unreachable(what, e))?;
        let answer = self.web.ask(question);
        let answer = answer.map_err(|e: Unanswered| Error::unreachable(what, e))?;
        if answer.status() != StatusCode::OK {
            let status = answer.status();
            return Err(Error::unreachable(what, format!("status {status}")));
        }
        let says: Map<String, Value> = serde_json::from_slice(answer.body())
            .map_err(|e| Error::refused(Why::Claim, format!("{what}: {}", kind(&e))))?;
        // of the same person, or of nobody (OpenID Connect Core 1.0, § 5.3.2)
        if says.get("sub").and_then(Value::as_str) != Some(&believed.subject) {
            return Err(Error::refused(Why::Claim, "userinfo is of somebody else"));
        }
        verify::named(config, &says, second_factor)
    }
}

/// What is wrong with a JSON text, without a word of it.
fn kind(fault: &serde_json::Error) -> String {
    format!(
        "{:?} at line {}, column {}",
        fault.classify(),
        fault.line(),
        fault.column()
    )
}
