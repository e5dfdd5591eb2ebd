//! Text that stays on its line, whatever a site is called.

use super::html;

/// A subject is one line of at most 200 characters, whatever a site is called.
pub(super) fn one_line(text: &str) -> String {
    flat(text).chars().take(180).collect()
}

/// Text without anything that ends a line.
pub(super) fn flat(text: &str) -> String {
    let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    // nor what would be taken for the place of a link
    text.replace(ends, " ")
        .replace(html::turns_around, "")
        .replace("[[", "[ [")
}
