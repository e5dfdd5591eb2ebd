//! What a handler needs of its request, and how it reads and writes.

use super::authenticate::Here;
use super::guard::Admitted;
use super::keyed::{LineLeft, VerbReached, keyed};
use super::refused;
use crate::app::records::Rulebooks;
use crate::app::see;
use crate::app::service::Write;
use crate::app::{self, Act, Answer, Caller, Decided};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::domain::role::Action;
use crate::http::entrance::Entrance;
use crate::http::etag;
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{PROBLEM_JSON, Problem};
use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Ready, ready};

/// One admitted request.
pub struct Ask {
    request: HttpRequest,
    /// What the service is set to.
    pub entrance: web::Data<Entrance>,
    /// Who is asking.
    pub caller: Caller,
    /// When.
    pub now: Instant,
    /// The language of the answer.
    pub language: Language,
    site: Option<Finess>,
    /// The session by whose cookie they come, if they do.
    pub session: Option<Here>,
}

impl FromRequest for Ask {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = request.extensions().get::<Admitted>().cloned();
        let entrance = request.app_data::<web::Data<Entrance>>().cloned();
        ready(match (admitted, entrance) {
            (
                Some(Admitted {
                    caller,
                    site,
                    session,
                }),
                Some(entrance),
            ) => {
                let language = request
                    .extensions()
                    .get::<Language>()
                    .copied()
                    .unwrap_or(entrance.default_language);
                Ok(Self {
                    now: entrance.clock.now(),
                    request: request.clone(),
                    entrance,
                    caller,
                    language,
                    site,
                    session,
                })
            }
            _ => Err(Problem::internal("a route without a guard")),
        })
    }
}

/// Whether a write needs an `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It does.
    Keyed,
    /// It takes one when it is sent.
    MayBeKeyed,
    /// It takes none: its answer must not be kept.
    Never,
}

impl Ask {
    /// Returns the site that the address names.
    ///
    /// # Errors
    /// 500 when the address names none: a bug of ours.
    pub fn site(&self) -> Result<Finess, Problem> {
        self.site
            .ok_or_else(|| Problem::internal("an address without a site"))
    }

    /// Returns a part of the address. A NUL, which nothing has that is kept and PostgreSQL takes in no
    /// text, stands in it as the character of what could not be read.
    pub fn part(&self, name: &str) -> String {
        self.request
            .match_info()
            .get(name)
            .unwrap_or_default()
            .replace('\0', "\u{fffd}")
    }

    /// Returns the request, for what reads its headers.
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Answers with what has a version: its `ETag` and its shape, or 304 and no shape to whoever
    /// has that version already (`If-None-Match`).
    pub fn seen<T: Serialize>(&self, version: i64, shape: &T) -> HttpResponse {
        if etag::is_known(&self.request, version) {
            return HttpResponse::NotModified()
                .insert_header(etag::etag(version))
                .finish();
        }
        HttpResponse::Ok()
            .insert_header(etag::etag(version))
            .json(shape)
    }

    /// Returns the rulebooks.
    pub fn rules(&self) -> &Rulebooks {
        self.entrance.service.rules()
    }

    /// Returns whether the clock shows another time than the world's.
    pub fn simulated(&self) -> bool {
        self.entrance.clock.is_simulated()
    }

    /// Reckons on what needs no database.
    ///
    /// # Errors
    /// 500 when the work panics.
    pub async fn reckon<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Rulebooks) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let service = &self.entrance.service;
        service.reckon(work).await.map_err(refused::problem)
    }

    /// Reads.
    ///
    /// # Errors
    /// The problem of what `look` was refused or failed with.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let caller = self.caller.clone();
        let read = self.entrance.service.read(caller, self.now, look).await;
        read.map_err(|error| self.refused(error))
    }

    /// The problem of what a verb was refused or failed with, at the place it was asked in.
    fn refused(&self, error: app::Error) -> Problem {
        let problem = refused::problem(error);
        if self.request.method() == Method::GET {
            problem.in_query()
        } else {
            problem
        }
    }

    /// Reads what leaves a line on the audit trail: a patient's record.
    ///
    /// # Errors
    /// The problem of what `look` was refused or failed with.
    pub async fn read_and_note<T: Send + 'static>(
        &self,
        sites: Vec<Finess>,
        look: impl FnMut(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let caller = self.caller.clone();
        let noted = self.entrance.service.write(caller, self.now, sites, look);
        let noted = noted.await.map_err(|error| self.refused(error))?;
        self.request.extensions_mut().insert(LineLeft);
        Ok(noted)
    }

    /// Says that the line on the audit trail is left already, or that there is none to leave: a dry run changed
    /// nothing, and told nothing of a patient that was not brought along.
    pub fn line_is_seen_to(&self) {
        self.request.extensions_mut().insert(LineLeft);
    }

    /// Whether whoever asks may know who is treated at a site.
    pub fn meets_patients(&self, site: Finess) -> bool {
        let read = Action::ReadPatients;
        self.caller.check(read, Some(site)).is_ok()
    }

    /// Writes on the audit trail, in a transaction of its own, that what was read of a site names
    /// patients: one line a request, none when it names nobody.
    ///
    /// # Errors
    /// The problem of what the writing failed with: then nothing may be shown.
    pub async fn note_reading(
        &self,
        site: Finess,
        what: &'static str,
        patients: BTreeSet<String>,
    ) -> Result<(), Problem> {
        self.note_readings(what, BTreeMap::from([(site, patients)]))
            .await
    }

    /// As [`Self::note_reading`] of several sites, in one transaction: one line a site.
    ///
    /// # Errors
    /// The problem of what the writing failed with: then nothing may be shown.
    pub async fn note_readings(
        &self,
        what: &'static str,
        mut patients: BTreeMap<Finess, BTreeSet<String>>,
    ) -> Result<(), Problem> {
        patients.retain(|_, of_site| !of_site.is_empty());
        if patients.is_empty() {
            self.request.extensions_mut().insert(LineLeft);
            return Ok(());
        }
        let sites = patients.keys().copied().collect();
        self.read_and_note(sites, move |act| {
            for (site, patients) in &patients {
                see::note_reading(act, *site, what, patients)?;
            }
            Ok(())
        })
        .await
    }

    /// Writes, once and only once, and answers. `action` names a refusal on the audit trail.
    ///
    /// # Errors
    /// The problem of what `work` failed with when that is no refusal, or of the key.
    pub async fn write(
        &self,
        repeat: Repeat,
        body: &[u8],
        sites: Vec<Finess>,
        action: &'static str,
        work: impl FnMut(&mut Act<'_>) -> Result<Answer, app::Error> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let key = match repeat {
            Repeat::Keyed => Some(IdempotencyKey::required(&self.request)?),
            Repeat::MayBeKeyed => IdempotencyKey::optional(&self.request)?,
            Repeat::Never => None,
        };
        let keyed = key.map(|key| keyed(&self.request, &self.caller, &key, body));
        let write = Write {
            caller: self.caller.clone(),
            now: self.now,
            sites,
            keyed,
            action,
        };
        let (language, request_id) = (self.language, self.caller.request_id.clone());
        let refuse = move |decided: &Decided| refused::answer(language, &request_id, decided);
        self.request.extensions_mut().insert(VerbReached);
        let answer = self
            .entrance
            .service
            .answer(write, work, refuse)
            .await
            .map_err(refused::problem)?;
        self.request.extensions_mut().insert(LineLeft);
        Ok(response(&answer))
    }

    /// Reads for a question that is answered like a write but keeps nothing: its refusal is written
    /// down as `action`.
    ///
    /// # Errors
    /// The problem of what `look` was refused or failed with.
    pub async fn weigh<T: Send + 'static>(
        &self,
        site: Finess,
        action: &'static str,
        look: impl FnOnce(&mut Act<'_>) -> Result<T, app::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.request.extensions_mut().insert(VerbReached);
        self.entrance
            .service
            .weigh((self.caller.clone(), self.now), (action, site), look)
            .await
            .map_err(refused::problem)
    }
}

/// An answer as it is sent.
pub(super) fn response(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = HttpResponse::build(status);
    if let Some(location) = &answer.location {
        builder.insert_header((header::LOCATION, location.as_str()));
    }
    if let Some(etag) = &answer.etag {
        builder.insert_header((header::ETAG, etag.as_str()));
    }
    if let Some(language) = &answer.language {
        builder.insert_header((header::CONTENT_LANGUAGE, language.as_str()));
    }
    if answer.body.is_empty() {
        return builder.finish();
    }
    builder
        .content_type(answer.content_type.as_str())
        .body(answer.body.clone())
}

/// Makes an answer of a shape.
///
/// # Errors
/// A bug of ours, when the shape cannot be written as JSON.
pub fn answer<T: Serialize>(status: u16, shape: &T) -> Result<Answer, app::Error> {
    let body = serde_json::to_string(shape)
        .map_err(|e| app::Error::Bug(format!("an answer that is no JSON: {e}")))?;
    Ok(Answer {
        status,
        content_type: "application/json".to_owned(),
        location: None,
        etag: None,
        language: None,
        body,
    })
}

/// Makes an answer that created something.
///
/// # Errors
/// As [`answer`].
pub fn created<T: Serialize>(location: String, shape: &T) -> Result<Answer, app::Error> {
    Ok(Answer {
        location: Some(location),
        ..answer(201, shape)?
    })
}

/// Makes an answer without a body.
pub fn nothing() -> Answer {
    Answer {
        status: 204,
        content_type: String::new(),
        location: None,
        etag: None,
        language: None,
        body: String::new(),
    }
}

/// Writes the version of what can be edited beside an answer.
#[must_use]
pub fn versioned(answer: Answer, version: i64) -> Answer {
    Answer {
        etag: Some(etag_text(version)),
        ..answer
    }
}

/// Returns the `ETag` of a version.
pub fn etag_text(version: i64) -> String {
    format!("\"v{version}\"")
}

/// The media type of a problem that is kept.
pub const KEPT_PROBLEM: &str = PROBLEM_JSON;
