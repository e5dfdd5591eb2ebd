//! `/sign-in/{provider}`: signing in by a provider of single sign-on. A browser is sent there, and comes back to
//! `/sign-in/{provider}/callback`.
//!
//! It comes back by a redirection from another site, with no token of ours in its hand: so that it is the browser
//! that went is told by a cookie that lives for ten minutes, and every answer is a page for people.

mod brought;

pub(super) use brought::is_path;

use super::asked::asked_by;
use super::cookies::Cookie;
use super::door::nothing_here;
use super::entrance::Entrance;
use super::headers::PAGE_POLICY;
use super::language::Language;
use super::problem::Problem;
use crate::app::sessions;
use crate::app::sign_in::by_provider::{self, Entered, Flow, Sent};
use crate::app::sign_in::{self, From, Offered, Opened, Proved, Stage};
use crate::app::{self, Act, Caller};
use crate::domain::identity;
use crate::oidc::{self, Provider};
use crate::text::provider_page::{self, At, Outcome};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use brought::Brought;
use serde::Deserialize;
use std::sync::Arc;

/// Adds the addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/sign-in/{provider}").get(begin))
        .service(web::resource("/sign-in/{provider}/callback").get(come_back))
        .service(web::resource("/sign-in/{provider}/code").post(prove));
}

/// Where somebody is, and at which provider.
struct Here {
    entrance: web::Data<Entrance>,
    provider: Arc<Provider>,
    language: Language,
    request: HttpRequest,
}

impl Here {
    fn new(
        entrance: web::Data<Entrance>,
        provider: &str,
        language: Language,
        request: HttpRequest,
    ) -> Result<Self, Problem> {
        let provider = entrance.providers.get(provider).ok_or_else(nothing_here)?;
        Ok(Self {
            entrance,
            provider,
            language,
            request,
        })
    }

    fn id(&self) -> &str {
        &self.provider.config().id
    }

    fn cookie(&self) -> Option<String> {
        let headers = self.request.headers();
        self.entrance.cookies.read(headers, Cookie::Provider)
    }

    /// Does a verb as nobody: who it is shows only then.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let nobody = Caller::nobody(&asked_by(&self.request));
        let now = self.entrance.clock.now();
        let done = self.entrance.service.write(nobody, now, Vec::new(), work);
        done.await.map_err(super::api::refused::problem)
    }

    /// A browser has one session: that of before ends when somebody is in anew.
    async fn one_session(&self, opened: &Opened) -> Result<(), Problem> {
        let headers = self.request.headers();
        let before = self.entrance.cookies.read(headers, Cookie::Session);
        match before {
            Some(before) if opened.session.stage == Stage::Full => {
                self.write(move |act| sessions::replaced(act, &before))
                    .await
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn refuse(&self, reason: &'static str) -> Result<(), Problem> {
        let provider = self.id().to_owned();
        self.write(move |act| by_provider::refuse(act, &provider, reason))
            .await
    }

    fn page(&self, status: StatusCode, outcome: Outcome<'_>) -> HttpResponse {
        html(
            status,
            provider_page::told(self.language, self.at(), outcome),
        )
    }

    fn at(&self) -> At<'_> {
        let config = self.provider.config();
        At {
            id: &config.id,
            name: &config.name,
        }
    }

    fn away(&self, error: &oidc::Error) -> HttpResponse {
        tracing::warn!(provider = self.id(), %error, "nobody signs in by a provider");
        let mut away = self.page(StatusCode::SERVICE_UNAVAILABLE, Outcome::Away);
        let later = HeaderValue::from_static("60");
        away.headers_mut().insert(header::RETRY_AFTER, later);
        away
    }

    /// What the reader sees of a provider that did not prove who they are; the log has the rest.
    async fn not_proved(&self, error: &oidc::Error) -> Result<HttpResponse, Problem> {
        match error {
            oidc::Error::Bug(what) => Err(Problem::internal(what)),
            oidc::Error::Busy | oidc::Error::Unreachable { .. } => {
                self.refuse("provider-away").await?;
                Ok(self.away(error))
            }
            oidc::Error::Refused { why, .. } => {
                self.refuse(why.code()).await?;
                tracing::warn!(provider = self.id(), %error, "what a provider said is not believed");
                let reference = asked_by(&self.request).request_id;
                let outcome = Outcome::NotBelieved {
                    reference: &reference,
                };
                Ok(self.page(StatusCode::BAD_GATEWAY, outcome))
            }
        }
    }
}

/// Where to go back to.
#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

async fn begin(
    entrance: web::Data<Entrance>,
    provider: web::Path<String>,
    query: web::Query<To>,
    language: Language,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let here = Here::new(entrance, &provider, language, request)?;
    let back_to = query.into_inner().to.filter(|to| is_path(to));
    let cookie = here.cookie().unwrap_or_else(by_provider::new_cookie);
    let (kept, id) = (cookie.clone(), here.id().to_owned());
    let sent = here
        .write(move |act| by_provider::begin(act, &kept, (&id, back_to.as_deref()), None))
        .await?;
    let now = here.entrance.clock.now();
    match here.provider.begin(now, asked(sent), false).await {
        Ok(address) => {
            let mut away = elsewhere(&address);
            if let Some(cookie) = here.entrance.cookies.set(Cookie::Provider, Some(&cookie)) {
                away.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(away)
        }
        Err(oidc::Error::Bug(what)) => Err(Problem::internal(what)),
        // nobody has come yet of whom the audit trail could say anything
        Err(error) => Ok(here.away(&error)),
    }
}

/// What is sent with the browser, for the room that sends it.
pub(super) fn asked(sent: Sent) -> oidc::Asked {
    oidc::Asked {
        state: sent.state,
        nonce: sent.nonce,
        verifier: sent.verifier,
    }
}

async fn come_back(
    entrance: web::Data<Entrance>,
    provider: web::Path<String>,
    language: Language,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let here = Here::new(entrance, &provider, language, request)?;
    let brought = Brought::of(here.request.query_string()).unwrap_or_default();
    let cookie = here.cookie();
    let (id, state, kept) = (here.id().to_owned(), brought.state.clone(), cookie.clone());
    let flow = here
        .write(move |act| by_provider::take(act, kept.as_deref(), (&id, &state)))
        .await?;
    let (Some(flow), Some(cookie)) = (flow, cookie) else {
        return Ok(here.page(StatusCode::BAD_REQUEST, Outcome::NotBegunHere));
    };
    let Some(code) = brought.code.filter(|_| brought.error.is_none()) else {
        // what the provider says of it is its own affair, and nobody's words for our pages
        here.refuse("not-signed-in-there").await?;
        return Ok(here.page(StatusCode::FORBIDDEN, Outcome::Cancelled));
    };
    let came = oidc::Came {
        code,
        issuer: brought.issuer,
    };
    let sent = asked(Sent::of(&cookie, &brought.state));
    let now = here.entrance.clock.now();
    match here.provider.finish(now, came, sent).await {
        Ok(proved) => enter(&here, flow, proved).await,
        Err(error) => here.not_proved(&error).await,
    }
}

async fn enter(here: &Here, flow: Flow, proved: identity::Proved) -> Result<HttpResponse, Problem> {
    let (access, from) = (here.entrance.service.access().clone(), from(here));
    let back_to = flow.back_to.clone();
    let entered = here
        .write(move |act| by_provider::enter(act, &access, (&flow, &proved), &from))
        .await?;
    Ok(match entered {
        Entered::In(opened) => {
            here.one_session(&opened).await?;
            opened_answer(here, &opened, back_to.as_deref())
        }
        Entered::Linked(_) => match back_to {
            Some(path) => elsewhere(&path),
            None => here.page(StatusCode::OK, Outcome::Linked),
        },
        Entered::Stranger { subject, ask } => {
            let outcome = Outcome::Stranger {
                subject: &subject,
                ask: ask.as_deref(),
            };
            here.page(StatusCode::FORBIDDEN, outcome)
        }
        Entered::OfAnother => here.page(StatusCode::CONFLICT, Outcome::OfAnother),
        Entered::Gone => here.page(StatusCode::UNAUTHORIZED, Outcome::SessionOver),
    })
}

/// The answer to somebody who is in, or of whom something is still wanted.
fn opened_answer(here: &Here, opened: &Opened, back_to: Option<&str>) -> HttpResponse {
    let cookies = &here.entrance.cookies;
    let (mut answer, cookie) = match opened.session.stage {
        Stage::Full => (
            back_to.map_or_else(|| here.page(StatusCode::OK, Outcome::In), elsewhere),
            Cookie::Session,
        ),
        Stage::SecondFactor => (
            html(
                StatusCode::OK,
                provider_page::ask_code(here.language, here.at(), false),
            ),
            Cookie::Step,
        ),
        Stage::Enrolment => (here.page(StatusCode::OK, Outcome::Enrolment), Cookie::Step),
    };
    let mut set = vec![cookies.set(cookie, Some(&opened.secret))];
    if cookie == Cookie::Session {
        set.push(cookies.set(Cookie::Step, None));
    }
    for value in set.into_iter().flatten() {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

/// The form of the page that asks for a code.
#[derive(Deserialize)]
struct Typed {
    code: String,
}

async fn prove(
    entrance: web::Data<Entrance>,
    provider: web::Path<String>,
    language: Language,
    request: HttpRequest,
    form: web::Form<Typed>,
) -> Result<HttpResponse, Problem> {
    let here = Here::new(entrance, &provider, language, request)?;
    let headers = here.request.headers();
    let over = || here.page(StatusCode::UNAUTHORIZED, Outcome::NotBegunHere);
    let Some(step) = here.entrance.cookies.read(headers, Cookie::Step) else {
        return Ok(over());
    };
    let (access, from) = (here.entrance.service.access().clone(), from(&here));
    let offered = Offered::Code(form.code.trim().chars().take(20).collect());
    let proved = here
        .write(move |act| sign_in::prove(act, &access, &step, (&offered, &from)))
        .await?;
    Ok(match proved {
        Proved::In(opened, _) => {
            here.one_session(&opened).await?;
            opened_answer(&here, &opened, None)
        }
        Proved::Wrong => html(
            StatusCode::UNAUTHORIZED,
            provider_page::ask_code(here.language, here.at(), true),
        ),
        Proved::Wait(until) => {
            return Err(super::api::sign_in::wait(until, here.entrance.clock.now()));
        }
        Proved::Gone => over(),
    })
}

fn from(here: &Here) -> From {
    let agent = here.request.headers().get(header::USER_AGENT);
    From {
        // nothing is counted by where they come from, and a cookie for the same site is not sent along
        address: None,
        device: None,
        agent: agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Sends a browser elsewhere, by a `GET` whatever it came by.
fn elsewhere(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
