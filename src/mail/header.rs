//! What may stand in the head of a letter: text of one line, names of messages, languages.
//!
//! A line end in a subject or a name would begin a header of the writer's choosing. These types
//! are the only way into a [`Letter`](super::Letter), and none of them can hold one.

use std::fmt;

/// One line of text for a subject or a person's name: 1 to 200 characters, none of them a control
/// character or a separator of lines.
///
/// `Choice:` 200 characters, because mail programs show fewer, and because a word of that length
/// still fits a line of 998 octets (RFC 5322, § 2.1.1) when it cannot be folded.
///
/// The two characters `=?` in a row are refused: they would be read as the start of an encoded word
/// (RFC 2047, § 2), which can hide what the checks here look for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderText(String);

/// What a message is called everywhere and forever, without its angle brackets:
/// `letter-0192f3c4@dotation.chu-lyon.fr`.
///
/// `Choice:` before the `@` only letters, digits, `-`, `_` and dots between them, at most 120: the
/// same characters name the file of a message in a folder, and must be safe there. After it a
/// domain of the same characters, at most 120.
///
/// Source: RFC 5322, § 3.6.4 (`msg-id`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

/// The web address by which a recipient hears no more letters of a kind, without angle brackets.
///
/// Source: RFC 2369, § 2 (List headers: a URL in angle brackets) and § 3.2 (List-Unsubscribe); RFC 8058, § 3
/// (`List-Unsubscribe-Post`, for an `https` address only).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnsubscribeAddress(String);

/// The language that a letter is written in: two small letters, `fr` or `en`.
///
/// Source: RFC 3282, § 2 (Content-Language); ISO 639-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag([u8; 2]);

/// What is wrong with a part of a letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// It is empty or too long.
    #[error("{part} has {length} characters, expected 1 to {most}")]
    Length {
        /// Which part of the letter.
        part: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// A character does not belong in it.
    #[error("{part} has the character {character:?} at place {place}, expected {expected}")]
    Character {
        /// Which part of the letter.
        part: &'static str,
        /// The character that does not belong.
        character: char,
        /// Its place, from 1.
        place: usize,
        /// What may stand there.
        expected: &'static str,
    },
    /// It does not have the form that was expected.
    #[error("{part} {found:?} does not have the form {expected}")]
    Form {
        /// Which part of the letter.
        part: &'static str,
        /// What stood there.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Its day cannot be written in a `Date` header.
    #[error("date {found} cannot stand in a letter, expected a year from 1970 to 9999")]
    Date {
        /// The instant that was given.
        found: chrono::DateTime<chrono::Utc>,
    },
}

impl HeaderText {
    /// The most characters it has.
    pub const MOST: usize = 200;

    /// Reads one line; `part` names it in the error (`"subject"`).
    ///
    /// # Errors
    /// [`LetterError`] with the character and its place.
    pub fn parse(part: &'static str, text: &str) -> Result<Self, LetterError> {
        length(part, text, Self::MOST)?;
        character(
            part,
            text,
            "text of one line without control characters",
            |c| !ends_a_line_or_steers(c),
        )?;
        if text.contains("=?") {
            return Err(LetterError::Form {
                part,
                found: text.to_owned(),
                expected: "text without =?",
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl UnsubscribeAddress {
    /// The most characters it has. Choice: with its header it fits a line of 998 octets (RFC 5322, § 2.1.1).
    pub const MOST: usize = 900;

    /// Reads an address that begins with `http://` or `https://`.
    ///
    /// # Errors
    /// [`LetterError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, LetterError> {
        const PART: &str = "unsubscribe address";
        const EXPECTED: &str = "an http or https address without spaces, commas and brackets";
        length(PART, text, Self::MOST)?;
        character(PART, text, EXPECTED, |c| {
            c.is_ascii_graphic() && !"<>,\"\\".contains(c)
        })?;
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Self(text.to_owned()));
        }
        Err(LetterError::Form {
            part: PART,
            found: text.to_owned(),
            expected: EXPECTED,
        })
    }

    /// Returns it with the angle brackets that `List-Unsubscribe` has around it.
    pub(super) fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }

    /// Returns whether a mail program may post to it by itself.
    pub fn takes_one_click(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl MessageId {
    /// The most characters on each side of its `@`.
    pub const MOST: usize = 120;

    /// Reads a name such as `letter-0192f3c4@dotation.chu-lyon.fr`.
    ///
    /// # Errors
    /// [`LetterError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, LetterError> {
        const PART: &str = "message id";
        const EXPECTED: &str = "NAME@DOMAIN of letters, digits, - and _, with dots between them";
        character(PART, text, EXPECTED, |c| {
            c.is_ascii_alphanumeric() || "-_.@".contains(c)
        })?;
        let form = || LetterError::Form {
            part: PART,
            found: text.to_owned(),
            expected: EXPECTED,
        };
        let (local, domain) = text.split_once('@').ok_or_else(form)?;
        for side in [local, domain] {
            length(PART, side, Self::MOST)?;
            if side.contains('@') || side.split('.').any(str::is_empty) {
                return Err(form());
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns it without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// Returns it as a header carries it: in angle brackets.
    pub(super) fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl LanguageTag {
    /// Reads two small letters.
    ///
    /// # Errors
    /// [`LetterError`] with what stood there.
    pub fn parse(text: &str) -> Result<Self, LetterError> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase() => Ok(Self([*a, *b])),
            _ => Err(LetterError::Form {
                part: "language",
                found: text.to_owned(),
                expected: "of two small letters, such as fr",
            }),
        }
    }

    /// Returns the two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Control characters (C0, DEL, C1) and the two separators that Unicode has for lines.
fn ends_a_line_or_steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

pub(super) fn length(part: &'static str, text: &str, most: usize) -> Result<(), LetterError> {
    let length = text.chars().count();
    if length == 0 || length > most {
        return Err(LetterError::Length { part, length, most });
    }
    Ok(())
}

pub(super) fn character(
    part: &'static str,
    text: &str,
    expected: &'static str,
    belongs: impl Fn(char) -> bool,
) -> Result<(), LetterError> {
    match text.chars().enumerate().find(|(_, c)| !belongs(*c)) {
        Some((place, character)) => Err(LetterError::Character {
            part,
            character,
            place: place + 1,
            expected,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_end_in_a_subject_is_refused_with_its_place() {
        for (text, place) in [
            ("Réserve\r\nBcc: x@y.fr", 8),
            ("é\n", 2),
            ("\ra", 1),
            ("ab\u{0}", 3),
            ("ab\u{7f}", 3),
            ("ab\u{85}", 3),
            ("ab\u{2028}c", 3),
        ] {
            assert!(
                matches!(
                    HeaderText::parse("subject", text),
                    Err(LetterError::Character { part: "subject", place: p, .. }) if p == place
                ),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_encoded_word_cannot_be_smuggled_in() {
        assert!(matches!(
            HeaderText::parse("name", "=?utf-8?q?a=0Ab?="),
            Err(LetterError::Form { .. })
        ));
    }

    #[test]
    fn a_subject_has_1_to_200_characters() {
        assert!(HeaderText::parse("subject", &"é".repeat(200)).is_ok());
        for wrong in [String::new(), "é".repeat(201)] {
            assert!(matches!(
                HeaderText::parse("subject", &wrong),
                Err(LetterError::Length { most: 200, .. })
            ));
        }
    }

    #[test]
    fn a_message_id_is_safe_as_a_file_name() {
        let id = MessageId::parse("letter-1.fr@dotation.chu-lyon.fr").unwrap();
        assert_eq!(id.local(), "letter-1.fr");
        for wrong in [
            "", "a", "@b", "a@", "../a@b", "a/b@c", ".a@b", "a..b@c", "a@b@c", "a@b.", "a b@c",
            "é@b",
        ] {
            assert!(MessageId::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_language_is_two_small_letters() {
        assert_eq!(LanguageTag::parse("fr").unwrap().as_str(), "fr");
        for wrong in ["", "f", "FR", "fra", "f\n", "é"] {
            assert!(LanguageTag::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_that_is_accepted_holds_a_line_end(text: String) {
            if let Ok(line) = HeaderText::parse("subject", &text) {
                prop_assert!(!line.as_str().contains(['\r', '\n', '\0']));
            }
        }
    }
}
