//! `/transfers`: what approved plans send from one pharmacy to another.

use super::ask::{Ask, Repeat, answer, versioned};
use super::fields::note;
use super::plans::{TransferShape, transfer};
use crate::app::receive_transfer;
use crate::app::see::plans;
use crate::domain::code::Finess;
use crate::domain::id::TransferId;
use crate::domain::transfer::TransferState;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /transfers`
///
/// # Errors
/// 400 for the query, 403 for a site beyond the caller's reach.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("transfers");
    let site = query.parse("site", Finess::parse);
    let state = query.parse("state", |text| {
        TransferState::from_code(text)
            .ok_or_else(|| Said::same(TransferState::ALL.map(TransferState::code).join(", ")))
    });
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| plans::transfers(act, site, state, before.as_deref(), rows))
        .await?;
    let rows = found.iter().map(transfer).collect();
    Ok(HttpResponse::Ok().json(page.cut(rows, |t: &TransferShape| t.id.clone())))
}

/// `GET /transfers/{id}`
///
/// # Errors
/// 404 when the caller's sites neither give nor receive one of that id.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = TransferId::new(ask.part("id"));
    let found = ask.read(move |act| plans::transfer(act, &id)).await?;
    Ok(ask.seen(found.version, &transfer(&found)))
}

/// What is said of a receipt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveBody {
    /// At most 2000 characters; no names.
    note: Option<String>,
}

/// A transfer that was received.
#[derive(Serialize, ToSchema)]
pub struct ReceivedShape {
    transfer: TransferShape,
    /// The ids of the movements: what left the giver, then what came in.
    movements: Vec<String>,
}

/// `POST /transfers/{id}/receive`
///
/// # Errors
/// 404 for the transfer, 403 when the caller keeps no stock at the receiver, 409 when it was closed.
pub async fn receive(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = TransferId::new(ask.part("id"));
    let read: ReceiveBody = body.json()?;
    let mut faults = Faults::new();
    let note = note(&mut faults, "/note", read.note.as_deref());
    faults.finish()?;
    let wanted = id.clone();
    let found = ask.read(move |act| plans::transfer(act, &wanted)).await?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![found.to, found.from],
        "transfer.receive",
        move |act| {
            let received = receive_transfer::receive(act, &id, note.clone())?;
            let shape = ReceivedShape {
                transfer: transfer(&received.transfer),
                movements: received
                    .movements
                    .iter()
                    .map(|m| m.id.to_string())
                    .collect(),
            };
            Ok(versioned(answer(200, &shape)?, received.transfer.version))
        },
    )
    .await
}
