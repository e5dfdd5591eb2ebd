//! `/acknowledge/{token}` and `/unsubscribe/{token}`: the links in a letter that need no other access.
//!
//! `GET` changes nothing, whoever follows it (mail programs look at links before people do); `POST` with the
//! token in the address does what the link is for. A mail program that unsubscribes by itself posts there
//! too (RFC 8058, § 3.2).

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::asked::asked_by;
use super::entrance::Entrance;
use super::headers::PAGE_POLICY;
use super::problem::Problem;
use crate::app::letter_links::{self, Behind, Found, LinkPurpose, Stopped};
use crate::app::{self, Caller};
use crate::domain::alert::{Alert, AlertState};
use crate::domain::reason::Refusal;
use crate::text::letter_page::{self, Outcome};

/// Adds both addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/acknowledge/{token}")
                .get(ask_to_acknowledge)
                .post(acknowledge),
        )
        .service(
            web::resource("/unsubscribe/{token}")
                .get(ask_to_stop)
                .post(stop),
        );
}

type Place = (web::Data<Entrance>, web::Path<String>, HttpRequest);

async fn ask_to_acknowledge(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let place = (entrance, token, request);
    let behind = match look(&place, LinkPurpose::Acknowledge).await? {
        Ok(behind) => behind,
        Err(answer) => return Ok(answer),
    };
    Ok(match open_alert(&behind) {
        Ok(alert) => asked(&behind, alert, StatusCode::OK),
        Err(outcome) => said(&behind, outcome, StatusCode::OK),
    })
}

/// The form of the page.
#[derive(Deserialize)]
struct Seen {
    /// The version of the alert that the page showed.
    version: i64,
}

async fn acknowledge(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
    form: Result<web::Form<Seen>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let place = (entrance, token, request);
    let behind = match look(&place, LinkPurpose::Acknowledge).await? {
        Ok(behind) => behind,
        Err(answer) => return Ok(answer),
    };
    // what no page of ours sends is no answer: it is asked again
    let Ok(form) = form else {
        return Ok(as_it_stands(&behind, StatusCode::BAD_REQUEST));
    };
    let (entrance, token, _) = &place;
    let (token, version) = (token.as_str().to_owned(), form.version);
    let done = entrance
        .service
        .write(
            as_whom(&behind, &place),
            entrance.clock.now(),
            vec![behind.site.finess],
            move |act| letter_links::acknowledge(act, &token, version),
        )
        .await;
    match done {
        Ok(_) => Ok(said(&behind, Outcome::Acknowledged, StatusCode::OK)),
        // what was seen is no longer so: it is shown as it is now
        Err(app::Error::Refused(
            Refusal::Stale { .. } | Refusal::WrongState { .. } | Refusal::Unknown { .. },
        )) => again(&place).await,
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Shows how the alert stands after it was not acknowledged.
async fn again(place: &Place) -> Result<HttpResponse, Problem> {
    let behind = match look(place, LinkPurpose::Acknowledge).await? {
        Ok(behind) => behind,
        Err(answer) => return Ok(answer),
    };
    Ok(as_it_stands(&behind, StatusCode::CONFLICT))
}

fn as_it_stands(behind: &Behind, status: StatusCode) -> HttpResponse {
    match open_alert(behind) {
        Ok(alert) => asked(behind, alert, status),
        Err(outcome) => said(behind, outcome, status),
    }
}

async fn ask_to_stop(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let place = (entrance, token, request);
    let behind = match look(&place, LinkPurpose::Unsubscribe).await? {
        Ok(behind) => behind,
        Err(answer) => return Ok(answer),
    };
    if behind.kind.is_some_and(|kind| !kind.can_wait()) {
        return Ok(said(&behind, Outcome::MustHear, StatusCode::OK));
    }
    let language = behind.recipient.language;
    let page = letter_page::ask_to_stop(language, &behind.site, behind.kind);
    Ok(html(StatusCode::OK, page))
}

async fn stop(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let place = (entrance, token, request);
    let behind = match look(&place, LinkPurpose::Unsubscribe).await? {
        Ok(behind) => behind,
        Err(answer) => return Ok(answer),
    };
    let (entrance, token, _) = &place;
    let token = token.as_str().to_owned();
    let done = entrance
        .service
        .write(
            as_whom(&behind, &place),
            entrance.clock.now(),
            vec![behind.recipient.site],
            move |act| letter_links::unsubscribe(act, &token),
        )
        .await;
    match done {
        Ok(Stopped::Done) => Ok(said(&behind, Outcome::Stopped, StatusCode::OK)),
        Ok(Stopped::MustHear) => Ok(said(&behind, Outcome::MustHear, StatusCode::CONFLICT)),
        Err(app::Error::Refused(Refusal::Unknown { .. })) => Ok(gone()),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// As whom somebody acts who presses the button on a page.
fn as_whom(behind: &Behind, place: &Place) -> Caller {
    letter_links::caller(behind, &asked_by(&place.2))
}

/// What the link leads to, or the answer when that is nothing.
async fn look(
    (entrance, token, request): &Place,
    purpose: LinkPurpose,
) -> Result<Result<Box<Behind>, HttpResponse>, Problem> {
    let caller = Caller {
        request_id: asked_by(request).request_id,
        ..Caller::service()
    };
    let token = token.as_str().to_owned();
    let found = entrance
        .service
        .read(caller, entrance.clock.now(), move |act| {
            letter_links::look(act, purpose, &token)
        })
        .await
        .map_err(Problem::internal)?;
    Ok(match found {
        Found::Good(behind) => Ok(behind),
        Found::Used => {
            let language = entrance.default_language;
            let page = letter_page::told(language, Outcome::Used);
            Err(html(StatusCode::GONE, page))
        }
        Found::Gone => Err(gone()),
    })
}

fn open_alert(behind: &Behind) -> Result<&Alert, Outcome> {
    match &behind.alert {
        Some(alert) if alert.state == AlertState::Open => Ok(alert),
        Some(alert) => Err(letter_page::no_longer_open(alert.state)),
        None => Err(Outcome::Over),
    }
}

fn asked(behind: &Behind, alert: &Alert, status: StatusCode) -> HttpResponse {
    let language = behind.recipient.language;
    let others = behind.others.len();
    let page = letter_page::ask_to_acknowledge(language, &behind.site, alert, others);
    html(status, page)
}

fn said(behind: &Behind, outcome: Outcome, status: StatusCode) -> HttpResponse {
    html(
        status,
        letter_page::told(behind.recipient.language, outcome),
    )
}

fn gone() -> HttpResponse {
    html(StatusCode::NOT_FOUND, letter_page::gone())
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
