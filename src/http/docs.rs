//! The API's description, `/api/openapi.json`, and a page to read it by, `/api/docs/`.
//!
//! The page is Swagger UI, whose files are inside of the binary: a hospital's network often has
//! no way out, and the page must work there.

use super::door::nothing_here;
use super::problem::Problem;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpResponse, web};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

/// Where the description is.
pub const OPENAPI: &str = "/api/openapi.json";

/// Adds both.
pub fn configure(config: &mut web::ServiceConfig, api: OpenApi) {
    // by default the page sends the description's address to a validator on the internet
    let settings = Config::new([OPENAPI])
        .validator_url("none")
        .persist_authorization(false)
        .try_it_out_enabled(false);
    let (api, settings) = (web::Data::new(api), web::Data::new(settings));
    config
        .service(web::resource(OPENAPI).app_data(api).get(description))
        .service(web::resource("/api/docs").get(to_the_page))
        .service(
            web::resource("/api/docs/{file:.*}")
                .app_data(settings)
                .get(file),
        );
}

async fn description(api: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(api.as_ref())
}

/// The page's files have addresses relative to `/api/docs/`, so the slash counts.
async fn to_the_page() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

/// One file of the page. What is text says in which characters: no browser has to guess.
async fn file(
    path: web::Path<String>,
    settings: web::Data<Config<'static>>,
) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&path, settings.into_inner());
    let file = found.map_err(Problem::internal)?.ok_or_else(nothing_here)?;
    let mut media = file.content_type;
    if media.starts_with("text/") && !media.contains("charset") {
        media.push_str("; charset=utf-8");
    }
    let mut answer = HttpResponse::Ok();
    if file.gzpipped {
        answer.insert_header((header::CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    Ok(answer.content_type(media).body(file.bytes.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{app, testing};
    use super::*;
    use crate::http::limits::Limits;
    use actix_web::test::{TestRequest, call_service, init_service};

    #[actix_web::test]
    async fn each_file_says_of_what_kind_and_in_which_characters_it_is() {
        let api = OpenApi::default();
        let app = init_service(app(testing::door(Limits::default()), api, |_| {})).await;
        for (path, media) in [
            ("/api/docs/", "text/html; charset=utf-8"),
            ("/api/docs/swagger-ui.css", "text/css; charset=utf-8"),
            (
                "/api/docs/swagger-ui-bundle.js",
                "text/javascript; charset=utf-8",
            ),
            ("/api/docs/favicon-32x32.png", "image/png"),
            (OPENAPI, "application/json"),
        ] {
            let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
            assert_eq!(answer.status(), 200, "{path}");
            let said = answer.headers().get(header::CONTENT_TYPE).unwrap();
            assert_eq!(said, media, "{path}");
        }
        let none = TestRequest::get().uri("/api/docs/none.js").to_request();
        assert_eq!(call_service(&app, none).await.status(), 404);
    }
}
