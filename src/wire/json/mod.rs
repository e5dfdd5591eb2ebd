//! JSON as it was written: every key, every digit, every place.
//!
//! A case is checked to its last fault, and its numbers are exact. A reader into maps and floats
//! would keep the last of two equal keys, round 0.0005, and stop at the first thing that is wrong;
//! this one keeps the text of numbers and every pair of an object in its order, and borrows from the
//! text what it can. Start with [`read()`], then [`Node`].
//!
//! Source: RFC 8259.

mod decimal;
mod number;
mod outline;
mod pointer;
mod read;
mod write;

pub use decimal::{Decimal, plain};
pub use outline::{Outline, outline, rows};
pub use pointer::Pointer;
pub use read::{SyntaxError, read};
pub use write::{quoted, write};

use std::borrow::Cow;

/// A value, with the text that it was read from as far as it can be borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<'t> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number as it was written: `800`, `358.8`, `-1`, `8e2`.
    Number(&'t str),
    /// A text, its escapes resolved.
    Text(Cow<'t, str>),
    /// A list.
    List(Vec<Self>),
    /// An object: every pair in its order, also those whose keys are equal.
    Object(Vec<(Cow<'t, str>, Self)>),
}

impl Node<'_> {
    /// Returns the value of a key of an object, the first where several are equal.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// Returns the text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Returns the values of a list, none of anything else.
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => &[],
        }
    }

    /// Returns the whole number that is written with digits only, and maybe a minus.
    ///
    /// `28.0` and `2.8e1` are no whole numbers here: whoever writes a count writes its digits.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Number(digits) => digits.parse().ok(),
            Self::Null | Self::Flag(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Returns the value as it would be written, cut to sixty characters.
    pub fn excerpt(&self) -> String {
        const MOST: usize = 60;
        let whole = match self {
            Self::List(values) => format!("a list of {}", values.len()),
            Self::Object(_) => "an object".to_owned(),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) => write(self),
        };
        let mut cut: String = whole.chars().take(MOST).collect();
        if whole.chars().nth(MOST).is_some() {
            cut.push('…');
        }
        cut
    }

    /// Whether two values say the same: numbers by their value, objects whatever the order of their
    /// keys.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => number::equal(a, b),
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, value)| other.get(key).is_some_and(|v| value.same(v)))
            }
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests;
