//! How much a request may ask for, and how long it may take.

use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::http::header;

use super::language::Said;
use super::problem::{Fault, Kind, Place, Problem};

/// The limits of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a request may take in all, its body included.
    pub request_time: Duration,
    /// The longest address (path and query), in bytes.
    pub address_bytes: usize,
    /// The largest headers, names and values together, in bytes.
    pub header_bytes: usize,
}

/// Choice: a body of 1 MiB is some 5,000 lines of stock; thirty seconds is longer than any answer
/// we know of, and shorter than the minute after which most proxies give up; 8 KiB of address and
/// 16 KiB of headers are what common servers allow.
impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            body_time: Duration::from_secs(15),
            request_time: Duration::from_secs(30),
            address_bytes: 8 * 1024,
            header_bytes: 16 * 1024,
        }
    }
}

impl Limits {
    /// Returns nothing when the request's head is within the limits.
    ///
    /// # Errors
    /// 400 for an address of another host than the header says, 414 or 431.
    pub fn allow(&self, request: &ServiceRequest) -> Result<(), Problem> {
        one_host(request)?;
        let most = self.address_bytes;
        if request.uri().to_string().len() > most {
            return Err(too_much(Kind::AddressTooLong, most));
        }
        let headers = request.headers().iter();
        let size: usize = headers.map(|(n, v)| n.as_str().len() + v.len()).sum();
        if size > self.header_bytes {
            return Err(too_much(Kind::HeadersTooLarge, self.header_bytes));
        }
        Ok(())
    }

    /// The answer to a body that is too large.
    pub fn body_too_large(&self) -> Problem {
        too_much(Kind::BodyTooLarge, self.body_bytes)
    }
}

/// Refuses a request whose first line is for another host than its header `Host`: whoever stands before us may have
/// gone by one, and we by the other (RFC 9112, § 3.2.2). That there is one such header, the server sees to.
fn one_host(request: &ServiceRequest) -> Result<(), Problem> {
    let Some(of_line) = request.uri().authority() else {
        return Ok(());
    };
    let of_header = request.headers().get(header::HOST);
    if of_header.is_some_and(|host| {
        host.as_bytes()
            .eq_ignore_ascii_case(of_line.as_str().as_bytes())
    }) {
        return Ok(());
    }
    let said = Said::new(
        "names another host than the first line of the request",
        "nomme un autre hôte que la première ligne de la requête",
    );
    let fault = Fault::new(Place::Header("Host".to_owned()), said);
    Err(Problem::at(Kind::BadHeader, fault))
}

fn too_much(kind: Kind, most: usize) -> Problem {
    Problem::new(
        kind,
        Said::new(
            format!("at most {most} bytes are read here"),
            format!("{most} octets au plus sont lus ici"),
        ),
    )
    .with("most_bytes", most)
}

/// 503 after the time limit. Choice: not 504, which is for gateways, and 503 has `Retry-After`.
pub fn took_too_long(limit: Duration) -> Problem {
    let seconds = limit.as_secs();
    Problem::later(
        Kind::TookTooLong,
        5,
        Said::new(
            format!(
                "no answer within {seconds} s; a change may still have been made, so repeat it with the same Idempotency-Key"
            ),
            format!(
                "pas de réponse en {seconds} s ; la modification a pu être faite malgré tout : répétez-la avec le même Idempotency-Key"
            ),
        ),
    )
}
