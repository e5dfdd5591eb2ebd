//! The HTTP server: bound before it starts, stopped by one word.

use std::any::Any;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpServer, web};

use rustls::ServerConfig;

use super::stop::{Asked, Stop};
use crate::http::door::Door;
use crate::http::lines::Lines;

/// How the server treats its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Threads that answer; nought for one a core.
    pub workers: usize,
    /// How long a connection may idle between two requests.
    pub keep_alive: Duration,
    /// How long a request's head may take to arrive.
    pub head_time: Duration,
    /// How many connections a thread may have open.
    pub most_per_worker: usize,
    /// How many connections one network address may have open.
    pub most_per_address: usize,
    /// How long the greeting of TLS may take.
    pub greeting_time: Duration,
    /// How long what is under way may take to finish when a stop is asked for, in seconds.
    pub finish_seconds: u64,
}

/// Choice: idle connections for longer than pages poll; five seconds for a head, which any line
/// manages, and for the greeting of TLS, which is as many journeys; a little more to finish than a request may take
/// in all (30 s).
impl Default for Connections {
    fn default() -> Self {
        Self {
            workers: 0,
            keep_alive: Duration::from_secs(20),
            head_time: Duration::from_secs(5),
            most_per_worker: 10_000,
            most_per_address: 2_000,
            greeting_time: Duration::from_secs(5),
            finish_seconds: 35,
        }
    }
}

/// Binds an address; port 0 lets the system choose, and [`TcpListener::local_addr`] tells.
///
/// # Errors
/// When the address is taken, not ours or not permitted; the message names it.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let bound = TcpListener::bind(address);
    bound.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })
}

/// How often it is looked for connections of which nothing comes. Choice: a second, for seconds are counted.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Serves until `stop` is asked for and what was under way has finished; with TLS if `tls` says how.
///
/// `configure` adds the routes, once for each thread.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    tls: Option<ServerConfig>,
    connections: Connections,
    door: web::Data<Door>,
    api: utoipa::openapi::OpenApi,
    configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    stop: Stop,
) -> io::Result<()> {
    let lines = Lines::new(
        door.proxies.clone(),
        connections.most_per_address,
        connections.keep_alive + connections.head_time,
    );
    let factory = move || {
        let configure = configure.clone();
        crate::http::app(door.clone(), api.clone(), move |config| configure(config))
    };
    let mut server = HttpServer::new(factory)
        .disable_signals()
        .keep_alive(connections.keep_alive)
        .client_request_timeout(connections.head_time)
        .tls_handshake_timeout(connections.greeting_time)
        // by default 256 who connect and say nothing keep everybody else out
        .max_connection_rate(connections.most_per_worker)
        .on_connect(taken_in(lines.clone()))
        .max_connections(connections.most_per_worker)
        .shutdown_timeout(connections.finish_seconds);
    if connections.workers > 0 {
        server = server.workers(connections.workers);
    }
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    let server = server.run();
    let handle = server.handle();
    let stopping = async {
        stop.wait(Asked::Gently).await;
        let gently = handle.stop(true);
        tokio::select! {
            () = gently => {}
            () = stop.wait(Asked::AtOnce) => {}
        }
    };
    tokio::select! {
        ended = server => ended,
        never = swept(lines) => match never {},
        // the server is dropped then, which closes what is still open
        () = stopping => Ok(()),
    }
}

/// Takes a connection in, as soon as it is open and, with TLS, the greeting is over.
fn taken_in(lines: Lines) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
    move |connection, data| {
        let plain = connection.downcast_ref::<TcpStream>();
        let encrypted = || {
            Some(
                connection
                    .downcast_ref::<TlsStream<TcpStream>>()?
                    .get_ref()
                    .0,
            )
        };
        let Some(socket) = plain.or_else(encrypted) else {
            return;
        };
        let from = socket.peer_addr().ok().map(|at| at.ip());
        match lines.open(socket, from, Instant::now()) {
            Some(held) => {
                data.insert(held);
            }
            None => {
                tracing::debug!("an address has as many connections as it may: one more is shut");
            }
        }
    }
}

/// Shuts connections of which nothing comes, for ever.
async fn swept(lines: Lines) -> Infallible {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let shut = lines.sweep(Instant::now());
        if shut > 0 {
            tracing::debug!(shut, "connections of which nothing came were shut");
        }
    }
}

#[cfg(test)]
mod tests;
