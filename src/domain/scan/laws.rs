//! What holds for every scan, whatever its values.

use super::tests::{GTIN, pack, today};
use super::*;
use proptest::prelude::*;

/// Characters that make false identifiers as often as possible.
const VALUE: &str = "[0127]{1,20}|[A-Z0-9]{1,20}|[!\"%&'()*+,./:;=?_a-zA-Z0-9-]{1,20}";

fn shuffled() -> impl Strategy<Value = (Scan, Vec<(String, bool)>)> {
    let parts = (
        proptest::option::of(0_u32..9_000),
        proptest::option::of(VALUE),
        proptest::option::of(VALUE),
        proptest::option::of(VALUE),
    );
    parts
        .prop_flat_map(|(days, lot, serial, nhrn)| {
            let expiry = days.map(|d| Day::of(2020, 1, 1).unwrap().plus(d).to_string());
            let scan = pack(
                expiry.as_deref(),
                lot.as_deref(),
                serial.as_deref(),
                nhrn.as_deref(),
            );
            let mut texts = vec![(GTIN.to_owned(), false)];
            texts.extend(expiry.map(|e| (format!("17{}", e.replace('-', "").split_off(2)), false)));
            texts.extend(lot.map(|v| (format!("10{v}"), true)));
            texts.extend(serial.map(|v| (format!("21{v}"), true)));
            texts.extend(nhrn.map(|v| (format!("711{v}"), true)));
            (Just(scan), Just(texts).prop_shuffle())
        })
        .prop_filter("`<GS>` is a separator", |(_, texts)| {
            !texts.iter().any(|(t, _)| t.contains('<'))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_order_of_parts_reads_back((scan, texts) in shuffled()) {
        let mut typed = String::from("]d2");
        for (text, variable) in texts {
            typed.push_str(&text);
            if variable {
                typed.push('\u{1d}');
            }
        }
        typed.push('\u{1d}');
        prop_assert_eq!(read(&typed, today()), Ok(Reading::Pack(scan)));
    }

    #[test]
    fn without_separators_the_truth_is_among_the_readings((scan, texts) in shuffled()) {
        let typed: String = texts.into_iter().map(|(text, _)| text).collect();
        match read(&typed, today()) {
            Ok(Reading::Pack(only)) => prop_assert_eq!(only, scan),
            Ok(Reading::Ambiguous { readings }) => {
                prop_assert!(readings.len() >= 2 && readings.len() <= MOST_READINGS);
                prop_assert!(readings.contains(&scan));
            }
            Err(error) => prop_assert!(
                matches!(error, ScanError::TooManyReadings { .. }),
                "{:?}", error
            ),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,300}|[0-9()\u{1d}\\]dA-Z <>\\\\]{0,120}|(01|10|17|21|711|0340095746454)*.{0,20}") {
        drop(read(&text, today()));
    }
}
