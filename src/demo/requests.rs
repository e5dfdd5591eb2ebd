//! The requests of the demonstration: one of each answer that a plan may give. Made up, all of them.

use crate::app::file_request::{self, NewRequest};
use crate::app::{self, Act};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::presentation::Route;
use crate::domain::quantity::Grams;
use crate::domain::request::{Draft, Told};
use crate::domain::rule::{Alternatives, Risk, Treatment};

/// Who asks for what, and when it was given last.
struct Asked {
    site: &'static str,
    pseudonym: &'static str,
    indication: &'static str,
    treatment: Treatment,
    alternatives: Alternatives,
    /// Why nothing else could be given: no rulebook of the demonstration lists the alternatives.
    because: Option<&'static str>,
    risk: Risk,
    age_years: i64,
    weight_g: i64,
    /// Syringes or pens; none for an infusion.
    units: Option<i64>,
    last: Option<&'static str>,
    anc_per_mm3: i64,
}

const USUAL: Asked = Asked {
    site: "750100216",
    pseudonym: "",
    indication: "takayasu",
    treatment: Treatment::Ongoing,
    alternatives: Alternatives::None,
    because: Some("Échec ou contre-indication des autres traitements."),
    risk: Risk::Vital,
    age_years: 34,
    weight_g: 61_000,
    units: None,
    last: Some("2021-09-24"),
    anc_per_mm3: 3_500,
};

const ASKED: [Asked; 9] = [
    Asked {
        pseudonym: "TAK-021",
        ..USUAL
    },
    Asked {
        site: "920100013",
        pseudonym: "AJI-007",
        indication: "pjia",
        risk: Risk::Functional,
        age_years: 9,
        weight_g: 24_000,
        last: Some("2021-09-22"),
        ..USUAL
    },
    Asked {
        site: "930100037",
        pseudonym: "STI-112",
        indication: "adult-still",
        risk: Risk::Functional,
        age_years: 41,
        units: Some(4),
        ..USUAL
    },
    Asked {
        site: "940100043",
        pseudonym: "PR-330",
        indication: "rheumatoid-arthritis",
        alternatives: Alternatives::Available,
        because: None,
        risk: Risk::None,
        age_years: 67,
        weight_g: 70_000,
        ..USUAL
    },
    Asked {
        site: "940100043",
        pseudonym: "PR-331",
        indication: "rheumatoid-arthritis",
        alternatives: Alternatives::Available,
        because: None,
        risk: Risk::None,
        age_years: 58,
        weight_g: 100_000,
        last: Some("2021-09-26"),
        ..USUAL
    },
    Asked {
        site: "770100054",
        pseudonym: "PR-332",
        indication: "rheumatoid-arthritis",
        alternatives: Alternatives::Available,
        because: None,
        risk: Risk::None,
        age_years: 49,
        weight_g: 98_000,
        last: Some("2021-09-28"),
        ..USUAL
    },
    Asked {
        site: "930100037",
        pseudonym: "NMO-015",
        indication: "neuromyelitis-optica",
        age_years: 52,
        weight_g: 58_000,
        anc_per_mm3: 420,
        ..USUAL
    },
    Asked {
        site: "770100054",
        pseudonym: "ACG-009",
        indication: "giant-cell-arteritis",
        treatment: Treatment::Initiation,
        age_years: 74,
        weight_g: 66_000,
        last: None,
        ..USUAL
    },
    Asked {
        site: "770100054",
        pseudonym: "UVE-044",
        indication: "uveitis",
        risk: Risk::Functional,
        age_years: 29,
        weight_g: 72_000,
        last: Some("2021-10-18"),
        ..USUAL
    },
];

/// Files them.
///
/// # Errors
/// When one of them is refused: a bug of ours.
pub(super) fn file(act: &mut Act<'_>) -> Result<(), app::Error> {
    for asked in &ASKED {
        let site = Finess::parse(asked.site)
            .map_err(|e| app::Error::Bug(format!("the demonstration's site: {e}")))?;
        let day = |text: Option<&str>| Told::of(text.and_then(|t| Day::parse(t).ok()));
        let starts = asked.treatment == Treatment::Initiation;
        let draft = Draft {
            indication: Told::Is(asked.indication.to_owned()),
            route: Told::Is(match asked.units {
                Some(_) => Route::Subcutaneous,
                None => Route::Intravenous,
            }),
            treatment: Told::Is(asked.treatment),
            alternatives: Told::Is(asked.alternatives),
            alternatives_reason: Told::of(asked.because.map(str::to_owned)),
            risk: Told::Is(asked.risk),
            age_years: Told::Is(asked.age_years),
            weight: Told::of(Grams::new(asked.weight_g).ok()),
            units: Told::of(asked.units),
            interval_days: Told::of((!starts).then_some(28)),
            last_given_on: day(asked.last),
            due: day(starts.then_some("2021-10-25")),
            anc_per_mm3: Told::Is(asked.anc_per_mm3),
            ..Draft::empty()
        };
        let new = NewRequest {
            site,
            pseudonym: asked.pseudonym.to_owned(),
            rulebook: None,
            draft,
        };
        file_request::file(act, &new)?;
    }
    Ok(())
}
