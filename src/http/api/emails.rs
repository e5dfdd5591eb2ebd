//! `/emails`: letters on their way, sent, and refused.

use super::ask::{Ask, Repeat, answer};
use crate::app::records::{LetterState, OutboxLetter};
use crate::app::retry_letters;
use crate::app::see::alerts;
use crate::domain::calendar::Instant;
use crate::domain::id::LetterId;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters of the list.
pub const FILTERS: &[(&str, &str)] = &[
    (
        "state",
        "Only `queued`, `sent`, `failed`, `superseded` or `withdrawn`.",
    ),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// One letter.
#[derive(Serialize, ToSchema)]
pub struct EmailShape {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    /// `opened`, `worsened`, `acknowledged`, `closed`, `escalated`, `digest` or `test`.
    event: String,
    to_name: String,
    to_email: String,
    language: &'static str,
    message_id: String,
    subject: String,
    /// Its plain text, without the links that are its recipient's alone; of one letter only, not in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// `queued`, `sent`, `failed`, or `superseded`: it was not taken before a later letter about the
    /// alert told the recipient what is so; `withdrawn`: it waited for the end of quiet hours, and what it
    /// told was over before.
    state: &'static str,
    /// Times it was tried.
    attempts: i64,
    /// When it is tried next, while it is queued; first at the end of its recipient's quiet hours.
    #[schema(value_type = String, format = DateTime)]
    due_at: Instant,
    /// What the server said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<Instant>,
}

/// Makes the shape of a letter.
pub fn shape(l: &OutboxLetter, with_text: bool) -> EmailShape {
    EmailShape {
        id: l.id.to_string(),
        site: l.site.map(|s| s.to_string()),
        alert: l.alert.as_ref().map(ToString::to_string),
        event: l.event.clone(),
        to_name: l.to_name.clone(),
        to_email: l.to_email.clone(),
        language: l.language.code(),
        message_id: l.message_id.clone(),
        subject: l.subject.clone(),
        text: with_text.then(|| l.text.clone()),
        state: l.state.code(),
        attempts: l.attempts,
        due_at: l.due_at,
        last_error: l.last_error.clone(),
        created_at: l.created_at,
        sent_at: l.sent_at,
    }
}

/// `GET /emails`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("emails");
    let state = query.parse("state", |t| {
        LetterState::from_code(t).ok_or_else(|| {
            Said::new(
                "is none of queued, sent, failed, superseded, withdrawn",
                "n'est ni queued, ni sent, ni failed, ni superseded, ni withdrawn",
            )
        })
    });
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| alerts::letters(act, state, before.as_deref(), rows))
        .await?;
    Ok(HttpResponse::Ok().json(page.cut(
        found.iter().map(|l| shape(l, false)).collect(),
        |l: &EmailShape| l.id.clone(),
    )))
}

/// `GET /emails/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = LetterId::new(ask.part("id"));
    let found = ask.read(move |act| alerts::letter(act, &id)).await?;
    Ok(HttpResponse::Ok().json(shape(&found, true)))
}

/// `POST /emails/{id}/retry`
///
/// # Errors
/// 404 when there is none within the caller's reach, 409 when it was not given up or a later letter
/// has told its recipient what is so.
pub async fn retry(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = LetterId::new(ask.part("id"));
    // the site is locked like for any write that touches it
    let found = id.clone();
    let letter = ask.read(move |act| alerts::letter(act, &found)).await?;
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        letter.site.into_iter().collect(),
        "letter.retry",
        move |act| answer(200, &shape(&retry_letters::retry(act, &id)?, false)),
    )
    .await
}
