//! How long a file may be, what it may be called, and what may not stand in it.

use super::{Source, files, none, one, sources};

/// The most lines of a file of `src`, tests included. Choice: four screens of a hundred lines; past
/// it there is a second thing in the file that wants a name of its own.
const MOST_LINES: usize = 400;

/// Files that have a limit of their own, and why.
const OTHER_LIMITS: &[(&str, usize, &str)] = &[
    (
        "src/main.rs",
        40,
        "it takes the command line in and gives an exit code out",
    ),
    (
        "src/domain/code.rs",
        480,
        "six codes one after the other, each with its own grammar and its tests",
    ),
    (
        "src/db/schema.rs",
        1_100,
        "every table of the database, and nothing else",
    ),
];

/// Parts of a name that say nothing: the right name is in what the code does.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "data",
];

/// Notes to ourselves: what is left to do is an issue, or done. (Cut in two, so that this file
/// does not hold them.)
const NOTES: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

fn too_long(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        let other = OTHER_LIMITS.iter().find(|(path, ..)| *path == source.path);
        let (most, why) = other.map_or(
            (MOST_LINES, "past that there is a second thing in it"),
            |(_, most, why)| (*most, *why),
        );
        if lines > most {
            faults.push(format!(
                "{}: {lines} lines, at most {most}: {why}",
                source.path
            ));
        }
        if most > MOST_LINES && lines <= MOST_LINES {
            faults.push(format!(
                "{}: {lines} lines need no limit of their own any more; strike it out in tests/api/tidy/shape.rs",
                source.path
            ));
        }
    }
    faults
}

fn empty_names(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        for part in stem.split(['/', '_', '-']) {
            if EMPTY_NAMES.contains(&part) {
                faults.push(format!(
                    "{}: `{part}` says nothing; name it after what it does",
                    source.path
                ));
            }
        }
    }
    faults
}

fn notes_to_ourselves(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        for (line, text) in (1..).zip(source.text.lines()) {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            if let Some(note) = words.find(|word| NOTES.contains(word)) {
                faults.push(format!(
                    "{}:{line}: {note}: do it, or file it as an issue",
                    source.path
                ));
            }
        }
    }
    faults
}

#[test]
fn no_file_is_too_long() {
    none(&too_long(&sources()));
}

#[test]
fn every_file_with_a_limit_of_its_own_exists() {
    let sources = sources();
    for (path, ..) in OTHER_LIMITS {
        assert!(sources.iter().any(|source| source.path == *path), "{path}");
    }
}

#[test]
fn every_file_is_named_after_what_it_does() {
    none(&empty_names(&files(&["src", "tests", "benches"], &["rs"])));
}

#[test]
fn nothing_is_left_to_do() {
    let folders = ["src", "tests", "benches", "migrations", "config", ".ci"];
    none(&notes_to_ourselves(&files(
        &folders,
        &["rs", "sql", "toml"],
    )));
}

#[test]
fn a_file_past_the_limit_is_refused() {
    let lines = |path: &str, count: usize| [Source::new(path, &"x\n".repeat(count))];
    none(&too_long(&lines("src/app/hold.rs", 400)));
    one(
        &too_long(&lines("src/app/hold.rs", 401)),
        "src/app/hold.rs: 401 lines, at most 400",
    );
    none(&too_long(&lines("src/main.rs", 40)));
    one(&too_long(&lines("src/main.rs", 41)), "41 lines, at most 40");
    one(
        &too_long(&lines("src/domain/code.rs", 300)),
        "need no limit of their own any more",
    );
}

#[test]
fn a_name_that_says_nothing_is_refused() {
    none(&empty_names(&[Source::new("src/domain/commons.rs", "")]));
    for path in [
        "src/db/utils.rs",
        "src/common/mod.rs",
        "src/app/lot_manager.rs",
    ] {
        one(&empty_names(&[Source::new(path, "")]), "says nothing");
    }
}

#[test]
fn a_note_to_ourselves_is_refused() {
    let text = format!("fn f() {{}}\n// {}: the rest\n", NOTES[0]);
    one(
        &notes_to_ourselves(&[Source::new("src/app/hold.rs", &text)]),
        "src/app/hold.rs:2",
    );
    let text = "// a MASTODON is no note, nor is a FIXMENT";
    none(&notes_to_ourselves(&[Source::new("src/app/hold.rs", text)]));
}
