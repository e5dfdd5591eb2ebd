//! The connections that are open: how many one network has, and which of them nothing comes of.
//!
//! Whoever opens connections and sends next to nothing on them costs us sockets and costs themselves nothing. The
//! server below bounds the time of the first head of a connection, and that between two requests; once a byte of a
//! second head has come it waits for the rest for ever (actix-http 3.20 counts that time for the first request
//! only). So each connection is looked after here: one on which no request is under way for too long is shut.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use ipnet::IpNet;

use super::peer::{Proxies, network};

/// The connections of a server. Copies are of the same ones.
#[derive(Clone)]
pub struct Lines(Arc<Inner>);

struct Inner {
    proxies: Proxies,
    most_of_one: usize,
    idle_most: Duration,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    lines: BTreeMap<u64, Line>,
    of_network: HashMap<IpNet, usize>,
}

struct Line {
    /// By which it can be shut from outside; none when the system had no descriptor left for it.
    handle: Option<TcpStream>,
    counted: Option<IpNet>,
    requests: usize,
    /// Since when it has had no request under way; or one, if it has.
    since: Instant,
}

/// How long a request may take with its answer, before its connection is shut.
///
/// Choice: ten minutes; the largest export is made in one, and who takes longer to read it reads on purpose slowly.
const SENDING_MOST: Duration = Duration::from_mins(10);

impl Lines {
    /// With none open yet: `most_of_one` for one network, trusted proxies aside, and each without a request for
    /// `idle_most` at the longest.
    pub fn new(proxies: Proxies, most_of_one: usize, idle_most: Duration) -> Self {
        Self(Arc::new(Inner {
            proxies,
            most_of_one,
            idle_most,
            open: Mutex::default(),
        }))
    }

    /// Takes a connection in for as long as the value lives; shuts it, and returns none, when its network has as
    /// many as it may.
    pub fn open(&self, socket: &impl AsFd, from: Option<IpAddr>, now: Instant) -> Option<Held> {
        let handle = socket
            .as_fd()
            .try_clone_to_owned()
            .ok()
            .map(TcpStream::from);
        let from = from.map(|from| from.to_canonical());
        let counted = from
            .filter(|from| !self.0.proxies.trust(*from))
            .map(network);
        let mut open = self.locked();
        if let Some(counted) = counted {
            let has = open.of_network.entry(counted).or_default();
            if *has >= self.0.most_of_one {
                drop(open);
                shut(handle.as_ref());
                return None;
            }
            *has += 1;
        }
        let id = open.next;
        open.next += 1;
        let line = Line {
            handle,
            counted,
            requests: 0,
            since: now,
        };
        open.lines.insert(id, line);
        drop(open);
        let lines = self.clone();
        Some(Held { lines, id })
    }

    /// Shuts the connections on which there was no request for too long, or one that does not end, and returns how
    /// many.
    pub fn sweep(&self, now: Instant) -> usize {
        let open = self.locked();
        let mut shut_down = 0;
        for line in open.lines.values() {
            let most = if line.requests == 0 {
                self.0.idle_most
            } else {
                SENDING_MOST
            };
            if now.saturating_duration_since(line.since) > most {
                shut(line.handle.as_ref());
                shut_down += 1;
            }
        }
        shut_down
    }

    fn locked(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, id: u64) {
        let mut open = self.locked();
        let Some(line) = open.lines.remove(&id) else {
            return;
        };
        let Some(counted) = line.counted else {
            return;
        };
        if let Some(has) = open.of_network.get_mut(&counted) {
            *has -= 1;
            if *has == 0 {
                open.of_network.remove(&counted);
            }
        }
    }
}

/// Whose task it is then sees the end of it, and drops it.
fn shut(handle: Option<&TcpStream>) {
    if let Some(Err(error)) = handle.map(|socket| socket.shutdown(Shutdown::Both)) {
        tracing::debug!(%error, "a connection was gone before it was shut");
    }
}

/// A connection that is open: kept with it.
pub struct Held {
    lines: Lines,
    id: u64,
}

impl Held {
    /// A request of it is under way for as long as the value lives.
    pub fn busy(&self) -> Busy {
        if let Some(line) = self.lines.locked().lines.get_mut(&self.id) {
            line.requests += 1;
            line.since = Instant::now();
        }
        Busy {
            lines: self.lines.clone(),
            id: self.id,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.lines.close(self.id);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({})", self.id)
    }
}

/// A request that is under way, until its answer is sent.
pub struct Busy {
    lines: Lines,
    id: u64,
}

impl Busy {
    /// Returns the body with the request's end at its end.
    pub fn until_sent(self, body: BoxBody) -> BoxBody {
        BoxBody::new(Sent {
            body,
            rest: Bytes::new(),
            _busy: self,
        })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(line) = self.lines.locked().lines.get_mut(&self.id) {
            line.requests = line.requests.saturating_sub(1);
            line.since = Instant::now();
        }
    }
}

/// How much of a body is handed on at once.
///
/// Choice: 32 KiB, after which the server below waits until the line has taken it: so a request is over when its
/// answer is nearly sent, and not when it is made. (So this is no body in one piece, either.)
const PIECE_BYTES: usize = 32 * 1024;

/// A body that is being sent.
struct Sent {
    body: BoxBody,
    /// What was made of it and is not handed on yet.
    rest: Bytes,
    _busy: Busy,
}

impl MessageBody for Sent {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_next(context) {
                Poll::Ready(Some(Ok(bytes))) => self.rest = bytes,
                other @ (Poll::Ready(_) | Poll::Pending) => return other,
            }
        }
        let most = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(self.rest.split_to(most))))
    }
}

#[cfg(test)]
mod tests;
