//! `/networks`: groups of hospitals that share.

use super::ask::{Ask, Repeat, created};
use super::fields::words;
use crate::app::edit_sites;
use crate::app::records::Network;
use crate::app::see::commons;
use crate::domain::rule::Slug;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A network.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkShape {
    /// 1 to 64 lower-case letters, digits and hyphens.
    id: String,
    /// As its people call it.
    name: String,
}

/// The networks.
#[derive(Serialize, ToSchema)]
pub struct Networks {
    items: Vec<NetworkShape>,
}

/// `GET /networks`
///
/// # Errors
/// The database's.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let found = ask.read(commons::networks).await?;
    let items = found
        .into_iter()
        .map(|n| NetworkShape {
            id: n.id.to_string(),
            name: n.name,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Networks { items }))
}

/// `POST /networks`
///
/// # Errors
/// 422 for the body, 409 when it is there.
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: NetworkShape = body.json()?;
    let mut faults = Faults::new();
    let id = faults.take("/id", Slug::parse(&read.id));
    let name = words(&mut faults, "/name", &read.name, 120);
    let (id, name) = faults.all((id, name))?;
    let network = Network { id, name };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "network.add",
        move |act| {
            edit_sites::add_network(act, &network)?;
            let shape = NetworkShape {
                id: network.id.to_string(),
                name: network.name.clone(),
            };
            created(format!("{}/networks", super::BASE), &shape)
        },
    )
    .await
}
