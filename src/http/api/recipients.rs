//! `/sites/{finess}/recipients`: who receives the letters of a site.

use super::ask::{Ask, Repeat, answer, created, nothing, versioned};
use super::fields::{code, optional_words, said, words};
use crate::app::edit_recipients::{self, Change, Hearing, NewRecipient};
use crate::app::records::Recipient;
use crate::app::see::of_site;
use crate::domain::alert::{AlertKind, Capacity};
use crate::domain::calendar::Instant;
use crate::domain::hours::{Minute, QuietHours};
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::domain::reason::Refusal;
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::mail::address::EmailAddress;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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
    /// The kinds of alerts that they hear.
    kinds: Vec<&'static str>,
    /// When what can wait waits: not a reserve below its minimum, a broken clearance, a recall, an override.
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet_hours: Option<QuietHoursShape>,
    /// Whether they hear at 08:00 by the clock of the site what is open.
    digest: bool,
    /// Since when, and why, their address refuses letters, as far as is known; an edit forgets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedShape>,
    version: i64,
}

/// From when to when, by the clock of the site; over midnight when it ends earlier than it begins.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHoursShape {
    /// `HH:MM`.
    from: String,
    /// `HH:MM`.
    to: String,
}

/// What an address answered.
#[derive(Serialize, ToSchema)]
pub struct RefusedShape {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// What the server said.
    because: String,
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
        kinds: r.kinds().into_iter().map(AlertKind::code).collect(),
        quiet_hours: r.quiet.map(|quiet| QuietHoursShape {
            from: quiet.from().to_string(),
            to: quiet.to().to_string(),
        }),
        digest: r.digest,
        refused: r
            .refused
            .clone()
            .map(|(at, because)| RefusedShape { at, because }),
        version: r.version,
    }
}

/// Reads which kinds somebody does not hear, from those that they do.
fn silent(
    faults: &mut Faults,
    capacity: Option<Capacity>,
    kinds: Option<&[String]>,
) -> Option<BTreeSet<AlertKind>> {
    let (capacity, kinds) = (capacity?, kinds?);
    let known: Vec<&str> = capacity.hears().map(AlertKind::code).collect();
    let mut heard = BTreeSet::new();
    for (place, text) in kinds.iter().enumerate() {
        let of_capacity = |text: &str| {
            AlertKind::from_code(text).filter(|kind| capacity.hears().any(|k| k == *kind))
        };
        heard.extend(code(
            faults,
            &format!("/kinds/{place}"),
            text,
            of_capacity,
            &known,
        ));
    }
    edit_recipients::silent_beside(capacity, &heard).ok()
}

fn quiet(faults: &mut Faults, hours: Option<&QuietHoursShape>) -> Option<QuietHours> {
    let hours = hours?;
    let from = faults.take("/quiet_hours/from", Minute::parse(&hours.from));
    let to = faults.take("/quiet_hours/to", Minute::parse(&hours.to));
    let quiet = QuietHours::new(from?, to?);
    if quiet.is_none() {
        let said = Said::new(
            "is when they begin: to hear at any hour, say no quiet hours",
            "est l'heure où elles commencent : pour tout entendre à toute heure, n'en donnez pas",
        );
        faults.push(Fault::new("/quiet_hours/to", said).found(hours.to.clone()));
    }
    if quiet.is_some_and(QuietHours::is_too_long) {
        let most = QuietHours::LONGEST;
        let said = Said::new(
            format!("is more than {most} hours after they begin"),
            format!("est plus de {most} heures après leur début"),
        );
        faults.push(Fault::new("/quiet_hours/to", said).found(hours.to.clone()));
    }
    quiet
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
    /// The kinds of alerts that they hear, of those of their capacity; all of them when not said.
    kinds: Option<Vec<String>>,
    /// None when not said.
    quiet_hours: Option<QuietHoursShape>,
    /// `true` when not said.
    digest: Option<bool>,
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
    let silent = silent(&mut faults, capacity, read.kinds.as_deref());
    let quiet = quiet(&mut faults, read.quiet_hours.as_ref());
    let (capacity, name, email, language) = faults.all((capacity, name, email, language))?;
    let new = NewRecipient {
        capacity,
        name,
        email: email.to_string(),
        language,
        hearing: Hearing {
            silent: silent.unwrap_or_default(),
            quiet,
            digest: read.digest.unwrap_or(true),
        },
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "recipient.add",
        move |act| {
            let recipient = edit_recipients::add(act, site, &new)?;
            let location = format!("{}/sites/{site}/recipients/{}", super::BASE, recipient.id);
            Ok(versioned(
                created(location, &shape(&recipient))?,
                recipient.version,
            ))
        },
    )
    .await
}

/// `GET /sites/{finess}/recipients/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, RecipientId::new(ask.part("id")));
    let found = ask
        .read(move |act| edit_recipients::see(act, site, &id))
        .await?;
    Ok(ask.seen(found.version, &shape(&found)))
}

/// What changes of a recipient; what is not said stays. Address and capacity do not change: somebody else
/// is added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipientChange {
    /// 1 to 100 characters.
    name: Option<String>,
    /// `fr` or `en`.
    language: Option<String>,
    /// Their place in the list, from 1.
    position: Option<i64>,
    /// Whether they are written to.
    active: Option<bool>,
    /// The kinds of alerts that they hear, of those of their capacity.
    kinds: Option<Vec<String>>,
    /// `null`: none.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<QuietHoursShape>)]
    #[expect(clippy::option_option, reason = "tells null from what is not said")]
    quiet_hours: Option<Option<QuietHoursShape>>,
    digest: Option<bool>,
}

/// `PATCH /sites/{finess}/recipients/{id}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body, 404 when there is none here.
pub async fn change(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id, expected) = (
        ask.site()?,
        RecipientId::new(ask.part("id")),
        Expected::of(ask.request())?,
    );
    let read: RecipientChange = body.json()?;
    // which kinds there are to hear is a question of the capacity, which never changes
    let who = id.clone();
    let now = ask
        .read(move |act| edit_recipients::see(act, site, &who))
        .await?;
    let mut faults = Faults::new();
    let language = |faults: &mut Faults, text: &str| {
        code(
            faults,
            "/language",
            text,
            Language::from_code,
            &["fr", "en"],
        )
    };
    if read.position.is_some_and(|n| !(1..=1_000_000).contains(&n)) {
        let said = Said::new("is no place of a list", "n'est pas une place d'une liste");
        faults.push(Fault::new("/position", said).expected(Said::same("1 – 1000000")));
    }
    let wanted = Change {
        name: optional_words(&mut faults, "/name", read.name.as_deref(), 100),
        language: read
            .language
            .as_deref()
            .and_then(|text| language(&mut faults, text)),
        position: read.position,
        active: read.active,
        silent: silent(&mut faults, Some(now.capacity), read.kinds.as_deref()),
        quiet: read
            .quiet_hours
            .as_ref()
            .map(|hours| quiet(&mut faults, hours.as_ref())),
        digest: read.digest,
    };
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "recipient.edit",
        move |act| {
            let version = edit_recipients::see(act, site, &id)?.version;
            if !expected.allows(version) {
                return Err(Refusal::Stale { version }.into());
            }
            let recipient = edit_recipients::change(act, site, &id, &wanted)?;
            Ok(versioned(
                answer(200, &shape(&recipient))?,
                recipient.version,
            ))
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
