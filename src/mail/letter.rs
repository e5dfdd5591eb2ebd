//! A letter: checked parts in, a message of the internet out. Pure.
//!
//! One letter has one recipient and one envelope, so that one refused address costs nobody else
//! theirs. The same letter gives the same bytes each time, with the same `Message-ID`: what arrives
//! twice after a crash can be recognised.

use std::fmt;

use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};
use lettre::message::{
    self, Message, MultiPart, SinglePart,
    header::{ContentType, HeaderName, HeaderValue},
};
use sha2::{Digest as _, Sha256};

pub use super::header::LetterError;
use super::{
    address::EmailAddress,
    header::{HeaderText, LanguageTag, MessageId, UnsubscribeAddress, character},
};

/// Who sends or receives: an address, and the name shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The name shown, if there is one.
    pub name: Option<HeaderText>,
    /// Where it goes.
    pub address: EmailAddress,
}

/// One message to one recipient.
///
/// What is printed by `{:?}` is the message id, the date and the sizes of the bodies, so that a log
/// can name a letter and cannot tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is called: the same each time that it is sent.
    pub message_id: MessageId,
    /// Who sends it, also to the mail server: refusals come back here.
    pub from: Mailbox,
    /// The one recipient.
    pub to: Mailbox,
    /// What it is about.
    pub subject: HeaderText,
    /// The body as text. Any line end counts as one; control characters other than tabulators are
    /// refused.
    pub text: String,
    /// The same body as a page.
    pub html: String,
    /// What language the bodies are in.
    pub language: LanguageTag,
    /// When it was written: not when it is sent.
    pub date: DateTime<Utc>,
    /// The first letter to this recipient about the same alert: all later ones name it, and mail programs
    /// show them together. None for that first one, and for letters on their own.
    pub references: Option<MessageId>,
    /// Where its recipient says that they want no more of its kind; none where that cannot be.
    pub unsubscribe: Option<UnsubscribeAddress>,
}

impl Letter {
    /// Returns the message: `multipart/alternative`, text before HTML, UTF-8, nothing in it but
    /// ASCII on lines of at most 998 octets, ready for any server.
    ///
    /// It says that a machine wrote it (`Auto-Submitted: auto-generated`, RFC 3834, § 5) and asks
    /// that no machine answers (`X-Auto-Response-Suppress: All`, which Microsoft Exchange heeds:
    /// \[MS-OXCMAIL\]). Where its recipient may hear no more of its kind it says where
    /// (`List-Unsubscribe`, RFC 2369, § 3.2), and that one click does it (RFC 8058, § 3.1); a signature of
    /// the letter has to cover both.
    ///
    /// # Errors
    /// [`LetterError`] when a body holds a control character, or the year is not from 1970 to 9999.
    pub fn message(&self) -> Result<Message, LetterError> {
        if !(1970..=9999).contains(&self.date.year()) {
            return Err(LetterError::Date { found: self.date });
        }
        let text = body("text", &self.text)?;
        let html = body("HTML", &self.html)?;
        let mut builder = Message::builder()
            .message_id(Some(self.message_id.bracketed()))
            .date(self.date.into())
            .from(self.from.inner())
            .to(self.to.inner())
            .subject(self.subject.as_str());
        if let Some(first) = &self.references {
            builder = builder
                .in_reply_to(first.bracketed())
                .references(first.bracketed());
        }
        if let Some(address) = &self.unsubscribe {
            builder = builder.raw_header(header("List-Unsubscribe", &address.bracketed()));
            if address.takes_one_click() {
                let post = "List-Unsubscribe=One-Click";
                builder = builder.raw_header(header("List-Unsubscribe-Post", post));
            }
        }
        builder
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .raw_header(header("Content-Language", self.language.as_str()))
            .multipart(
                MultiPart::alternative()
                    .boundary(self.boundary(&text))
                    .singlepart(part(ContentType::TEXT_PLAIN, text))
                    .singlepart(part(ContentType::TEXT_HTML, html)),
            )
            .map_err(|error| LetterError::Form {
                part: "letter",
                found: error.to_string(),
                expected: "of a message with one sender and one recipient",
            })
    }

    /// Returns the name of its file in a folder: the time it was written and its message id, so
    /// that the same letter written again takes the place of the first.
    pub fn file_name(&self) -> String {
        let time = self.date.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(
            "{}-{}.eml",
            time.replace(['-', ':'], ""),
            self.message_id.local()
        )
    }

    /// Returns what separates the two bodies: drawn from the message id, not by chance, and not in
    /// either of them.
    fn boundary(&self, text: &str) -> String {
        let mut boundary = hex::encode(Sha256::digest(self.message_id.as_str()));
        while text.contains(&boundary) || self.html.contains(&boundary) {
            boundary = hex::encode(Sha256::digest(&boundary));
        }
        boundary
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("message_id", &self.message_id.as_str())
            .field("date", &self.date)
            .field("text", &format_args!("{} octets", self.text.len()))
            .field("html", &format_args!("{} octets", self.html.len()))
            .finish_non_exhaustive()
    }
}

impl Mailbox {
    fn inner(&self) -> message::Mailbox {
        message::Mailbox::new(
            self.name.as_ref().map(|name| name.as_str().to_owned()),
            self.address.inner().clone(),
        )
    }
}

/// Makes every line end one line feed, which the message turns into CR LF: a lone CR must not reach
/// a server that takes it for the end of a line.
fn body(name: &'static str, text: &str) -> Result<String, LetterError> {
    character(name, text, "text without control characters", |c| {
        !c.is_control() || matches!(c, '\n' | '\r' | '\t')
    })?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn part(content_type: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(content_type).body(body)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        let mailbox = |name: &str, address| Mailbox {
            name: Some(HeaderText::parse("name", name).unwrap()),
            address: EmailAddress::parse(address).unwrap(),
        };
        Letter {
            message_id: MessageId::parse("alert-7@dotation.example.org").unwrap(),
            from: mailbox("Dotation", "dotation@example.org"),
            to: mailbox("Pharmacie, CHU \"Édouard\"", "pharmacie@example.org"),
            subject: HeaderText::parse("subject", "Réserve sous le minimum").unwrap(),
            text: "Il manque une dose.\n".into(),
            html: "<p>Il manque une dose.</p>\n".into(),
            language: LanguageTag::parse("fr").unwrap(),
            date: "2021-10-20T06:00:05Z".parse().unwrap(),
            references: Some(MessageId::parse("alert-1@dotation.example.org").unwrap()),
            unsubscribe: Some(
                UnsubscribeAddress::parse("https://dotation.example.org/unsubscribe/0a1b").unwrap(),
            ),
        }
    }

    fn written(letter: &Letter) -> String {
        String::from_utf8(letter.message().unwrap().formatted()).unwrap()
    }

    #[test]
    fn the_head_says_what_it_should() {
        let text = written(&letter());
        for line in [
            "Message-ID: <alert-7@dotation.example.org>",
            "References: <alert-1@dotation.example.org>",
            "In-Reply-To: <alert-1@dotation.example.org>",
            "Date: Wed, 20 Oct 2021 06:00:05 +0000",
            "List-Unsubscribe: <https://dotation.example.org/unsubscribe/0a1b>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "Content-Language: fr",
            "MIME-Version: 1.0",
        ] {
            assert_eq!(
                text.matches(&format!("\r\n{line}\r\n")).count()
                    + usize::from(text.starts_with(line)),
                1,
                "{line}\n{text}"
            );
        }
    }

    #[test]
    fn one_click_is_for_an_address_that_nobody_can_listen_to() {
        let mut letter = letter();
        letter.unsubscribe = UnsubscribeAddress::parse("http://127.0.0.1:8080/unsubscribe/0a").ok();
        let text = written(&letter);
        assert!(text.contains("\r\nList-Unsubscribe: <http://127.0.0.1:8080/unsubscribe/0a>\r\n"));
        assert!(!text.contains("List-Unsubscribe-Post"), "{text}");
        letter.unsubscribe = None;
        assert!(!written(&letter).contains("List-"));
        for wrong in [
            "https://a/\r\nBcc: b@c",
            "https://a/>,<mailto:x@y",
            "javascript:x",
            "",
            "https://é",
        ] {
            assert!(UnsubscribeAddress::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes() {
        assert_eq!(written(&letter()), written(&letter()));
    }

    #[test]
    fn the_envelope_has_one_sender_and_one_recipient() {
        let message = letter().message().unwrap();
        assert_eq!(message.envelope().to().len(), 1);
        assert_eq!(
            message.envelope().from().map(ToString::to_string),
            Some("dotation@example.org".to_owned())
        );
    }

    #[test]
    fn any_text_is_carried_in_ascii_on_short_lines() {
        let mut letter = letter();
        letter.text = format!("{}\némile مرحبا\n", "a".repeat(10_000));
        letter.html = "x".repeat(5_000);
        letter.subject = HeaderText::parse("subject", &"é".repeat(200)).unwrap();
        let text = written(&letter);
        assert!(text.is_ascii());
        assert!(text.split("\r\n").all(|line| line.len() <= 998));
    }

    #[test]
    fn no_line_ends_in_a_lone_cr_or_lf() {
        let mut letter = letter();
        letter.text = "a\rb\nc\r\nd\r\r\n.\r.\r".into();
        let text = written(&letter);
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(text.contains("a\r\nb\r\nc\r\nd\r\n\r\n.\r\n.\r\n"));
    }

    #[test]
    fn a_control_character_in_a_body_is_refused_with_its_place() {
        let mut letter = letter();
        letter.html = "<p>\u{1b}[31m".into();
        assert!(matches!(
            letter.message(),
            Err(LetterError::Character {
                part: "HTML",
                character: '\u{1b}',
                place: 4,
                ..
            })
        ));
    }

    #[test]
    fn a_boundary_never_stands_in_a_body() {
        let mut letter = letter();
        let first = letter.boundary("");
        letter.text = format!("--{first}\n");
        assert_ne!(letter.boundary(&letter.text), first);
        assert_eq!(letter.boundary("").len(), 64);
    }

    #[test]
    fn a_date_before_1970_is_refused() {
        let mut letter = letter();
        letter.date = "1969-12-31T23:59:59Z".parse().unwrap();
        assert!(matches!(letter.message(), Err(LetterError::Date { .. })));
    }

    #[test]
    fn a_file_is_named_after_the_time_and_the_message() {
        assert_eq!(letter().file_name(), "20211020T060005Z-alert-7.eml");
    }

    #[test]
    fn a_log_does_not_tell_the_letter() {
        let shown = format!("{:?}", letter());
        for secret in ["pharmacie", "Réserve", "dose"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("alert-7@"));
    }
}
