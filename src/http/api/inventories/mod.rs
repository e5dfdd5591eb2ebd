//! `/sites/{finess}/inventories`: a shelf is counted while others go on.

mod bodies;
mod shapes;

pub use bodies::{CancelInventoryBody, CloseBody, CountBody, DifferenceBody, OpenBody};
pub use shapes::{
    BookedShape, InventoryClosed, InventoryHeader, InventoryLineShape, InventoryShape,
    UncountedShape,
};

use super::ask::{Ask, Repeat, answer, created};
use super::fields::{lot_named, note, units_from};
use super::movements::Recorded;
use crate::app::inventory::close::close as close_one;
use crate::app::inventory::{self, Counted};
use crate::domain::id::InventoryId;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use bodies::state;
use shapes::{head, line, shape};

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
            let at = format!(
                "{}/sites/{site}/inventories/{}",
                crate::http::api::BASE,
                opened.id
            );
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
    let which = lot_named(&mut faults, "", named);
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
    let read: CancelInventoryBody = body.json()?;
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
