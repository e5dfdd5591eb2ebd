//! What is stated, what was declared before, and what has an end.

use super::*;

#[test]
fn without_a_list_none_takes_a_statement() {
    let says = |told, reason: Option<&str>| Draft {
        alternatives: told,
        alternatives_reason: Told::of(reason.map(str::to_owned)),
        ..draft("uveitis", Vec::new())
    };
    let none = || Told::Is(Alternatives::None);
    assert_eq!(left(&says(none(), Some("x"))), Alternatives::None);
    let available = says(Told::Is(Alternatives::Available), None);
    assert_eq!(left(&available), Alternatives::Available);
    assert_eq!(
        wrong(&says(none(), None)),
        [("alternatives_reason", Wrong::StatementMissing)]
    );
    assert_eq!(
        wrong(&says(Told::Nothing, Some("x"))),
        [("alternatives", Wrong::Missing)]
    );
}

#[test]
fn a_claim_of_before_a_statement_was_asked_for_stands_until_it_is_made_again() {
    let stated = Draft {
        alternatives: Told::Is(Alternatives::None),
        alternatives_reason: Told::Is("x".to_owned()),
        ..draft("uveitis", Vec::new())
    };
    let stated = checked_by("dr-a", 1, &stated).wanted.unwrap();
    let unstated = Wanted {
        alternatives_reason: None,
        ..stated.clone()
    };
    assert_eq!(left(&Draft::from(&unstated)), Alternatives::None);
    let again = Draft {
        alternatives: Told::Is(Alternatives::None),
        ..Draft::from(&unstated)
    };
    assert!(matches!(
        wrong(&again)[..],
        [("alternatives_reason", Wrong::StatementMissing)]
    ));
    // and one that has a statement cannot lose it
    let taken = Draft {
        alternatives_reason: Told::Nothing,
        ..Draft::from(&stated)
    };
    assert!(matches!(
        wrong(&taken)[..],
        [("alternatives_reason", Wrong::StatementMissing)]
    ));
}

#[test]
fn what_is_declared_again_stays_whose_it_was() {
    let first = draft("takayasu", vec![declared("infliximab", Outcome::Failed)]);
    let first = checked_by("dr-a", 1, &first).wanted.unwrap();
    let second = Draft {
        tried: Told::Is(vec![
            declared("methotrexate", Outcome::Unsuitable),
            declared("infliximab", Outcome::Failed),
            declared("infliximab", Outcome::Failed),
            Declaration {
                note: Some("twice".to_owned()),
                ..declared("infliximab", Outcome::Failed)
            },
        ]),
        ..Draft::from(&first)
    };
    let second = checked_by("dr-b", 2, &second).wanted.unwrap();
    let who: Vec<_> = second
        .tried
        .iter()
        .map(|t| {
            (
                t.code.as_str(),
                t.declared_by.as_str(),
                t.declared_at.timestamp(),
            )
        })
        .collect();
    let expected = [
        ("methotrexate", "dr-b", 2),
        ("infliximab", "dr-a", 1),
        ("infliximab", "dr-b", 2),
    ];
    assert_eq!(who, expected);
}

#[test]
fn what_was_declared_outlives_the_list_that_it_was_of() {
    let first = draft("takayasu", vec![declared("infliximab", Outcome::Failed)]);
    let mut kept = checked_by("dr-a", 1, &first).wanted.unwrap();
    kept.tried[0].code = slug("rituximab");
    let again = checked_by("dr-b", 2, &Draft::from(&kept)).wanted.unwrap();
    assert_eq!(again.tried, kept.tried);
    // a rulebook that lists one more opens it, whatever was so when it was filed
    let (ranking, safety) = (rulebook(), safety());
    let books = Books {
        ranking: &ranking,
        safety: Some(&safety),
    };
    kept.alternatives = Alternatives::None;
    assert_eq!(kept.alternatives_by(&books), Alternatives::Available);
    let bare = Books {
        ranking: &ranking,
        safety: None,
    };
    assert_eq!(kept.alternatives_by(&bare), Alternatives::None);
}

#[test]
fn lists_have_an_end() {
    let many = |n| draft("takayasu", vec![declared("infliximab", Outcome::Failed); n]);
    assert_eq!(left(&many(MOST_TRIED)), Alternatives::Available);
    assert!(matches!(
        wrong(&many(MOST_TRIED + 1))[..],
        [("tried", Wrong::TooMany { .. })]
    ));
    let conditions = |n: usize| Draft {
        conditions: Told::Is((0..n).map(|n| slug(&format!("c{n}"))).collect()),
        ..draft("takayasu", Vec::new())
    };
    assert_eq!(left(&conditions(MOST_CONDITIONS)), Alternatives::Available);
    assert!(matches!(
        wrong(&conditions(MOST_CONDITIONS + 1))[..],
        [("conditions", Wrong::TooMany { .. })]
    ));
}

#[test]
fn nothing_follows_from_what_could_not_be_read() {
    let unread: [fn(&mut Draft); 4] = [
        |d| d.tried = Told::Unread,
        |d| d.conditions = Told::Unread,
        |d| d.alternatives = Told::Unread,
        |d| d.age_years = Told::Unread,
    ];
    for set in unread {
        let mut draft = draft("takayasu", Vec::new());
        draft.alternatives = Told::Is(Alternatives::None);
        set(&mut draft);
        let checked = checked_by("dr-a", 1, &draft);
        assert_eq!((checked.misfits, checked.wanted), (Vec::new(), None));
    }
}
