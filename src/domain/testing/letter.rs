//! The rulebook of the tests.

use super::{cip, ranking};
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::presentation::{Presentation, Route};
use crate::domain::quantity::{Doses, Grams, Mg, MgPerKg, Units};
use crate::domain::rule::{
    Bilingual, Citation, DoseRow, ReserveRule, Rulebook, RuledPresentation, Safety, Slug,
};

pub(in crate::domain) fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub(super) fn citation() -> Citation {
    Citation {
        source: None,
        section: String::new(),
    }
}

/// The figures of the letter of 14 October 2021 and of the label, as the rulebook in `config`
/// gives them.
pub(in crate::domain) fn rulebook() -> Rulebook {
    let pen = Cip13::parse("3400930145524").unwrap();
    let presentation = |cip13: Cip13, mg: u32| RuledPresentation {
        presentation: Presentation {
            cip13,
            label: format!("{mg} mg"),
            strength: Mg::from_mg(mg),
            route: if mg == 162 {
                Route::Subcutaneous
            } else {
                Route::Intravenous
            },
            units_per_box: Units::new(1),
        },
        from_years: (cip13 == pen).then_some(12),
        citation: citation(),
    };
    let dose = |indication: Option<&str>, from: Option<i64>, below: Option<i64>, rate| DoseRow {
        indication: indication.map(slug),
        from: from.map(|g| Grams::new(g).unwrap()),
        below: below.map(|g| Grams::new(g).unwrap()),
        rate: MgPerKg::new(rate).unwrap(),
        at_most: Mg::from_mg(800),
        citation: citation(),
    };
    let words = || Bilingual {
        fr: String::new(),
        en: String::new(),
    };
    Rulebook {
        name: slug("roactemra-2021-10-14"),
        hash: [0; 32],
        medicine: "RoActemra".to_owned(),
        title: words(),
        jurisdiction: "FR".to_owned(),
        valid_from: Day::of(2021, 10, 14).unwrap(),
        valid_to: Day::of(2021, 12, 31),
        superseded_by: None,
        sources: Vec::new(),
        contacts: Vec::new(),
        presentations: [162, 80, 200, 400]
            .map(|mg| (cip(mg), mg))
            .into_iter()
            .chain([(pen, 162)])
            .map(|(cip13, mg)| presentation(cip13, mg))
            .collect(),
        doses: vec![
            dose(Some("crs"), None, Some(30_000), 12),
            dose(Some("crs"), Some(30_000), None, 8),
            dose(Some("sjia"), None, Some(30_000), 12),
            dose(Some("sjia"), Some(30_000), None, 8),
            dose(Some("pjia"), None, Some(30_000), 10),
            dose(Some("pjia"), Some(30_000), None, 8),
            dose(None, None, None, 8),
        ],
        reserve: Some(ReserveRule {
            indication: slug("crs"),
            route: Route::Intravenous,
            doses_assured: Doses::new(2),
            doses_compromised: Doses::new(3),
            doses_most: Doses::new(4),
            reference_dose: Mg::from_mg(800),
            reference_least: Mg::from_mg(80),
            reference_most: Mg::from_mg(800),
            window_days: 14,
            ahead_days: 28,
            resupply_within_days: 7,
            citation: citation(),
            figures: Vec::new(),
        }),
        indications: ranking::indications(),
        gates: ranking::gates(),
        priorities: ranking::priorities(),
        unit_doses: ranking::unit_doses(),
        thresholds: Vec::new(),
        safety: Safety::default(),
        safety_rulebook: Some(slug("roactemra-neutrophils")),
    }
}

/// The neutrophil rows that the letter's gate names.
pub(in crate::domain) fn neutrophils() -> Rulebook {
    Rulebook {
        name: slug("roactemra-neutrophils"),
        valid_from: Day::of(2025, 12, 30).unwrap(),
        valid_to: None,
        presentations: Vec::new(),
        doses: Vec::new(),
        reserve: None,
        indications: Vec::new(),
        gates: Vec::new(),
        priorities: Vec::new(),
        unit_doses: Vec::new(),
        thresholds: ranking::thresholds(),
        safety: Safety::default(),
        safety_rulebook: None,
        ..rulebook()
    }
}
