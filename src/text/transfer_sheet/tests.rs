//! A sheet says what travels, by what right, and nothing that could be markup.

use super::*;
use crate::domain::id::{PlanId, TransferId};
use crate::domain::transfer::{Purpose, Signed};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn sheet() -> Sheet {
    let finess = |text| Finess::parse(text).unwrap();
    let party = |number, name: &str| Party {
        finess: finess(number),
        name: name.to_owned(),
    };
    let by = Signed {
        at: at("2021-10-20T06:00:00Z"),
        by: "token-1".to_owned(),
    };
    let between = (finess("750100126"), finess("750100125"));
    let id = TransferId::new("017c9c48-f8e7-7247-8549-a57e897cbd3b");
    let plan = Purpose::Plan(PlanId::new("plan"));
    Sheet {
        transfer: Transfer {
            legal: Some(LegalBasis::ArsAuthorisation {
                reference: "ARS <2021> & 7".to_owned(),
            }),
            fmd: Some(FmdState::Decommissioned {
                at: at("2021-10-19T10:00:00Z"),
            }),
            ..Transfer::asked(id, plan, between, by, Vec::new())
        },
        from: party("750100126", "CH de l'Orge"),
        to: party("750100125", "CHU de la Seine"),
        lots: vec![Lot {
            cip13: Cip13::parse("3400957464318").unwrap(),
            label: "ROACTEMRA 20 mg/ml".to_owned(),
            lot: LotNumber::parse("C7").unwrap(),
            expiry: Day::of(2022, 5, 31).unwrap(),
            units: Units::new(2),
        }],
        printed_on: Day::of(2021, 10, 20),
        zone: Tz::Europe__Paris,
        simulated: false,
    }
}

#[test]
fn a_sheet_says_what_travels_and_by_what_right() {
    let page = page(&sheet(), Language::Fr);
    for said in [
        "lang=\"fr\"",
        "CH de l&#39;Orge",
        "FINESS 750100125",
        "ROACTEMRA 20 mg/ml",
        "C7",
        "31/05/2022",
        "ARS &lt;2021&gt; &amp; 7",
        "Demandé le 20/10/2021 à 08:00",
        "jusqu'au 29/10/2021 à 12:00",
        "entre 2 °C et 8 °C",
        "<svg",
        "size:A4",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("token-1"), "{page}");
}

#[test]
fn a_sheet_is_in_the_language_that_is_asked_for() {
    let page = page(&sheet(), Language::En);
    assert!(page.contains("Asked for on 2021-10-20 at 08:00"), "{page}");
    assert!(page.contains("Keep between 2 °C and 8 °C"), "{page}");
}
