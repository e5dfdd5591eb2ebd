//! The character NUL: no text that is kept has it, and PostgreSQL takes it in none.

use crate::http::language::Said;
use crate::http::problem::{Fault, Kind, Problem};

/// Returns whether a string of a JSON document, as it is written, holds one.
pub(super) fn is_escaped_in(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.starts_with(b"u0000") {
            return true;
        }
        // what is escaped begins no escape itself
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Returns whether a body of whatever kind holds one, as it is or escaped.
pub(super) fn is_in(bytes: &[u8]) -> bool {
    bytes.contains(&0) || std::str::from_utf8(bytes).is_ok_and(is_escaped_in)
}

/// 422.
pub(super) fn refused() -> Problem {
    let said = Said::new(
        "holds the character NUL (U+0000), which no text has",
        "contient le caractère NUL (U+0000), qu'aucun texte n'a",
    );
    Problem::at(Kind::InvalidBody, Fault::new("", said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_where_it_is_and_not_where_a_text_speaks_of_it() {
        for (text, found) in [
            (r#"{"a":"x\u0000"}"#, true),
            (r#"{"\u0000":1}"#, true),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\u00001"}"#, true),
            (r#"{"a":"\u0001 u0000 \\"}"#, false),
            ("", false),
        ] {
            assert_eq!(is_escaped_in(text), found, "{text}");
        }
        assert!(is_in(b"a;b\n1;\0"));
        assert!(!is_in(b"a;b\n1;2"));
    }
}
