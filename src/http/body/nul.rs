//! The character NUL: no text that is kept has it, and PostgreSQL takes it in none.

use crate::http::language::Said;
use crate::http::problem::{Fault, Kind, Problem};
use serde_json::Value;

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

/// Returns whether a body that is said to be JSON holds one; what is no text is refused elsewhere.
pub(super) fn is_escaped_in_bytes(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(is_escaped_in)
}

/// Returns the JSON pointer of the first text that holds one; of a name that does, what it is a name in.
pub(super) fn place(json: &str) -> String {
    let read: Option<Value> = serde_json::from_str(json).ok();
    read.and_then(|value| within(&value)).unwrap_or_default()
}

fn within(value: &Value) -> Option<String> {
    let below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        within(value).map(|rest| format!("/{name}{rest}"))
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .find_map(|(n, one)| below(&n.to_string(), one)),
        Value::Object(members) => members.iter().find_map(|(name, one)| {
            if name.contains('\0') {
                return Some(String::new());
            }
            below(name, one)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// 422, with the place of it where that is known.
pub(super) fn refused(place: &str) -> Problem {
    let said = Said::new(
        "holds the character NUL (U+0000), which no text has",
        "contient le caractère NUL (U+0000), qu'aucun texte n'a",
    );
    Problem::at(Kind::InvalidBody, Fault::new(place.to_owned(), said))
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
        assert_eq!(place(r#"{"a":[{"b/c":"x\u0000"}]}"#), "/a/0/b~1c");
        assert_eq!(place(r#"{"a":{"\u0000":1}}"#), "/a");
        assert!(is_escaped_in_bytes(br#"{"a":"\u0000"}"#));
    }
}
