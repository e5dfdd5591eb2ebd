//! What is read, and what is asked about.

use super::*;

pub(super) const GTIN: &str = "0103400957464547";

pub(super) fn today() -> Day {
    Day::of(2021, 10, 20).unwrap()
}

pub(super) fn pack(
    expiry: Option<&str>,
    lot: Option<&str>,
    serial: Option<&str>,
    nhrn: Option<&str>,
) -> Scan {
    Scan {
        gtin: Gtin14::parse("03400957464547").unwrap(),
        cip13: Cip13::parse("3400957464547").unwrap(),
        expiry: expiry.map(|e| Day::parse(e).unwrap()),
        lot: lot.map(|l| LotNumber::parse(l).unwrap()),
        serial: serial.map(|s| Serial::parse(s).unwrap()),
        nhrn: nhrn.map(|n| Nhrn::parse(n).unwrap()),
    }
}

fn check(text: &str, expected: &Scan) {
    assert_eq!(
        read(text, today()),
        Ok(Reading::Pack(expected.clone())),
        "{text:?}"
    );
}

pub(super) fn refused(text: &str) -> ScanError {
    match read(text, today()) {
        Err(error) => error,
        Ok(read) => panic!("{text:?} was read as {read:?}"),
    }
}

#[test]
fn a_whole_symbol_is_read_in_every_form() {
    let whole = pack(Some("2023-08-31"), Some("B1234"), Some("SN21X"), None);
    for text in [
        "]d20103400957464547\u{1d}1723083110B1234\u{1d}21SN21X",
        "\u{1d}01034009574645471723083110B1234\u{1d}21SN21X\u{1d}",
        "010340095746454721SN21X\u{1d}10B1234\u{1d}17230831\r\n",
        "10B1234\u{1d}17230831010340095746454721SN21X\t",
        "  (01)03400957464547(17)230831(10)B1234(21)SN21X ",
        "(01) 03400957464547 (17) 230831 (10) B1234 (21) SN21X",
        "]C1010340095746454710B1234␝1723083121SN21X",
        "]Q3010340095746454710B1234|1723083121SN21X",
        // other identifiers are read over
        "0103400957464547112108301723083110B1234\u{1d}240REF\u{1d}91x\u{1d}21SN21X",
        // the same part twice, alike
        "0103400957464547\u{1d}0103400957464547\u{1d}1723083110B1234\u{1d}21SN21X",
    ] {
        check(text, &whole);
    }
}

#[test]
fn every_stand_in_for_the_separator_is_understood() {
    let whole = pack(Some("2023-08-31"), Some("B1"), Some("S1"), None);
    for separator in [
        "\u{1d}", "␝", "<GS>", "<gs>", "{GS}", "[GS]", "<FNC1>", "\\x1d", "\\x1D", "\\u001d", "^]",
        "]", "|", "~", "^", "#", "@", "↔",
    ] {
        check(&format!("{GTIN}1723083110B1{separator}21S1"), &whole);
    }
}

#[test]
fn the_reimbursement_number_of_france_is_kept_and_others_are_not() {
    let one = pack(None, Some("B1"), None, Some("3400957464547"));
    check(&format!("{GTIN}10B1\u{1d}7113400957464547\u{1d}712X"), &one);
}

#[test]
fn day_zero_is_the_last_of_the_month() {
    for (typed, expiry) in [
        ("240200", "2024-02-29"),
        ("230200", "2023-02-28"),
        ("231200", "2023-12-31"),
        ("230831", "2023-08-31"),
        // fifty years ahead at most
        ("711231", "2071-12-31"),
        ("000101", "2000-01-01"),
    ] {
        check(
            &format!("{GTIN}17{typed}"),
            &pack(Some(expiry), None, None, None),
        );
    }
    for wrong in ["230231", "231300", "230001", "230832", "210229", "720101"] {
        assert_eq!(
            refused(&format!("{GTIN}17{wrong}")),
            ScanError::Expiry {
                place: 19,
                found: wrong.into()
            }
        );
    }
}

#[test]
fn the_century_turns_with_the_calendar() {
    let late = Day::of(2060, 1, 1).unwrap();
    let expiry = |yy: &str| match read(&format!("{GTIN}17{yy}0101"), late) {
        Ok(Reading::Pack(scan)) => scan.expiry.map(|day| day.to_string()),
        Ok(Reading::Ambiguous { .. }) | Err(_) => None,
    };
    assert_eq!(expiry("99"), Some("2099-01-01".into()));
    assert_eq!(expiry("11"), Some("2011-01-01".into()));
    // 2110, which no day here can be
    assert_eq!(expiry("10"), None);
}

#[test]
fn a_dropped_separator_is_asked_about() {
    let text = format!("{GTIN}1723083110AB21CD");
    assert_eq!(
        read(&text, today()),
        Ok(Reading::Ambiguous {
            readings: vec![
                pack(Some("2023-08-31"), Some("AB"), Some("CD"), None),
                pack(Some("2023-08-31"), Some("AB21CD"), None, None),
            ]
        })
    );
    // only one reading is complete: a lot has no 22 characters
    check(
        &format!("{GTIN}17230831{}21CD", format_args!("10{}", "A".repeat(20))),
        &pack(Some("2023-08-31"), Some(&"A".repeat(20)), Some("CD"), None),
    );
    check(&format!("{GTIN}10AB"), &pack(None, Some("AB"), None, None));
    check(
        &format!("10B10B{GTIN}"),
        &pack(None, Some("B10B"), None, None),
    );
}

#[test]
fn a_text_made_to_be_ambiguous_ends_soon() {
    let many = ScanError::TooManyReadings {
        most: MOST_READINGS,
    };
    let mut most = "10A710A711A712A713A714A715A716A21A11210101".repeat(6);
    most.truncate(240);
    assert_eq!(refused(&format!("{GTIN}{most}")), many);
}
