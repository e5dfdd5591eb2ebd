//! How a message is written before it is signed: "relaxed", so that a server on the way may fold its
//! lines anew.

/// The lines of a head, each with those that continue it.
pub(super) fn lines_of(head: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        match lines.last_mut() {
            Some(before) if line.starts_with([' ', '\t']) => {
                before.push_str("\r\n");
                before.push_str(line);
            }
            Some(_) | None => lines.push(line.to_owned()),
        }
    }
    lines
}

pub(super) fn is(line: &str, name: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(found, _)| found.trim_end().eq_ignore_ascii_case(name))
}

/// Source: RFC 6376, § 3.4.2.
pub(super) fn relaxed_line(line: &str) -> String {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    let words: Vec<&str> = value
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
        .collect();
    format!(
        "{}:{}",
        name.trim_end_matches([' ', '\t']).to_ascii_lowercase(),
        words.join(" ")
    )
}

/// Source: RFC 6376, § 3.4.4.
pub(super) fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut gap = false;
        for c in line.trim_end_matches([' ', '\t']).chars() {
            match c {
                ' ' | '\t' => gap = true,
                _ => {
                    if std::mem::take(&mut gap) {
                        relaxed.push(' ');
                    }
                    relaxed.push(c);
                }
            }
        }
        relaxed.push_str("\r\n");
    }
    let whole = relaxed.trim_end_matches("\r\n").len();
    relaxed.truncate(whole);
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard. Source: RFC 6376, § 3.4.5.
    #[test]
    fn lines_and_bodies_are_relaxed_as_the_standard_shows() {
        assert_eq!(relaxed_line("A: X"), "a:X");
        assert_eq!(relaxed_line("B : Y\t\r\n\tZ  "), "b:Y Z");
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(relaxed_body("a"), "a\r\n");
    }

    #[test]
    fn a_head_is_cut_where_a_line_begins() {
        let lines = lines_of("To: a\r\n b\r\nFrom: c");
        assert_eq!(lines, ["To: a\r\n b", "From: c"]);
        assert!(is("FROM : x", "From") && !is("From-x: y", "From"));
    }
}
