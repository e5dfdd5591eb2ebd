//! The HTTP server: bound before it starts, stopped by one word.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::{HttpServer, web};

use super::stop::{Asked, Stop};
use crate::http::door::Door;

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
    /// How long what is under way may take to finish when a stop is asked for, in seconds.
    pub finish_seconds: u64,
}

/// Choice: idle connections for longer than pages poll; five seconds for a head, which any line
/// manages; a little more to finish than a request may take in all (30 s).
impl Default for Connections {
    fn default() -> Self {
        Self {
            workers: 0,
            keep_alive: Duration::from_secs(20),
            head_time: Duration::from_secs(5),
            most_per_worker: 10_000,
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

/// Serves until `stop` is asked for and what was under way has finished.
///
/// `configure` adds the routes, once for each thread.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    connections: Connections,
    door: web::Data<Door>,
    api: utoipa::openapi::OpenApi,
    configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    stop: Stop,
) -> io::Result<()> {
    let factory = move || {
        let configure = configure.clone();
        crate::http::app(door.clone(), api.clone(), move |config| configure(config))
    };
    let mut server = HttpServer::new(factory)
        .disable_signals()
        .keep_alive(connections.keep_alive)
        .client_request_timeout(connections.head_time)
        .max_connections(connections.most_per_worker)
        .shutdown_timeout(connections.finish_seconds);
    if connections.workers > 0 {
        server = server.workers(connections.workers);
    }
    let server = server.listen(listener)?.run();
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
        // the server is dropped then, which closes what is still open
        () = stopping => Ok(()),
    }
}

#[cfg(test)]
mod tests;
