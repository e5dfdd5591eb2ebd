//! Units, roundings, and what is no count.

use super::*;
use proptest::prelude::*;

fn counted(text: &str, unit: &str) -> Result<Counted, CountError> {
    Counted::new(text, CountUnit::parse(unit)?)
}

#[track_caller]
fn check(text: &str, unit: &str, per_mm3: u32) {
    assert_eq!(
        counted(text, unit).unwrap().per_mm3(),
        per_mm3,
        "{text} {unit}"
    );
}

#[test]
fn a_count_is_rounded_down_to_whole_cells() {
    check("0.4999", "G/L", 499);
    check("0.499999", "G/L", 499);
    check("0.5", "G/L", 500);
    check("0.500", "10⁹/L", 500);
    check("0.500001", "10⁹/L", 500);
    check("0.999999", "10³/µL", 999);
    check("1", "10^3/uL", 1_000);
    check("1.9999", "10*9/L", 1_999);
    check("2", "10*9/L", 2_000);
    check("499.999999", "/mm3", 499);
    check("500", "/mm³", 500);
    check("0", "G/L", 0);
    check("0.0009", "G/L", 0);
    check("0.001", "G/L", 1);
    check("1000", "G/L", 1_000_000);
    check("1000000", "/µL", 1_000_000);
}

#[test]
fn a_unit_is_read_however_it_is_written() {
    use CountUnit::{
        GigaPerLitre, PerMicrolitre, PerMm3, TenTo3PerMicrolitre, TenTo3PerMm3, TenTo9PerLitre,
    };
    for (unit, spellings) in [
        (
            TenTo9PerLitre,
            &[
                "10⁹/L",
                "10^9/L",
                "10*9/L",
                "10*9/l",
                "x10^9/L",
                "× 10⁹ / L",
                "10*9{cells}/L",
            ][..],
        ),
        (GigaPerLitre, &["G/L", "G/l", "Giga/L", " G/L "]),
        (
            TenTo3PerMicrolitre,
            &[
                "10³/µL", "10³/μL", "10^3/µL", "10*3/uL", "10^3/uL", "10*3/ul",
            ],
        ),
        (TenTo3PerMm3, &["10³/mm³", "10^3/mm3", "10*3/mm3"]),
        (PerMm3, &["/mm3", "/mm³", "/mm^3"]),
        (PerMicrolitre, &["/µL", "/uL", "/ul", "{cells}/uL"]),
    ] {
        for text in spellings {
            assert_eq!(CountUnit::parse(text), Ok(unit), "{text}");
        }
        assert_eq!(CountUnit::parse(unit.code()), Ok(unit));
        assert_eq!(CountUnit::parse(&unit.to_string()), Ok(unit));
        assert_eq!(CountUnit::from_code(unit.code()), Some(unit));
    }
}

#[test]
fn a_unit_is_never_guessed() {
    for text in ["", "  ", "\u{a0}"] {
        assert_eq!(CountUnit::parse(text), Err(CountError::NoUnit));
    }
    for text in [
        "g/L",
        "109/L",
        "10/L",
        "/L",
        "%",
        "mm3",
        "10*9",
        "10*6/L",
        "10E9/L",
        "K/µL",
        "/mL",
        "x/mm3",
        "10?/L",
        "G/L G/L",
        "/mm2",
        "é",
        "10⁹/L\0",
    ] {
        let found = text.to_owned();
        assert_eq!(CountUnit::parse(text), Err(CountError::Unit { found }));
    }
}

#[test]
fn what_is_no_count_is_told_apart() {
    let wrong = |text: &str| counted(text, "G/L").unwrap_err();
    let found = |text: &str| text.to_owned();
    for text in [
        "", ".", "5.", ".5", "1.5.0", "1e3", "+1", "1 500", "0x1", "NaN", "١", "1,5", " 1", "00.5",
        "0450",
    ] {
        assert_eq!(wrong(text), CountError::NotANumber { found: found(text) });
    }
    for text in ["-1", "-0", "−1.5"] {
        assert_eq!(wrong(text), CountError::Negative { found: found(text) });
    }
    for text in ["<0.5", "> 10", "≤1"] {
        assert_eq!(wrong(text), CountError::Bound { found: found(text) });
    }
    assert_eq!(
        wrong("0.4999999"),
        CountError::Decimals {
            found: found("0.4999999")
        }
    );
    check("0.4999990000", "G/L", 499);
    for (text, unit) in [
        ("1000.000001", "G/L"),
        ("1001", "10*3/uL"),
        ("1000001", "/mm3"),
        ("1000000.000001", "/mm3"),
        ("99999999999999999999999999999", "/mm3"),
    ] {
        let unit = CountUnit::parse(unit).unwrap();
        let error = CountError::TooMany {
            found: found(text),
            unit,
        };
        assert_eq!(Counted::new(text, unit), Err(error));
    }
    let long = "1".repeat(100);
    assert_eq!(
        wrong(&long),
        CountError::NotANumber {
            found: long.chars().take(40).collect()
        }
    );
}

#[test]
fn a_comma_in_a_cell_is_a_point_unless_it_may_separate_thousands() {
    let read = |text: &str, unit: &str| {
        Counted::from_cell(text, CountUnit::parse(unit).unwrap()).map(|c| c.to_string())
    };
    for (text, unit, says) in [
        ("1,5", "G/L", "1.5 G/L"),
        ("1.5", "G/L", "1.5 G/L"),
        ("0,4999", "10⁹/L", "0.4999 10⁹/L"),
        ("0,500", "G/L", "0.500 G/L"),
        ("1,50", "G/L", "1.50 G/L"),
        ("1.500", "G/L", "1.500 G/L"),
        ("1234,567", "/mm3", "1234.567 /mm³"),
        ("1500", "/mm3", "1500 /mm³"),
    ] {
        assert_eq!(read(text, unit).as_deref(), Ok(says));
    }
    for (text, unit) in [
        ("1,500", "G/L"),
        ("12,345", "/mm3"),
        ("999,999", "G/L"),
        ("1.500", "/mm3"),
        ("1.500", "/µL"),
    ] {
        let found = text.to_owned();
        assert_eq!(read(text, unit), Err(CountError::Ambiguous { found }));
    }
    for text in ["1,2,3", "1,234.5", "1.234,5", ",5", "5,", "-1,5", "<0,1"] {
        assert!(read(text, "G/L").is_err(), "{text}");
    }
}

#[test]
fn what_was_entered_is_kept_and_sizes_are_compared() {
    let (a, b) = (
        counted("1.50", "G/L").unwrap(),
        counted("1500", "/mm3").unwrap(),
    );
    assert_eq!((a.digits(), a.unit()), ("1.50", CountUnit::GigaPerLitre));
    assert_eq!(a.size(), b.size());
    assert_ne!(a, b);
}

/// Any number that can be a count, in any unit: its text, and its millionths of the unit.
fn any() -> impl Strategy<Value = (String, CountUnit, u128)> {
    let unit = proptest::sample::select(CountUnit::ALL.to_vec());
    (unit, 0_usize..=6).prop_flat_map(|(unit, decimals)| {
        let most = u64::from(MOST_PER_MM3 / unit.cells_per_mm3());
        let below = 10_u64.pow(u32::try_from(decimals).unwrap());
        (Just(unit), Just(decimals), 0..most, 0..below).prop_map(|(unit, decimals, whole, part)| {
            let text = if decimals == 0 {
                whole.to_string()
            } else {
                format!("{whole}.{part:0decimals$}")
            };
            let scale = 10_u128.pow(u32::try_from(6 - decimals).unwrap());
            let millionths = u128::from(whole) * 1_000_000 + u128::from(part) * scale;
            (text, unit, millionths * u128::from(unit.cells_per_mm3()))
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_sizes_is_that_of_the_numbers((a, u, x) in any(), (b, v, y) in any()) {
        let (a, b) = (Counted::new(&a, u).unwrap(), Counted::new(&b, v).unwrap());
        prop_assert_eq!(a.size().cmp(&b.size()), x.cmp(&y));
        if x <= y {
            prop_assert!(a.per_mm3() <= b.per_mm3());
        }
    }

    #[test]
    fn rounding_down_never_changes_the_side_of_a_threshold((text, unit, exact) in any(), n in 0_u32..=1_000_001) {
        let count = Counted::new(&text, unit).unwrap();
        prop_assert_eq!(count.per_mm3() < n, exact < u128::from(n) * 1_000_000);
        // at the count itself, where it matters
        let own = count.per_mm3();
        prop_assert!(exact >= u128::from(own) * 1_000_000);
        prop_assert!(exact < u128::from(own + 1) * 1_000_000);
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_both(text in "[0-9.,eE<>+ µ-]{0,12}") {
        for unit in CountUnit::ALL {
            if let Ok(count) = Counted::from_cell(&text, unit) {
                prop_assert_eq!(Counted::new(count.digits(), unit), Ok(count));
            }
        }
    }
}
