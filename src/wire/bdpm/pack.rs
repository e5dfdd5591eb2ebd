//! A presentation: one line of `CIS_CIP_bdpm.txt`.

use super::row::Row;
use crate::domain::cis::Cis;
use crate::domain::code::Cip13;
use chrono::NaiveDate;

/// Whether public institutions may buy it (agrément aux collectivités).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// `oui`
    Yes,
    /// `non`
    No,
    /// `inconnu`
    Unknown,
}

/// A presentation as the database describes it. Texts are as published, without blanks around
/// them; one that was missing is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The medicine it is a pack of (column 1).
    pub cis: Cis,
    /// Its former code of seven digits (2); nothing when it is no such code.
    pub cip7: Option<String>,
    /// What is in the box (3), such as `1 flacon(s) en verre de 20 ml`.
    pub label: String,
    /// Where it stands (4), such as `Présentation active`.
    pub status: String,
    /// Whether it is marketed (5), in the database's words.
    pub marketing: String,
    /// The day of that declaration (6).
    pub declared_on: Option<NaiveDate>,
    /// Its code (7).
    pub cip13: Cip13,
    /// Whether public institutions may buy it (8); nothing when not said.
    pub agreement: Option<Agreement>,
    /// How much of its price is reimbursed (9), in percent, 0 to 100; mostly none or one rate.
    pub reimbursement_pct: Vec<u8>,
    /// Its price without the dispensing fee (10), in cents.
    pub price_cents: Option<u64>,
    /// Its price with the dispensing fee (11), in cents. In the published editions some differ by
    /// a few cents from the sum of the other two.
    pub price_with_fee_cents: Option<u64>,
    /// The dispensing fee (12), in cents.
    pub fee_cents: Option<u64>,
    /// For which indications it is reimbursed (13), with HTML line breaks as published.
    pub indications: String,
}

/// Reads a row; nothing when one of its two codes or its label is not usable.
pub(super) fn of(row: &mut Row<'_>) -> Option<Pack> {
    let cis = row.code(1, Cis::parse);
    let cip7 = row.word(2, "7 digits", |text| {
        (text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
    });
    let label = row.required(3, "what is in the box");
    let declared_on = row.day(6);
    let cip13 = row.code(7, Cip13::parse);
    if let (Some(seven), Some(thirteen)) = (&cip7, &cip13)
        && thirteen.as_str().get(5..12) != Some(seven.as_str())
    {
        row.odd(Some(2), seven, "digits 6 to 12 of the CIP13");
    }
    let agreement = row.word(8, "oui, non or inconnu", |word| match word {
        "oui" => Some(Agreement::Yes),
        "non" => Some(Agreement::No),
        "inconnu" => Some(Agreement::Unknown),
        _ => None,
    });
    let reimbursement_pct = row.optional(9, "percentages, such as 65 %", |text| {
        text.split(';').map(percent).collect()
    });
    let price_cents = row.cents(10);
    let price_with_fee_cents = row.cents(11);
    let fee_cents = row.cents(12);
    Some(Pack {
        cis: cis?,
        cip7,
        label: label?,
        status: row.text(4),
        marketing: row.text(5),
        declared_on,
        cip13: cip13?,
        agreement,
        reimbursement_pct: reimbursement_pct.unwrap_or_default(),
        price_cents,
        price_with_fee_cents,
        fee_cents,
        indications: row.text(13),
    })
}

/// `65%` or `65 %`, from 0 to 100.
fn percent(text: &str) -> Option<u8> {
    let number = text.trim().strip_suffix('%')?.trim_end();
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let value: u8 = digits.then_some(number)?.parse().ok()?;
    (value <= 100).then_some(value)
}
