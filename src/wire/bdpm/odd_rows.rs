//! Rows that no edition at hand has, but one may.

use super::*;
use proptest::prelude::*;

pub(super) const PRODUCT: &str = "69582503\tROACTEMRA 20 mg/ml\tsolution à diluer\tintraveineuse\tAutorisation active\tProcédure centralisée\tCommercialisée\t16/01/2009\t\tEU/1/08/492\t ROCHE\tOui";
pub(super) const PACK: &str = "69582503\t5746454\t1 flacon(s) en verre de 20 ml\tPrésentation active\tDéclaration de commercialisation\t03/08/2009\t3400957464547\toui\t65%\t1,234,56\t1,235,58\t1,02\t";

pub(super) fn both(products: &[u8], packs: &[u8]) -> Result<Edition, Vec<FileError>> {
    let source = |name, bytes| Source { name, bytes };
    read(source("products", products), source("packs", packs))
}

/// Reads one artificial file beside a good other one.
fn packs(lines: &str) -> (Vec<Pack>, FileReport) {
    let mut edition = both(PRODUCT.as_bytes(), lines.as_bytes()).unwrap();
    (edition.packs, edition.report.files.remove(1))
}

pub(super) fn products(bytes: &[u8]) -> (Vec<Product>, FileReport) {
    let mut edition = both(bytes, PACK.as_bytes()).unwrap();
    (edition.products, edition.report.files.remove(0))
}

/// Puts `text` into one column, from 1.
pub(super) fn with(line: &str, column: usize, text: &str) -> String {
    let mut cells: Vec<&str> = line.split('\t').collect();
    cells[column - 1] = text;
    cells.join("\t")
}

/// After one good row stands `line`: its faults, as line, column, what stood there, kept.
fn check_pack(line: &str, expected: &[(Option<usize>, &str, bool)]) {
    let (_, report) = packs(&format!("{}\n{line}\n", with(PACK, 7, "3400957464318")));
    check(&report, line, expected);
}

fn check_product(line: &str, expected: &[(Option<usize>, &str, bool)]) {
    let (_, report) = products(format!("{}\n{line}\n", with(PRODUCT, 1, "60000001")).as_bytes());
    check(&report, line, expected);
}

fn check(report: &FileReport, line: &str, expected: &[(Option<usize>, &str, bool)]) {
    let faults: Vec<_> = report.faults.iter().filter(|f| f.line == 2).collect();
    let found: Vec<_> = faults
        .iter()
        .map(|f| (f.column, f.found.as_str(), f.kept))
        .collect();
    assert_eq!(found, expected, "{line}");
    let kept = expected.iter().all(|(.., kept)| *kept);
    assert_eq!(
        (report.rows_read, report.rows_kept),
        (2, 1 + usize::from(kept))
    );
}

#[test]
fn an_odd_cell_is_reported_and_the_row_kept_without_it() {
    for (column, text) in [
        (2, "574645"),
        (6, "31/02/2021"),
        (6, "2021-02-01"),
        (6, "01/02/1821"),
        (8, "peut-être"),
        (8, ""),
        (9, "65"),
        (9, "101%"),
        (10, "12.50"),
        (10, "1,234"),
        (11, "gratuit"),
        (12, "-1,02"),
    ] {
        check_pack(&with(PACK, column, text), &[(Some(column), text, true)]);
    }
    for (column, text) in [(8, "00/00/0000"), (12, "oui"), (12, "")] {
        check_product(&with(PRODUCT, column, text), &[(Some(column), text, true)]);
    }
    check_pack(&with(PACK, 9, "65%;100 %"), &[]);
    check_pack(&with(PACK, 8, "inconnu"), &[]);
}

#[test]
fn a_row_without_usable_codes_or_name_is_dropped() {
    for (column, text) in [
        (1, "6958250"),
        (1, "6958250X"),
        (3, ""),
        (7, ""),
        (7, "340095746454"),
        (7, "3400957464548"),
        // a dispensing unit (UCD), and a code of another country
        (7, "3400893347324"),
        (7, "4006381333931"),
    ] {
        check_pack(&with(PACK, column, text), &[(Some(column), text, false)]);
    }
    for (column, text) in [(1, "695825030"), (2, "")] {
        check_product(&with(PRODUCT, column, text), &[(Some(column), text, false)]);
    }
}

#[test]
fn all_that_is_odd_in_a_row_is_reported() {
    let line = with(&with(&with(PACK, 7, "x"), 6, "y"), 10, "z");
    check_pack(
        &line,
        &[
            (Some(6), "y", false),
            (Some(7), "x", false),
            (Some(10), "z", false),
        ],
    );
    check_pack(&with(PACK, 2, "1234567"), &[(Some(2), "1234567", true)]);
}

#[test]
fn a_short_row_is_kept_as_far_as_its_codes_reach() {
    let cut = |line: &str, columns: usize| -> String {
        line.split('\t')
            .take(columns)
            .collect::<Vec<_>>()
            .join("\t")
    };
    check_pack(&cut(PACK, 12), &[(None, "12 columns", true)]);
    check_pack(&cut(PACK, 7), &[(None, "7 columns", true)]);
    check_pack(&cut(PACK, 6), &[(None, "6 columns", false)]);
    check_pack("69582503", &[(None, "1 columns", false)]);
    check_product(&cut(PRODUCT, 11), &[(None, "11 columns", true)]);
    check_product(&cut(PRODUCT, 3), &[(None, "3 columns", false)]);
    // a tab too many at the end does no harm; inside, every cell after it has moved
    check_pack(&format!("{PACK}\t"), &[(None, "14 columns", true)]);
    let moved = PRODUCT.replacen("ROACTEMRA ", "ROACTEMRA\t", 1);
    check_product(&moved, &[(None, "13 columns", false)]);
}

#[test]
fn a_blank_line_and_a_header_are_no_rows() {
    let (kept, report) = packs(&format!(
        "Code CIS\tCode CIP7\tLibellé\ta\tb\tc\td\te\tf\tg\th\ti\tj\n{PACK}\n\n \t \n{}\n\n\n",
        with(PACK, 7, "3400957464318")
    ));
    assert_eq!(kept.len(), 2);
    assert_eq!((report.rows_read, report.rows_kept), (5, 2));
    let lines: Vec<_> = report
        .faults
        .iter()
        .filter(|f| !f.kept)
        .map(|f| f.line)
        .collect();
    assert_eq!(lines, [1, 3, 4]);
    assert_eq!(
        report.faults[0].expected,
        "a row with a CIS code, not a header"
    );
}

#[test]
fn of_rows_with_one_code_the_first_stays() {
    let (kept, report) = packs(&format!("{PACK}\n{PACK}\n{}\n", with(PACK, 3, "2 flacons")));
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].label, "1 flacon(s) en verre de 20 ml");
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|f| (f.line, f.found.as_str(), f.expected.as_ref(), f.kept))
        .collect();
    let code = "3400957464547";
    assert_eq!(
        faults,
        [
            (
                2,
                code,
                "one row with this code; line 1 has the same content, and stays",
                false
            ),
            (
                3,
                code,
                "one row with this code; line 1 has another content, and stays",
                false
            ),
        ]
    );
}

#[test]
fn a_pack_of_an_unknown_medicine_is_kept_and_reported() {
    let (kept, report) = packs(&with(PACK, 1, "60000001"));
    assert_eq!(kept.len(), 1);
    assert_eq!(report.faults.len(), 1);
    assert_eq!(
        (report.faults[0].column, report.faults[0].kept),
        (Some(1), true)
    );
    assert_eq!(report.faults[0].found, "60000001");
}

#[test]
fn control_characters_never_reach_a_text() {
    let line = with(PACK, 3, "1 flacon\0 en\u{7} verre");
    check_pack(&line, &[(None, "\\u{0}", true)]);
    let (kept, _) = packs(&line);
    assert_eq!(kept[0].label, "1 flacon  en  verre");
    check_pack(
        &with(PACK, 1, "6958\x002503"),
        &[(None, "\\u{0}", false), (Some(1), "6958 2503", false)],
    );
}

proptest! {
    #[test]
    fn every_line_is_kept_or_has_a_fault(
        noise in proptest::collection::vec("[\\t0-9a-zé;,%/ \\x00]{0,60}", 0..20),
    ) {
        let text = format!("{PACK}\n{PACK}\n{}\n.", noise.join("\n"));
        let (kept, report) = packs(&text);
        prop_assert_eq!(kept.len(), report.rows_kept);
        prop_assert_eq!(report.rows_read, text.lines().count());
        let mut dropped: Vec<_> = report.faults.iter().filter(|f| !f.kept).map(|f| f.line).collect();
        dropped.dedup();
        prop_assert_eq!(dropped.len(), report.rows_read - report.rows_kept);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(both(&bytes, PACK.as_bytes()));
        let mut after = PACK.as_bytes().to_vec();
        after.push(b'\n');
        after.extend(bytes);
        drop(both(PRODUCT.as_bytes(), &after));
    }
}
