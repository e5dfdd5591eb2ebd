//! The door for programs: `/api/v1`, its description, and the addresses of operations.
//!
//! It reads a request into domain types, calls one verb of `app`, and writes the answer; it never
//! sees a table. Start reading at [`door`], which every request passes; then [`problem`], which
//! is what every refusal looks like; then [`body`] and [`query`], which read.
//!
//! A handler takes what it needs as arguments and returns `Result<HttpResponse, Problem>`.

pub mod alert_page;
pub mod api;
pub mod asked;
pub mod body;
pub mod cookies;
pub mod cursor;
pub mod docs;
pub mod door;
pub mod entrance;
pub mod etag;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod language;
pub mod letter_pages;
pub mod limits;
pub mod lines;
pub mod password_pages;
pub mod peer;
pub mod problem;
pub mod query;
pub mod request_id;
mod shape;
mod style;
pub mod throttle;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, HttpResponse, web};

use door::Door;
use problem::Problem;

/// Builds the app: the door around everything, health, documentation, and what `configure` adds.
pub fn app(
    door: web::Data<Door>,
    api: utoipa::openapi::OpenApi,
    configure: impl FnOnce(&mut web::ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(door)
        .wrap(from_fn(door::door))
        .wrap(Compress::default())
        .configure(health::configure)
        .configure(alert_page::configure)
        .configure(letter_pages::configure)
        .configure(password_pages::configure)
        .configure(style::configure)
        .configure(problem::page::configure)
        .configure(|config| docs::configure(config, api))
        .configure(configure)
        .default_service(web::to(nothing_here))
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(door::nothing_here())
}
