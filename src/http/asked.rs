//! By which request somebody asks, and from where: what every line of the audit trail says.

use super::peer::peer;
use super::request_id::RequestId;
use crate::app::caller::Asked;
use actix_web::{HttpMessage as _, HttpRequest};

/// Returns by which request somebody asks, and from where.
pub fn asked_by(request: &HttpRequest) -> Asked {
    let known = request.extensions();
    let id = known.get::<RequestId>();
    Asked {
        request_id: id.map_or_else(|| "-".to_owned(), |id| id.as_str().to_owned()),
        peer: peer(request),
    }
}
