//! Rulebooks of a folder, next to those in the binary.

use super::super::Rulebooks;
use super::super::collection::BUILT_IN;
use super::INVENTED;
use crate::domain::rule::Slug;

#[test]
fn a_folder_adds_rulebooks_and_replaces_those_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("exemplium-2030-01-01.toml", INVENTED);
    let (_, letter) = BUILT_IN
        .iter()
        .find(|(name, _)| *name == "roactemra-2021-10-14")
        .unwrap();
    let replaced = letter.replace("\"RoActemra (tocilizumab)\"", "\"Ours\"");
    // a safety rulebook is about the same medicine
    let replaced = replaced.replace("safety_rulebook =", "# safety_rulebook =");
    write("roactemra-2021-10-14.toml", &replaced);
    write("README.txt", "not a rulebook");
    let books = Rulebooks::load(Some(folder.path())).unwrap();
    let medicine = |name| {
        books
            .get(&Slug::parse(name).unwrap())
            .map(|b| b.medicine.as_str())
    };
    assert_eq!(books.iter().count(), BUILT_IN.len() + 1);
    assert_eq!(medicine("exemplium-2030-01-01"), Some("Exemplium"));
    assert_eq!(medicine("roactemra-2021-10-14"), Some("Ours"));
    assert_eq!(
        medicine("roactemra-neutrophils"),
        Some("RoActemra (tocilizumab)")
    );
}

#[test]
fn the_faults_of_all_files_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("b.toml", INVENTED);
    write("a.toml", &INVENTED.replace("\"BE\"", "\"be\""));
    let faults = Rulebooks::load(Some(folder.path())).unwrap_err();
    let paths: Vec<String> = faults
        .as_slice()
        .iter()
        .map(|f| f.place.to_string())
        .collect();
    let at = |rest: &str| folder.path().join(rest).display().to_string();
    assert_eq!(
        paths,
        [
            at("a.toml:1:8: name"),
            at("a.toml:3:16: jurisdiction"),
            at("b.toml:1:8: name")
        ]
    );
}

#[test]
fn a_rulebook_is_superseded_by_one_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let load = |next: &str| {
        let line = format!("jurisdiction = \"BE\"\nsuperseded_by = \"{next}\"");
        let text = INVENTED.replace("jurisdiction = \"BE\"", &line);
        std::fs::write(folder.path().join("exemplium-2030-01-01.toml"), text).unwrap();
        Rulebooks::load(Some(folder.path()))
    };
    let next = INVENTED.replace("2030-01-01", "2032-01-01");
    std::fs::write(folder.path().join("exemplium-2032-01-01.toml"), next).unwrap();
    assert!(load("exemplium-2032-01-01").is_ok());
    assert!(load("exemplium-2030-01-01").is_err());
    std::fs::remove_file(folder.path().join("exemplium-2032-01-01.toml")).unwrap();
    let faults = load("exemplium-2031-01-01").unwrap_err().to_string();
    assert!(
        faults.ends_with("exemplium-2030-01-01.toml:4:17: superseded_by: there is no other rulebook exemplium-2031-01-01, expected the name of one"),
        "{faults}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_a_fault_and_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Rulebooks::load(Some(&folder.path().join("none"))).unwrap_err();
    assert!(
        faults.to_string().contains("the folder cannot be read"),
        "{faults}"
    );
}
