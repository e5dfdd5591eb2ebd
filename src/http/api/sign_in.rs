//! `/sign-in`, `/sign-in/second-factor`, `/sign-in/enrolment`, `/password-reset`: open to anybody.
//!
//! Whether there is an account nobody learns here: words, work and waiting are the same. None takes an
//! `Idempotency-Key`, since the kept answer would hold what is shown once.

use super::ask::Ask;
use crate::app::access::passwords::Password;
use crate::app::sessions::{self, csrf_token};
use crate::app::set_password;
use crate::app::sign_in::{self, Answered, Attempt, From, Offered, Opened, Proved, Stage};
use crate::domain::calendar::Instant;
use crate::http::body::Body;
use crate::http::cookies::Cookie;
use crate::http::language::Said;
use crate::http::peer::Peer;
use crate::http::problem::{Fault, Kind, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    /// The address of their account.
    email: String,
    /// Their password, as they typed it.
    password: String,
}

/// How far somebody has come.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// `signed-in`; `second-factor`: a code is wanted; `enrolment`: a second factor must be set up first.
    state: &'static str,
    /// To be sent with every write, as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// When it ends, however much it is used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Instant,
    /// For when the second factor is lost; each is good once. Shown this once, when it was set up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recovery_codes: Vec<String>,
}

/// `POST /sign-in`
///
/// # Errors
/// 401 for an address or a password that is not right, 429 when it must be waited, 503 when too many sign in.
pub async fn sign_in(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: SignInBody = body.json()?;
    let attempt = Attempt {
        // an address of another length is nobody's
        email: read.email.chars().take(255).collect(),
        password: Password::typed(&read.password),
        from: from(&ask),
    };
    let service = &ask.entrance.service;
    let when = (ask.now, &ask.caller.asked());
    let answered = sign_in::sign_in(service, when, attempt).await;
    match answered.map_err(super::refused::problem)? {
        Answered::Right(opened) => {
            one_session(&ask, &opened).await?;
            Ok(opened_answer(&ask, &opened, Vec::new()))
        }
        Answered::Wrong => Err(Problem::unauthenticated(Said::new(
            "Address or password is not right.",
            "L'adresse ou le mot de passe n'est pas le bon.",
        ))),
        Answered::Wait(until) => Err(wait(until, ask.now)),
        Answered::Busy => Err(busy()),
    }
}

/// A code of a second factor: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// The six digits that the app shows.
    code: Option<String>,
    /// One of the codes that were written down.
    recovery_code: Option<String>,
}

impl CodeBody {
    /// Reads which of the two it is.
    ///
    /// # Errors
    /// 422 when it is none, or both.
    pub(super) fn offered(self) -> Result<Offered, Problem> {
        match (self.code, self.recovery_code) {
            (Some(code), None) => Ok(Offered::Code(code.chars().take(20).collect())),
            (None, Some(code)) => Ok(Offered::Recovery(code.chars().take(100).collect())),
            (Some(_), Some(_)) | (None, None) => Err(Problem::at(
                Kind::InvalidBody,
                Fault::new(
                    "/code",
                    Said::new(
                        "one of code and recovery_code is needed, and not both",
                        "il faut code ou recovery_code, et pas les deux",
                    ),
                ),
            )),
        }
    }
}

/// `POST /sign-in/second-factor`
///
/// # Errors
/// 401 for a code that is not right or when the first step is over, 429 when it must be waited.
pub async fn second_factor(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: CodeBody = body.json()?;
    let offered = read.offered()?;
    let step = step(&ask)?;
    let (access, from) = (ask.entrance.service.access().clone(), from(&ask));
    let proved = ask
        .read_and_note(Vec::new(), move |act| {
            sign_in::prove(act, &access, &step, (&offered, &from))
        })
        .await?;
    match proved {
        Proved::In(opened, codes) => {
            one_session(&ask, &opened).await?;
            Ok(opened_answer(&ask, &opened, codes))
        }
        Proved::Wrong => Err(Problem::unauthenticated(Said::new(
            "This code is not right, or was used.",
            "Ce code n'est pas le bon, ou a déjà servi.",
        ))),
        Proved::Wait(until) => Err(wait(until, ask.now)),
        Proved::Gone => Err(gone()),
    }
}

/// A second factor to be set up.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    /// To be typed into an app for codes.
    secret: String,
    /// The same, as apps read it: `otpauth://totp/…`.
    uri: String,
    /// The same, as a square of dots to be read by the app's camera (SVG).
    qr_svg: String,
}

impl std::convert::From<sign_in::Enrolling> for Enrolment {
    fn from(enrolling: sign_in::Enrolling) -> Self {
        Self {
            secret: enrolling.secret,
            uri: enrolling.address,
            qr_svg: enrolling.square,
        }
    }
}

/// `POST /sign-in/enrolment`: for those who must have a second factor and have none yet.
///
/// # Errors
/// 401 when the first step is over, or one is in force.
pub async fn enrol(ask: Ask) -> Result<HttpResponse, Problem> {
    let step = step(&ask)?;
    let access = ask.entrance.service.access().clone();
    let begun = ask
        .read_and_note(Vec::new(), move |act| sign_in::enrol(act, &access, &step))
        .await?;
    let enrolling = begun.ok_or_else(gone)?;
    Ok(HttpResponse::Ok().json(Enrolment::from(enrolling)))
}

/// Whose password is to be set anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetBody {
    /// The address of their account.
    email: String,
}

/// `POST /password-reset`: 202, whether there is such an account or not.
///
/// # Errors
/// The database's.
pub async fn reset(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: ResetBody = body.json()?;
    let email: String = read.email.chars().take(255).collect();
    ask.read_and_note(Vec::new(), move |act| set_password::ask(act, &email))
        .await?;
    Ok(HttpResponse::Accepted().json(Accepted {
        said: match ask.language {
            crate::domain::language::Language::Fr => {
                "S'il y a un compte à cette adresse, un message lui est envoyé."
            }
            crate::domain::language::Language::En => {
                "If there is an account at this address, a message is on its way to it."
            }
        },
    }))
}

/// What is said of a wish whose outcome is nobody's business but the mailbox's.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    said: &'static str,
}

/// A browser has one session: that of before ends when somebody is in anew.
async fn one_session(ask: &Ask, opened: &Opened) -> Result<(), Problem> {
    let headers = ask.request().headers();
    let before = ask.entrance.cookies.read(headers, Cookie::Session);
    match before {
        Some(before) if opened.session.stage == Stage::Full => {
            ask.read_and_note(Vec::new(), move |act| sessions::replaced(act, &before))
                .await
        }
        Some(_) | None => Ok(()),
    }
}

/// The answer to somebody who has come a step further: cookies are set, and the one of the step goes.
fn opened_answer(ask: &Ask, opened: &Opened, recovery_codes: Vec<String>) -> HttpResponse {
    let (state, cookie) = match opened.session.stage {
        Stage::Full => ("signed-in", Cookie::Session),
        Stage::SecondFactor => ("second-factor", Cookie::Step),
        Stage::Enrolment => ("enrolment", Cookie::Step),
    };
    let full = opened.session.stage == Stage::Full;
    let mut answer = HttpResponse::Ok();
    let cookies = &ask.entrance.cookies;
    let mut set = vec![cookies.set(cookie, Some(&opened.secret))];
    if full {
        set.push(cookies.set(Cookie::Step, None));
        set.push(cookies.set(Cookie::Device, opened.device.as_deref()));
    }
    for value in set.into_iter().flatten() {
        answer.append_header((header::SET_COOKIE, value));
    }
    answer.json(SignedIn {
        state,
        csrf_token: full.then(|| csrf_token(&opened.secret)),
        expires_at: opened.session.expires_at,
        recovery_codes,
    })
}

fn step(ask: &Ask) -> Result<String, Problem> {
    let headers = ask.request().headers();
    let step = ask.entrance.cookies.read(headers, Cookie::Step);
    step.ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::unauthenticated(Said::new(
        "The first step of signing in is over: begin with address and password.",
        "La première étape de la connexion est terminée : recommencez par l'adresse et le mot de passe.",
    ))
}

/// 429: so many were wrong that it must be waited.
pub(super) fn wait(until: Instant, now: Instant) -> Problem {
    // a second more than a part of one
    let seconds = (until - now).num_seconds().saturating_add(1);
    let seconds = u32::try_from(seconds.max(1)).unwrap_or(u32::MAX);
    let said = Said::new(
        format!(
            "Too many attempts failed. Wait {seconds} s before the next; a letter that sets a new password goes at once."
        ),
        format!(
            "Trop d'essais ont échoué. Attendez {seconds} s avant le prochain ; un message pour changer de mot de passe part aussitôt."
        ),
    );
    Problem::later(Kind::TooManyRequests, seconds, said)
}

/// 503: too many sign in at once.
pub(super) fn busy() -> Problem {
    Problem::later(
        Kind::Busy,
        3,
        Said::new(
            "Too many sign in at this moment; nothing was done.",
            "Trop de connexions à cet instant ; rien n'a été fait.",
        ),
    )
}

fn from(ask: &Ask) -> From {
    let request = ask.request();
    let agent = request.headers().get(header::USER_AGENT);
    From {
        address: Peer::known(request).stranger(),
        device: ask.entrance.cookies.read(request.headers(), Cookie::Device),
        agent: agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}
