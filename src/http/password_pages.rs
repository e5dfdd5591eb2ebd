//! `/set-password/{token}`: the link in a letter by which somebody sets a password.
//!
//! `GET` changes nothing, whoever follows it; `POST` of the page's form sets the password, once.

use super::asked::asked_by;
use super::cookies::Cookie;
use super::entrance::Entrance;
use super::headers::PAGE_POLICY;
use super::problem::Problem;
use crate::app::access::passwords::Password;
use crate::app::set_password::{self, Set};
use crate::app::{self, Caller};
use crate::domain::person::Person;
use crate::domain::reason::{OfAccess, Refusal};
use crate::text::password_page::{self, Wrong};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Adds the address.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/set-password/{token}").get(ask).post(set));
}

async fn ask(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Ok(match look(&entrance, &token, &request).await? {
        Some(person) => asked(&person, StatusCode::OK, None),
        None => gone(),
    })
}

/// The form of the page.
#[derive(Deserialize)]
struct Typed {
    password: String,
    again: String,
}

async fn set(
    entrance: web::Data<Entrance>,
    token: web::Path<String>,
    request: HttpRequest,
    form: web::Form<Typed>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = look(&entrance, &token, &request).await? else {
        return Ok(gone());
    };
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    if form.password != form.again {
        return Ok(asked(&person, unfit, Some(Wrong::Unlike)));
    }
    let when = (entrance.clock.now(), &asked_by(&request));
    let password = Password::typed(&form.password);
    let done = set_password::by_link(&entrance.service, when, &token, password).await;
    match done {
        Ok(Set::Done) => {
            let mut answer = html(StatusCode::OK, password_page::done(person.language));
            // whoever was signed in here is no more
            if let Some(gone) = entrance.cookies.set(Cookie::Session, None) {
                answer.headers_mut().append(SET_COOKIE, gone);
            }
            Ok(answer)
        }
        Ok(Set::Gone) => Ok(gone()),
        Ok(Set::Busy) => {
            let busy = StatusCode::SERVICE_UNAVAILABLE;
            Ok(asked(&person, busy, Some(Wrong::Busy)))
        }
        Err(app::Error::Refused(Refusal::Access(OfAccess::WeakPassword(weakness)))) => {
            Ok(asked(&person, unfit, Some(Wrong::Weak(weakness))))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

async fn look(
    entrance: &Entrance,
    token: &str,
    request: &HttpRequest,
) -> Result<Option<Person>, Problem> {
    let caller = Caller::nobody(&asked_by(request));
    let (token, now) = (token.to_owned(), entrance.clock.now());
    entrance
        .service
        .read(caller, now, move |act| set_password::look(act, &token))
        .await
        .map_err(Problem::internal)
}

fn asked(person: &Person, status: StatusCode, wrong: Option<Wrong>) -> HttpResponse {
    html(
        status,
        password_page::ask(person.language, &person.email, wrong),
    )
}

fn gone() -> HttpResponse {
    html(StatusCode::NOT_FOUND, password_page::gone())
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
