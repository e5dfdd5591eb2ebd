//! The room that writes letters and posts them.
//!
//! It turns checked parts into a message ([`Letter`]), and hands one message for one recipient to
//! the post that the administrator chose ([`Transport`]): a mail server, a folder of files, or a
//! memory that tests read. It says what became of it as data: [`Receipt`] or [`SendError`].
//!
//! A mail server may have another that stands in for it while it is away, and a letter may be signed
//! ([`dkim`]); [`Way`] is all of that as the settings say it.
//!
//! [`Post`] is the worker that takes letters from the outbox and writes down what became of each;
//! what it needs of the rest of the service, the time included, it is given.
//!
//! The room never decides who is told what, and never writes an address, a subject or a body to
//! the log. A transport never retries by itself: a [`backoff`] is a number for the worker. No
//! encryption that was asked for is ever given up for a plain line.
//!
//! Start reading in [`letter`], then [`transport`], then [`post`].

pub mod address;
pub mod backoff;
mod directory;
pub mod dkim;
pub mod header;
pub mod inspect;
pub mod letter;
mod memory;
pub mod post;
mod relays;
mod smtp;
mod stream;
pub mod transport;
pub mod url;
pub mod way;

pub use address::EmailAddress;
pub use header::{HeaderText, LanguageTag, MessageId, UnsubscribeAddress};
pub use letter::{Letter, Mailbox};
pub use memory::MemoryPost;
pub use post::Post;
pub use transport::{OpenError, Receipt, SendError, Stage, Transport};
pub use url::MailUrl;
pub use way::{Asked, Way, WayFault};
