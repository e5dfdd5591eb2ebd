//! `/sites/{finess}/inventories`: a shelf is counted while others go on.

use super::ask::{Ask, Repeat, answer, created};
use super::fields::{code, day, note, units_from};
use super::movements::Recorded;
use crate::app::inventory::close::{Reason, Uncounted, close as close_one};
use crate::app::inventory::{self, Counted, Line, SeenInventory};
use crate::app::record::Which;
use crate::app::records::Inventory;
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::id::InventoryId;
use crate::domain::inventory::{Place, Why};
use crate::domain::ledger::UnitState;
use crate::http::body::{Body, Object};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An inventory to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// What it is for: at most 2000 characters.
    note: Option<String>,
}

/// A count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountBody {
    cip13: String,
    lot: String,
    /// Needed of a lot that was never here, and where two lots share the number.
    expiry: Option<String>,
    /// Which units of it: `usable` (when not said) or `quarantined`.
    state: Option<String>,
    /// How many were there: 0 to 1000000.
    counted: i64,
    /// When it was counted, if not now: since the inventory was opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    counted_at: Option<Instant>,
}

/// The end of an inventory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// Of each difference, why.
    #[schema(value_type = Option<Vec<DifferenceBody>>)]
    differences: Option<Vec<Object<DifferenceBody>>>,
    /// `leave`: lots that are on the shelf and were not counted stay as they are. Without it there may be none.
    uncounted: Option<String>,
}

/// Why a line differs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceBody {
    cip13: String,
    lot: String,
    /// Where two lots share the number.
    expiry: Option<String>,
    /// `usable` (when not said) or `quarantined`.
    state: Option<String>,
    /// `missing`: units are gone; `found`: there are more; `clerical`: the ledger was wrong from the start.
    reason: String,
    /// At most 2000 characters; no names.
    note: Option<String>,
}

/// Why an inventory is cancelled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// At most 2000 characters.
    note: Option<String>,
}

/// One inventory in a line.
#[derive(Serialize, ToSchema)]
pub struct InventoryHeader {
    /// Its id.
    pub id: String,
    site: String,
    /// `open`, `closed` or `cancelled`.
    state: &'static str,
    note: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// Id of the token that opened it.
    opened_by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    ended_by: Option<String>,
}

/// One inventory as it stands.
#[derive(Serialize, ToSchema)]
pub struct InventoryShape {
    #[serde(flatten)]
    head: InventoryHeader,
    /// Of each lot and state the last count.
    lines: Vec<InventoryLineShape>,
    /// What is on the shelf by the ledger and was not counted.
    uncounted: Vec<UncountedShape>,
    /// The differences that were booked.
    booked: Vec<BookedShape>,
}

/// What was counted of a lot in a state.
#[derive(Serialize, ToSchema)]
pub struct InventoryLineShape {
    cip13: String,
    lot: String,
    expiry: String,
    state: &'static str,
    counted: u32,
    /// What the ledger had at the moment of the count, as it is known now: entered since with an earlier hour
    /// counts, undone since does not.
    expected: i64,
    /// The same as it was known when the count was recorded.
    expected_then: i64,
    /// Counted, less expected.
    difference: i64,
    /// What moved since the count.
    moved_since: i64,
    /// Whether another count corrected the ledger since: count again.
    adjusted_since: bool,
    /// How often it was counted.
    times: usize,
    #[schema(value_type = String, format = DateTime)]
    counted_at: Instant,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// Id of the token that recorded it.
    recorded_by: String,
    /// Number of the site's last movement when it was recorded.
    ledger_seq: i64,
}

/// What was not counted.
#[derive(Serialize, ToSchema)]
pub struct UncountedShape {
    cip13: String,
    lot: String,
    expiry: String,
    state: &'static str,
    /// What the ledger has now.
    units: u32,
}

/// A difference that was booked.
#[derive(Serialize, ToSchema)]
pub struct BookedShape {
    cip13: Option<String>,
    lot: Option<String>,
    expiry: Option<String>,
    state: &'static str,
    /// More, or negative: fewer than the ledger had.
    units: i64,
    reason: &'static str,
    note: Option<String>,
    /// The movement that booked it.
    movement: String,
}

/// An inventory that was closed, and what that moved.
#[derive(Serialize, ToSchema)]
pub struct InventoryClosed {
    inventory: InventoryShape,
    #[serde(flatten)]
    recorded: Recorded,
}

fn head(of: &Inventory) -> InventoryHeader {
    InventoryHeader {
        id: of.id.to_string(),
        site: of.site.to_string(),
        state: of.stage.code(),
        note: of.note.clone(),
        opened_at: of.opened.0,
        opened_by: of.opened.1.clone(),
        ended_at: of.ended.as_ref().map(|(at, _)| *at),
        ended_by: of.ended.as_ref().map(|(_, by)| by.clone()),
    }
}

fn line(line: &Line) -> InventoryLineShape {
    let (count, place) = (&line.count, &line.count.place);
    InventoryLineShape {
        cip13: place.cip13.to_string(),
        lot: place.lot.to_string(),
        expiry: place.expiry.to_string(),
        state: place.state.code(),
        counted: count.counted.get(),
        expected: line.reckoned.expected,
        expected_then: count.expected,
        difference: line.difference(),
        moved_since: line.reckoned.since,
        adjusted_since: line.reckoned.adjusted_since,
        times: line.times,
        counted_at: count.moment.at,
        recorded_at: count.moment.recorded_at,
        recorded_by: count.by.clone(),
        ledger_seq: count.moment.seq,
    }
}

fn shape(seen: &SeenInventory) -> InventoryShape {
    let uncounted = seen.uncounted.iter().map(|(place, units)| UncountedShape {
        cip13: place.cip13.to_string(),
        lot: place.lot.to_string(),
        expiry: place.expiry.to_string(),
        state: place.state.code(),
        units: units.get(),
    });
    let places: Vec<&Place> = seen.lines.iter().map(|l| &l.count.place).collect();
    let booked = seen.booked.iter().map(|one| {
        let place = places.iter().find(|p| p.lot_id == one.lot_id);
        BookedShape {
            cip13: place.map(|p| p.cip13.to_string()),
            lot: place.map(|p| p.lot.to_string()),
            expiry: place.map(|p| p.expiry.to_string()),
            state: one.state.code(),
            units: one.units,
            reason: one.why.code(),
            note: one.note.clone(),
            movement: one.movement.to_string(),
        }
    });
    InventoryShape {
        head: head(&seen.inventory),
        lines: seen.lines.iter().map(line).collect(),
        uncounted: uncounted.collect(),
        booked: booked.collect(),
    }
}

fn state(faults: &mut Faults, at: &str, text: Option<&str>) -> Option<UnitState> {
    let text = text.unwrap_or("usable");
    code(
        faults,
        at,
        text,
        UnitState::from_code,
        &["usable", "quarantined"],
    )
}

fn which(
    faults: &mut Faults,
    at: &str,
    (cip13, lot, expiry): (&str, &str, Option<&str>),
) -> Option<Which> {
    let cip13 = faults.take(format!("{at}/cip13"), Cip13::parse(cip13));
    let lot = faults.take(format!("{at}/lot"), LotNumber::parse(lot));
    let expiry = expiry.map(|text| day(faults, &format!("{at}/expiry"), text));
    Some(Which {
        cip13: cip13?,
        lot: lot?,
        expiry: match expiry {
            Some(read) => Some(read?),
            None => None,
        },
    })
}

/// `POST /sites/{finess}/inventories`
///
/// # Errors
/// 409 when one is open here, 422 for the body.
pub async fn open(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let read: OpenBody = body.json()?;
    let mut faults = Faults::new();
    let note = note(&mut faults, "/note", read.note.as_deref());
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "inventory.open",
        move |act| {
            let opened = inventory::open(act, site, note.clone())?;
            let at = format!("{}/sites/{site}/inventories/{}", super::BASE, opened.id);
            created(at, &head(&opened))
        },
    )
    .await
}

/// `GET /sites/{finess}/inventories`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("inventories");
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| inventory::list(act, site, before.as_deref(), rows))
        .await?;
    let rows = found.iter().map(head).collect();
    Ok(HttpResponse::Ok().json(page.cut(rows, |i: &InventoryHeader| i.id.clone())))
}

/// `GET /sites/{finess}/inventories/{id}`
///
/// # Errors
/// 404 when there is none of that id here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, InventoryId::new(ask.part("id")));
    let seen = ask.read(move |act| inventory::see(act, site, &id)).await?;
    Ok(HttpResponse::Ok().json(shape(&seen)))
}

/// `POST /sites/{finess}/inventories/{id}/counts`
///
/// # Errors
/// 404 for the inventory or an unknown lot without its expiry, 409 when it is over, 422 for the body.
pub async fn count(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, InventoryId::new(ask.part("id")));
    let read: CountBody = body.json()?;
    let mut faults = Faults::new();
    let named = (
        read.cip13.as_str(),
        read.lot.as_str(),
        read.expiry.as_deref(),
    );
    let which = which(&mut faults, "", named);
    let state = state(&mut faults, "/state", read.state.as_deref());
    let counted = units_from(&mut faults, "/counted", read.counted, 0);
    let (which, state, counted) = faults.all((which, state, counted))?;
    let new = Counted {
        which,
        state,
        counted,
        counted_at: read.counted_at,
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "inventory.count",
        move |act| {
            let counted = inventory::count(act, site, &id, &new)?;
            answer(201, &line(&counted))
        },
    )
    .await
}

impl CloseBody {
    fn read(&self) -> Result<(Vec<Reason>, Uncounted), Problem> {
        let mut faults = Faults::new();
        let left = match self.uncounted.as_deref() {
            None => Some(Uncounted::Refuse),
            Some(text) => code(
                &mut faults,
                "/uncounted",
                text,
                |text| (text == "leave").then_some(Uncounted::Leave),
                &["leave"],
            ),
        };
        let bodies = self.differences.as_deref().unwrap_or_default();
        let mut reasons: Vec<Reason> = Vec::new();
        for (n, Object(body)) in bodies.iter().enumerate() {
            let at = format!("/differences/{n}");
            if let Some(reason) = body.read(&mut faults, &at) {
                let same = |r: &Reason| r.which == reason.which && r.state == reason.state;
                if reasons.iter().any(same) {
                    let said = Said::new("stands there twice", "figure deux fois");
                    faults.push(Fault::new(at, said));
                }
                reasons.push(reason);
            }
        }
        let (left, ()) = faults.all((left, Some(())))?;
        Ok((reasons, left))
    }
}

impl DifferenceBody {
    fn read(&self, faults: &mut Faults, at: &str) -> Option<Reason> {
        let named = (
            self.cip13.as_str(),
            self.lot.as_str(),
            self.expiry.as_deref(),
        );
        let which = which(faults, at, named);
        let state = state(faults, &format!("{at}/state"), self.state.as_deref());
        let (place, known) = (format!("{at}/reason"), Why::ALL.map(Why::code));
        let why = code(faults, &place, &self.reason, Why::from_code, &known);
        let note = note(faults, &format!("{at}/note"), self.note.as_deref());
        Some(Reason {
            which: which?,
            state: state?,
            why: why?,
            note,
        })
    }
}

/// `POST /sites/{finess}/inventories/{id}/close`
///
/// # Errors
/// 404 for the inventory, 409 with every line that hinders it or when it is over, 422 for the body.
pub async fn close(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, InventoryId::new(ask.part("id")));
    let read: CloseBody = body.json()?;
    let (reasons, left) = read.read()?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "inventory.close",
        move |act| {
            let (closed, recorded) = close_one(act, site, &id, &reasons, left)?;
            let shape = InventoryClosed {
                inventory: shape(&inventory::see(act, site, &closed.id)?),
                recorded: Recorded::of(&recorded),
            };
            answer(200, &shape)
        },
    )
    .await
}

/// `POST /sites/{finess}/inventories/{id}/cancel`
///
/// # Errors
/// 404 for the inventory, 409 when it is over, 422 for the body.
pub async fn cancel(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, InventoryId::new(ask.part("id")));
    let read: CancelBody = body.json()?;
    let mut faults = Faults::new();
    let note = note(&mut faults, "/note", read.note.as_deref());
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "inventory.cancel",
        move |act| {
            let ended = inventory::cancel(act, site, &id, note.as_deref())?;
            answer(200, &head(&ended))
        },
    )
    .await
}
