//! From values back to text, in the one form of RFC 8785 as far as texts go.

use super::Node;
use std::fmt::Write as _;

/// Returns a value without blanks; numbers as they were written, pairs in their order.
pub fn write(node: &Node<'_>) -> String {
    let mut out = String::new();
    put(&mut out, node);
    out
}

fn put(out: &mut String, node: &Node<'_>) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Flag(true) => out.push_str("true"),
        Node::Flag(false) => out.push_str("false"),
        Node::Number(digits) => out.push_str(digits),
        Node::Text(text) => quoted(out, text),
        Node::List(values) => {
            for (i, value) in values.iter().enumerate() {
                out.push(if i == 0 { '[' } else { ',' });
                put(out, value);
            }
            out.push_str(if values.is_empty() { "[]" } else { "]" });
        }
        Node::Object(pairs) => {
            for (i, (key, value)) in pairs.iter().enumerate() {
                out.push(if i == 0 { '{' } else { ',' });
                quoted(out, key);
                out.push(':');
                put(out, value);
            }
            out.push_str(if pairs.is_empty() { "{}" } else { "}" });
        }
    }
}

/// Writes a text between quotation marks, as RFC 8785 (§ 3.2.2.2) does.
pub fn quoted(out: &mut String, text: &str) {
    out.push('"');
    // all are counted, whatever the first are: so many are looked at at a time
    let escaped = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1F);
    if text.bytes().filter(escaped).count() == 0 {
        out.push_str(text);
    } else {
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c < ' ' => {
                    // writing to a text cannot fail
                    write!(out, "\\u{:04x}", u32::from(c)).unwrap_or_default();
                }
                c => out.push(c),
            }
        }
    }
    out.push('"');
}
