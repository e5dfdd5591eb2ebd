//! `/rulebooks`: the rules, each with its source.

use super::ask::{Ask, Repeat, answer};
use super::clearances::{ContactShape, contact};
use super::fields::words;
use super::stock::as_mg;
use crate::app::notices::{self, SeenNotice};
use crate::app::records::NoticeAct;
use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::rule::{Citation, Rulebook, Slug};
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Faults, Kind, Problem};
use crate::text::rulebook::Retirement;
use crate::wire::rulebook;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// How it stands today, with what a reader must know when it is not in force.
    standing: rulebook::RulebookStanding,
    /// By whom, when and why it was retired, if a coordinator did.
    retired: Option<RetiredShape>,
}

/// A decision about a notice that has ended.
#[derive(Serialize, ToSchema)]
pub struct RetiredShape {
    /// Id of the token that decided it.
    by: String,
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    reason: String,
}

/// Why a notice is retired, or that is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    /// 1 to 500 characters on one line; about the document, never about a patient.
    reason: String,
}

/// What was decided about a notice.
#[derive(Serialize, ToSchema)]
pub struct NoticeShape {
    rulebook: String,
    /// `retired` or `reinstated`.
    act: &'static str,
    /// The end that it is about: the last day of the notice, or the first of its successor.
    ended_on: String,
    by: String,
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    reason: String,
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
    /// Every rule of the file, of whatever kind, in the order of its page.
    rules: Vec<rulebook::RuleShape>,
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
    /// The least reference dose that a site may set.
    reference_least_mg: f64,
    /// The greatest reference dose that a site may set.
    reference_most_mg: f64,
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

fn head(book: &Rulebook, ask: &Ask, seen: &SeenNotice) -> Headed {
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
        standing: rulebook::standing(&book.name, &seen.standing, seen.retirement()),
        retired: seen.retired.as_ref().map(|d| RetiredShape {
            by: d.by.clone(),
            at: d.at,
            reason: d.reason.clone(),
        }),
    }
}

/// `GET /rulebooks`
///
/// # Errors
/// The database's.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let seen = ask.read(notices::seen).await?;
    let each = ask.rules().iter().zip(&seen);
    let items = each.map(|(book, seen)| head(book, &ask, seen)).collect();
    Ok(HttpResponse::Ok().json(Rulebooks { items }))
}

/// `GET /rulebooks/{name}`
///
/// # Errors
/// 404 when there is none of that name.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let book = named(&ask, "name")?;
    let seen = ask.read(notices::seen).await?;
    let mut each = ask.rules().iter().zip(&seen);
    let seen = each.find(|(b, _)| b.name == book.name);
    let (_, seen) = seen.ok_or_else(|| Problem::internal("a rulebook that is not there"))?;
    Ok(HttpResponse::Ok().json(shape(book, head(book, &ask, seen))))
}

/// `POST /rulebooks/{name}/retire`
///
/// # Errors
/// 404 when there is none of that name, 409 when it has not ended or is retired, 422 for the body.
pub async fn retire(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    decide(ask, body, NoticeAct::Retired, "notice.retire").await
}

/// `POST /rulebooks/{name}/reinstate`
///
/// # Errors
/// 404 when there is none of that name, 409 when it is not retired, 422 for the body.
pub async fn reinstate(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    decide(ask, body, NoticeAct::Reinstated, "notice.reinstate").await
}

async fn decide(
    ask: Ask,
    body: Body,
    what: NoticeAct,
    action: &'static str,
) -> Result<HttpResponse, Problem> {
    let read: NoticeBody = body.json()?;
    let mut faults = Faults::new();
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let (reason, ()) = faults.all((reason, Some(())))?;
    let name = ask.part("name");
    let sites = ask.read(notices::sites).await?;
    let all = sites.clone();
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        sites,
        action,
        move |act| {
            let decided = notices::decide(act, &name, what, &reason, &all)?;
            let shape = NoticeShape {
                rulebook: decided.rulebook.to_string(),
                act: decided.act.code(),
                ended_on: decided.ended_on.to_string(),
                by: decided.by,
                at: decided.at,
                reason: decided.reason,
            };
            answer(200, &shape)
        },
    )
    .await
}

/// `GET /rulebooks/{name}/page`: as a page in the caller's language.
///
/// # Errors
/// 404 when there is none of that name.
pub async fn page(ask: Ask) -> Result<HttpResponse, Problem> {
    let book = named(&ask, "name")?;
    let page = rulebook::page(book, ask.rules().iter(), ask.language);
    Ok(HttpResponse::Ok().json(page))
}

/// `GET /rulebooks/{name}/diff/{other}`: what changed from the first to the second.
///
/// # Errors
/// 404 when one of them is not there.
pub async fn diff(ask: Ask) -> Result<HttpResponse, Problem> {
    let (before, after) = (named(&ask, "name")?, named(&ask, "other")?);
    let all: Vec<&Rulebook> = ask.rules().iter().collect();
    let found = rulebook::difference(before, after, &all, ask.language);
    Ok(HttpResponse::Ok().json(found))
}

/// Returns how a rulebook stood on the day on which it was applied; nothing when it is not loaded any
/// more.
pub(super) fn applied_on(
    rules: &crate::app::records::Rulebooks,
    name: &str,
    day: Option<Day>,
) -> Option<rulebook::RulebookStanding> {
    let book = rules.iter().find(|book| book.name.as_str() == name)?;
    let standing = rules.standing(book, day?);
    Some(rulebook::standing(
        &book.name,
        &standing,
        Retirement::Applied,
    ))
}

/// Returns how each rulebook stands today, by name.
///
/// # Errors
/// The database's.
pub(super) async fn standings(
    ask: &Ask,
) -> Result<BTreeMap<String, rulebook::RulebookStanding>, Problem> {
    let seen = ask.read(notices::seen).await?;
    let each = ask.rules().iter().zip(&seen);
    let shape = |(book, seen): (&Rulebook, &SeenNotice)| {
        let shape = rulebook::standing(&book.name, &seen.standing, seen.retirement());
        (book.name.to_string(), shape)
    };
    Ok(each.map(shape).collect())
}

/// The rulebook that a part of the address names.
///
/// # Errors
/// 404 when there is none of that name.
pub(super) fn named<'a>(ask: &'a Ask, part: &str) -> Result<&'a Rulebook, Problem> {
    let name = ask.part(part);
    let found = Slug::parse(&name)
        .ok()
        .and_then(|slug| ask.rules().get(&slug));
    found.ok_or_else(|| {
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
        reference_least_mg: as_mg(r.reference_least),
        reference_most_mg: as_mg(r.reference_most),
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
        rules: rulebook::rules(book),
    }
}
