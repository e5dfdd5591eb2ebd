//! `/catalogue`: the presentations that can be kept.

use super::ask::{Ask, Repeat, created};
use super::fields::{code, milligrams, optional_words, units};
use crate::app::edit_catalogue::{self, NewPresentation};
use crate::app::records::Listed;
use crate::app::see::commons;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::reason::Refusal;
use crate::http::body::Body;
use crate::http::problem::{Fault, Faults, Kind, Place, Problem};
use crate::wire::bdpm::units_per_box;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A presentation on the catalogue.
#[derive(Serialize, ToSchema)]
pub struct PresentationShape {
    cip13: String,
    /// Code of the product in the public medicines database.
    #[serde(skip_serializing_if = "Option::is_none")]
    cis: Option<String>,
    label: String,
    /// Milligrams in one unit, to the microgram.
    strength_mg: f64,
    /// `iv`, `sc` or `oral`.
    route: &'static str,
    units_per_box: u32,
}

fn shape(listed: Listed) -> PresentationShape {
    let p = listed.presentation;
    PresentationShape {
        cip13: p.cip13.to_string(),
        cis: listed.cis,
        label: p.label,
        strength_mg: super::stock::as_mg(p.strength),
        route: p.route.code(),
        units_per_box: p.units_per_box.get(),
    }
}

/// The catalogue.
#[derive(Serialize, ToSchema)]
pub struct Catalogue {
    items: Vec<PresentationShape>,
}

/// `GET /catalogue`
///
/// # Errors
/// The database's.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let found = ask.read(commons::catalogue).await?;
    Ok(HttpResponse::Ok().json(Catalogue {
        items: found.into_iter().map(shape).collect(),
    }))
}

/// What is known of a code.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// Whether it is on the catalogue.
    on_catalogue: bool,
    /// As it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    presentation: Option<PresentationShape>,
    /// What the imported public medicines database knows of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bdpm: Option<Bdpm>,
}

/// A pack in the imported public medicines database.
#[derive(Serialize, ToSchema)]
pub struct Bdpm {
    cis: String,
    /// Name of the product.
    product: Option<String>,
    /// What the box holds.
    pack: String,
    /// Routes of administration, separated by semicolons.
    routes: Option<String>,
    /// Units in a box, where the label leaves no doubt.
    units_per_box: Option<u32>,
}

/// `GET /catalogue/{cip13}`
///
/// # Errors
/// 400 for the code, 404 when nobody knows it.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let text = ask.part("cip13");
    let in_address = |e: crate::domain::code::CodeError| {
        Problem::at(
            Kind::BadAddress,
            Fault::new(Place::Path("cip13".to_owned()), e).found(&text),
        )
    };
    let cip13 = Cip13::parse(&text).map_err(in_address)?;
    let found = ask
        .read(move |act| commons::presentation(act, cip13))
        .await?;
    if found.0.is_none() && found.1.is_none() {
        return Err(super::refused::refused(&Refusal::NotOnCatalogue {
            cip13,
            known_as: None,
        }));
    }
    let bdpm = found.1.map(|(pack, product)| Bdpm {
        units_per_box: units_per_box(&pack.label),
        cis: pack.cis,
        pack: pack.label,
        routes: product.as_ref().map(|p| p.routes.clone()),
        product: product.map(|p| p.name),
    });
    Ok(HttpResponse::Ok().json(Found {
        on_catalogue: found.0.is_some(),
        presentation: found.0.map(shape),
        bdpm,
    }))
}

/// A presentation to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPresentationBody {
    cip13: String,
    /// Milligrams in one unit, at most three decimals: never guessed.
    #[schema(value_type = f64)]
    strength_mg: serde_json::Number,
    /// From the public database when not said.
    label: Option<String>,
    /// `iv`, `sc` or `oral`; from the public database when not said.
    route: Option<String>,
    /// From the public database when not said.
    units_per_box: Option<i64>,
}

/// `POST /catalogue`
///
/// # Errors
/// 422 for the body, or for what must be said; 409 when it is there.
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: NewPresentationBody = body.json()?;
    let mut faults = Faults::new();
    let cip13 = faults.take("/cip13", Cip13::parse(&read.cip13));
    let strength = milligrams(&mut faults, "/strength_mg", &read.strength_mg);
    let label = optional_words(&mut faults, "/label", read.label.as_deref(), 300);
    let route = read.route.map(|r| {
        code(
            &mut faults,
            "/route",
            &r,
            Route::from_code,
            &Route::ALL.map(Route::code),
        )
    });
    let units_per_box = read
        .units_per_box
        .map(|n| units(&mut faults, "/units_per_box", n));
    let (cip13, strength) = faults.all((cip13, strength))?;
    let new = NewPresentation {
        cip13,
        strength,
        label,
        route: route.flatten(),
        units_per_box: units_per_box.flatten(),
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "catalogue.add",
        move |act| {
            let listed = edit_catalogue::add(act, &new)?;
            created(format!("{}/catalogue/{cip13}", super::BASE), &shape(listed))
        },
    )
    .await
}
