//! What is refused, and what is said about it.

use super::tests::refused;
use super::*;

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let cases = [
        ("", ScanError::Empty),
        (" \r\n", ScanError::Empty),
        ("]d2", ScanError::Empty),
        ("\u{1d}\u{1d}", ScanError::Empty),
        (
            "]d1010340095746454710B1",
            ScanError::Symbology {
                found: "]d1".into(),
            },
        ),
        ("10B1", ScanError::ProductMissing),
        ("10B1\u{1d}17230831", ScanError::ProductMissing),
        (
            "ABC",
            ScanError::UnknownAi {
                place: 1,
                found: "ABC".into(),
            },
        ),
        (
            "  010340095746454710B1\u{1d}8005000199",
            ScanError::UnknownAi {
                place: 24,
                found: "8005000199".into(),
            },
        ),
        (
            "010340095746454710B1\u{1d}10B2",
            ScanError::Twice {
                place: 24,
                ai: "10",
                first: "B1".into(),
                second: "B2".into(),
            },
        ),
        (
            "010340095746454710B é",
            ScanError::Character {
                place: 20,
                character: ' ',
            },
        ),
        (
            "(01)03400957464547(10)B 1",
            ScanError::Character {
                place: 24,
                character: ' ',
            },
        ),
        (
            "010340095746454710Bé",
            ScanError::Character {
                place: 20,
                character: 'é',
            },
        ),
        (
            "010340095746454710B\u{7}",
            ScanError::Character {
                place: 20,
                character: '\u{7}',
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected, "{text:?}");
    }
}

#[test]
fn a_part_of_the_wrong_length_or_kind_is_named_with_its_place() {
    let cases = [
        (
            "0103400957464547172308",
            ScanError::Length {
                place: 19,
                ai: "17",
                found: "2308".into(),
                length: 4,
                expected: Form::Digits(6),
            },
        ),
        (
            "010340095746454710\u{1d}21A",
            ScanError::Length {
                place: 19,
                ai: "10",
                found: String::new(),
                length: 0,
                expected: Form::Characters(20),
            },
        ),
        (
            "010340095746454710AAAAAAAAAABBBBBBBBBBC",
            ScanError::Length {
                place: 19,
                ai: "10",
                found: "AAAAAAAAAABBBBBBBBBBC".into(),
                length: 21,
                expected: Form::Characters(20),
            },
        ),
        (
            "01034009574645471723O831",
            ScanError::NotDigit {
                place: 21,
                ai: "17",
                character: 'O',
            },
        ),
        (
            "3400957464547",
            ScanError::ProductCodeOnly {
                cip13: Cip13::parse("3400957464547").unwrap(),
            },
        ),
        (
            "]E03400957464547\r",
            ScanError::ProductCodeOnly {
                cip13: Cip13::parse("3400957464547").unwrap(),
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected, "{text:?}");
    }
}

#[test]
fn a_wrong_or_foreign_product_code_is_refused_wherever_it_stands() {
    for text in [
        "0103400957464548",
        "10B1\u{1d}0103400957464548",
        "10B10103400957464548",
        "(10)B1(01)03400957464548",
    ] {
        let ScanError::Product { error, .. } = refused(text) else {
            panic!("{text:?}");
        };
        assert!(matches!(error, CodeError::CheckDigit { expected: 7, .. }));
    }
    for foreign in ["0113400957464544", "0104006381333931", "0103400893347324"] {
        assert!(
            matches!(
                refused(foreign),
                ScanError::Product {
                    place: 3,
                    error: CodeError::Prefix { .. }
                }
            ),
            "{foreign}"
        );
    }
}

#[test]
fn a_wrong_keyboard_is_said_and_not_mended() {
    for (text, expected) in [
        ("à&à\"'ààç(è'-'('è&à<&é\"'", KeyboardFault::ScannerAmerican),
        ("$déà&à\"'ààç(è'-'('è", KeyboardFault::ScannerAmerican),
        (")!)#$))(%&$^$%$&", KeyboardFault::ScannerFrench),
        ("]D2010340095746454710b1", KeyboardFault::CapsLock),
    ] {
        assert!(
            matches!(refused(text), ScanError::Keyboard { fault, .. } if fault == expected),
            "{text}"
        );
    }
}

#[test]
fn ten_thousand_characters_are_refused_at_once() {
    assert_eq!(
        refused(&"1".repeat(10_000)),
        ScanError::TooLong {
            length: 10_000,
            most: MOST_CHARACTERS
        }
    );
    assert!(matches!(
        refused(&"é".repeat(257)),
        ScanError::TooLong { length: 257, .. }
    ));
}
