//! Safety copies by hand: made beside a service, killed in the middle, on a full disk, restored.

use crate::desk::{Desk, on_both};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const SITE: &str = "690000001";

/// A network with a site, and stock to lose.
fn install(desk: &Desk) {
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    desk.run(&[
        "site",
        "add",
        "--finess",
        SITE,
        "--network",
        "chu",
        "--name",
        "PUI",
    ])
    .ok();
}

fn names(desk: &Desk, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(desk.folder.path().join(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != ".dotation-copies.lock");
    names.sort();
    names
}

#[test]
fn a_copy_is_made_listed_verified_and_restored() {
    on_both(|desk| {
        install(desk);
        std::fs::create_dir(desk.folder.path().join("copies")).unwrap();
        let made = desk
            .run(&["backup", "--to", "copies", "--format", "json"])
            .json();
        assert_eq!(made["manifest"]["rows"]["sites"], 1);
        let file = made["file"].as_str().unwrap();
        let name = file.rsplit('/').next().unwrap();
        assert_eq!(
            names(desk, "copies"),
            [name.to_owned(), format!("{name}.json")]
        );
        let listed = desk.run(&["backup", "list", "copies"]).ok();
        assert!(listed.contains(name), "{listed}");
        let verified = desk.run(&["backup", "verify", file]).ok();
        assert!(verified.contains("is good"), "{verified}");
        let set = [("DOTATION_BACKUP_FOLDER", "copies")];
        let known = desk.run_with(&["backup", "list", "--format", "json"], &set);
        assert_eq!(known.json().as_array().unwrap().len(), 1);

        // what is there does not give way unasked
        let refused = desk.run(&["restore", file]).fails(2);
        assert!(refused.contains("add --replace"), "{refused}");
        desk.run(&[
            "site",
            "add",
            "--finess",
            "690000002",
            "--network",
            "chu",
            "--name",
            "Later",
        ])
        .ok();
        let restored = desk.run(&["restore", file, "--replace"]);
        assert!(restored.err.contains("enter it again"), "{}", restored.err);
        restored.ok();
        let sites = desk.run(&["site", "list"]).ok();
        assert!(
            sites.contains(SITE) && !sites.contains("690000002"),
            "{sites}"
        );
        // a copy is not restored onto itself
        let url = format!("sqlite:{file}");
        let itself = desk.run(&["restore", file, "--replace", "--database", &url]);
        let said = itself.fails(2);
        assert!(
            said.contains("the database that it would replace"),
            "{said}"
        );
        // what holds patients' data is for its owner alone
        let mode = std::fs::metadata(desk.folder.path().join("dotation.db"));
        if let Ok(there) = mode {
            assert_eq!(there.permissions().mode() & 0o777, 0o600);
        }
        // and moved to a file that is not there yet
        let moved = ["--database", "sqlite:moved.db"];
        desk.run(&[&["restore", file][..], &moved].concat()).ok();
        assert_eq!(
            desk.run(&[&["site", "list"][..], &moved].concat()).ok(),
            sites
        );
    });
}

#[test]
fn a_copy_without_a_place_or_under_a_name_that_is_taken_is_refused() {
    let desk = Desk::migrated();
    assert!(desk.run(&["backup"]).fails(2).contains("where to?"));
    desk.write("taken.db", "mine");
    let refused = desk.run(&["backup", "taken.db"]).fails(2);
    assert!(refused.contains("never overwrites"), "{refused}");
    let refused = desk.run(&["backup", "--to", "nowhere"]).fails(1);
    assert!(refused.contains("nowhere"), "{refused}");
    let refused = desk.run(&["restore", "taken.db", "--replace"]).fails(1);
    assert!(refused.contains("is no good copy"), "{refused}");
    assert_eq!(
        std::fs::read_to_string(desk.folder.path().join("taken.db")).unwrap(),
        "mine"
    );
}

/// Runs a command under a limit on how many blocks of 512 bytes a file may have, and returns whether a
/// signal ended it, its exit code and its words.
fn limited(
    desk: &Desk,
    blocks: u32,
    ignoring: &str,
    arguments: &str,
) -> (bool, Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_dotation");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!(
        "{ignoring} ulimit -f {blocks}; exec {program} {arguments}"
    ));
    shell.arg0("sh");
    let done = shell
        .current_dir(desk.folder.path())
        .env("DOTATION_DATABASE_URL", &desk.database)
        .output()
        .unwrap();
    let killed = std::os::unix::process::ExitStatusExt::signal(&done.status).is_some();
    (
        killed,
        done.status.code(),
        String::from_utf8(done.stderr).unwrap(),
    )
}

#[test]
fn a_copy_that_is_killed_or_finds_no_room_leaves_no_copy() {
    on_both(|desk| {
        install(desk);
        let place = desk.folder.path().join("copies");
        std::fs::create_dir(&place).unwrap();
        // the signal of the limit kills in the middle of a write
        let (killed, ..) = limited(desk, 64, "", "backup --to copies");
        assert!(killed);
        let left = names(desk, "copies");
        assert!(
            !left.is_empty() && left.iter().all(|name| name.starts_with(".dotation-copy-")),
            "{left:?}"
        );
        // where it is ignored, a write finds no room
        let (killed, code, words) = limited(desk, 64, "trap '' XFSZ;", "backup --to copies");
        assert!(!killed);
        assert_eq!(code, Some(1), "{words}");
        assert_eq!(names(desk, "copies"), Vec::<String>::new(), "{words}");
        desk.run(&["backup", "--to", "copies"]).ok();
        assert_eq!(names(desk, "copies").len(), 2);
    });
}
