//! From text to values, in one pass.

use super::{Node, number};
use std::borrow::Cow;

/// How deep values may lie in one another.
///
/// Choice: a case is three deep; a text of nothing but brackets must not exhaust the stack.
const MOST_DEPTH: usize = 64;

/// A text that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: found {found}, expected {expected}")]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What stood there.
    pub found: String,
    /// What may stand there.
    pub expected: &'static str,
}

/// Reads one value in UTF-8, a byte order mark before it aside.
///
/// # Errors
/// [`SyntaxError`] with the first place where the text is not JSON.
pub fn read(bytes: &[u8]) -> Result<Node<'_>, SyntaxError> {
    let text = text_of(bytes)?;
    let mut reader = Reader::new(text);
    let read = reader.value(0).and_then(|value| {
        reader.skip_blanks();
        if reader.at_end() {
            Ok(value)
        } else {
            Err("the end of the text")
        }
    });
    read.map_err(|expected| SyntaxError {
        expected,
        ..place(text, reader.at)
    })
}

/// Returns the text of bytes in UTF-8, without a byte order mark.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, SyntaxError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let mut fault = place(&String::from_utf8_lossy(before), before.len());
        let byte = bytes.get(before.len()).copied().unwrap_or_default();
        fault.found = format!("the byte {byte:#04x}");
        fault.expected = "text in UTF-8";
        fault
    })
}

/// Line, column and character of a byte.
fn place(text: &str, at: usize) -> SyntaxError {
    let before = text.get(..at).unwrap_or(text);
    let last = before.rsplit('\n').next().unwrap_or_default();
    let found = text.get(at..).and_then(|rest| rest.chars().next());
    SyntaxError {
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        found: found.map_or_else(|| "the end of the text".to_owned(), |c| format!("{c:?}")),
        expected: "",
    }
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// How many pairs the last object had: the next mostly has as many.
    pub(super) usual: usize,
}

type Expected = &'static str;

impl<'t> Reader<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            usual: 0,
        }
    }

    pub(super) const fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn skip_blanks(&mut self) {
        let blank = |b: &&u8| matches!(b, b' ' | b'\n' | b'\r' | b'\t');
        self.at += self.rest().iter().take_while(blank).count();
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(super) fn value(&mut self, depth: usize) -> Result<Node<'t>, Expected> {
        if depth > MOST_DEPTH {
            return Err("values less deep in one another");
        }
        self.skip_blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Node::Text(self.string()?)),
            Some(b'n') => self.word("null", Node::Null),
            Some(b't') => self.word("true", Node::Flag(true)),
            Some(b'f') => self.word("false", Node::Flag(false)),
            _ => {
                let start = self.at;
                self.at += number::length(self.rest()).ok_or("a value")?;
                let digits = self.text.get(start..self.at).ok_or("a value")?;
                Ok(Node::Number(digits))
            }
        }
    }

    fn word(&mut self, word: &'static str, value: Node<'t>) -> Result<Node<'t>, Expected> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err("a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Node<'t>, Expected> {
        let mut values = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Node::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(Node::List(values));
            }
            if !self.take(b',') {
                return Err("a comma or ]");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'t>, Expected> {
        let mut pairs = Vec::with_capacity(self.usual);
        self.at += 1;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Node::Object(pairs));
        }
        loop {
            let key = self.key()?;
            pairs.push((key, self.value(depth + 1)?));
            self.skip_blanks();
            if self.take(b'}') {
                self.usual = pairs.len();
                return Ok(Node::Object(pairs));
            }
            if !self.take(b',') {
                return Err("a comma or }");
            }
        }
    }

    /// Reads a key and its colon.
    pub(super) fn key(&mut self) -> Result<Cow<'t, str>, Expected> {
        self.skip_blanks();
        if self.peek() != Some(b'"') {
            return Err("a key between quotation marks");
        }
        let key = self.string()?;
        self.skip_blanks();
        if !self.take(b':') {
            return Err("a colon");
        }
        Ok(key)
    }

    /// Reads a text; it is borrowed when nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'t, str>, Expected> {
        self.at += 1;
        let plain = self.plain();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escaped()?);
                }
                _ => return Err("a quotation mark that ends the text; no control character in it"),
            }
            text.push_str(self.plain());
        }
    }

    /// The characters up to the next quotation mark, backslash or control character.
    fn plain(&mut self) -> &'t str {
        let start = self.at;
        let ordinary = |b: &&u8| !matches!(b, b'"' | b'\\' | 0..=0x1F);
        self.at += self.rest().iter().take_while(ordinary).count();
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn escaped(&mut self) -> Result<char, Expected> {
        let letter = self.peek().ok_or("an escape")?;
        let character = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err("an escape"),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four hexadecimal digits, or eight in two escapes where a character needs them.
    fn unicode(&mut self) -> Result<char, Expected> {
        const EXPECTED: Expected = "four hexadecimal digits that are a character";
        let first = self.four().ok_or(EXPECTED)?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or(EXPECTED);
        }
        if !self.take(b'\\') || self.peek() != Some(b'u') {
            return Err(EXPECTED);
        }
        let second = self.four().ok_or(EXPECTED)?;
        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400);
        let code = 0x1_0000 + ((first - 0xD800) << 10) + low.ok_or(EXPECTED)?;
        char::from_u32(code).ok_or(EXPECTED)
    }

    fn four(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at + 1..self.at + 5)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 5;
        u32::from_str_radix(digits, 16).ok()
    }
}
