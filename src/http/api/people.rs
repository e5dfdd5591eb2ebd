//! `/people`: who can sign in, and who holds which role where.

use super::ask::{Ask, Repeat, answer, created, nothing, versioned};
use super::fields::{code, optional_words, words};
use crate::app::edit_people::{self, Change, First, NewPerson, NewRole};
use crate::app::records::Account;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{GrantId, PersonId};
use crate::domain::language::Language;
use crate::domain::person::RoleGrant;
use crate::domain::role::Role;
use crate::http::body::{Body, Object};
use crate::http::etag::Expected;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use crate::mail::address::EmailAddress;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role that somebody holds.
#[derive(Serialize, ToSchema)]
pub struct RoleShape {
    id: String,
    role: &'static str,
    /// Where; absent: at every site.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    /// Who gave it: `person:` and an id, the id of a token, or `command-line`.
    given_by: String,
    #[schema(value_type = String, format = DateTime)]
    given_at: Instant,
    /// Until when; absent: until it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Instant>,
}

/// The roles that somebody holds.
#[derive(Serialize, ToSchema)]
pub struct Roles {
    items: Vec<RoleShape>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonShape {
    id: String,
    name: String,
    email: String,
    /// `fr` or `en`.
    language: &'static str,
    /// Whether they may sign in.
    active: bool,
    /// Whether they have set a password.
    has_password: bool,
    /// Whether a second factor is in force.
    has_second_factor: bool,
    roles: Vec<RoleShape>,
    version: i64,
}

fn role_shape(grant: RoleGrant) -> RoleShape {
    RoleShape {
        id: grant.id.to_string(),
        role: grant.role.code(),
        site: grant.site.map(|site| site.to_string()),
        given_by: grant.given_by,
        given_at: grant.given_at,
        until: grant.until,
    }
}

fn shape((account, roles): (Account, Vec<RoleGrant>)) -> PersonShape {
    PersonShape {
        has_password: account.password.is_some(),
        has_second_factor: account.has_second_factor(),
        id: account.person.id.to_string(),
        name: account.person.name,
        email: account.person.email,
        language: account.person.language.code(),
        active: account.person.active,
        roles: roles.into_iter().map(role_shape).collect(),
        version: account.person.version,
    }
}

/// `GET /people`: those who hold a role within the caller's reach.
///
/// # Errors
/// 400 for the query; the database's.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("people");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| edit_people::list(act, after.as_deref(), rows))
        .await?;
    let people: Vec<PersonShape> = found.into_iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(page.cut(people, |p| p.id.clone())))
}

/// A role to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoleBody {
    /// `pharmacist`, `car-t-unit`, `prescriber`, `coordinator`, `admin` or `reader`.
    role: String,
    /// A FINESS number; absent with `all_sites`.
    site: Option<String>,
    /// Whether it is held everywhere.
    #[serde(default)]
    all_sites: bool,
    /// Until when; until it is taken when not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Instant>,
}

fn new_role(faults: &mut Faults, at: &str, read: &NewRoleBody) -> Option<NewRole> {
    let known = Role::ALL.map(Role::code);
    let role = code(
        faults,
        &format!("{at}/role"),
        &read.role,
        Role::from_code,
        &known,
    );
    let site = match &read.site {
        Some(text) => Some(faults.take(format!("{at}/site"), Finess::parse(text))?),
        None => None,
    };
    if read.all_sites == site.is_some() {
        let said = Said::new(
            "must name a site, or all_sites must be true, and not both",
            "doit nommer un site, ou bien all_sites doit être vrai, et pas les deux",
        );
        faults.push(Fault::new(format!("{at}/site"), said));
        return None;
    }
    Some(NewRole {
        role: role?,
        site,
        until: read.until,
    })
}

/// Somebody to be added; they are written a letter with a link to set a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonBody {
    /// 1 to 100 characters.
    name: String,
    email: String,
    /// `fr` or `en`; the one that the service is set to (`default_language`) when not said.
    language: Option<String>,
    /// The roles that they hold from the beginning; at most 100.
    #[serde(default)]
    #[schema(value_type = Vec<NewRoleBody>)]
    roles: Vec<Object<NewRoleBody>>,
}

const LANGUAGES: [&str; 2] = ["fr", "en"];

/// `POST /people`
///
/// # Errors
/// 422 for the body, 403 for a role beyond the caller's reach, 409 when the address is there.
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let read: NewPersonBody = body.json()?;
    let mut faults = Faults::new();
    let name = words(&mut faults, "/name", &read.name, 100);
    let email = faults.take("/email", EmailAddress::parse(&read.email));
    let language = read.language.as_deref();
    let language = language.unwrap_or(ask.entrance.default_language.code());
    let language = code(
        &mut faults,
        "/language",
        language,
        Language::from_code,
        &LANGUAGES,
    );
    if read.roles.len() > 100 {
        let said = Said::new("has more than 100 roles", "a plus de 100 rôles");
        faults.push(Fault::new("/roles", said));
    }
    let mut roles = Vec::new();
    for (n, Object(role)) in read.roles.iter().take(100).enumerate() {
        roles.extend(new_role(&mut faults, &format!("/roles/{n}"), role));
    }
    let (name, email, language) = faults.all((name, email, language))?;
    let new = NewPerson {
        name,
        email: email.to_string(),
        language,
        roles,
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "person.add",
        move |act| {
            let account = edit_people::add(act, &new, &First::Invited)?;
            let (id, version) = (account.person.id.clone(), account.person.version);
            let location = format!("{}/people/{id}", super::BASE);
            let person = edit_people::see(act, &id)?;
            Ok(versioned(created(location, &shape(person))?, version))
        },
    )
    .await
}

/// `GET /people/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(ask.part("id"));
    let found = ask.read(move |act| edit_people::see(act, &id)).await?;
    let version = found.0.person.version;
    // what is beside it (roles, password, second factor) has no version: it is always sent
    Ok(HttpResponse::Ok()
        .insert_header(crate::http::etag::etag(version))
        .json(shape(found)))
}

/// What changes of a person; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// 1 to 100 characters.
    name: Option<String>,
    /// With another they are signed out everywhere, and the old one is told.
    email: Option<String>,
    /// `fr` or `en`.
    language: Option<String>,
    /// Whether they may sign in; who may not is signed out everywhere at once.
    active: Option<bool>,
}

/// `PATCH /people/{id}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body, 404 when there is none within the caller's reach, 403 when a
/// role of theirs is beyond it, 409 when nobody would be left who can give access.
pub async fn change(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let (id, expected) = (PersonId::new(ask.part("id")), Expected::of(ask.request())?);
    let read: PersonChange = body.json()?;
    let mut faults = Faults::new();
    let email = read.email.as_deref();
    let email = email.and_then(|text| faults.take("/email", EmailAddress::parse(text)));
    let language = read.language.as_deref();
    let wanted = Change {
        name: optional_words(&mut faults, "/name", read.name.as_deref(), 100),
        email: email.map(|email| email.to_string()),
        language: language.and_then(|text| {
            code(
                &mut faults,
                "/language",
                text,
                Language::from_code,
                &LANGUAGES,
            )
        }),
        active: read.active,
    };
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "person.edit",
        move |act| {
            let allows = |version| expected.allows(version);
            let person = edit_people::change(act, &id, allows, &wanted)?;
            let version = person.0.person.version;
            Ok(versioned(answer(200, &shape(person))?, version))
        },
    )
    .await
}

/// `GET /people/{id}/roles`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn roles(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(ask.part("id"));
    let (_, roles) = ask.read(move |act| edit_people::see(act, &id)).await?;
    Ok(HttpResponse::Ok().json(Roles {
        items: roles.into_iter().map(role_shape).collect(),
    }))
}

/// `POST /people/{id}/roles`
///
/// # Errors
/// 422 for the body, 403 for a site beyond the caller's reach, 404 for a person beyond it, 409 when it is held
/// there already.
pub async fn give(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = PersonId::new(ask.part("id"));
    let read: NewRoleBody = body.json()?;
    let mut faults = Faults::new();
    let new = new_role(&mut faults, "", &read);
    let (new,) = faults.all((new,))?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "role.give",
        move |act| {
            edit_people::see(act, &id)?;
            let grant = edit_people::give(act, &id, &new)?;
            let location = format!("{}/people/{id}/roles/{}", super::BASE, grant.id);
            created(location, &role_shape(grant))
        },
    )
    .await
}

/// `DELETE /people/{id}/roles/{grant}`
///
/// # Errors
/// 404 when there is none within the caller's reach, 409 when nobody would be left who can give access.
pub async fn take(ask: Ask) -> Result<HttpResponse, Problem> {
    let (person, id) = (
        PersonId::new(ask.part("id")),
        GrantId::new(ask.part("grant")),
    );
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::new(),
        "role.take",
        move |act| {
            edit_people::take(act, &person, &id)?;
            Ok(nothing())
        },
    )
    .await
}

/// `POST /people/{id}/reset`: writes them a letter with a link to set a password.
///
/// # Errors
/// 404 when there is none within the caller's reach, 403 when a role of theirs is beyond it.
pub async fn reset(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = PersonId::new(ask.part("id"));
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::new(),
        "person.reset",
        move |act| {
            edit_people::reset(act, &id)?;
            Ok(nothing())
        },
    )
    .await
}

/// `DELETE /people/{id}/second-factor`: for somebody who has lost it, and signs in with a new one.
///
/// # Errors
/// As [`reset`].
pub async fn remove_second_factor(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = PersonId::new(ask.part("id"));
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::new(),
        "person.remove-second-factor",
        move |act| {
            edit_people::remove_second_factor(act, &id)?;
            Ok(nothing())
        },
    )
    .await
}
