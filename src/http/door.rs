//! What every request passes through, in and out.
//!
//! In: the id, the language, who asks from where, the limits of the head and of how often, a span for the log; HEAD
//! becomes GET, whose body the protocol then leaves out (RFC 9110, 9.3.2: every GET has a HEAD). Around: the time limit,
//! and a net under panics. Out: problems in the caller's language, the headers of every answer,
//! one line in the log and one count in the metrics, none of which has a query string, a token
//! or a body in it.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use tracing::Instrument as _;

use super::headers;
use super::health::Readiness;
use super::language::{Language, Said};
use super::limits::{Limits, took_too_long};
use super::lines::Held;
use super::peer::{Peer, Proxies};
use super::problem::{Kind, Problem};
use super::request_id::RequestId;
use super::throttle::{Class, Throttle};
use crate::telemetry::Metrics;

/// What the door of one service needs to know.
pub struct Door {
    /// The limits of every request.
    pub limits: Limits,
    /// The language of those who ask for none.
    pub default_language: Language,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// What must be well for this instance to be given work.
    pub readiness: Readiness,
    /// Who is believed about where a request comes from.
    pub proxies: Proxies,
    /// How often somebody may ask.
    pub throttle: Throttle,
}

/// What is known of a request before it is routed.
struct Asked {
    id: RequestId,
    language: Language,
    method: &'static str,
    pattern: String,
    peer: Peer,
    started: Instant,
}

/// The middleware: `App::wrap(from_fn(door))`, with a `web::Data<Door>`.
///
/// # Errors
/// A [`Problem`] where the request has gone and can't be answered otherwise: after the time limit.
pub async fn door(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(door) = request.app_data::<web::Data<Door>>().cloned() else {
        return Err(Problem::internal("the door is not in the app's data").into());
    };
    let asked = Asked {
        id: RequestId::of(request.headers()),
        language: super::language::wanted(request.headers(), door.default_language),
        method: method_name(request.method()),
        // an address that is not ours must not become a label of its own
        pattern: request
            .match_pattern()
            .unwrap_or_else(|| "unmatched".into()),
        peer: Peer::of(&request, &door.proxies),
        started: Instant::now(),
    };
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    request.extensions_mut().insert(asked.id.clone());
    request.extensions_mut().insert(asked.language);
    request.extensions_mut().insert(asked.peer);
    let busy = request.conn_data::<Held>().map(Held::busy);
    let span = tracing::info_span!("request", id = %asked.id, method = asked.method, address = asked.pattern);
    async move {
        let outcome = match admit(&door, &request, &asked) {
            Ok(()) => guarded(door.limits.request_time, next.call(request)).await,
            Err(problem) => Err(problem.into()),
        };
        let outcome = finished(outcome, &asked);
        let status = match &outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        record(&door.metrics, &asked, status);
        outcome.map(|response| match busy {
            Some(busy) => response.map_body(|_, body| busy.until_sent(body)),
            None => response,
        })
    }
    .instrument(span)
    .await
}

/// Looks at the head: whether it is one, and whether whoever sends it has not sent too many.
fn admit(door: &Door, request: &ServiceRequest, asked: &Asked) -> Result<(), Problem> {
    door.limits.allow(request)?;
    match Class::of(request.method(), &asked.pattern) {
        Some(class) => door.throttle.network(asked.peer, class),
        None => Ok(()),
    }
}

/// Waits for the answer, but no longer than `limit`, and turns a panic into a 500.
async fn guarded<B>(
    limit: Duration,
    answer: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = pin!(answer);
    let caught =
        poll_fn(
            |context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
                Ok(poll) => poll,
                Err(_already_told_by_the_panic_hook) => {
                    Poll::Ready(Err(Problem::internal("the handler panicked").into()))
                }
            },
        );
    match tokio::time::timeout(limit, caught).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(took_too_long(limit).into()),
    }
}

/// Writes problems anew and adds the headers of every answer.
fn finished<B: MessageBody + 'static>(
    outcome: Result<ServiceResponse<B>, Error>,
    asked: &Asked,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match outcome {
        Err(error) => {
            let problem = problem_of(&error);
            log_cause(&problem, asked.peer);
            return Err(problem
                .asked(asked.language, asked.id.as_str(), asked.peer.is_https())
                .into());
        }
        Ok(response) => response.map_into_boxed_body(),
    };
    let problem = match response.response().error() {
        Some(error) => Some(problem_of(error)),
        None => problem_of_empty(response.response()),
    };
    if let Some(problem) = problem {
        log_cause(&problem, asked.peer);
        let mut written = problem.response(asked.language, asked.id.as_str());
        for (name, value) in response.headers() {
            if !written.headers().contains_key(name) && name != header::CONTENT_LENGTH {
                written.headers_mut().append(name.clone(), value.clone());
            }
        }
        response = response.into_response(written);
    }
    headers::secure(
        response.headers_mut(),
        &asked.pattern,
        asked.peer.is_https(),
    );
    headers::name_request(response.headers_mut(), asked.id.as_str());
    Ok(response)
}

/// The problem that an error is, or the nearest one to an error that is not ours.
fn problem_of(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    let kind = Kind::ALL.iter().find(|kind| kind.status() == status);
    match kind {
        Some(kind) if status.is_client_error() => Problem::new(*kind, told(error, *kind)),
        None if status.is_client_error() => {
            Problem::new(Kind::BadRequest, told(error, Kind::BadRequest))
        }
        _ => Problem::internal(error),
    }
}

/// What an error that is not ours says; it knows no French, so the kind's title stands there.
fn told(error: &Error, kind: Kind) -> Said {
    Said::new(error.to_string(), kind.title(Language::Fr))
}

/// The problem behind the empty answers of the router: nothing there, or not that method.
fn problem_of_empty(response: &HttpResponse) -> Option<Problem> {
    if !matches!(response.body().size(), BodySize::None | BodySize::Sized(0)) {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(nothing_here()),
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers().get(header::ALLOW);
            let names = allow.and_then(|v| v.to_str().ok()).unwrap_or_default();
            let methods: Vec<_> = names.split(", ").filter_map(|n| n.parse().ok()).collect();
            Some(Problem::method_not_allowed(&methods))
        }
        _ => None,
    }
}

/// 404 for an address that is not ours.
pub fn nothing_here() -> Problem {
    Problem::new(
        Kind::NotFound,
        Said::new(
            "the addresses there are stand in /api/openapi.json",
            "les adresses existantes figurent dans /api/openapi.json",
        ),
    )
}

/// What failed is said in the log, and of a refusal of which kind it is and for whom: whoever tries doors is seen by
/// that.
fn log_cause(problem: &Problem, from: Peer) {
    let kind = problem.kind().slug();
    if let Some(cause) = problem.logged_cause() {
        tracing::error!(problem = kind, cause, "a request failed");
    } else {
        tracing::info!(problem = kind, %from, "refused");
    }
}

fn record(metrics: &Metrics, asked: &Asked, status: StatusCode) {
    let took = asked.started.elapsed();
    metrics.request(asked.method, &asked.pattern, status.as_u16(), took);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    if matches!(asked.pattern.as_str(), "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(status, ms, "answered");
    } else {
        tracing::info!(status, ms, "answered");
    }
}

/// The method as a label; what a caller invents must not become one.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
