//! Keeps the walls between the rooms, as the tables of `rooms` draw them.

use super::{
    Source, none, one,
    path::paths,
    rooms::{DOMAIN_KNOWS, DOMAIN_NEVER, ONLY, WALLS},
    sources,
};

fn broken_walls(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let Some(room) = source.room() else { continue };
        let Some(wall) = WALLS.iter().find(|wall| wall.room == room) else {
            faults.push(format!(
                "{}: the room `{room}` has no wall; give it one in tests/api/tidy/rooms.rs",
                source.path
            ));
            continue;
        };
        for said in paths(source) {
            let allowed = wall.may_use.iter().any(|used| {
                let whole: Vec<&str> = std::iter::once("crate").chain(used.split("::")).collect();
                said.is_within(&whole)
            });
            let leaves = said.is_within(&["crate"]) && said.parts.len() > 1;
            if leaves && !allowed && !said.is_within(&["crate", room]) {
                faults.push(format!(
                    "{}:{}: {room} says `{}`, but {} (it may use: {})",
                    source.path,
                    said.line,
                    said.parts.join("::"),
                    wall.sentence,
                    wall.may_use.join(", "),
                ));
            }
        }
    }
    faults
}

fn crates_out_of_their_room(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let Some(room) = source.room() else { continue };
        for said in paths(source).iter().filter(|said| said.parts.len() > 1) {
            let known = ONLY
                .iter()
                .find(|(crates, _)| crates.contains(&said.parts[0].as_str()));
            if let Some((_, rooms)) = known.filter(|(_, rooms)| !rooms.contains(&room)) {
                faults.push(format!(
                    "{}:{}: {room} says `{}`, but only {} may know {}",
                    source.path,
                    said.line,
                    said.parts.join("::"),
                    rooms.join(", "),
                    said.parts[0],
                ));
            }
        }
    }
    faults
}

/// `dependencies` are the crates of the package as Rust writes them: other lower-case words that
/// begin a path are modules and types of `domain`'s own.
fn impurities(sources: &[Source], dependencies: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|s| s.room() == Some("domain")) {
        for said in paths(source) {
            let never = DOMAIN_NEVER.iter().find(|(parts, _)| said.is_within(parts));
            let name = said.parts[0].as_str();
            let foreign = said.parts.len() > 1
                && dependencies.iter().any(|dependency| dependency == name)
                && !DOMAIN_KNOWS.contains(&name);
            let sentence = match never {
                Some((_, sentence)) => sentence,
                None if foreign => "domain knows no crate but std, chrono's dates and thiserror",
                None => continue,
            };
            faults.push(format!(
                "{}:{}: domain says `{}`, but {sentence}",
                source.path,
                said.line,
                said.parts.join("::"),
            ));
        }
    }
    faults
}

/// The package's dependencies of every kind, as Rust writes them.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    ["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|table| manifest.get(*table)?.as_table())
        .flat_map(toml::Table::keys)
        .map(|name| name.replace('-', "_"))
        .collect()
}

#[test]
fn the_walls_stand() {
    none(&broken_walls(&sources()));
}

#[test]
fn each_crate_is_known_in_its_room_only() {
    none(&crates_out_of_their_room(&sources()));
}

#[test]
fn domain_is_pure() {
    none(&impurities(&sources(), &dependencies()));
}

#[test]
fn every_crate_with_a_room_of_its_own_is_a_dependency() {
    let dependencies = dependencies();
    for name in ONLY.iter().flat_map(|(crates, _)| *crates) {
        assert!(dependencies.iter().any(|d| d == name), "{name} is none");
    }
}

#[test]
fn a_wall_is_broken_by_a_use_and_by_a_path_in_the_middle_of_a_line() {
    let text =
        "//! Not `crate::db`.\nuse crate::domain::code::Cip13;\nuse crate::{app, db::lots};\n";
    one(
        &broken_walls(&[Source::new("src/http/lots.rs", text)]),
        "src/http/lots.rs:3: http says `crate::db::lots`, but a door never sees a table",
    );
    let text = "fn f(db: &crate::db::Db) {}";
    one(
        &broken_walls(&[Source::new("src/domain/dose/mod.rs", text)]),
        "src/domain/dose/mod.rs:1: domain says `crate::db::Db`, but domain decides",
    );
    let text = "use super::super::db::Db;";
    one(
        &broken_walls(&[Source::new("src/http/lots.rs", text)]),
        "a door never sees a table",
    );
}

#[test]
fn a_part_of_a_room_may_be_open_where_the_room_is_not() {
    let text = "use crate::mail::letter::Letter;\nuse crate::app::Service;";
    none(&broken_walls(&[Source::new("src/app/hold.rs", text)]));
    let text = "use crate::mail::post;";
    one(
        &broken_walls(&[Source::new("src/app/hold.rs", text)]),
        "app says `crate::mail::post`",
    );
    let text = "use crate::db::{migrate, lots};";
    one(
        &broken_walls(&[Source::new("src/cli/migrate.rs", text)]),
        "cli says `crate::db::lots`",
    );
}

#[test]
fn a_room_without_a_wall_is_refused() {
    one(
        &broken_walls(&[Source::new("src/attic/mod.rs", "")]),
        "the room `attic` has no wall",
    );
}

#[test]
fn a_crate_is_refused_outside_of_its_room() {
    let text = "use diesel::prelude::*;\n";
    none(&crates_out_of_their_room(&[Source::new(
        "src/db/lots.rs",
        text,
    )]));
    one(
        &crates_out_of_their_room(&[Source::new("src/app/hold.rs", text)]),
        "src/app/hold.rs:1: app says `diesel::prelude`, but only db may know diesel",
    );
    let text = "#[derive(diesel::Queryable)] struct Row;";
    one(
        &crates_out_of_their_room(&[Source::new("src/http/lots.rs", text)]),
        "only db may know diesel",
    );
}

#[test]
fn domain_that_reads_the_clock_or_a_file_is_refused() {
    let check = |text: &str, says: &str| {
        let source = Source::new("src/domain/ledger.rs", text);
        one(&impurities(&[source], &dependencies()), says);
    };
    check(
        "fn f() { chrono::Utc::now(); }",
        "the clock is read at the doors",
    );
    check(
        "use chrono::Utc; fn f() { Utc::now() }",
        "the clock is read at the doors",
    );
    check("use std::{fmt, fs};", "domain does no input or output");
    check(
        "use std::collections::HashMap;",
        "order never comes from a hash map",
    );
    check("async fn f() {}", "domain waits for nothing");
    check("fn f(dose: f64) {}", "no floating point");
    check("use serde::Serialize;", "domain knows no crate but");
    check("fn f() { uuid::Uuid::nil(); }", "domain knows no crate but");
}
