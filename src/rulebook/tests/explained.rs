//! Someone who opens only the folder can read every file in it.

use super::super::collection::BUILT_IN;

/// The part of a line that is a remark for people.
fn remark(line: &str) -> &str {
    line.split_once('#').map_or("", |(_, remark)| remark)
}

/// The words of a text: letters, digits and the dashes within names.
fn says(text: &str, word: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|found| found == word)
}

#[test]
fn the_remarks_of_a_file_explain_every_field_of_its_rules() {
    let file = |wanted: &str| BUILT_IN.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let safety = BUILT_IN
        .iter()
        .filter(|(_, text)| !text.contains("[[doses]]"));
    let mut seen = 0;
    for (name, text) in safety {
        // a file may send its reader to others: « see roactemra-2021-10-14.toml »
        let referred = BUILT_IN.iter().filter(|(other, _)| {
            let mention = format!("{other}.toml");
            text.lines().any(|line| remark(line).contains(&mention))
        });
        let read: Vec<&str> = referred
            .map(|(other, _)| file(other))
            .chain([*text])
            .collect();
        let remarks: Vec<&str> = read
            .iter()
            .flat_map(|text| text.lines())
            .map(remark)
            .collect();
        let remarks = remarks.join(" ");
        let (_, rules) = text.split_once("# ---- The documents").unwrap();
        for line in rules.lines().filter(|line| !line.starts_with('#')) {
            let Some((key, _)) = line.split_once(" = ") else {
                continue;
            };
            let of_source = ["key", "document", "date", "url", "fr", "en"].contains(&key);
            if !of_source && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                seen += 1;
                assert!(says(&remarks, key), "{name}: no remark explains {key}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
