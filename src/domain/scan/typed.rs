//! From what the keyboard gave to the characters of the symbol, each with its place.

use super::super::code::{Cip13, is_set82};
use super::{KeyboardFault, MOST_CHARACTERS, ScanError};

/// How a separator (FNC1) stands in [`Typed`], whatever was typed for it.
pub(super) const SEPARATOR: char = '\u{1d}';

/// What is typed for a separator, when it is not one character. Capitals do not matter.
///
/// Choice: `<GS>` and `<FNC1>` could be part of a lot number by the letter of GS1 set 82; nobody
/// prints that, and terminals and scanners do type it.
const SPELT: [&str; 8] = [
    "<GS>", "{GS}", "[GS]", "<FNC1>", "{FNC1}", "\\x1d", "\\u001d", "^]",
];

/// Single characters that scanners are set to type for a separator, or that are seen for it.
///
/// None of them is in GS1 set 82, so none can be part of a value. `␝` is its picture, `↔` what
/// Alt+029 gives on Windows (code page 437), `]` what is left of Ctrl+] without Ctrl.
const SINGLE: [char; 9] = [SEPARATOR, '␝', '↔', '|', '~', '^', '#', '@', ']'];

/// Symbology identifiers of symbols with application identifiers: `DataMatrix`, 128, QR, `DataBar`,
/// `DotCode`.
const PREFIXES: [&str; 5] = ["]d2", "]C1", "]Q3", "]e0", "]J1"];

/// The same with Caps Lock on, but for `]E0`, which announces an EAN-13.
const PREFIXES_CAPS: [&str; 4] = ["]D2", "]c1", "]q3", "]j1"];

/// The characters of a symbol and their places in what was typed, from 1.
pub(super) struct Typed {
    pub(super) characters: Vec<(char, usize)>,
    /// The place after the last character.
    pub(super) end: usize,
}

impl Typed {
    /// Takes off what surrounds the symbol's text and makes every separator [`SEPARATOR`].
    pub(super) fn of(text: &str) -> Result<Self, ScanError> {
        let length = text.chars().count();
        if length > MOST_CHARACTERS {
            return Err(ScanError::TooLong {
                length,
                most: MOST_CHARACTERS,
            });
        }
        // Scanners end with Enter or Tab, people begin with a blank.
        let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}');
        let kept = text.trim_end_matches(blank);
        let end = kept.chars().count() + 1;
        let kept = kept.trim_start_matches(blank);
        let start = end - kept.chars().count();
        if kept.is_empty() {
            return Err(ScanError::Empty);
        }
        keyboard(kept)?;
        let rest = without_prefix(kept)?;
        let start = start + kept.chars().count() - rest.chars().count();
        let characters = separators(rest, start)?;
        // FNC1 in first position, which some scanners transmit, separates nothing.
        let leading = characters
            .iter()
            .take_while(|(c, _)| *c == SEPARATOR)
            .count();
        let characters: Vec<_> = characters.into_iter().skip(leading).collect();
        if characters.is_empty() {
            return Err(ScanError::Empty);
        }
        Ok(Self { characters, end })
    }

    pub(super) fn has_separator(&self) -> bool {
        self.characters.iter().any(|(c, _)| *c == SEPARATOR)
    }

    pub(super) fn is_bracketed(&self) -> bool {
        self.characters.first().is_some_and(|(c, _)| *c == '(')
    }

    /// The place of the character with this index, or the end.
    pub(super) fn place(&self, index: usize) -> usize {
        self.characters.get(index).map_or(self.end, |(_, p)| *p)
    }

    /// At most `count` characters from an index on.
    pub(super) fn text(&self, from: usize, count: usize) -> String {
        let rest = self.characters.iter().skip(from).take(count);
        rest.map(|(c, _)| *c).collect()
    }

    /// Whether `text` stands at an index.
    pub(super) fn stands(&self, from: usize, text: &str) -> bool {
        let mut rest = self.characters.iter().skip(from).map(|(c, _)| *c);
        text.chars().all(|c| rest.next() == Some(c))
    }
}

/// Finds a scanner that types for another keyboard: without it, no scan lacks digits.
///
/// `01` begins the product code wherever it stands, and is `à&` on a French keyboard, `)!` with
/// the digits' shift on an American one. It is said and not mended: `q` for `a` in a lot number
/// could not be told from a `q`.
fn keyboard(text: &str) -> Result<(), ScanError> {
    let small = text.to_lowercase();
    let fault = if PREFIXES_CAPS.iter().any(|p| text.starts_with(p)) {
        KeyboardFault::CapsLock
    } else if text.chars().any(|c| c.is_ascii_digit()) {
        return Ok(());
    } else if small.contains("à&") {
        KeyboardFault::ScannerAmerican
    } else if small.contains(")!") {
        KeyboardFault::ScannerFrench
    } else {
        return Ok(());
    };
    Err(ScanError::Keyboard {
        found: text.chars().take(40).collect(),
        fault,
    })
}

/// Takes the symbology identifier off, and refuses those of symbols that hold no identifiers.
fn without_prefix(text: &str) -> Result<&str, ScanError> {
    if let Ok(cip13) = Cip13::parse(text.strip_prefix("]E0").unwrap_or(text)) {
        return Err(ScanError::ProductCodeOnly { cip13 });
    }
    if let Some(rest) = PREFIXES.iter().find_map(|p| text.strip_prefix(p)) {
        return Ok(rest);
    }
    let mut first = text.chars();
    let announces = first.next() == Some(']')
        && first.next().is_some_and(|c| c.is_ascii_alphabetic())
        && first.next().is_some_and(|c| c.is_ascii_alphanumeric());
    if announces {
        return Err(ScanError::Symbology {
            found: text.chars().take(3).collect(),
        });
    }
    Ok(text)
}

/// Makes one [`SEPARATOR`] of whatever was typed for one; refuses what no symbol holds.
fn separators(text: &str, start: usize) -> Result<Vec<(char, usize)>, ScanError> {
    let bracketed = text.starts_with('(');
    let mut characters = Vec::new();
    let (mut rest, mut place) = (text, start);
    while let Some(character) = rest.chars().next() {
        let spelt = SPELT.iter().find(|s| {
            rest.get(..s.len())
                .is_some_and(|r| r.eq_ignore_ascii_case(s))
        });
        let typed = spelt.map_or(character.len_utf8(), |s| s.len());
        if spelt.is_some() || SINGLE.contains(&character) {
            characters.push((SEPARATOR, place));
        } else if is_set82(character) {
            characters.push((character, place));
        } else if !(bracketed && between_parts(&characters, rest)) {
            return Err(ScanError::Character { place, character });
        }
        place += spelt.map_or(1, |s| s.chars().count());
        rest = rest.get(typed..).unwrap_or_default();
    }
    Ok(characters)
}

/// Whether `rest` begins with a blank beside a bracket, as stands between parts printed for people.
fn between_parts(before: &[(char, usize)], rest: &str) -> bool {
    let blank = |c: char| matches!(c, ' ' | '\u{a0}');
    let after = rest.trim_start_matches(blank);
    rest.starts_with(blank)
        && (after.starts_with('(') || before.last().is_some_and(|(c, _)| *c == ')'))
}
