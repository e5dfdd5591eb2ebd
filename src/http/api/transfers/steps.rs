//! The steps of a transfer: asked, accepted or declined, sent, received, taken back; or cancelled.

use super::bodies::{
    AcceptBody, AskBody, CancelBody, DeclineBody, ReceiveBody, SendBody, TakeBackBody,
};
use super::shapes::{MovedShape, transfer};
use crate::app::see::transfers;
use crate::app::{self, Act, Answer, transfer as verbs};
use crate::domain::calendar::{Day, local_day};
use crate::domain::id::TransferId;
use crate::domain::transfer::Transfer;
use crate::http::api::BASE;
use crate::http::api::ask::{Ask, Repeat, answer, created, versioned};
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::HttpResponse;

/// Two-digit years are read by the day of the caller's clock; a time zone changes none of them.
fn today(ask: &Ask) -> Result<Day, Problem> {
    local_day(ask.now, chrono_tz::Tz::UTC)
        .ok_or_else(|| Problem::internal("the clock is outside of this century"))
}

/// Which transfer the address names, with both its sites: the one where the step is taken first.
async fn of(
    ask: &Ask,
    at_giver: bool,
) -> Result<(TransferId, Vec<crate::domain::code::Finess>), Problem> {
    let id = TransferId::new(ask.part("id"));
    let wanted = id.clone();
    let found = ask
        .read(move |act| transfers::transfer(act, &wanted))
        .await?;
    let sites = if at_giver {
        vec![found.from, found.to]
    } else {
        vec![found.to, found.from]
    };
    Ok((id, sites))
}

fn seen(found: &Transfer) -> Result<Answer, app::Error> {
    Ok(versioned(answer(200, &transfer(found))?, found.version))
}

/// `POST /transfers`
///
/// # Errors
/// 422 for the body, 403 at a receiver beyond the caller's reach, 409 when the giver's reserve would lose a
/// dose or it has not so many free units, 404 for what the body names.
pub async fn ask(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: AskBody = body.json()?;
    let asking = read.read()?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![asking.to, asking.from],
        "transfer.ask",
        move |act| {
            let made = verbs::ask(act, &asking)?;
            let location = format!("{BASE}/transfers/{}", made.id);
            Ok(versioned(
                created(location, &transfer(&made))?,
                made.version,
            ))
        },
    )
    .await
}

/// `POST /transfers/{id}/accept`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller keeps no stock at the giver, 409 when it is not
/// asked for any more, or nobody says by what right.
pub async fn accept(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (legal, told) = body.json::<AcceptBody>()?.read()?;
    let (id, sites) = of(&ask, true).await?;
    let work = move |act: &mut Act<'_>| seen(&verbs::accept(act, &id, legal.clone(), &told)?);
    ask.write(Repeat::Keyed, body.bytes(), sites, "transfer.accept", work)
        .await
}

/// `POST /transfers/{id}/decline`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller keeps no stock at the giver, 409 when it was
/// sent or closed.
pub async fn decline(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let why = body.json::<DeclineBody>()?.read()?;
    let (id, sites) = of(&ask, true).await?;
    let work = move |act: &mut Act<'_>| seen(&verbs::decline(act, &id, why.clone())?);
    ask.write(Repeat::Keyed, body.bytes(), sites, "transfer.decline", work)
        .await
}

/// `POST /transfers/{id}/cancel`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller may not ask for transfers at the receiver, 409
/// when it was sent or closed.
pub async fn cancel(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let why = body.json::<CancelBody>()?.read()?;
    let (id, sites) = of(&ask, false).await?;
    let work = move |act: &mut Act<'_>| seen(&verbs::cancel(act, &id, why.clone())?);
    ask.write(Repeat::Keyed, body.bytes(), sites, "transfer.cancel", work)
        .await
}

fn moved(moved: &verbs::Moved) -> Result<Answer, app::Error> {
    let version = moved.transfer.version;
    Ok(versioned(answer(200, &MovedShape::of(moved))?, version))
}

/// `POST /transfers/{id}/send`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller keeps no stock at the giver, 409 when it was not
/// accepted, its units expired or the giver's reserve would lose a dose.
pub async fn send(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let sending = body.json::<SendBody>()?.read(today(&ask)?)?;
    let (id, sites) = of(&ask, true).await?;
    let work = move |act: &mut Act<'_>| moved(&verbs::send(act, &id, &sending)?);
    ask.write(Repeat::Keyed, body.bytes(), sites, "transfer.send", work)
        .await
}

/// `POST /transfers/{id}/receive`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller keeps no stock at the receiver, 409 when it was
/// not sent, or more is told of than is on its way.
pub async fn receive(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let receipt = body.json::<ReceiveBody>()?.read(today(&ask)?)?;
    let (id, sites) = of(&ask, false).await?;
    let work = move |act: &mut Act<'_>| moved(&verbs::receive(act, &id, &receipt)?);
    ask.write(Repeat::Keyed, body.bytes(), sites, "transfer.receive", work)
        .await
}

/// `POST /transfers/{id}/return`
///
/// # Errors
/// 422 for the body, 404 for the transfer, 403 when the caller keeps no stock at the giver, 409 when nothing of
/// it is on its way back, or more is told of than was refused.
pub async fn take_back(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let taken = body.json::<TakeBackBody>()?.read(today(&ask)?)?;
    let (id, sites) = of(&ask, true).await?;
    let work = move |act: &mut Act<'_>| moved(&verbs::take_back(act, &id, &taken)?);
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        sites,
        "transfer.take-back",
        work,
    )
    .await
}
