//! `/transfers`: what pharmacies send to each other.

mod bodies;
mod proposals;
mod shapes;
mod steps;

pub use bodies::{
    AcceptBody, AskBody, AskedRowBody, CancelBody, DeclineBody, LotArrivedBody, LotBackBody,
    ReceiveBody, SendBody, TakeBackBody,
};
pub use proposals::{
    NeededShape, PROPOSALS, ProposalShape, ProposalsShape, ProposedRow, proposals,
};
pub use shapes::{InTransitShape, MovedShape, TransferRowShape, TransferShape, transfer};
pub use steps::{accept, ask, cancel, decline, receive, send, take_back};

use super::ask::Ask;
use crate::app::see::transfers;
use crate::domain::code::Finess;
use crate::domain::id::TransferId;
use crate::domain::transfer::TransferState;
use crate::http::headers::policy_of_sheet;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::text::transfer_sheet;
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
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
        .read(move |act| transfers::transfers(act, site, state, before.as_deref(), rows))
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
    let (found, words) = ask.read(move |act| transfers::with_words(act, &id)).await?;
    Ok(ask.seen(found.version, &transfer(&found).with_words(words)))
}

/// What is on its way: in nobody's stock.
#[derive(Serialize, ToSchema)]
pub struct InTransitList {
    items: Vec<InTransitShape>,
}

/// `GET /transfers/in-transit`
///
/// # Errors
/// 400 for the query, 403 for a site beyond the caller's reach.
pub async fn in_transit(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    let found = ask
        .read(move |act| transfers::in_transit(act, site))
        .await?;
    let items = found.iter().map(InTransitShape::of).collect();
    Ok(HttpResponse::Ok().json(InTransitList { items }))
}

/// `GET /transfers/{id}/sheet`
///
/// # Errors
/// 404 when the caller's sites neither give nor receive one of that id.
pub async fn sheet(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = TransferId::new(ask.part("id"));
    let sheet = ask.read(move |act| transfers::sheet(act, &id)).await?;
    let sheet = transfer_sheet::Sheet {
        simulated: ask.simulated(),
        ..sheet
    };
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_LANGUAGE, ask.language.code()))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            policy_of_sheet(transfer_sheet::STYLE),
        ))
        .body(transfer_sheet::page(&sheet, ask.language)))
}
