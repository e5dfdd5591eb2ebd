//! Sheets as they come out of spreadsheets.

use super::*;
use proptest::prelude::*;

/// Each row as text.
fn rows(bytes: &[u8]) -> Vec<String> {
    let rows = read(bytes).unwrap_or_else(|faults| panic!("{faults:?}"));
    rows.iter().map(told).collect()
}

fn told(row: &Row) -> String {
    let Taken::On(day) = row.taken else {
        panic!("{row:?}")
    };
    format!("{} {} {} {}", row.at, row.pseudonym, day, row.counted)
}

/// Each fault as its place and sentence.
fn faults(bytes: &[u8]) -> Vec<String> {
    let faults = read(bytes).unwrap_err();
    faults
        .iter()
        .map(|f| format!("{} {}", f.at, f.wrong))
        .collect()
}

/// Whether the faults are these, by their beginnings.
#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) {
    let found = faults(bytes);
    let alike =
        found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.starts_with(e));
    assert!(alike, "{found:#?}\n{expected:#?}");
}

#[test]
fn a_sheet_is_read_whatever_stands_between_its_cells() {
    let expected = ["2 p-1 2021-10-18 1.5 G/L", "3 p-2 2021-10-17 450 /mm³"];
    for text in [
        "pseudonym;date;value;unit\np-1;2021-10-18;1,5;G/L\np-2;17/10/2021;450;/mm3\n",
        "pseudonym\tdate\tvalue\tunit\r\np-1\t18/10/2021\t1.5\tG/L\r\np-2\t17/10/2021\t450\t/mm³",
        "pseudonym,date,value,unit\np-1,2021-10-18,\"1,5\",G/L\np-2,2021-10-17,450,/mm3\n\n",
        "\u{feff}Pseudonyme ; Date ; Valeur ; Unité\n p-1 ; 18/10/2021 ; 1,5 ; G/L\np-2;17/10/2021;450;/mm3\n;;;\n",
    ] {
        assert_eq!(rows(text.as_bytes()), expected, "{text}");
    }
    // in any order
    let turned = "unit;value;date;pseudonym\nG/L;1,5;2021-10-18;p-1\n";
    assert_eq!(rows(turned.as_bytes()), ["2 p-1 2021-10-18 1.5 G/L"]);
    assert_eq!(rows(TEMPLATE.as_bytes()), Vec::<String>::new());
}

#[test]
fn a_sheet_in_windows_1252_is_read() {
    let bytes = b"pseudonyme;date;valeur;unit\xe9\np-\xe9;18/10/2021;1,5;10\xb3/\xb5L\n";
    assert_eq!(rows(bytes), ["2 p-é 2021-10-18 1.5 10³/µL"]);
    let damaged =
        b"pseudonym;date;value;unit\np-\xc3\xa9;2021-10-18;1;G/L\np-\xe9;2021-10-18;1;G/L\n";
    check(damaged, &["3 is not UTF-8 here"]);
    check(b"\xff\xfep\0s\0\xd8", &["1 is UTF-16 and no text here"]);
}

#[test]
fn every_fault_of_a_sheet_is_told_with_its_place() {
    let text = "pseudonym;date;value;unit\n\
        p-1;2021-02-29;1,500;G/L\n\
        ;18/13/2021;abc;g/L\n\
        p-3;2021-10-18;1.5;\n\
        p-4;2021-10-18;;G/L\n\
        p-5;2021-10-18;-1;G/L\n\
        p-6;2021-10;<0,1;G/L\n\
        p-7;2021-10-18;1500;G/L\n\
        p-8;2021-10-18;1;G/L;x\n\
        p-9;2021-10-18\n\
        p-10;2021-10-18;0,1234567;G/L\n";
    check(
        text.as_bytes(),
        &[
            "2:2 \"2021-02-29\" is not a day",
            "2:3 \"1,500\" can be read in two ways",
            "3:1 is missing",
            "3:2 \"18/13/2021\" is not a day",
            "3:4 \"g/L\" is no unit of a count",
            "3:3 \"abc\" is no number",
            "4:4 has no unit, and none is guessed",
            "5:3 is missing",
            "6:3 \"-1\" is below nought",
            "7:2 \"2021-10\" is not a day",
            "7:3 \"<0,1\" is a bound and no count",
            "8:3 \"1500\" G/L is more than 1000000 /mm³",
            "9 has 5 cells; expected 4",
            "10 has 2 cells; expected 4",
            "11:3 \"0,1234567\" has too many decimals",
        ],
    );
    // a comma that separates cells, too
    check(
        b"pseudonym,date,value,unit\np-1,2021-10-18,1,5,G/L\n",
        &["2 has 5 cells; expected 4, and a value with a comma between quotation marks"],
    );
}

#[test]
fn a_first_row_that_names_other_columns_is_refused() {
    check(b"", &["1 is empty"]);
    check(b" \n\n;;;\n", &["1 is empty"]);
    check(
        b"pseudonym;name;birth_date;date;value\n",
        &[
            "1:2 \"name\" is no column; expected pseudonym, date, value and unit, and nothing else of the patient",
            "1:3 \"birth_date\" is no column",
            "1 names no column unit",
        ],
    );
    check(
        b"pseudonym;date;date;value;unit\np-1;2021-10-18;2021-10-19;1;G/L\n",
        &["1:3 \"date\" stands there twice"],
    );
    // data where names should be: nothing is guessed
    let read = read(b"p-1;2021-10-18;1,5;G/L\n").unwrap_err();
    assert_eq!(read.len(), 8, "{read:?}");
}

#[test]
fn a_pseudonym_is_one_line_of_64_characters() {
    let sheet = |word: &str| format!("pseudonym;date;value;unit\n\"{word}\";2021-10-18;1;G/L\n");
    assert_eq!(rows(sheet(&"é".repeat(64)).as_bytes()).len(), 1);
    check(sheet(&"é".repeat(65)).as_bytes(), &["2:1 \"éééé"]);
    check(sheet("p\u{0}1").as_bytes(), &["2:1 \"p1\" is no pseudonym"]);
    check(sheet("p\n1").as_bytes(), &["2:1 \"p1\" is no pseudonym"]);
    // the line after a cell of two lines is counted as it stands in the file
    check(
        b"pseudonym;date;value;unit\n\"p\n1\";2021-10-18;1;G/L\np-2;x;1;G/L\n",
        &["2:1", "4:2"],
    );
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let large = vec![b'x'; MOST_BYTES + 1];
    check(&large, &["1 has 10000001 bytes; expected at most 10000000"]);
}

#[test]
fn what_is_wrong_is_said_in_french() {
    use crate::text::Bilingual as _;
    for fault in read(b"pseudonym;date;nom\n").unwrap_err() {
        let (english, french) = (fault.wrong.in_english(), fault.wrong.in_french());
        assert_ne!(english, french);
        assert!(french.contains("colonne"), "{french}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(faults) = read(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_cells_are_read_or_refused(cells in "[p;,\t\"0-9./\nGL-]{0,80}") {
        let text = format!("pseudonym;date;value;unit\n{cells}");
        if let Err(faults) = read(text.as_bytes()) {
            prop_assert!(!faults.is_empty());
        }
    }
}
