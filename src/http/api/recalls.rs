//! `/lots/recall…`: lots that are recalled, at every site at once.

use super::ask::{Ask, Repeat, answer, created};
use super::fields::{optional_words, words};
use crate::app::recalls::seen::{self, SeenRecall, SeenSite};
use crate::app::recalls::{self, NewRecall};
use crate::app::records::{Dispensed, RecallFilter};
use crate::app::see::note_reading;
use crate::app::{self, Act, notices};
use crate::domain::apart::{Cause, Part};
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::id::RecallId;
use crate::domain::ledger::StockLine;
use crate::domain::recall::{Ended, Recall};
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A lot to be recalled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallBody {
    /// Of which presentation of the catalogue.
    cip13: String,
    /// Its number; every expiry of it is recalled.
    lot: String,
    /// Why: 1 to 500 characters on one line; about a medicine, never about a patient.
    reason: String,
    /// The document that says so, of the agency or the manufacturer: 1 to 200 characters.
    reference: Option<String>,
}

/// Why a recall is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftBody {
    /// 1 to 500 characters on one line.
    reason: String,
}

/// What was done about a recall at a site.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DealBody {
    /// 1 to 500 characters on one line: units returned, wards and patients told; no names.
    note: String,
}

/// One recall.
#[derive(Serialize, ToSchema)]
pub struct RecallShape {
    /// Its id.
    pub id: String,
    cip13: String,
    lot: String,
    reason: String,
    reference: Option<String>,
    /// Whether it stands, and was not lifted.
    standing: bool,
    #[schema(value_type = String, format = DateTime)]
    started_at: Instant,
    /// Id of the token that started it.
    started_by: String,
    /// When, by whom and why it was lifted.
    lifted: Option<RecallEndShape>,
}

/// That something is over.
#[derive(Serialize, ToSchema)]
pub struct RecallEndShape {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of the token that said so.
    by: String,
    /// Why, or what was done.
    words: String,
}

/// A recall site by site, of the sites within the caller's reach.
#[derive(Serialize, ToSchema)]
pub struct RecallListShape {
    #[serde(flatten)]
    recall: RecallShape,
    /// The numbers of the lots that it means, as pharmacies wrote them: capitals and small letters are alike.
    /// None when no pharmacy ever had one; then the number may be mistyped.
    known_as: Vec<String>,
    sites: Vec<RecallSiteShape>,
    /// Units on their way between two pharmacies, which are on nobody's shelf.
    in_transit: Vec<RecalledInTransitShape>,
}

/// A recall at one site.
#[derive(Serialize, ToSchema)]
pub struct RecallSiteShape {
    site: String,
    name: String,
    /// Usable units that the recall set apart, when it began or as they arrived.
    set_apart: u32,
    /// Units that were in quarantine already when it began.
    stood: u32,
    /// When, by whom and how it was dealt with here.
    dealt: Option<RecallEndShape>,
    /// What is on the shelf now, by expiry.
    on_shelf: Vec<RecalledShape>,
    /// Units that were dispensed here and have not come back, as far as the ledger knows.
    out: u32,
    /// What was dispensed and came back, in the order of the ledger.
    dispensed: Vec<DispensedShape>,
}

/// Units of a recalled lot on a shelf.
#[derive(Serialize, ToSchema)]
pub struct RecalledShape {
    expiry: String,
    /// None while the recall stands.
    usable: u32,
    quarantined: u32,
    /// Of the quarantined, what waits for which decision; the rest was set apart by hand.
    waiting: Vec<WaitingShape>,
}

/// Quarantined units that wait for a decision.
#[derive(Serialize, ToSchema)]
pub struct WaitingShape {
    /// `recall`, `excursion`, or `hand` for what was set apart by hand and caught in an excursion.
    cause: &'static str,
    /// Of an excursion: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    excursion: Option<String>,
    units: u32,
}

/// Units that left for somebody, or came back.
#[derive(Serialize, ToSchema)]
pub struct DispensedShape {
    /// The movement.
    movement: String,
    #[schema(value_type = String, format = DateTime)]
    happened_at: Instant,
    /// Whether they came back.
    back: bool,
    units: u32,
    /// Id of the patient, for those who may know who is treated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    /// The site's word for the patient, unless it was erased; in no answer to a write, since those are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudonym: Option<String>,
}

/// Units on their way.
#[derive(Serialize, ToSchema)]
pub struct RecalledInTransitShape {
    transfer: String,
    from: String,
    to: String,
    expiry: String,
    units: u32,
}

/// Whether pseudonyms stand in an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Shown,
    /// Answers to writes are kept for a month, and pseudonyms stand in what can be erased only.
    Kept,
}

fn ended(ended: &Ended) -> RecallEndShape {
    RecallEndShape {
        at: ended.at,
        by: ended.by.clone(),
        words: ended.words.clone(),
    }
}

fn shape(recall: &Recall) -> RecallShape {
    RecallShape {
        id: recall.id.to_string(),
        cip13: recall.cip13.to_string(),
        lot: recall.lot.to_string(),
        reason: recall.reason.clone(),
        reference: recall.reference.clone(),
        standing: recall.lifted.is_none(),
        started_at: recall.started_at,
        started_by: recall.started_by.clone(),
        lifted: recall.lifted.as_ref().map(ended),
    }
}

/// What waits for which decision.
pub(super) fn waiting(part: &Part) -> WaitingShape {
    WaitingShape {
        cause: part.cause.code(),
        excursion: match &part.cause {
            Cause::Excursion(id) => Some(id.to_string()),
            Cause::Hand | Cause::Recall => None,
        },
        units: part.units.get(),
    }
}

fn recalled((line, parts): &(StockLine, Vec<Part>)) -> RecalledShape {
    RecalledShape {
        expiry: line.expiry.to_string(),
        usable: line.usable.get(),
        quarantined: line.quarantined.get(),
        waiting: parts.iter().map(waiting).collect(),
    }
}

fn dispensed(one: &Dispensed, names: Names) -> DispensedShape {
    let (patient, pseudonym) = one.patient.clone().unzip();
    DispensedShape {
        movement: one.movement.to_string(),
        happened_at: one.happened_at,
        back: one.back,
        units: one.units.get(),
        patient: patient.map(|id| id.to_string()),
        pseudonym: pseudonym.flatten().filter(|_| names == Names::Shown),
    }
}

fn at_site(seen: &SeenSite, names: Names) -> RecallSiteShape {
    let found = seen.found.as_ref();
    RecallSiteShape {
        site: seen.site.to_string(),
        name: seen.name.clone(),
        set_apart: found.map_or(0, |f| f.set_apart.get()),
        stood: found.map_or(0, |f| f.stood.get()),
        dealt: found.and_then(|f| f.dealt.as_ref()).map(ended),
        on_shelf: seen.shelf.iter().map(recalled).collect(),
        out: seen.out().get(),
        dispensed: seen.dispensed.iter().map(|d| dispensed(d, names)).collect(),
    }
}

fn whole(seen: &SeenRecall, names: Names) -> RecallListShape {
    let transit = seen.in_transit.iter().map(|one| RecalledInTransitShape {
        transfer: one.transfer.to_string(),
        from: one.from.to_string(),
        to: one.to.to_string(),
        expiry: one.expiry.to_string(),
        units: one.units().get(),
    });
    RecallListShape {
        recall: shape(&seen.recall),
        known_as: seen.numbers.clone(),
        sites: seen.sites.iter().map(|s| at_site(s, names)).collect(),
        in_transit: transit.collect(),
    }
}

/// The list of a recall in an answer that is kept; whose ids it names is on the audit trail.
fn told(act: &mut Act<'_>, id: &RecallId) -> Result<RecallListShape, app::Error> {
    let seen = seen::see(act, id)?;
    for site in &seen.sites {
        let patients = site.patients();
        if !patients.is_empty() {
            note_reading(act, site.site, "recall", &patients)?;
        }
    }
    Ok(whole(&seen, Names::Kept))
}

/// `POST /lots/recall`
///
/// # Errors
/// 422 for the body, 404 for a presentation that is not on the catalogue.
pub async fn start(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: RecallBody = body.json()?;
    let mut faults = Faults::new();
    let cip13 = faults.take("/cip13", Cip13::parse(&read.cip13));
    let lot = faults.take("/lot", LotNumber::parse(&read.lot));
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let reference = optional_words(&mut faults, "/reference", read.reference.as_deref(), 200);
    let (cip13, lot, reason) = faults.all((cip13, lot, reason))?;
    let new = NewRecall {
        cip13,
        lot,
        reason,
        reference,
    };
    let sites = ask.read(notices::sites).await?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        sites,
        "recall.start",
        move |act| {
            let recall = recalls::start(act, &new)?;
            let shape = told(act, &recall.id)?;
            created(
                format!("{}/lots/recalls/{}", super::BASE, recall.id),
                &shape,
            )
        },
    )
    .await
}

/// `GET /lots/recalls`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("recalls");
    let filter = RecallFilter {
        cip13: query.parse("cip13", Cip13::parse),
        standing: query.parse("standing", |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Said::same("true, false")),
        }),
        before: page.after.clone(),
    };
    query.finish()?;
    let rows = page.rows();
    let found = ask.read(move |act| seen::list(act, &filter, rows)).await?;
    let rows = found.iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(page.cut(rows, |r: &RecallShape| r.id.clone())))
}

/// `GET /lots/recalls/{id}`
///
/// # Errors
/// 404 when there is none of that id.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = RecallId::new(ask.part("id"));
    let seen = ask.read(move |act| seen::see(act, &id)).await?;
    let read = seen.sites.iter().map(|s| (s.site, s.patients()));
    let read: BTreeMap<_, _> = read.collect();
    ask.note_readings("recall", read).await?;
    Ok(HttpResponse::Ok().json(whole(&seen, Names::Shown)))
}

/// `POST /lots/recalls/{id}/lift`
///
/// # Errors
/// 404 for the recall, 409 when it was lifted, 422 for the body.
pub async fn lift(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = RecallId::new(ask.part("id"));
    let read: LiftBody = body.json()?;
    let mut faults = Faults::new();
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let (reason, ()) = faults.all((reason, Some(())))?;
    let sites = ask.read(notices::sites).await?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        sites,
        "recall.lift",
        move |act| {
            let recall = recalls::lift(act, &id, &reason)?;
            answer(200, &told(act, &recall.id)?)
        },
    )
    .await
}

/// `POST /sites/{finess}/recalls/{id}/deal`
///
/// # Errors
/// 404 for a recall that does not concern the site, 409 when it was lifted or is dealt with, 422 for the
/// body.
pub async fn deal(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, RecallId::new(ask.part("id")));
    let read: DealBody = body.json()?;
    let mut faults = Faults::new();
    let note = words(&mut faults, "/note", &read.note, 500);
    let (note, ()) = faults.all((note, Some(())))?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "recall.deal",
        move |act| {
            let recall = recalls::deal(act, site, &id, &note)?;
            answer(200, &shape(&recall))
        },
    )
    .await
}
