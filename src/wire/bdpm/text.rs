//! Bytes to lines.

use super::{FileError, Source};
use serde::Serialize;
use std::borrow::Cow;

/// The most bytes a file has: 100 MB.
///
/// Choice: an edition's larger file has 4 MB; twenty-five times that is another file.
pub const MOST_BYTES: usize = 100_000_000;

/// In what a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Encoding {
    /// Every byte sequence was UTF-8; a byte-order mark is taken off.
    #[serde(rename = "utf-8")]
    Utf8,
    /// One was not, so all is Windows-1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

pub(super) struct Text<'a> {
    pub(super) encoding: Encoding,
    pub(super) content: Cow<'a, str>,
    /// In a file that is UTF-8 but for a few bytes: the first line that is not.
    pub(super) broken: Option<(usize, String)>,
}

/// Decides the encoding, a file at a time: strict UTF-8, else Windows-1252.
pub(super) fn decode(source: Source<'_>) -> Result<Text<'_>, FileError> {
    let (name, bytes) = (source.name.to_owned(), source.bytes);
    if bytes.len() > MOST_BYTES {
        return Err(FileError::TooLarge {
            name,
            bytes: bytes.len(),
            most: MOST_BYTES,
        });
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(FileError::Utf16 { name });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Ok(match std::str::from_utf8(bytes) {
        Ok(content) => Text {
            encoding: Encoding::Utf8,
            content: Cow::Borrowed(content),
            broken: None,
        },
        Err(error) => {
            let (content, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            Text {
                encoding: Encoding::Windows1252,
                broken: broken(bytes, error.valid_up_to()),
                content,
            }
        }
    })
}

/// Tells a damaged UTF-8 file, whose accents come out as `Ã©`, from one in Windows-1252.
///
/// Before the first byte that is not UTF-8, a file in Windows-1252 has ASCII only, but for chance;
/// letters of several bytes there mean that the rest is UTF-8, too.
fn broken(bytes: &[u8], valid: usize) -> Option<(usize, String)> {
    let before = std::str::from_utf8(bytes.get(..valid)?).ok()?;
    if before.is_ascii() {
        return None;
    }
    let line = 1 + before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    Some((line, format!("byte 0x{:02X}", bytes.get(valid)?)))
}

/// The lines with their numbers, from 1, without their ends: `\n`, `\r\n` or `\r`. What follows
/// the last line with something in it is left out.
pub(super) fn lines(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let content = content.trim_end_matches(['\n', '\r', ' ', '\u{1a}']);
    let mut rest = Some(content);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let end = text.bytes().position(|b| matches!(b, b'\n' | b'\r'));
        let Some((line, after)) = end.and_then(|end| text.split_at_checked(end)) else {
            rest = None;
            return Some(text);
        };
        rest = ["\r\n", "\n", "\r"]
            .iter()
            .find_map(|end| after.strip_prefix(end));
        Some(line)
    });
    (1..).zip(lines)
}

/// A line whose control characters are blanks; tabs separate cells and stay.
pub(super) fn without_controls(line: &str) -> Cow<'_, str> {
    let control = |c: char| c.is_control() && c != '\t';
    if line.contains(control) {
        // PostgreSQL holds no NUL, and no control character means anything here.
        Cow::Owned(line.replace(control, " "))
    } else {
        Cow::Borrowed(line)
    }
}
