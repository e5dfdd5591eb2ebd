//! `/sites/{finess}/clearances` and `/holds`: may this infusion start.

mod shapes;

pub use shapes::{
    AnswerShape, ClearanceRest, ClearanceShape, ContactShape, HoldLine, HoldShape, Holds,
    SenderShape, SentLine, Shortfall, VialLine, contact,
};

use super::BASE;
use super::ask::{Ask, Repeat, answer, created};
use super::fields::{day, note, words};
use super::movements::Recorded;
use super::patients::{NewPatientBody, read as read_patient};
use crate::app::ask_clearance::{self, Question, Who};
use crate::app::end_clearance;
use crate::app::see::of_site;
use crate::app::site_state::SiteState;
use crate::domain::clearance::Release;
use crate::domain::id::ClearanceId;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Deserialize;
use shapes::{answered, hold, shape};
use utoipa::ToSchema;

/// A question: may this infusion start?
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionBody {
    /// The site's word for the patient, 1 to 64 characters; never a name, birth date or hospital number.
    pseudonym: String,
    /// 500 to 400000.
    weight_g: i64,
    infusion_date: String,
    /// By which rulebook; the only one with a reserve when not said.
    rulebook: Option<String>,
    /// `false`: ask without holding; nothing is kept.
    #[serde(default = "yes")]
    hold: bool,
}

const fn yes() -> bool {
    true
}

/// `POST /sites/{finess}/clearances`
///
/// # Errors
/// 422 for the body, 409 when the patient has one in force or the site is no CAR-T centre.
pub async fn ask(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let QuestionBody {
        pseudonym,
        weight_g,
        infusion_date,
        rulebook,
        hold,
    } = body.json()?;
    let new = read_patient(&NewPatientBody {
        pseudonym,
        weight_g,
        infusion_date,
    })?;
    let question = Question {
        who: Who::Told(new),
        rulebook,
        hold,
    };
    if !hold {
        let shape = ask
            .weigh(site, "clearance.ask", move |act| {
                Ok(answered(
                    &ask_clearance::ask(act, site, &question)?,
                    act.rules,
                ))
            })
            .await?;
        ask.line_is_seen_to();
        return Ok(HttpResponse::Ok().json(shape));
    }
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "clearance.ask",
        move |act| {
            let a = ask_clearance::ask(act, site, &question)?;
            created(
                format!("{}/sites/{site}/clearances/{}", BASE, a.clearance.id),
                &answered(&a, act.rules),
            )
        },
    )
    .await
}

/// `GET /sites/{finess}/clearances`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("clearances");
    query.finish()?;
    let (before, rows) = (
        page.after.as_deref().and_then(|t| t.parse().ok()),
        page.rows(),
    );
    let found = ask
        .read(move |act| of_site::clearances(act, site, before, rows))
        .await?;
    let seq = |c: &(i64, ClearanceShape)| c.0.to_string();
    let listed = page.cut(
        found
            .iter()
            .map(|c| (c.seq, shape(c, ask.rules())))
            .collect(),
        seq,
    );
    let items: Vec<_> = listed.items.into_iter().map(|(_, c)| c).collect();
    let patients = items.iter().map(ClearanceShape::patient).collect();
    ask.note_reading(site, "clearances", patients).await?;
    Ok(HttpResponse::Ok().json(crate::http::cursor::Listed {
        items,
        next_cursor: listed.next_cursor,
    }))
}

/// `GET /sites/{finess}/clearances/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, ClearanceId::new(ask.part("id")));
    let found = ask
        .read(move |act| of_site::clearance(act, site, &id))
        .await?;
    let patients = [found.patient.to_string()].into();
    ask.note_reading(site, "clearances", patients).await?;
    Ok(HttpResponse::Ok().json(shape(&found, ask.rules())))
}

/// The use of a dose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseBody {
    note: Option<String>,
}

/// `POST /sites/{finess}/clearances/{id}/use`
///
/// # Errors
/// 404 when there is none here, 409 when it holds nothing.
pub async fn use_dose(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, ClearanceId::new(ask.part("id")));
    let read: UseBody = body.json()?;
    let mut faults = Faults::new();
    let note = note(&mut faults, "/note", read.note.as_deref());
    faults.finish()?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "clearance.use",
        move |act| {
            let recorded = Recorded::of(&end_clearance::use_dose(act, site, &id, note.clone())?);
            created(recorded.location(site), &recorded)
        },
    )
    .await
}

/// Why units are given back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    /// `infusion-cancelled` (not after the day of the infusion) or `window-over` (not before it is), which
    /// end the patient's reserve; or words of your own, 1 to 500 characters: the doses go back, and a
    /// patient not yet infused waits for another GO.
    reason: String,
}

/// `POST /sites/{finess}/clearances/{id}/release`
///
/// # Errors
/// 404 when there is none here, 409 when it holds nothing any more or the reason cannot be yet.
pub async fn release(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, ClearanceId::new(ask.part("id")));
    let read: ReleaseBody = body.json()?;
    let mut faults = Faults::new();
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let (reason,) = faults.all((reason,))?;
    let why = Release::read(&reason);
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "clearance.release",
        move |act| {
            let (ended, _) = end_clearance::release(act, site, &id, &why)?;
            answer(200, &shape(&ended, act.rules))
        },
    )
    .await
}

/// Another day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    infusion_date: String,
}

/// `POST /sites/{finess}/clearances/{id}/move`
///
/// # Errors
/// 404 when there is none here, 409 when it is not in force, 422 for the day.
pub async fn shift(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, from) = (ask.site()?, ClearanceId::new(ask.part("id")));
    let read: MoveBody = body.json()?;
    let mut faults = Faults::new();
    let infusion_on = day(&mut faults, "/infusion_date", &read.infusion_date);
    let (infusion_on,) = faults.all((infusion_on,))?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "clearance.move",
        move |act| {
            let question = Question {
                who: Who::Moved {
                    from: from.clone(),
                    infusion_on,
                },
                rulebook: None,
                hold: true,
            };
            let a = ask_clearance::ask(act, site, &question)?;
            created(
                format!("{}/sites/{site}/clearances/{}", BASE, a.clearance.id),
                &answered(&a, act.rules),
            )
        },
    )
    .await
}

/// `GET /sites/{finess}/holds`
///
/// # Errors
/// 404 for the site.
pub async fn holds(ask: Ask) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let items: Vec<_> = ask
        .read(move |act| {
            let state = SiteState::load(act, site)?;
            Ok(state.holds.iter().filter_map(|h| hold(&state, h)).collect())
        })
        .await?;
    let patients = items.iter().map(HoldShape::patient).collect();
    ask.note_reading(site, "holds", patients).await?;
    Ok(HttpResponse::Ok().json(Holds { items }))
}
