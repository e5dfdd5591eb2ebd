//! From where a request comes, and whether it came encrypted: who is believed about that.
//!
//! A proxy says for whom it asks in `X-Forwarded-For`, and how that one came in `X-Forwarded-Proto`. Anybody can
//! send these headers, so they are read only from connections of proxies that are set, and from right to left:
//! each proxy adds at the right what it has seen itself. The header `Forwarded` (RFC 7239) is never read: of two
//! headers for one thing a proxy sets one and passes the other on as the client made it up.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How much of an address of IPv6 tells one network from another.
///
/// Choice: 64 bits. A network has at least that much to itself (RFC 4291, § 2.5.1: the last 64 bits name an
/// interface), so that who has one address has 2^64, and must not be counted as so many.
const NETWORK_BITS: u8 = 64;

/// The proxies whose word is believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Returns the proxies of these networks.
    pub fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Returns whether this is the address of one of them.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Who asks, as far as the network knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    address: Option<IpAddr>,
    /// Whether that is this machine or a proxy, behind which may be anybody.
    near: bool,
    https: bool,
}

/// What a connection is, before anybody's word about it.
#[derive(Clone, Copy, Debug)]
struct Connection {
    from: Option<SocketAddr>,
    encrypted: bool,
}

impl Peer {
    /// Returns who makes a request.
    pub fn of(request: &ServiceRequest, proxies: &Proxies) -> Self {
        let connection = Connection {
            from: request.peer_addr(),
            encrypted: request.app_config().secure(),
        };
        Self::behind(connection, request.headers(), proxies)
    }

    /// Returns who makes a request, as the door found out.
    pub fn known(request: &impl HttpMessage) -> Self {
        let nobody = Self {
            address: None,
            near: false,
            https: false,
        };
        request.extensions().get().copied().unwrap_or(nobody)
    }

    /// The address of whoever asks: of the connection, or what a trusted proxy says.
    pub const fn address(self) -> Option<IpAddr> {
        self.address
    }

    /// Whether the request came by TLS: to this service, or to a proxy that says so.
    pub const fn is_https(self) -> bool {
        self.https
    }

    /// The address of one who can be told apart from others; none for this machine and for proxies that do not say
    /// for whom they ask, since behind those may be everybody.
    pub fn stranger(self) -> Option<IpAddr> {
        self.address.filter(|_| !self.near)
    }

    /// The network of such a one, whose requests are counted together.
    pub fn network(self) -> Option<IpNet> {
        self.stranger().map(network)
    }

    fn behind(connection: Connection, headers: &HeaderMap, proxies: &Proxies) -> Self {
        let Some(nearest) = connection.from.map(|at| at.ip().to_canonical()) else {
            return Self {
                address: None,
                near: false,
                https: connection.encrypted,
            };
        };
        if !proxies.trust(nearest) {
            return Self {
                address: Some(nearest),
                near: nearest.is_loopback(),
                https: connection.encrypted,
            };
        }
        let address = first_stranger(nearest, headers, proxies);
        Self {
            address: Some(address),
            near: proxies.trust(address),
            https: connection.encrypted || says_https(headers),
        }
    }
}

/// The network that an address belongs to: itself, or the 64 bits that one network has at least.
pub fn network(address: IpAddr) -> IpNet {
    match address {
        IpAddr::V4(_) => IpNet::from(address),
        IpAddr::V6(_) => {
            IpNet::new(address, NETWORK_BITS).map_or(IpNet::from(address), |net| net.trunc())
        }
    }
}

/// The rightmost address that is no trusted proxy. Where something else stands than an address, nobody knows who
/// asked that proxy: then it is the proxy.
fn first_stranger(nearest: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> IpAddr {
    let values: Vec<&[u8]> = headers
        .get_all(FORWARDED_FOR)
        .map(HeaderValue::as_bytes)
        .collect();
    let mut known = nearest;
    for hop in values
        .into_iter()
        .rev()
        .flat_map(|value| value.rsplit(|b| *b == b','))
    {
        let Some(address) = std::str::from_utf8(hop).ok().and_then(hop_address) else {
            return known;
        };
        known = address;
        if !proxies.trust(known) {
            return known;
        }
    }
    known
}

/// An address as proxies write it: bare, or with a port, or in brackets.
fn hop_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|at| at.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = bare.or_else(with_port).or_else(in_brackets);
    address.map(|address| address.to_canonical())
}

/// Whether a proxy says, once, that it was asked by TLS. A list is not one word, and is not believed.
fn says_https(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(FORWARDED_PROTO);
    let one = values
        .next()
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"));
    one && values.next().is_none()
}

/// The address without the port, which says nothing the day after.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "{address}"),
            None => f.write_str("unknown"),
        }
    }
}

/// Returns the network address that a request comes from, for the audit trail.
pub fn peer(request: &impl HttpMessage) -> String {
    Peer::known(request).to_string()
}

#[cfg(test)]
mod tests;
