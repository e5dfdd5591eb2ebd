//! The sentences as they are read.

use super::*;
use crate::domain::rule::Citation;

fn both(why: &Why<'_>) -> String {
    let [fr, en] = Language::ALL.map(|language| why.sentence(language));
    format!("{}\n{fr}\n{en}", why.code())
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn vial() -> Cip13 {
    Cip13::parse("3400957464547").unwrap()
}

fn roche() -> Contact {
    let words = || Bilingual {
        fr: String::new(),
        en: String::new(),
    };
    Contact {
        purpose: words(),
        name: "Roche, service d'Information Médicale".to_owned(),
        telephone: "01 47 61 47 61".to_owned(),
        citation: Citation {
            source: None,
            section: String::new(),
        },
    }
}

#[test]
fn a_granted_claim_says_with_what_and_from_where() {
    let mut told = Vec::new();
    let granted = |reserve, from: Vec<(&'static str, u32)>, rounded| Why::Granted {
        reserve,
        needs: vec![(Mg::from_ug(358_800), 1)],
        on: day("2021-10-22"),
        units: vec![(Mg::from_mg(200), 1), (Mg::from_mg(80), 2)],
        from,
        rounded,
    };
    told.push(both(&granted(false, Vec::new(), false)));
    told.push(both(&granted(
        false,
        vec![("750100126", 1), ("2A0000014", 2)],
        true,
    )));
    told.push(both(&granted(true, Vec::new(), false)));
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_deferred_claim_says_what_would_have_met_it_and_whom_to_call() {
    let mut told = Vec::new();
    let (roche, vials) = (roche(), vec![(vial(), Mg::from_mg(400), 2)]);
    let lacking = |reserve, units: &[(Cip13, Mg, u32)], before, line| Why::Lacking {
        reserve,
        units: units.to_vec(),
        before,
        line,
    };
    told.push(both(&lacking(false, &vials, 0, None)));
    told.push(both(&lacking(false, &vials, 1, Some(&roche))));
    told.push(both(&lacking(true, &vials, 7, None)));
    told.push(both(&lacking(false, &[], 0, None)));
    told.push(both(&Why::GivenUp));
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn an_unranked_request_says_why() {
    let mut told = Vec::new();
    let message = Bilingual {
        fr: "Moins de 500 neutrophiles par mm³ : l'arrêt du traitement est recommandé.".to_owned(),
        en: "Fewer than 500 neutrophils per mm³: stopping the treatment is recommended.".to_owned(),
    };
    let blocked = Why::Blocked {
        code: Slug::parse("anc-below-500").unwrap(),
        message: Some(&message),
        count: Some(300),
    };
    let end = day("2021-11-17");
    told.push(both(&blocked));
    told.push(both(&Why::Frozen));
    told.push(both(&Why::OutOfHorizon { end }));
    told.push(both(&Why::Unclassed));
    insta::assert_snapshot!(told.join("\n\n"));
}
