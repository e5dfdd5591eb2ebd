//! What is left, by the list of a rulebook or as it is stated.

mod kept;

use super::*;
use crate::domain::calendar::{Day, Instant};
use crate::domain::presentation::Route;
use crate::domain::quantity::Grams;
use crate::domain::request::{Against, Checked, Draft, Misfit, Told, Wrong};
use crate::domain::rule::{
    Alternative, Bilingual, Circumstance, Citation, Exclusion, Line, NoAlternative, Risk, Treatment,
};
use crate::domain::testing::{neutrophils, rulebook, slug};

fn citation() -> Citation {
    Citation {
        source: None,
        section: String::new(),
    }
}

fn alternative(code: &str) -> Alternative {
    Alternative {
        code: slug(code),
        name: Bilingual {
            fr: String::new(),
            en: String::new(),
        },
        indications: vec![slug("takayasu")],
        line: Line::AfterFailure,
        exclusions: Vec::new(),
        evidence: None,
        citation: citation(),
    }
}

fn not_for(alternative: Alternative, when: Circumstance) -> Alternative {
    Alternative {
        exclusions: vec![Exclusion {
            when: vec![when],
            citation: citation(),
        }],
        ..alternative
    }
}

/// A rulebook of safety: two alternatives for `takayasu`, of which methotrexate is for nobody who is
/// pregnant or under 16; none for `crs`; nothing about others.
fn safety() -> Rulebook {
    let mut book = neutrophils();
    let pregnant = Circumstance::Condition(vec![slug("pregnancy")]);
    let mut methotrexate = not_for(alternative("methotrexate"), pregnant);
    let young = not_for(alternative("methotrexate"), Circumstance::AgeBelow(16));
    methotrexate.exclusions.extend(young.exclusions);
    book.safety.alternatives = vec![alternative("infliximab"), methotrexate];
    book.safety.no_alternatives = vec![NoAlternative {
        indication: slug("crs"),
        citation: citation(),
    }];
    book
}

fn declared(code: &str, outcome: Outcome) -> Declaration {
    Declaration {
        code: code.to_owned(),
        outcome,
        note: None,
    }
}

fn draft(indication: &str, tried: Vec<Declaration>) -> Draft {
    Draft {
        indication: Told::Is(indication.to_owned()),
        route: Told::Is(Route::Intravenous),
        treatment: Told::Is(Treatment::Ongoing),
        risk: Told::Is(Risk::Vital),
        age_years: Told::Is(34),
        weight: Told::Is(Grams::new(61_000).unwrap()),
        interval_days: if indication == "crs" {
            Told::Nothing
        } else {
            Told::Is(28)
        },
        last_given_on: Told::of(Day::of(2021, 9, 24)),
        tried: Told::Is(tried),
        ..Draft::empty()
    }
}

fn checked_by(who: &str, at: i64, draft: &Draft) -> Checked {
    let (ranking, safety) = (rulebook(), safety());
    draft.check(&Against {
        book: Some(&ranking),
        safety: Some(&safety),
        today: Day::of(2021, 10, 20),
        recorded: Told::Nothing,
        by: who,
        now: Instant::from_timestamp(at, 0).unwrap(),
    })
}

/// Checks whether something is left of what is declared, and who said it.
#[track_caller]
fn left(draft: &Draft) -> Alternatives {
    let checked = checked_by("dr-a", 1, draft);
    assert_eq!(checked.misfits, []);
    checked.wanted.unwrap().alternatives
}

#[track_caller]
fn wrong(draft: &Draft) -> Vec<(&'static str, Wrong)> {
    let checked = checked_by("dr-a", 1, draft);
    assert_eq!(checked.wanted, None);
    let misfits = checked.misfits.into_iter();
    misfits.map(|misfit| (misfit.field, misfit.wrong)).collect()
}

#[test]
fn whether_one_is_left_follows_from_what_became_of_each() {
    let both = |infliximab, methotrexate| {
        draft(
            "takayasu",
            vec![
                declared("infliximab", infliximab),
                declared("methotrexate", methotrexate),
            ],
        )
    };
    for outcome in Outcome::ALL {
        let expected = if outcome.exhausts() {
            Alternatives::None
        } else {
            Alternatives::Available
        };
        let said = left(&both(Outcome::Failed, outcome));
        assert_eq!(said, expected, "{}", outcome.code());
    }
    assert_eq!(
        left(&draft("takayasu", Vec::new())),
        Alternatives::Available
    );
    // one may stand there several times: what exhausts it counts
    let mut several = both(Outcome::NotTried, Outcome::Failed);
    let again = declared("infliximab", Outcome::Unavailable);
    if let Told::Is(all) = &mut several.tried {
        all.push(again);
    }
    assert_eq!(left(&several), Alternatives::None);
}

#[test]
fn whom_the_list_leaves_out_has_it_no_more() {
    let one = || draft("takayasu", vec![declared("infliximab", Outcome::Failed)]);
    assert_eq!(left(&one()), Alternatives::Available);
    let pregnant = Draft {
        conditions: Told::Is(vec![slug("pregnancy"), slug("hiv"), slug("pregnancy")]),
        ..one()
    };
    assert_eq!(left(&pregnant), Alternatives::None);
    for (years, expected) in [(15, Alternatives::None), (16, Alternatives::Available)] {
        let young = Draft {
            age_years: Told::Is(years),
            ..one()
        };
        assert_eq!(left(&young), expected, "{years}");
    }
}

#[test]
fn a_rulebook_that_says_there_is_nothing_else_is_believed() {
    assert_eq!(left(&draft("crs", Vec::new())), Alternatives::None);
    let declares = draft("crs", vec![declared("infliximab", Outcome::Failed)]);
    assert!(matches!(
        wrong(&declares)[..],
        [("tried", Wrong::EmptyList { .. })]
    ));
}

#[test]
fn the_ranking_rulebooks_own_list_comes_before_that_of_safety() {
    let mut ranking = rulebook();
    ranking.safety.alternatives = vec![alternative("etanercept")];
    let safety = safety();
    let books = Books {
        ranking: &ranking,
        safety: Some(&safety),
    };
    let of = |indication: &str| books.listing(&slug(indication)).map(|b| b.name.to_string());
    assert_eq!(of("takayasu").as_deref(), Some("roactemra-2021-10-14"));
    assert_eq!(of("crs").as_deref(), Some("roactemra-neutrophils"));
    assert_eq!(of("uveitis"), None);
}

#[test]
fn what_contradicts_the_list_is_told_with_what_is_open() {
    let says = |told, tried| Draft {
        alternatives: Told::Is(told),
        ..draft("takayasu", tried)
    };
    let none = says(Alternatives::None, Vec::new());
    let open = vec!["infliximab".to_owned(), "methotrexate".to_owned()];
    assert_eq!(wrong(&none), [("alternatives", Wrong::StillOpen { open })]);
    let all = vec![
        declared("infliximab", Outcome::Failed),
        declared("methotrexate", Outcome::Contraindicated),
    ];
    let available = says(Alternatives::Available, all.clone());
    assert_eq!(wrong(&available), [("alternatives", Wrong::NoneOpen)]);
    assert_eq!(left(&says(Alternatives::None, all)), Alternatives::None);
}

#[test]
fn what_is_not_on_the_list_is_told_with_its_place() {
    let strange = draft(
        "takayasu",
        vec![
            declared("infliximab", Outcome::Failed),
            declared("snake oil", Outcome::Failed),
            declared(&"x".repeat(100_000), Outcome::Failed),
        ],
    );
    let checked = checked_by("dr-a", 1, &strange);
    let places: Vec<_> = checked.misfits.iter().map(Misfit::pointer).collect();
    assert_eq!(places, ["/tried/1/code", "/tried/2/code"]);
    let said = checked.misfits[1].wrong.to_string();
    assert!(said.len() < 200 && said.contains("infliximab, methotrexate"));
    // where there is no list that is said once
    let unlisted = Draft {
        alternatives: Told::Is(Alternatives::Available),
        ..draft("uveitis", vec![declared("a", Outcome::Failed); 3])
    };
    assert!(matches!(
        wrong(&unlisted)[..],
        [("tried", Wrong::NoList { .. })]
    ));
}
