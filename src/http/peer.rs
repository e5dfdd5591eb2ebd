//! From where a request comes.

use std::net::SocketAddr;

/// Returns the network address that a request comes from, for the audit trail: that of the connection, as
/// nobody behind it is believed yet. Without the port, which says nothing the day after.
pub fn peer(of_connection: Option<SocketAddr>) -> String {
    of_connection.map_or_else(
        || "unknown".to_owned(),
        |at| at.ip().to_canonical().to_string(),
    )
}
