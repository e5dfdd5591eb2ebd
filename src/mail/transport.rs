//! The posts there are, and what becomes of a letter that is handed to one.

use std::{fmt, sync::Arc};

use super::{
    directory::DirectoryPost,
    dkim::Signer,
    letter::{Letter, LetterError},
    memory::MemoryPost,
    relays::Relays,
    smtp::SmtpPost,
    url::MailUrl,
};

/// A post that takes letters, one at a time, from any number of tasks.
#[derive(Debug)]
pub enum Transport {
    /// A mail server, or two, and who signs.
    Smtp(Arc<Relays>, Option<Arc<Signer>>),
    /// A folder of files, and who signs.
    Directory(DirectoryPost, Option<Arc<Signer>>),
    /// A memory that tests read.
    Memory(MemoryPost),
}

/// A post took the letter: it is theirs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What it said: the server's reply (cut and cleaned as in [`SendError`]), or the name of the
    /// file.
    pub reply: String,
}

/// Where in the posting of a letter something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Writing the message.
    Letter,
    /// Looking up the server's name.
    Resolve,
    /// Connecting to it.
    Connect,
    /// Its greeting, and its answer to ours.
    Greeting,
    /// Encrypting the line, certificate included.
    Encryption,
    /// User and password.
    Login,
    /// The sender's address.
    Sender,
    /// The recipient's address.
    Recipient,
    /// Leave to send the message.
    Data,
    /// The message itself, and the server's answer to it.
    Content,
    /// Writing the file.
    Folder,
}

/// Why a letter was not posted.
///
/// A reason is short text for an administrator: what the server or the machine said, at most
/// [`SendError::MOST`] characters, without control characters and without user or password. It may
/// hold the recipient's address: for the record of the letter, not for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again later may help: the network, a full disk, a reply of the 400s, or a server that
    /// will not deal with *us* (wrong password, sender refused, no encryption), which ends when an
    /// administrator mends it.
    #[error("{stage}: {reason}")]
    Temporary {
        /// Where.
        stage: Stage,
        /// The code of the server's reply, if there was one.
        code: Option<u16>,
        /// What it said.
        reason: String,
        /// Whether the letter may have arrived all the same: the line broke, or time ran out, from
        /// the first octet of the message to the server's answer. Sent again it has the same
        /// `Message-ID`.
        maybe_delivered: bool,
    },
    /// The server will not take this letter for this recipient, however often it is asked: a reply
    /// of the 500s about the recipient or the message, or a letter that cannot be written.
    #[error("{stage}: {reason}")]
    Permanent {
        /// Where.
        stage: Stage,
        /// The code of the server's reply, if there was one.
        code: Option<u16>,
        /// What it said.
        reason: String,
    },
}

/// Why a post could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file of certificates could not be read.
    #[error("cannot read the certificates in {file:?}: {cause}")]
    Unreadable {
        /// The file.
        file: std::path::PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file holds no certificate that can be trusted.
    #[error("{file:?} holds no usable certificate, expected PEM: {cause}")]
    Certificate {
        /// The file.
        file: std::path::PathBuf,
        /// Why.
        cause: String,
    },
    /// The encryption could not be set up.
    #[error("cannot set up encryption for {host:?}: {cause}")]
    Encryption {
        /// The mail server.
        host: String,
        /// Why.
        cause: String,
    },
}

impl Transport {
    /// Makes a post ready: reads the certificates that it names. Connects to nothing and creates
    /// nothing yet, so that the service starts while a mail server is down.
    ///
    /// # Errors
    /// [`OpenError`] when a file of certificates cannot be used.
    pub fn open(url: &MailUrl) -> Result<Self, OpenError> {
        Ok(match url {
            MailUrl::Smtp(settings) => {
                Self::Smtp(Arc::new(Relays::new(SmtpPost::open(settings)?, None)), None)
            }
            MailUrl::Directory(folder) => Self::Directory(DirectoryPost::new(folder.clone()), None),
            MailUrl::Memory => Self::Memory(MemoryPost::default()),
        })
    }

    /// Removes what an earlier process left half done: drafts in a folder. For the start of a
    /// service; returns how many there were.
    ///
    /// # Errors
    /// When the folder cannot be read, or a draft not be removed.
    pub fn clean(&self) -> std::io::Result<usize> {
        match self {
            Self::Directory(post, _) => post.clean(),
            Self::Smtp(..) | Self::Memory(_) => Ok(0),
        }
    }

    /// Posts one letter and says what became of it. It is tried once, within the time limit of the
    /// URL; more letters at once than there are lines wait for their turn, which is not counted.
    ///
    /// Dropping the future breaks the line off: the letter may or may not have arrived.
    ///
    /// # Errors
    /// [`SendError`], temporary or permanent.
    pub async fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let message = letter.message()?.formatted();
        match self {
            Self::Smtp(relays, signer) => {
                relays
                    .send(letter, &signed(message, signer.as_deref())?)
                    .await
            }
            Self::Directory(post, signer) => {
                post.send(letter, signed(message, signer.as_deref())?).await
            }
            Self::Memory(post) => post.send(letter),
        }
    }

    /// Takes leave of the mail server on every idle line, for at most three seconds. Nothing is
    /// lost when it is left out.
    pub async fn close(&self) {
        match self {
            Self::Smtp(relays, _) => relays.close().await,
            Self::Directory(..) | Self::Memory(_) => {}
        }
    }
}

fn signed(message: Vec<u8>, signer: Option<&Signer>) -> Result<Vec<u8>, SendError> {
    match signer {
        Some(signer) => signer.signed(&message),
        None => Ok(message),
    }
}

impl SendError {
    /// The most characters of a reason.
    ///
    /// `Choice:` what a server says in one reply fits; a page of it does not belong in a table.
    pub const MOST: usize = 300;

    /// Tells whether the letter may have arrived although this went wrong.
    pub const fn maybe_delivered(&self) -> bool {
        match self {
            Self::Temporary {
                maybe_delivered, ..
            } => *maybe_delivered,
            Self::Permanent { .. } => false,
        }
    }

    /// A failure that may pass; without a reply's code while the message was under way, the letter
    /// may have arrived.
    pub(super) fn temporary(stage: Stage, code: Option<u16>, reason: &str) -> Self {
        Self::Temporary {
            stage,
            code,
            reason: clean(reason),
            maybe_delivered: stage == Stage::Content && code.is_none(),
        }
    }

    /// A reply of the server that says no.
    ///
    /// `Choice:` a 5xx is permanent only where the server speaks of the recipient or the message.
    /// At greeting, login or sender it speaks of us: taken as permanent, a password that was
    /// changed on the server would end every letter that is waiting. The codes for "log in first"
    /// and "bad sequence" speak of us wherever they come (RFC 4954, § 6; RFC 5321, § 4.2.2).
    pub(super) fn reply(stage: Stage, code: u16, reason: &str) -> Self {
        let about_us = matches!(code, 503 | 530 | 534 | 535 | 538);
        let about_the_letter = matches!(stage, Stage::Recipient | Stage::Data | Stage::Content);
        if (500..600).contains(&code) && about_the_letter && !about_us {
            return Self::Permanent {
                stage,
                code: Some(code),
                reason: clean(reason),
            };
        }
        Self::temporary(stage, Some(code), reason)
    }
}

impl From<LetterError> for SendError {
    fn from(error: LetterError) -> Self {
        Self::Permanent {
            stage: Stage::Letter,
            code: None,
            reason: clean(&error.to_string()),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Letter => "letter",
            Self::Resolve => "name of the server",
            Self::Connect => "connection",
            Self::Greeting => "greeting",
            Self::Encryption => "encryption",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Data => "leave to send",
            Self::Content => "message",
            Self::Folder => "folder",
        })
    }
}

/// Makes one short line of whatever a server said.
pub(super) fn clean(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(SendError::MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reply_is_cut_and_cleaned() {
        let reply = format!("5.1.1\r\n\u{1b}[31m no {}", "x".repeat(1_000));
        let reason = clean(&reply);
        assert_eq!(reason.chars().count(), SendError::MOST);
        assert!(reason.starts_with("5.1.1 [31m no xxx"));
        assert_eq!(clean("\r\n\t"), "");
    }

    #[test]
    fn a_refusal_is_final_only_when_it_is_about_the_letter() {
        for (stage, code, permanent) in [
            (Stage::Recipient, 550, true),
            (Stage::Recipient, 451, false),
            (Stage::Recipient, 530, false),
            (Stage::Content, 554, true),
            (Stage::Content, 452, false),
            (Stage::Login, 535, false),
            (Stage::Greeting, 554, false),
            (Stage::Sender, 550, false),
        ] {
            let error = SendError::reply(stage, code, "no");
            assert_eq!(
                matches!(error, SendError::Permanent { .. }),
                permanent,
                "{stage} {code}"
            );
            assert!(!error.maybe_delivered());
        }
        assert!(SendError::temporary(Stage::Content, None, "cut off").maybe_delivered());
        assert!(!SendError::temporary(Stage::Data, None, "cut off").maybe_delivered());
    }
}
