//! Bytes to text: UTF-8 or UTF-16, else the eight bits of a French Windows or of an older system.

use super::{Fault, MOST_BYTES, Wrong};
use encoding_rs::{Encoding, ISO_8859_15, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How a ZIP archive begins, which a workbook of today is; and one of 1997.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Decides the encoding of a whole file.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Box<Fault>> {
    if bytes.len() > MOST_BYTES {
        let bytes = bytes.len();
        return Err(Box::new(Fault::line(1, Wrong::TooLarge { bytes })));
    }
    if WORKBOOKS.iter().any(|begin| bytes.starts_with(begin)) {
        return Err(Box::new(Fault::line(1, Wrong::Workbook)));
    }
    if let Some((wide, rest)) = wide(bytes) {
        let (text, damaged) = wide.decode_without_bom_handling(rest);
        return if damaged {
            let before = text.split('\u{fffd}').next().unwrap_or_default();
            Err(Box::new(Fault::line(
                line_after(before),
                Wrong::DamagedUtf16,
            )))
        } else {
            Ok(text)
        };
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error.valid_up_to(),
    };
    let before = std::str::from_utf8(bytes.get(..valid).unwrap_or_default()).unwrap_or_default();
    if !before.is_ascii() {
        // letters of several bytes before it: a damaged file, not one of eight bits
        return Err(Box::new(Fault::line(line_after(before), Wrong::Damaged)));
    }
    Ok(narrow(bytes).decode_without_bom_handling(bytes).0)
}

/// The line on which a text ends.
fn line_after(text: &str) -> usize {
    let ends = text.replace("\r\n", "\n").matches(['\n', '\r']).count();
    ends.saturating_add(1)
}

/// UTF-16 by its mark, as Excel writes "Unicode text"; or without one, where one byte of the first
/// character is nought.
///
/// Choice: names of columns begin with a Latin letter, which has one such byte, and no sheet of eight bits
/// has a nought among its first two.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some((UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => Some((UTF_16BE, rest)),
        [0, second, ..] if *second != 0 => Some((UTF_16BE, bytes)),
        [first, 0, ..] if *first != 0 => Some((UTF_16LE, bytes)),
        _ => None,
    }
}

/// Which eight bits a file has that is no UTF-8.
///
/// Choice: Windows-1252, unless nothing stands in it that only Windows has (0x80 to 0x9f) and a letter
/// follows what is œ or Œ by ISO-8859-15 and a fraction by Windows (`c½ur`): those two letters are all
/// that a French sheet has in which the two differ, the euro sign aside, which stands in no column here.
fn narrow(bytes: &[u8]) -> &'static Encoding {
    let of_windows = bytes.iter().any(|b| (0x80..=0x9f).contains(b));
    let ligature = bytes
        .windows(2)
        .any(|pair| matches!(pair, [0xbc | 0xbd, after] if after.is_ascii_alphabetic()));
    if ligature && !of_windows {
        ISO_8859_15
    } else {
        WINDOWS_1252
    }
}
