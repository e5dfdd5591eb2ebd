//! Reads the paths (`crate::db::lots`, `diesel::insert_into`) that a Rust source says.
//!
//! Not a parser of Rust: it knows comments, literals, nested `use` groups, `super`, and inline
//! modules, which is what it takes to see who uses whom. What a macro makes up it does not see.

use super::Source;

/// One path, with the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) line: usize,
    /// Its parts; the first is `crate`, a crate's name, or a single word that no `::` follows.
    pub(super) parts: Vec<String>,
}

impl Said {
    /// Says whether the path is this one, or goes on from it.
    pub(super) fn is_within(&self, parts: &[&str]) -> bool {
        self.parts.len() >= parts.len() && self.parts.iter().zip(parts).all(|(a, b)| a == b)
    }
}

/// Returns every path and every single word of the file, outside of comments and literals.
///
/// `super` is followed: a path that climbs out of the file's room begins with `crate`; what stays
/// relative to the file is left out.
pub(super) fn paths(source: &Source) -> Vec<Said> {
    let tokens = tokens(&source.text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        said: Vec::new(),
    };
    let mut braces = 0_usize;
    let mut modules: Vec<usize> = Vec::new();
    while let Some((line, word)) = reader.peek(0) {
        let begins = reader.at == 0 || !matches!(tokens[reader.at - 1].1.as_str(), "::" | ".");
        match word {
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                modules.retain(|outside| *outside < braces);
            }
            "mod" if reader.peek(2).is_some_and(|(_, brace)| brace == "{") => modules.push(braces),
            "super" if begins => {
                let mut up = 1;
                while reader.says(1, "::") && reader.says(2, "super") {
                    reader.at += 2;
                    up += 1;
                }
                // At the root or above it; a `super` that stays in the house says nothing new.
                let depth = source.depth() + modules.len();
                let reached: &[&str] = if up < depth { &["super"] } else { &["crate"] };
                reader.at += 1;
                reader.rest(line, reached.iter().map(|s| (*s).to_owned()).collect());
                continue;
            }
            _ if begins && is_word(word) => {
                reader.at += 1;
                reader.rest(line, vec![word.to_owned()]);
                continue;
            }
            _ => {}
        }
        reader.at += 1;
    }
    reader.said.retain(|said| said.parts[0] != "super");
    reader.said
}

struct Reader<'t> {
    tokens: &'t [(usize, String)],
    at: usize,
    said: Vec<Said>,
}

impl<'t> Reader<'t> {
    fn peek(&self, ahead: usize) -> Option<(usize, &'t str)> {
        let (line, token) = self.tokens.get(self.at + ahead)?;
        Some((*line, token))
    }

    fn says(&self, ahead: usize, token: &str) -> bool {
        self.peek(ahead).is_some_and(|(_, found)| found == token)
    }

    /// Reads on from the parts already read, one path for each leaf of a group.
    fn rest(&mut self, line: usize, mut parts: Vec<String>) {
        while self.says(0, "::") {
            match self.peek(1) {
                Some((_, "{")) => {
                    self.at += 2;
                    return self.group(&parts);
                }
                Some((_, word)) if is_word(word) => {
                    parts.push(word.to_owned());
                    self.at += 2;
                }
                // `::*` of an import, `::<…>` of a call.
                _ => {
                    self.at += 1;
                    break;
                }
            }
        }
        self.said.push(Said { line, parts });
    }

    /// Reads the leaves of `{a, b::{c, d}}` after its opening brace.
    fn group(&mut self, parts: &[String]) {
        while let Some((line, token)) = self.peek(0) {
            self.at += 1;
            if token == "}" {
                return;
            }
            let mut leaf = parts.to_vec();
            match token {
                "," => continue,
                "as" => {
                    self.at += 1;
                    continue;
                }
                "self" | "*" => {}
                _ => leaf.push(token.to_owned()),
            }
            self.rest(line, leaf);
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Returns words, `::` and single signs, each with its line; comments and literals are left out.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, token) = match first {
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            _ if rest.starts_with("/*") => (block_comment(rest), None),
            _ if raw_string(rest).is_some() => (raw_string(rest).unwrap(), None),
            '"' => (quoted(rest, '"'), None),
            '\'' => (character(rest), None),
            _ if rest.starts_with("::") => (2, Some("::")),
            c if c.is_whitespace() => (c.len_utf8(), None),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let length = end.unwrap_or(rest.len());
                (length, Some(&rest[..length]))
            }
            c => (c.len_utf8(), Some(&rest[..c.len_utf8()])),
        };
        found.extend(token.map(|token| (line, token.to_owned())));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Block comments nest in Rust.
fn block_comment(text: &str) -> usize {
    let mut open = 0;
    for (at, _) in text.char_indices() {
        if text[at..].starts_with("/*") {
            open += 1;
        } else if text[at..].starts_with("*/") {
            open -= 1;
            if open == 0 {
                return at + 2;
            }
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"`, when the text begins with one.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let opened = after.trim_start_matches('#');
    let hashes = after.len() - opened.len();
    let inside = opened.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(text.len() - inside.len() + length)
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of `'a'` or `'\n'`, or 1 for the sign of a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text.chars().skip(1);
    match (inside.next(), inside.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, paths};

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = paths(&Source::new(path, text))
            .iter()
            .filter(|said| said.parts.len() > 1)
            .map(|said| format!("{} {}", said.line, said.parts.join("::")))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_group_is_as_many_paths_as_it_has_leaves() {
        check(
            "src/app/hold.rs",
            "use crate::{\n  db::{self, lots as l, Db},\n  domain::*,\n};\nfn f() { crate::text::say::<u8>() }",
            &[
                "2 crate::db",
                "2 crate::db::lots",
                "2 crate::db::Db",
                "3 crate::domain",
                "5 crate::text::say",
            ],
        );
    }

    #[test]
    fn comments_and_literals_say_nothing() {
        check(
            "src/app/hold.rs",
            "/// [a::b]\n/* c::d /* e::f */ g::h */ let x = (\"i::j \\\" k::l\", r#\"m::n\"#, '\"', '\\'', o::p, b'\"');\nfn f<'a>(x: &'a q::R) {}",
            &["2 o::p", "3 q::R"],
        );
    }

    #[test]
    fn super_that_climbs_out_of_its_room_begins_with_crate() {
        check("src/domain/code.rs", "use super::quantity::Mg;", &[]);
        check(
            "src/domain/code.rs",
            "use super::super::db::Db;",
            &["1 crate::db::Db"],
        );
        check(
            "src/domain/mod.rs",
            "use super::db::Db;",
            &["1 crate::db::Db"],
        );
        check(
            "src/domain/code.rs",
            "mod tests { use super::super::dose::A; } use super::super::text::B;",
            &["1 crate::text::B"],
        );
        check(
            "src/settings.rs",
            "use super::db::Db;",
            &["1 crate::db::Db"],
        );
    }
}
