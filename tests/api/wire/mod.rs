//! What stands between the service and whoever asks it: proxies, TLS, limits, and those who send what no client sends.

mod attacks;
mod bodies;
mod encrypted;
mod headers;
mod limited;
mod proxies;

use crate::service::App;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Sends bytes and no more, and returns all that is answered until the service closes the line; it has twenty
/// seconds from one byte to the next.
fn raw(app: &App, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // one that closes the line before it has read all is one that answers
    let sent = stream.write_all(bytes);
    stream.shutdown(Shutdown::Write).ok();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    if let (Ok(()), Err(error)) = (sent, read) {
        let cut = matches!(error.kind(), std::io::ErrorKind::ConnectionReset);
        assert!(cut, "the line stays open ({error}): {text}");
    }
    text
}

/// The status of each answer in what was read from a line.
fn statuses(text: &str) -> Vec<u16> {
    text.split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| answer[..3].parse().unwrap())
        .collect()
}
