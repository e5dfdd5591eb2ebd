//! What a pharmacy must know before it touches the shelf: recalled lots, and whom the reserve is for.

use super::Sheet;
use super::page::{day, hour, table};
use super::words::Words;
use crate::domain::language::Language;

pub(super) fn recalls(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .recalls
        .iter()
        .map(|one| {
            [
                one.label.clone(),
                one.cip13.to_string(),
                one.lot.clone(),
                hour(language, one.since, sheet.site.zone),
                one.reference.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(words.recalls, &[], words, &rows)
}

pub(super) fn patients(language: Language, words: &Words, sheet: &Sheet) -> String {
    if !sheet.site.car_t {
        return String::new();
    }
    let rows: Vec<_> = sheet
        .patients
        .iter()
        .map(|one| {
            let cleared = if one.cleared {
                words.cleared
            } else {
                words.not_cleared
            };
            [
                one.pseudonym.clone(),
                day(language, one.infusion_on),
                kilograms(language, one.grams),
                one.given.to_string(),
                cleared.to_owned(),
            ]
        })
        .collect();
    table(words.patients, &[2, 3], words, &rows)
}

/// Kilograms with as many decimals as they need, to the gram.
fn kilograms(language: Language, grams: u32) -> String {
    let (whole, rest) = (grams / 1_000, grams % 1_000);
    if rest == 0 {
        return whole.to_string();
    }
    let mark = match language {
        Language::Fr => ',',
        Language::En => '.',
    };
    let decimals = format!("{rest:03}");
    format!("{whole}{mark}{}", decimals.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_written_in_kilograms_to_the_gram() {
        for (grams, written) in [
            (70_000, "70"),
            (12_500, "12,5"),
            (3_050, "3,05"),
            (501, "0,501"),
        ] {
            assert_eq!(kilograms(Language::Fr, grams), written);
        }
        assert_eq!(kilograms(Language::En, 12_500), "12.5");
    }
}
