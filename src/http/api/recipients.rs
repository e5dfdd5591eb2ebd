//! `/sites/{finess}/recipients`: who receives the letters of a site.

use super::ask::{Ask, Repeat, created, nothing};
use super::fields::{code, words};
use crate::app::edit_recipients::{self, NewRecipient};
use crate::app::records::Recipient;
use crate::app::see::of_site;
use crate::domain::alert::Capacity;
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use crate::mail::address::EmailAddress;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recipient.
#[derive(Serialize, ToSchema)]
pub struct RecipientShape {
    id: String,
    /// `pharmacist`, `car-t-unit` or `coordinator`: decides which alerts they hear.
    capacity: &'static str,
    name: String,
    email: String,
    /// `fr` or `en`.
    language: &'static str,
    /// Their place in the list, from 1.
    position: i64,
    active: bool,
}

fn shape(r: &Recipient) -> RecipientShape {
    RecipientShape {
        id: r.id.to_string(),
        capacity: r.capacity.code(),
        name: r.name.clone(),
        email: r.email.clone(),
        language: r.language.code(),
        position: r.position,
        active: r.active,
    }
}

/// The recipients of a site.
#[derive(Serialize, ToSchema)]
pub struct Recipients {
    items: Vec<RecipientShape>,
}

/// `GET /sites/{finess}/recipients`
///
/// # Errors
/// The database's.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let found = ask.read(move |act| of_site::recipients(act, site)).await?;
    Ok(HttpResponse::Ok().json(Recipients {
        items: found.iter().map(shape).collect(),
    }))
}

/// Somebody to be written to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecipientBody {
    /// `pharmacist`, `car-t-unit` or `coordinator`.
    capacity: String,
    /// The person or the desk: 1 to 100 characters.
    name: String,
    email: String,
    /// `fr` or `en`; the one that the service is set to (`default_language`) when not said.
    language: Option<String>,
}

/// `POST /sites/{finess}/recipients`
///
/// # Errors
/// 422 for the body, 409 when the address is there in that capacity.
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let read: NewRecipientBody = body.json()?;
    let mut faults = Faults::new();
    let capacity = code(
        &mut faults,
        "/capacity",
        &read.capacity,
        Capacity::from_code,
        &Capacity::ALL.map(Capacity::code),
    );
    let name = words(&mut faults, "/name", &read.name, 100);
    let email = faults.take("/email", EmailAddress::parse(&read.email));
    let language = code(
        &mut faults,
        "/language",
        read.language
            .as_deref()
            .unwrap_or(ask.entrance.default_language.code()),
        Language::from_code,
        &["fr", "en"],
    );
    let (capacity, name, email, language) = faults.all((capacity, name, email, language))?;
    let new = NewRecipient {
        capacity,
        name,
        email: email.to_string(),
        language,
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "recipient.add",
        move |act| {
            let recipient = edit_recipients::add(act, site, &new)?;
            created(
                format!("{}/sites/{site}/recipients", super::BASE),
                &shape(&recipient),
            )
        },
    )
    .await
}

/// `DELETE /sites/{finess}/recipients/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn remove(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, RecipientId::new(ask.part("id")));
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        vec![site],
        "recipient.remove",
        move |act| {
            edit_recipients::remove(act, site, &id)?;
            Ok(nothing())
        },
    )
    .await
}
