//! Bytes to text: strict UTF-8, else Windows-1252 as French spreadsheets save it.

use super::{At, Fault, MOST_BYTES, Wrong};
use std::borrow::Cow;

/// Decides the encoding of a whole file.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let whole = |wrong| Fault {
        at: At::Line(1, None),
        wrong,
    };
    if bytes.len() > MOST_BYTES {
        return Err(whole(Wrong::TooLarge { bytes: bytes.len() }));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(whole(Wrong::Utf16));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error.valid_up_to(),
    };
    let before = std::str::from_utf8(bytes.get(..valid).unwrap_or_default()).unwrap_or_default();
    if !before.is_ascii() {
        // letters of several bytes before it: a damaged file, not one in Windows-1252
        let line = 1 + before.replace("\r\n", "\n").matches(['\n', '\r']).count();
        return Err(Fault {
            at: At::Line(line, None),
            wrong: Wrong::Damaged,
        });
    }
    Ok(encoding_rs::WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0)
}
