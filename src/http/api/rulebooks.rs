//! `/rulebooks`: the rules, each with its source.

use super::ask::Ask;
use super::clearances::{ContactShape, contact};
use super::stock::as_mg;
use crate::domain::calendar::local_day;
use crate::domain::rule::{Citation, Rulebook, Slug};
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The rulebooks that are loaded.
#[derive(Serialize, ToSchema)]
pub struct Rulebooks {
    items: Vec<Headed>,
}

/// One rulebook in a line.
#[derive(Serialize, ToSchema)]
pub struct Headed {
    name: String,
    medicine: String,
    title_fr: String,
    title_en: String,
    jurisdiction: String,
    valid_from: String,
    valid_to: Option<String>,
    /// Whether it is in force today, by its own dates.
    in_force: bool,
    superseded_by: Option<String>,
    /// SHA-256 of its file.
    sha256: String,
}

/// One rulebook.
#[derive(Serialize, ToSchema)]
pub struct RulebookShape {
    #[serde(flatten)]
    head: Headed,
    sources: Vec<SourceShape>,
    contacts: Vec<ContactShape>,
    presentations: Vec<Ruled>,
    doses: Vec<RuledDose>,
    reserve: Option<ReserveRuleShape>,
}

/// A document.
#[derive(Serialize, ToSchema)]
pub struct SourceShape {
    key: String,
    document: String,
    date: String,
    url: Option<String>,
}

/// Where a rule stands.
#[derive(Serialize, ToSchema)]
pub struct Cited {
    /// Key of a source; absent for a choice of this service.
    source: Option<String>,
    section: String,
}

/// A presentation.
#[derive(Serialize, ToSchema)]
pub struct Ruled {
    cip13: String,
    label: String,
    strength_mg: f64,
    route: &'static str,
    units_per_box: u32,
    cited: Cited,
}

/// A line of the table of doses.
#[derive(Serialize, ToSchema)]
pub struct RuledDose {
    /// Absent: any other.
    indication: Option<String>,
    from_weight_g: Option<u32>,
    below_weight_g: Option<u32>,
    rate_mg_per_kg: u16,
    at_most_mg: f64,
    cited: Cited,
}

/// The rule of the reserve.
#[derive(Serialize, ToSchema)]
pub struct ReserveRuleShape {
    indication: String,
    route: &'static str,
    doses_assured: u32,
    doses_compromised: u32,
    doses_most: u32,
    reference_dose_mg: f64,
    window_days: u32,
    ahead_days: u32,
    resupply_within_days: u32,
    cited: Cited,
}

fn cited(c: &Citation) -> Cited {
    Cited {
        source: c.source.as_ref().map(ToString::to_string),
        section: c.section.clone(),
    }
}

fn head(book: &Rulebook, ask: &Ask) -> Headed {
    let today = local_day(ask.now, chrono_tz::Tz::UTC);
    Headed {
        name: book.name.to_string(),
        medicine: book.medicine.clone(),
        title_fr: book.title.fr.clone(),
        title_en: book.title.en.clone(),
        jurisdiction: book.jurisdiction.clone(),
        valid_from: book.valid_from.to_string(),
        valid_to: book.valid_to.map(|d| d.to_string()),
        in_force: today.is_some_and(|d| book.in_force(d)),
        superseded_by: book.superseded_by.as_ref().map(ToString::to_string),
        sha256: hex::encode(book.hash),
    }
}

/// `GET /rulebooks`
///
/// # Errors
/// None of its own.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let items = ask.rules().iter().map(|book| head(book, &ask)).collect();
    Ok(HttpResponse::Ok().json(Rulebooks { items }))
}

/// `GET /rulebooks/{name}`
///
/// # Errors
/// 404 when there is none of that name.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let book = of_name(&ask)?;
    Ok(HttpResponse::Ok().json(shape(book, head(book, &ask))))
}

/// The rulebook that the address names.
///
/// # Errors
/// 404 when there is none of that name.
pub(super) fn of_name(ask: &Ask) -> Result<&Rulebook, Problem> {
    let name = Slug::parse(&ask.part("name")).ok();
    let book = name.and_then(|name| ask.rules().get(&name));
    book.ok_or_else(|| {
        Problem::new(
            Kind::UnknownRecord,
            Said::new(
                "No rulebook has this name.",
                "Aucun référentiel ne porte ce nom.",
            ),
        )
    })
}

fn shape(book: &Rulebook, head: Headed) -> RulebookShape {
    let sources = book.sources.iter().map(|s| SourceShape {
        key: s.key.to_string(),
        document: s.document.clone(),
        date: s.date.to_string(),
        url: s.url.clone(),
    });
    let presentations = book.presentations.iter().map(|r| Ruled {
        cip13: r.presentation.cip13.to_string(),
        label: r.presentation.label.clone(),
        strength_mg: as_mg(r.presentation.strength),
        route: r.presentation.route.code(),
        units_per_box: r.presentation.units_per_box.get(),
        cited: cited(&r.citation),
    });
    let doses = book.doses.iter().map(|d| RuledDose {
        indication: d.indication.as_ref().map(ToString::to_string),
        from_weight_g: d.from.map(crate::domain::quantity::Grams::get),
        below_weight_g: d.below.map(crate::domain::quantity::Grams::get),
        rate_mg_per_kg: d.rate.get(),
        at_most_mg: as_mg(d.at_most),
        cited: cited(&d.citation),
    });
    let reserve = book.reserve.as_ref().map(|r| ReserveRuleShape {
        indication: r.indication.to_string(),
        route: r.route.code(),
        doses_assured: r.doses_assured.get(),
        doses_compromised: r.doses_compromised.get(),
        doses_most: r.doses_most.get(),
        reference_dose_mg: as_mg(r.reference_dose),
        window_days: r.window_days,
        ahead_days: r.ahead_days,
        resupply_within_days: r.resupply_within_days,
        cited: cited(&r.citation),
    });
    RulebookShape {
        head,
        sources: sources.collect(),
        contacts: book.contacts.iter().map(contact).collect(),
        presentations: presentations.collect(),
        doses: doses.collect(),
        reserve,
    }
}
