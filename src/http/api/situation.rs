//! `/sites/{finess}/situation`: the sheet of a site, for a day on paper. It names patients: reading it is on
//! the audit trail.

use super::ask::Ask;
use crate::app::see::situation::situation;
use crate::http::headers::policy_of_sheet;
use crate::http::problem::Problem;
use crate::text;
use actix_web::HttpResponse;
use actix_web::http::header;

/// `GET /sites/{finess}/situation`
///
/// # Errors
/// 404 for the site.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let sheet = ask
        .read_and_note(vec![site], move |act| situation(act, site))
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            policy_of_sheet(text::situation::STYLE),
        ))
        .insert_header((header::CONTENT_LANGUAGE, ask.language.code()))
        .body(text::situation::html(ask.language, &sheet)))
}
