//! A body whose faults are told is answered: its `Idempotency-Key` is used, and a repeat is told the
//! same, byte for byte.
//!
//! The faults show what stood in the body, which may be personal, so they are not kept: of the answer
//! the kind, the language and the request's id are, and a repeat, which sends the same bytes, is read
//! again.

use super::ask::response;
use super::guard::Admitted;
use super::keyed::{VerbReached, keyed};
use super::refused;
use crate::app::Answer;
use crate::app::service::Write;
use crate::domain::language::Language;
use crate::http::body::Came;
use crate::http::entrance::Entrance;
use crate::http::idempotency::IdempotencyKey;
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

/// Keeps the answer to a body that has faults, or gives the one that was kept.
///
/// # Errors
/// The [`Problem`] of a key that is used otherwise, or of the database.
pub(super) async fn kept(
    answered: ServiceResponse<BoxBody>,
    admitted: Admitted,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(problem) = of_the_body(&answered) else {
        return Ok(answered);
    };
    let request = answered.request();
    let (entrance, language, came) = (
        request.app_data::<web::Data<Entrance>>().cloned(),
        request.extensions().get::<Language>().copied(),
        request.extensions().get::<Came>().cloned(),
    );
    let (Some(entrance), Some(Came(body)), Ok(Some(key))) =
        (entrance, came, IdempotencyKey::optional(request))
    else {
        return Ok(answered);
    };
    let language = language.unwrap_or(entrance.default_language);
    let Admitted { caller, site, .. } = admitted;
    let ours = bare(language, &caller.request_id);
    let write = Write {
        keyed: Some(keyed(request, &caller, &key, &body)),
        now: entrance.clock.now(),
        sites: Vec::from_iter(site),
        action: "unread",
        caller,
    };
    let answer = entrance
        .service
        .answer(
            write,
            move |_| Ok(ours.clone()),
            move |decided| refused::answer(language, "", decided),
        )
        .await
        .map_err(refused::problem)?;
    let again = told_again(&answer, &problem).unwrap_or_else(|| response(&answer));
    Ok(answered.into_response(again))
}

/// The problem that was answered, when the body has faults and no verb has seen it.
fn of_the_body(answered: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let extensions = answered.request().extensions();
    let problem = answered.response().error()?.as_error::<Problem>()?;
    let unseen = extensions.get::<VerbReached>().is_none();
    (unseen && problem.kind() == Kind::InvalidBody).then(|| problem.clone())
}

/// The answer without its faults.
fn bare(language: Language, request_id: &str) -> Answer {
    let said = Said::new(
        "The faults are not kept.",
        "Les erreurs ne sont pas conservées.",
    );
    refused::told(&Problem::new(Kind::InvalidBody, said), language, request_id)
}

/// The whole answer, from what was kept of it and the faults as they were read now; nothing when
/// something else was kept.
fn told_again(kept: &Answer, problem: &Problem) -> Option<HttpResponse> {
    let language = Language::from_code(kept.language.as_deref()?)?;
    let document: serde_json::Value = serde_json::from_str(&kept.body).ok()?;
    let request_id = document
        .get("instance")?
        .as_str()?
        .strip_prefix("/requests/")?;
    (*kept == bare(language, request_id))
        .then(|| response(&refused::told(problem, language, request_id)))
}
