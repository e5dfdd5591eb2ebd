//! The pages that say how the service stands to OWASP ASVS: whole, and true in what they name.

use super::{Source, files, none, one};
use std::collections::BTreeMap;
use std::path::Path;

/// The pages, and the requirements of level 1 and 2 that stand on each, with their levels.
///
/// Source: OWASP ASVS 5.0.0 (30 May 2025), its list as a table (CC BY-SA 4.0).
const CHAPTERS: [(&str, &str); 13] = [
    (
        "v01-encoding",
        "1.1.1/2 1.1.2/2 1.2.1/1 1.2.2/1 1.2.3/1 1.2.4/1 1.2.5/1 1.2.6/2 1.2.7/2 1.2.8/2 \
         1.2.9/2 1.3.1/1 1.3.2/1 1.3.3/2 1.3.4/2 1.3.5/2 1.3.6/2 1.3.7/2 1.3.8/2 1.3.9/2 \
         1.3.10/2 1.3.11/2 1.4.1/2 1.4.2/2 1.4.3/2 1.5.1/1 1.5.2/2",
    ),
    (
        "v02-validation",
        "2.1.1/1 2.1.2/2 2.1.3/2 2.2.1/1 2.2.2/1 2.2.3/2 2.3.1/1 2.3.2/2 2.3.3/2 2.3.4/2 \
         2.4.1/2",
    ),
    (
        "v03-web-frontend",
        "3.2.1/1 3.2.2/1 3.3.1/1 3.3.2/2 3.3.3/2 3.3.4/2 3.4.1/1 3.4.2/1 3.4.3/2 3.4.4/2 \
         3.4.5/2 3.4.6/2 3.5.1/1 3.5.2/1 3.5.3/1 3.5.4/2 3.5.5/2 3.7.1/2 3.7.2/2",
    ),
    (
        "v04-api",
        "4.1.1/1 4.1.2/2 4.1.3/2 4.2.1/2 4.3.1/2 4.3.2/2 4.4.1/1 4.4.2/2 4.4.3/2 4.4.4/2",
    ),
    (
        "v05-files",
        "5.1.1/2 5.2.1/1 5.2.2/1 5.2.3/2 5.3.1/1 5.3.2/1 5.4.1/2 5.4.2/2 5.4.3/2",
    ),
    (
        "v06-authentication",
        "6.1.1/1 6.1.2/2 6.1.3/2 6.2.1/1 6.2.2/1 6.2.3/1 6.2.4/1 6.2.5/1 6.2.6/1 6.2.7/1 \
         6.2.8/1 6.2.9/2 6.2.10/2 6.2.11/2 6.2.12/2 6.3.1/1 6.3.2/1 6.3.3/2 6.3.4/2 6.4.1/1 \
         6.4.2/1 6.4.3/2 6.4.4/2 6.5.1/2 6.5.2/2 6.5.3/2 6.5.4/2 6.5.5/2 6.6.1/2 6.6.2/2 \
         6.6.3/2 6.8.1/2 6.8.2/2 6.8.3/2 6.8.4/2",
    ),
    (
        "v07-sessions",
        "7.1.1/2 7.1.2/2 7.1.3/2 7.2.1/1 7.2.2/1 7.2.3/1 7.2.4/1 7.3.1/2 7.3.2/2 7.4.1/1 \
         7.4.2/1 7.4.3/2 7.4.4/2 7.4.5/2 7.5.1/2 7.5.2/2 7.6.1/2 7.6.2/2",
    ),
    (
        "v08-authorization",
        "8.1.1/1 8.1.2/2 8.2.1/1 8.2.2/1 8.2.3/2 8.3.1/1 8.4.1/2",
    ),
    (
        "v09-tokens",
        "9.1.1/1 9.1.2/1 9.1.3/1 9.2.1/1 9.2.2/2 9.2.3/2 9.2.4/2",
    ),
    (
        "v10-oauth-and-oidc",
        "10.1.1/2 10.1.2/2 10.2.1/2 10.2.2/2 10.3.1/2 10.3.2/2 10.3.3/2 10.3.4/2 10.4.1/1 \
         10.4.2/1 10.4.3/1 10.4.4/1 10.4.5/1 10.4.6/2 10.4.7/2 10.4.8/2 10.4.9/2 10.4.10/2 \
         10.4.11/2 10.5.1/2 10.5.2/2 10.5.3/2 10.5.4/2 10.5.5/2 10.6.1/2 10.6.2/2 10.7.1/2 \
         10.7.2/2 10.7.3/2",
    ),
    (
        "v12-communication",
        "12.1.1/1 12.1.2/2 12.1.3/2 12.2.1/1 12.2.2/1 12.3.1/2 12.3.2/2 12.3.3/2 12.3.4/2",
    ),
    (
        "v14-data-protection",
        "14.1.1/2 14.1.2/2 14.2.1/1 14.2.2/2 14.2.3/2 14.2.4/2 14.3.1/1 14.3.2/2 14.3.3/2",
    ),
    (
        "v16-logging-and-errors",
        "16.1.1/2 16.2.1/2 16.2.2/2 16.2.3/2 16.2.4/2 16.2.5/2 16.3.1/2 16.3.2/2 16.3.3/2 \
         16.3.4/2 16.4.1/2 16.4.2/2 16.4.3/2 16.5.1/2 16.5.2/2 16.5.3/2",
    ),
];

/// A line of a table: number, level, what is asked, state, how, tests.
struct Row<'a> {
    at: String,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn number(&self) -> String {
        format!("{}/{}", self.cells[0], self.cells[1])
    }

    fn state(&self) -> &'a str {
        self.cells[3]
    }
}

/// The lines of a page that begin with the number of a requirement.
fn rows(page: &Source) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    for (n, line) in (1..).zip(page.text.lines()) {
        let begins = line.strip_prefix("| ");
        if begins.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            found.push(Row {
                at: format!("{}:{n}", page.path),
                cells: line.trim_matches('|').split('|').map(str::trim).collect(),
            });
        }
    }
    found
}

/// What stands between backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a word is the path of a module: `app::sign_in`.
fn is_module(word: &str) -> bool {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ':';
    word.contains("::") && word.chars().all(part)
}

/// Whether a word is the path of a file: `tests/api/trail.rs`, `Cargo.toml`.
fn is_file(word: &str) -> bool {
    let ends = [".rs", ".toml", ".md"]
        .iter()
        .any(|end| word.len() > end.len() && word.ends_with(end));
    ends && !word.contains(' ')
}

/// Returns what a page says twice, leaves out or invents.
fn not_whole(page: &Source, expected: &str) -> Vec<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for number in expected.split_whitespace() {
        times.insert(number.to_owned(), 0);
    }
    let mut faults = Vec::new();
    for row in rows(page) {
        if row.cells.len() != 6 {
            faults.push(format!("{}: {} cells, expected 6", row.at, row.cells.len()));
            continue;
        }
        match times.get_mut(&row.number()) {
            Some(times) => *times += 1,
            None => faults.push(format!("{}: {} is none", row.at, row.number())),
        }
        if !["met", "not applicable", "open"].contains(&row.state()) {
            faults.push(format!("{}: {:?} is no state", row.at, row.state()));
        }
        if row.state() == "met" && words(row.cells[5]).all(is_file) {
            faults.push(format!("{}: met, by no test", row.at));
        }
        if row.cells[4].is_empty() {
            faults.push(format!("{}: nothing says how or why", row.at));
        }
    }
    for (number, times) in times.into_iter().filter(|(_, times)| *times != 1) {
        faults.push(format!(
            "{}: {number} stands there {times} times",
            page.path
        ));
    }
    faults
}

/// Returns what a page names that is not there; `read` is the text of a file, if there is one.
fn not_there(page: &Source, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, text) in (1..).zip(page.text.lines()) {
        let at = format!("{}:{line}", page.path);
        for word in words(text) {
            let module = word.replace("::", "/");
            let is_there = if is_module(word) {
                read(&format!("src/{module}.rs")).is_some()
                    || read(&format!("src/{module}/mod.rs")).is_some()
            } else {
                !is_file(word) || word.starts_with('.') || read(word).is_some()
            };
            if !is_there && !word.starts_with('/') {
                faults.push(format!("{at}: there is no {word}"));
            }
        }
    }
    for row in rows(page).iter().filter(|row| row.cells.len() == 6) {
        let mut file: Option<(&str, String)> = None;
        for word in words(row.cells[5]) {
            if is_file(word) {
                file = read(word).map(|text| (word, text));
            } else if let Some((path, text)) = &file
                && !text.contains(&format!("fn {word}("))
            {
                faults.push(format!("{}: {path} has no test {word}", row.at));
            }
        }
    }
    faults
}

fn of_the_package(path: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).ok()
}

fn pages() -> Vec<Source> {
    files(&["src/asvs"], &["md"])
}

fn page(stem: &str) -> Source {
    let path = format!("src/asvs/{stem}.md");
    let found = pages().into_iter().find(|page| page.path == path);
    found.unwrap_or_else(|| panic!("there is no {path}"))
}

#[test]
fn every_requirement_stands_there_once() {
    for (stem, expected) in CHAPTERS {
        none(&not_whole(&page(stem), expected));
    }
    // and no page beside them but the first
    assert_eq!(pages().len(), CHAPTERS.len() + 1);
}

#[test]
fn every_module_file_and_test_that_is_named_exists() {
    let pages = pages();
    let all = pages
        .iter()
        .flat_map(|page| not_there(page, of_the_package));
    none(&all.collect::<Vec<_>>());
}

#[test]
fn the_first_page_counts_right_and_names_what_is_open() {
    let about = page("about");
    let mut together = [0; 3];
    let mut open = Vec::new();
    for (stem, _) in CHAPTERS {
        let chapter = page(stem);
        let mut counts = [0; 3];
        for row in rows(&chapter) {
            let state = ["met", "not applicable", "open"]
                .iter()
                .position(|state| *state == row.state());
            counts[state.unwrap()] += 1;
            if row.state() == "open" {
                open.push(row.number());
            }
        }
        for (all, these) in together.iter_mut().zip(counts) {
            *all += these;
        }
        let [met, none, open] = counts;
        let link = format!("({})", stem.replace('-', "_"));
        let line = format!("{link} | {met} | {none} | {open} |");
        assert!(about.text.contains(&line), "about.md lacks {line}");
    }
    let [met, none, left] = together;
    let line = format!("| **together** | {met} | {none} | {left} |");
    assert!(about.text.contains(&line), "about.md lacks {line}");
    let listed: Vec<String> = rows(&about).iter().map(Row::number).collect();
    assert_eq!(listed, open);
}

#[test]
fn a_page_that_leaves_out_repeats_or_invents_is_refused() {
    let check = |text: &str, says: &str| {
        let page = Source::new("src/asvs/v99.md", text);
        one(&not_whole(&page, "9.1.1/1"), says);
    };
    let good = "| 9.1.1 | 1 | x | met | y | `a.rs`: `b` |\n";
    none(&not_whole(&Source::new("src/asvs/v99.md", good), "9.1.1/1"));
    check("", "9.1.1/1 stands there 0 times");
    check(&good.repeat(2), "9.1.1/1 stands there 2 times");
    check(
        &format!("{good}| 9.1.2 | 1 | x | open | y | |\n"),
        "9.1.2/1 is none",
    );
    check("| 9.1.1 | 1 | x | met | y | |\n", "met, by no test");
    check("| 9.1.1 | 1 | x | nearly | y | |\n", "is no state");
}

#[test]
fn a_page_that_names_what_is_not_there_is_refused() {
    let read = |path: &str| (path == "src/app/hold.rs").then(|| "fn holds() {}".to_owned());
    let check = |text: &str, says: &str| {
        one(
            &not_there(&Source::new("src/asvs/v99.md", text), read),
            says,
        );
    };
    let good =
        "`app::hold` | 9.1.1\n| 9.1.1 | 1 | x | met | `app::hold` | `src/app/hold.rs`: `holds` |";
    none(&not_there(&Source::new("src/asvs/v99.md", good), read));
    check("`app::release`", "there is no app::release");
    check("`src/app/release.rs`", "there is no src/app/release.rs");
    check(
        "| 9.1.1 | 1 | x | met | y | `src/app/hold.rs`: `releases` |",
        "src/app/hold.rs has no test releases",
    );
}
