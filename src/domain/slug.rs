//! Short names: of rulebooks, indications, networks, sources.

use std::fmt;

/// A short name of lower-case letters, digits and hyphens: a rulebook, an indication, a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// The most characters a slug has.
    pub const MOST: usize = 64;

    /// Reads a slug: 1 to 64 characters of `a-z`, `0-9` and `-`, the first and last no hyphen.
    ///
    /// # Errors
    /// [`SlugError`] with what stood there.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let fits = (1..=Self::MOST).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError {
                found: text.chars().take(80).collect(),
            })
        }
    }

    /// Returns the characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is no short name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a short name; expected 1 to 64 lower-case letters, digits and hyphens")]
pub struct SlugError {
    /// What stood there, cut to eighty characters.
    pub found: String,
}
