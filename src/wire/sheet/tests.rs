//! Sheets as they come out of spreadsheets, whatever they hold.

use super::cells::*;
use super::*;
use crate::domain::quantity::{Grams, Mg, Units};
use encoding_rs::{ISO_8859_15, WINDOWS_1252};
use proptest::prelude::*;

static LAYOUT: Layout = Layout {
    columns: &[
        Column {
            name: "cip13",
            title: "CIP13",
            also: &["code cip"],
            need: Need::Must,
        },
        Column {
            name: "expiry",
            title: "péremption",
            also: &["date de peremption"],
            need: Need::Must,
        },
        Column {
            name: "note",
            title: "remarque",
            also: &[],
            need: Need::May,
        },
    ],
    most_rows: 3,
    about: About::Things,
};

/// Each row as its line, its code, its day and its note.
fn rows(bytes: &[u8]) -> Result<Vec<String>, Vec<String>> {
    let row = |line: &mut Line<'_, Wrong>| {
        let cip13 = line.needed("cip13", cip13);
        let day = line.needed("expiry", expiry);
        let note = line.optional("note", |cell| words(cell, 20));
        let (cip13, day, note) = (cip13?, day?, note?);
        let note = note.map_or_else(String::new, |note| format!(" {note}"));
        Some(format!("{} {cip13} {day}{note}", line.number()))
    };
    read(bytes, &LAYOUT, row).map_err(|faults| faults.iter().map(told).collect())
}

fn told(fault: &Fault) -> String {
    let column = fault.column.as_deref().unwrap_or("-");
    format!("{} {column} {}", fault.at, fault.wrong)
}

/// Whether the faults are these, by their beginnings.
#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) {
    let found = rows(bytes).unwrap_err();
    let alike =
        found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.starts_with(e));
    assert!(alike, "{found:#?}\n{expected:#?}");
}

const TEXT: &str = "Péremption;CIP13;Remarque\r\n30/06/2022;3400957464547;réfrigérateur\r\n;;\r\n";
const READ: &str = "2 3400957464547 2022-06-30 réfrigérateur";

#[test]
fn a_sheet_is_read_in_each_encoding_that_a_french_machine_writes() {
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        let units = format!("{mark}{}", TEXT.replace(';', "\t"));
        units.encode_utf16().flat_map(bytes).collect()
    };
    let encodings: [(&str, Vec<u8>); 9] = [
        ("UTF-8", TEXT.into()),
        ("UTF-8 with a mark", format!("\u{feff}{TEXT}").into()),
        ("Windows-1252", WINDOWS_1252.encode(TEXT).0.into()),
        ("ISO-8859-15", ISO_8859_15.encode(TEXT).0.into()),
        ("UTF-16LE", utf16(u16::to_le_bytes, "\u{feff}")),
        ("UTF-16BE", utf16(u16::to_be_bytes, "\u{feff}")),
        ("UTF-16LE without a mark", utf16(u16::to_le_bytes, "")),
        ("UTF-16BE without a mark", utf16(u16::to_be_bytes, "")),
        ("accents apart", TEXT.replace("éf", "e\u{301}f").into()),
    ];
    for (name, bytes) in encodings {
        let expected = match name {
            "accents apart" => READ.replace("éf", "e\u{301}f"),
            _ => READ.to_owned(),
        };
        assert_eq!(rows(&bytes), Ok(vec![expected]), "{name}");
    }
}

#[test]
fn the_two_letters_in_which_the_eight_bits_differ_are_told_apart() {
    let sheet = |encoding: &'static encoding_rs::Encoding, note: &str| {
        let text = format!("CIP13;péremption;remarque\n3400957464547;2022-06-30;{note}\n");
        rows(&encoding.encode(&text).0).unwrap().remove(0)
    };
    for encoding in [ISO_8859_15, WINDOWS_1252] {
        for note in ["cœur", "Œuvre"] {
            let read = sheet(encoding, note);
            assert!(read.ends_with(note), "{}: {read}", encoding.name());
        }
    }
    assert!(sheet(WINDOWS_1252, "1½ boîte").ends_with("1½ boîte"));
    assert!(sheet(WINDOWS_1252, "10 €").ends_with("10 €"));
}

#[test]
fn names_of_columns_are_known_however_they_are_written() {
    for header in [
        "cip13;expiry",
        "EXPIRY;CIP13",
        "Code CIP;Date de péremption",
        "code_cip;DATE DE PEREMPTION",
        "\"CIP13\";\"Péremption\"",
        " CIP13 ;péremption",
    ] {
        let row = match header.to_lowercase().find("exp") {
            Some(0) => "2022-06-30;3400957464547",
            _ => "3400957464547;2022-06-30",
        };
        let text = format!("{header}\n{row}\n");
        assert_eq!(
            rows(text.as_bytes()),
            Ok(vec!["2 3400957464547 2022-06-30".to_owned()]),
            "{header}"
        );
    }
    assert_eq!(fold("  N° de Lot (boîte) "), "n de lot boite");
    assert_eq!(fold("Nº Lot"), "n lot");
    assert_eq!(fold("e\u{301}tat"), "etat");
    for column in LAYOUT.columns {
        assert!(column.also.iter().all(|name| fold(name) == *name));
    }
}

#[test]
fn what_stands_between_cells_is_found_or_said() {
    let sheet = "cip13;expiry\n3400957464547;2022-06-30\n";
    let read = Ok(vec!["2 3400957464547 2022-06-30".to_owned()]);
    for separator in [";", ",", "\t"] {
        let text = sheet.replace(';', separator);
        assert_eq!(rows(text.as_bytes()), read, "{separator:?}");
    }
    let said = Ok(vec!["3 3400957464547 2022-06-30".to_owned()]);
    for first in ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\n"] {
        assert_eq!(rows(format!("{first}{sheet}").as_bytes()), said);
    }
    // a separator, a line end and a quotation mark inside of a cell
    let text = "cip13;expiry;note\n3400957464547;2022-06-30;\"a;\"\"b\"\"\"\n\n3400957464547;2022-06-30;c\n";
    assert_eq!(
        rows(text.as_bytes()).unwrap(),
        [
            "2 3400957464547 2022-06-30 a;\"b\"",
            "4 3400957464547 2022-06-30 c"
        ]
    );
}

#[test]
fn a_code_that_a_spreadsheet_made_a_number_of_is_refused_with_what_to_do() {
    let row = |cell: &str| format!("cip13;expiry\n{cell};2022-06-30\n");
    for mangled in ["3,40096E+12", "3.40096e+12", "3,4009574645E+12"] {
        check(row(mangled).as_bytes(), &["2:1 cip13 \"3"]);
        let faults = rows(row(mangled).as_bytes()).unwrap_err();
        assert!(
            faults[0].contains("Format the column as text"),
            "{faults:?}"
        );
    }
    // what keeps a code from that is passed over
    for kept in ["=\"3400957464547\"", "'3400957464547", "34009 574 645 4 7"] {
        let text = format!(
            "cip13,expiry\n\"{}\",2022-06-30\n",
            kept.replace('"', "\"\"")
        );
        assert!(rows(text.as_bytes()).is_ok(), "{kept}");
    }
    assert!(matches!(lot("1,2E+05"), Err(Wrong::Mangled(_))));
    assert!(lot("1E5").is_ok() && lot("E+5").is_ok());
    assert!(matches!(finess("10000024"), Err(Wrong::NoughtDropped(_))));
    assert!(finess("2A0000014").is_ok());
}

#[test]
fn days_and_numbers_are_read_as_the_french_write_them_and_never_in_two_ways() {
    for (cell, day) in [
        ("30/06/2022", Some("2022-06-30")),
        ("2022-06-30", Some("2022-06-30")),
        ("30/06/2022 00:00", Some("2022-06-30")),
        ("02/2024", Some("2024-02-29")),
        ("13/2024", None),
        ("0é/2024", None),
        ("30/06/22", None),
        ("44742", None),
        ("juin-22", None),
        ("1899-12-30", None),
    ] {
        let read = expiry(cell).ok().map(|d| d.to_string());
        assert_eq!(read.as_deref(), day, "{cell}");
    }
    for (cell, n) in [
        ("12", Some(12)),
        ("1\u{a0}200", Some(1_200)),
        ("12,0", Some(12)),
        ("12.00", Some(12)),
        ("12,000", None),
        ("12,5", None),
        ("-1", None),
        ("0", None),
        ("1000001", None),
        ("99999999999999999999999", None),
        ("1e3", None),
    ] {
        assert_eq!(units(cell, 1).ok().map(Units::get), n, "{cell}");
    }
    assert_eq!(units("0", 0).map(Units::get), Ok(0));
    for (cell, grams) in [
        ("61", Some(61_000)),
        ("29,9", Some(29_900)),
        ("29.875 kg", Some(29_875)),
        ("61000", None),
        ("0,4", None),
        ("61,", None),
        (",5", None),
        ("61,1234", None),
    ] {
        assert_eq!(kilograms(cell).ok().map(Grams::get), grams, "{cell}");
    }
    assert_eq!(milligrams("358,8").map(Mg::ug), Ok(358_800));
    assert!(milligrams("1,500").is_err() && milligrams("0").is_err());
    assert_eq!(
        (yes_or_no("OUI"), yes_or_no("false")),
        (Ok(true), Ok(false))
    );
    assert!(yes_or_no("peut-être").is_err());
}

#[test]
fn what_is_wrong_with_a_file_is_told_before_its_rows() {
    check(b"PK\x03\x04rest", &["1 - is a workbook"]);
    check(b"\xd0\xcf\x11\xe0rest", &["1 - is a workbook"]);
    check(b"", &["1 - is empty"]);
    check(&vec![b'x'; MOST_BYTES + 1], &["1 - has 10000001 bytes"]);
    let row = "3400957464547;2022-06-30\n";
    let many = format!("cip13;expiry\n{}", row.repeat(4));
    check(
        many.as_bytes(),
        &["5 - is one row more than can be read at once; expected at most 3"],
    );
    // a quotation mark that is never closed takes in the rest of the file
    let open = format!("cip13;expiry\n{row}\"{}", row.repeat(50));
    check(open.as_bytes(), &["3:1 - is a cell of "]);
}

#[test]
fn every_fault_is_told_with_line_column_and_the_name_of_the_column() {
    check(
        "Code CIP;péremption;nom\n1;31/02/2022;x\n;;x\n".as_bytes(),
        &[
            "1:3 - \"nom\" is no column; expected cip13 and expiry; besides, if at hand: note",
            "2:1 Code CIP \"1\" has 1 characters",
            "2:2 péremption \"31/02/2022\" is not an expiry",
            "3:1 Code CIP is missing",
            "3:2 péremption is missing",
        ],
    );
    check(
        b"cip13\n",
        &["1 - names no column expiry; expected cip13 and expiry"],
    );
}

#[test]
fn what_is_wrong_is_said_in_french() {
    use crate::text::Bilingual as _;
    let row = |line: &mut Line<'_, Wrong>| line.needed("cip13", cip13);
    for fault in read(b"cip13;nom\n3,4E+12;x\n", &LAYOUT, row).unwrap_err() {
        let (english, french) = (fault.wrong.in_english(), fault.wrong.in_french());
        assert_ne!(english, french);
        assert!(french.contains("colonne"), "{french}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Err(faults) = rows(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_cells_are_read_or_refused(cells in "[p;,\t\"'=é0-9./E+\nGL-]{0,120}") {
        let text = format!("cip13;expiry\n{cells}");
        for bytes in [text.clone().into_bytes(), WINDOWS_1252.encode(&text).0.into_owned()] {
            if let Err(faults) = rows(&bytes) {
                prop_assert!(!faults.is_empty());
            }
        }
    }

    #[test]
    fn no_cell_makes_a_reader_fail(cell in ".{1,40}") {
        let read = [
            day(&cell).is_ok(), expiry(&cell).is_ok(), cip13(&cell).is_ok(),
            lot(&cell).is_ok(), finess(&cell).is_ok(), units(&cell, 0).is_ok(),
            kilograms(&cell).is_ok(), milligrams(&cell).is_ok(), position(&cell).is_ok(),
            yes_or_no(&cell).is_ok(), zone(&cell).is_ok(),
        ];
        prop_assert!(read.len() == 11);
    }
}
