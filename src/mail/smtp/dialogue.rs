//! What is said to a mail server, and how its answers are read.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    authentication::Mechanism,
    client::{AsyncSmtpConnection, AsyncTokioStream},
    commands::{Data, Mail, Rcpt},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{
    super::{
        letter::Letter,
        stream::{Encrypted, LineByLine},
        transport::{Receipt, SendError, Stage, clean},
    },
    Protection, SmtpPost,
};

/// How far a sending has come: read when time runs out.
pub(super) struct Progress(Mutex<Stage>);

impl Progress {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Stage::Resolve))
    }

    fn begins(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn stage(&self) -> Stage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something other than a reply ended the sending here.
    pub(super) fn failed(&self, reason: &str) -> SendError {
        SendError::temporary(self.stage(), None, reason)
    }

    /// lettre says what went wrong here: a reply, or something that came instead of one.
    fn refused(&self, error: &Error) -> SendError {
        let stage = self.stage();
        match error.status() {
            Some(code) => SendError::reply(stage, code.into(), &said(stage, error)),
            // What cannot be read as a reply may repeat what we said.
            None if stage == Stage::Login && error.is_response() => {
                self.failed("an answer that cannot be read")
            }
            None => self.failed(&error.to_string()),
        }
    }
}

impl SmtpPost {
    /// Opens a line up to the point where a letter can be handed over.
    pub(super) async fn connect(
        &self,
        progress: &Progress,
    ) -> Result<AsyncSmtpConnection, SendError> {
        let stream = self.reach(progress).await?;
        let mut connection = match &self.protection {
            Protection::None | Protection::StartTls(_) => {
                let stream = Box::new(LineByLine::new(stream));
                self.greet(stream, progress).await?
            }
            Protection::Tls(tls) => {
                progress.begins(Stage::Encryption);
                let stream = Encrypted::begin(stream, tls.clone())
                    .await
                    .map_err(|error| progress.refused(&error))?;
                self.greet(Box::new(stream), progress).await?
            }
        };
        if let Protection::StartTls(tls) = &self.protection {
            progress.begins(Stage::Encryption);
            if !connection.can_starttls() {
                return Err(progress.failed("the server offers no STARTTLS, which is required"));
            }
            connection
                .starttls(tls.clone(), &self.hello)
                .await
                .map_err(|error| progress.refused(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            progress.begins(Stage::Login);
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(|error| progress.refused(&error))?;
        }
        Ok(connection)
    }

    async fn greet(
        &self,
        stream: Box<dyn AsyncTokioStream>,
        progress: &Progress,
    ) -> Result<AsyncSmtpConnection, SendError> {
        progress.begins(Stage::Greeting);
        AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(|error| progress.refused(&error))
    }

    /// Connects to the first address of the server's name that takes us.
    ///
    /// The addresses share the time limit, with one share left for what follows: one that swallows
    /// packets does not cost the others their turn.
    async fn reach(&self, progress: &Progress) -> Result<TcpStream, SendError> {
        let (host, port) = (self.settings.host.as_str(), self.settings.port);
        progress.begins(Stage::Resolve);
        let addresses: Vec<_> = lookup_host((host, port))
            .await
            .map_err(|error| progress.failed(&error.to_string()))?
            .collect();
        progress.begins(Stage::Connect);
        let shares = u32::try_from(addresses.len() + 1).unwrap_or(u32::MAX);
        let share = self.settings.timeout / shares;
        let mut last = "its name has no address".to_owned();
        for address in addresses {
            match connect(address, share).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = format!("{address}: {error}"),
            }
        }
        Err(progress.failed(&last))
    }
}

async fn connect(address: std::net::SocketAddr, share: Duration) -> std::io::Result<TcpStream> {
    let stream = timeout(share, TcpStream::connect(address)).await??;
    // Without it each message waits some 44 ms for the server's delayed acknowledgement.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Hands one letter over on a line that is ready for it.
pub(super) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    message: &[u8],
    progress: &Progress,
) -> Result<Receipt, SendError> {
    let refused = |error: Error| progress.refused(&error);
    progress.begins(Stage::Sender);
    let from = Some(letter.from.address.inner().clone());
    connection
        .command(Mail::new(from, Vec::new()))
        .await
        .map_err(refused)?;
    progress.begins(Stage::Recipient);
    let to = letter.to.address.inner().clone();
    connection
        .command(Rcpt::new(to, Vec::new()))
        .await
        .map_err(refused)?;
    progress.begins(Stage::Data);
    connection.command(Data).await.map_err(refused)?;
    progress.begins(Stage::Content);
    let reply = connection.message(message).await.map_err(refused)?;
    let lines: Vec<&str> = reply.message().collect();
    Ok(Receipt {
        reply: clean(&format!("{} {}", reply.code(), lines.join(" "))),
    })
}

/// What the server said, without lettre's words around it. While we log in only the enhanced code
/// (`5.7.8`) is kept: some servers repeat what they were told.
fn said(stage: Stage, error: &Error) -> String {
    let text = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    if stage != Stage::Login {
        return text;
    }
    let enhanced = text
        .split_whitespace()
        .next()
        .filter(|word| word.len() <= 9 && word.chars().all(|c| c.is_ascii_digit() || c == '.'))
        .unwrap_or_default();
    format!("the server does not accept user and password {enhanced}")
}
