//! The line to a mail server, under lettre's dialogue.
//!
//! lettre 0.11.23 opens its own sockets without `TCP_NODELAY` and then waits some 44 ms a message
//! for a delayed acknowledgement. Its dialogue takes a stream of ours instead, for which two things
//! are missing there and stand here.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::io::{AsyncRead as _, AsyncWrite as _};
#[expect(
    deprecated,
    reason = "the only way to lettre's TLS over a stream of ours"
)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::{
    Error,
    client::{AsyncTokioStream, TlsParameters},
};
use tokio::{
    io::{AsyncBufRead as _, AsyncRead, AsyncWrite, BufReader, ReadBuf},
    net::TcpStream,
};

/// A connection that gives out what it received one line at a time.
///
/// lettre keeps what it has read in clear when it turns to TLS: whoever sits on the line could add
/// replies behind the server's `220 go ahead`, and they would be taken for replies under encryption.
/// Given line by line, they reach the TLS layer instead, which refuses them.
#[derive(Debug)]
pub(super) struct LineByLine(BufReader<TcpStream>);

/// lettre's stream under TLS, as tokio sees streams: for servers that encrypt from the first octet.
#[derive(Debug)]
#[expect(
    deprecated,
    reason = "the only way to lettre's TLS over a stream of ours"
)]
pub(super) struct Encrypted(AsyncNetworkStream);

impl LineByLine {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }
}

impl Encrypted {
    /// Shakes hands and checks the server's certificate.
    #[expect(
        deprecated,
        reason = "the only way to lettre's TLS over a stream of ours"
    )]
    pub(super) async fn begin(stream: TcpStream, tls: TlsParameters) -> Result<Self, Error> {
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        stream.upgrade_tls(tls).await?;
        Ok(Self(stream))
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }
}

impl AsyncRead for LineByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let received = ready!(Pin::new(&mut self.0).poll_fill_buf(cx))?;
        let line = received.split_inclusive(|octet| *octet == b'\n').next();
        let given: Vec<u8> = line
            .unwrap_or_default()
            .iter()
            .copied()
            .take(buf.remaining())
            .collect();
        buf.put_slice(&given);
        Pin::new(&mut self.0).consume(given.len());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.0.get_mut()).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.get_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.get_mut()).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = ready!(Pin::new(&mut self.0).poll_read(cx, buf.initialize_unfilled()))?;
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
