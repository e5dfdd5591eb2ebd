//! The words of every letter, in both languages.

use crate::service::{CENTRE, MG400};
use dotation::domain::alert::{Alert, AlertKind, AlertState, Reading};
use dotation::domain::calendar::Day;
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::id::AlertId;
use dotation::domain::language::Language;
use dotation::domain::quantity::Units;
use dotation::domain::role::Role;
use dotation::domain::rule::Slug;
use dotation::domain::site::{Ahead, Site};
use dotation::rulebook::Rulebooks;
use dotation::text::letter::glass::GlassFacts;
use dotation::text::letter::{
    Facts, Lot, MOST_LOTS, Of, RecallFacts, Words, digest, links, service, write,
};

fn site(name: &str) -> Site {
    Site {
        finess: Finess::parse(CENTRE).unwrap(),
        network: Slug::parse("ght-001").unwrap(),
        name: name.to_owned(),
        zone: chrono_tz::Europe::Paris,
        car_t: true,
        reference_dose: None,
        by_hand: None,
        ahead: Ahead::default(),
        version: 1,
    }
}

/// What there is and should be at each event; `ended`: closed, and nothing is asked for any more.
fn reading(kind: AlertKind, event: &str) -> Reading {
    let (found, expected) = match event {
        // what was foreseen has come
        "ended" if kind == AlertKind::ReserveForecast => (1, 2),
        "ended" => (0, 0),
        // the last day is near, or past; renewed or retired
        "opened" | "acknowledged" if kind == AlertKind::NoticeExpired => (1, 2),
        "worsened" if kind == AlertKind::NoticeExpired => (0, 2),
        "closed" if kind == AlertKind::NoticeExpired => (2, 2),
        "closed" if kind != AlertKind::Override => (3, 3),
        _ => (2, 3),
    };
    Reading { found, expected }
}

/// The rulebook that a letter is about.
fn rulebook(kind: AlertKind) -> &'static str {
    if kind == AlertKind::CountOverdue {
        "clozapine-2025-09"
    } else {
        "roactemra-2021-10-14"
    }
}

/// A recall as it stands at each event; `ended`: it was lifted.
fn recall(event: &str) -> RecallFacts {
    RecallFacts {
        cip13: Cip13::parse(MG400).unwrap(),
        label: "RoActemra 20 mg/mL, flacon de 400 mg".to_owned(),
        lot: LotNumber::parse("B1").unwrap(),
        reference: Some("ANSM 2021-104".to_owned()),
        on_shelf: Units::new(if event == "closed" { 0 } else { 2 }),
        to_come: Units::new(if event == "worsened" { 4 } else { 0 }),
        dispensed: Units::new(3),
        lifted: event == "ended",
    }
}

/// What of a shelf a letter is about: so many lots, where it is about lots.
fn of(kind: AlertKind, lots: u32) -> Option<Of> {
    let cip13 = Cip13::parse(MG400).unwrap();
    let label = "RoActemra 20 mg/mL, flacon de 400 mg".to_owned();
    match kind {
        AlertKind::StockBelowMinimum => Some(Of::Presentation { cip13, label }),
        AlertKind::LotExpiring => {
            let lot = |n: u32| Lot {
                cip13,
                label: label.clone(),
                lot: LotNumber::parse(&format!("B{n}")).unwrap(),
                expiry: Day::of(2021, 11, 30),
                units: i64::from(n),
            };
            let lots = (1..=lots).map(lot).collect();
            Some(Of::Lots { lots, others: 3 })
        }
        AlertKind::ReserveBelowMinimum
        | AlertKind::ClearanceBroken
        | AlertKind::Override
        | AlertKind::NoticeExpired
        | AlertKind::CountOverdue
        | AlertKind::ResupplyCompromised
        | AlertKind::Recall
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate
        | AlertKind::BreakGlass => None,
    }
}

/// Kinds that are about no medicine.
const OF_NO_MEDICINE: [AlertKind; 3] = [
    AlertKind::SiteUnreachable,
    AlertKind::EvaluationLate,
    AlertKind::BreakGlass,
];

/// Who broke the glass, in a letter about that.
fn glass(kind: AlertKind) -> Option<GlassFacts> {
    (kind == AlertKind::BreakGlass).then(|| GlassFacts {
        name: "Anne Durand".to_owned(),
        role: Role::Pharmacist,
        until: "2021-10-20T08:00:00Z".parse().unwrap(),
    })
}

fn letter(language: Language, kind: AlertKind, event: &str, name: &str) -> Words {
    written(language, kind, event, name, false)
}

fn alert(kind: AlertKind, event: &str) -> Alert {
    let opened_at = "2021-10-20T06:00:00Z".parse().unwrap();
    Alert {
        id: AlertId::new("017c9c1e-0000-7000-8000-000000000001"),
        site: Finess::parse(CENTRE).unwrap(),
        kind,
        subject: rulebook(kind).to_owned(),
        state: AlertState::Open,
        reading: reading(kind, event),
        opened_at,
        changed_at: opened_at,
        acknowledged: None,
        closed_at: None,
        told_on: (kind == AlertKind::ReserveForecast).then(|| Day::of(2021, 11, 2).unwrap()),
        version: 1,
    }
}

fn written(language: Language, kind: AlertKind, event: &str, name: &str, simulated: bool) -> Words {
    let alert = alert(kind, event);
    let rules = Rulebooks::load(None).unwrap();
    let named = Slug::parse(rulebook(kind)).unwrap();
    let facts = Facts {
        site: &site(name),
        alert: &alert,
        event: if event == "ended" { "closed" } else { event },
        rulebook: rules
            .get(&named)
            .filter(|_| !OF_NO_MEDICINE.contains(&kind)),
        glass: glass(kind),
        recall: (kind == AlertKind::Recall).then(|| recall(event)),
        of: of(kind, 2),
        link: "https://dotation.example.org/alerts/017c9c1e-0000-7000-8000-000000000001",
        simulated,
    };
    write(language, &facts)
}

/// Every letter of a language, one after the other, as text.
fn all(language: Language) -> String {
    every(language, |words| words.text)
}

fn every(language: Language, part: fn(Words) -> String) -> String {
    let mut out = String::new();
    for kind in AlertKind::ALL {
        for event in [
            "opened",
            "worsened",
            "escalated",
            "acknowledged",
            "closed",
            "ended",
        ] {
            // who acknowledges what was done closes it; an override and a broken glass do not worsen
            let closes = kind.closes_when_acknowledged() && event == "acknowledged";
            let of_override = matches!(event, "opened" | "escalated" | "closed");
            if closes
                || [AlertKind::Override, AlertKind::BreakGlass].contains(&kind) && !of_override
            {
                continue;
            }
            let words = letter(language, kind, event, "CHU de la Seine");
            let one = format!(
                "==== {} {event}\nSubject: {}\n\n{}\n",
                kind.code(),
                words.subject.clone(),
                part(words)
            );
            out.push_str(&one);
        }
    }
    out
}

#[test]
fn every_letter_in_french() {
    insta::assert_snapshot!(all(Language::Fr));
}

#[test]
fn every_letter_in_english() {
    insta::assert_snapshot!(all(Language::En));
}

#[test]
fn every_page_of_a_letter_in_french() {
    insta::assert_snapshot!(every(Language::Fr, |words| words.html));
}

#[test]
fn every_page_of_a_letter_in_english() {
    insta::assert_snapshot!(every(Language::En, |words| words.html));
}

#[test]
fn every_letter_of_a_morning_and_of_the_service() {
    let mut out = String::new();
    let at = |text: &str| text.parse().unwrap();
    for language in [Language::Fr, Language::En] {
        let alerts = [AlertKind::ReserveBelowMinimum, AlertKind::CountOverdue].map(|kind| {
            let mut alert = alert(kind, "opened");
            if kind == AlertKind::CountOverdue {
                alert.state = AlertState::Acknowledged;
            }
            alert
        });
        for open in [&alerts[..1], &alerts[..]] {
            let morning = digest::write(
                language,
                &digest::Facts {
                    site: &site("CHU de la Seine"),
                    alerts: open,
                    link: "https://dotation.example.org/alerts",
                    simulated: false,
                },
            );
            out.push_str(&told("digest", &morning));
        }
        for (event, movement, letter) in [
            ("opened", Some("2021-10-20T06:00:00Z"), None),
            ("opened", None, Some("2021-10-20T07:00:00Z")),
            ("closed", None, None),
        ] {
            let facts = service::Facts {
                event,
                service: "https://dotation.example.org",
                movement: movement.map(at),
                letter: letter.map(at),
                zone: chrono_tz::Europe::Paris,
                simulated: false,
            };
            out.push_str(&told("service", &service::write(language, &facts)));
        }
    }
    insta::assert_snapshot!(out);
}

fn told(what: &str, words: &Words) -> String {
    let Words {
        subject,
        text,
        html,
    } = words;
    format!("==== {what}\nSubject: {subject}\n\n{text}\n{html}\n")
}

#[test]
fn a_page_is_one_narrow_column_that_fetches_nothing() {
    for language in [Language::Fr, Language::En] {
        let all = every(language, |words| words.html);
        for never in [
            "<img", "<script", "<link", "src=", "url(", "@import", "width=\"",
        ] {
            assert!(!all.contains(never), "{never}");
        }
        // nothing in it is wider than 320 points: the one column narrows, and long words are broken
        let widths = all.split("width:").skip(1);
        for width in widths {
            let width = width.split(['p', '%', ';']).next().unwrap();
            assert!(width == "560", "{width}");
        }
        assert!(all.contains("max-width:560px") && all.contains("overflow-wrap:anywhere"));
        assert!(all.contains("<meta name=\"viewport\" content=\"width=device-width\">"));
    }
}

#[test]
fn text_from_right_to_left_turns_nothing_around() {
    let name = "\u{202e}elgoog\u{2066} مستشفى";
    let words = letter(Language::Fr, AlertKind::ReserveBelowMinimum, "opened", name);
    for part in [&words.subject, &words.text, &words.html] {
        assert!(!part.contains(['\u{202e}', '\u{2066}']), "{part}");
        assert!(part.contains("مستشفى"), "{part}");
    }
}

#[test]
fn a_name_is_never_taken_for_the_place_of_a_link() {
    let name = format!("CHU {} {}", links::ACKNOWLEDGE, links::UNSUBSCRIBE);
    let words = letter(Language::Fr, AlertKind::Recall, "closed", &name);
    for part in [&words.subject, &words.text, &words.html] {
        let filled = links::filled(part, Some("https://a.example"), Some("https://u.example"));
        assert!(!filled.contains("https://a.example"), "{filled}");
        assert!(!links::may_stop(part), "{part}");
    }
}

#[test]
fn the_page_says_what_the_text_says() {
    for language in [Language::Fr, Language::En] {
        for kind in AlertKind::ALL {
            let words = letter(language, kind, "opened", "CHU de la Seine");
            for line in words
                .text
                .lines()
                .filter(|l| l.starts_with(['1', '2', '3']))
            {
                let step = line.split_once(". ").unwrap().1;
                let step = step.replace('\'', "&#39;").replace('"', "&quot;");
                assert!(words.html.contains(&step), "{step} not in {}", words.html);
            }
            // no manufacturer makes up for a count
            assert_eq!(
                words.html.contains("01 47 61 47 61"),
                kind != AlertKind::CountOverdue && !OF_NO_MEDICINE.contains(&kind)
            );
            if OF_NO_MEDICINE.contains(&kind) {
                continue;
            }
            // figures, or the last day of the rulebook
            let (one, other) = match (kind, language) {
                (AlertKind::NoticeExpired, Language::Fr) => ("roactemra-2021-10-14", "31/12/2021"),
                (AlertKind::NoticeExpired, Language::En) => ("roactemra-2021-10-14", "2021-12-31"),
                // of a NO-GO, how many are missing
                (AlertKind::ClearanceRefused, _) => ("1", "1"),
                _ => ("2", "3"),
            };
            for value in [one, other] {
                let value = format!("<strong>{value}</strong>");
                assert!(words.html.contains(&value), "{value} not in {}", words.html);
            }
        }
    }
}

#[test]
fn the_name_of_a_site_steers_no_letter() {
    let name = "CHU\r\nBcc: all@example.org\u{2028}<script>alert(1)</script>";
    for language in [Language::Fr, Language::En] {
        let words = letter(language, AlertKind::ReserveBelowMinimum, "opened", name);
        assert!(
            !words
                .subject
                .chars()
                .any(|c| c.is_control() || c == '\u{2028}'),
            "{:?}",
            words.subject
        );
        assert!(!words.html.contains("<script>"), "{}", words.html);
        assert!(
            !words.text.lines().any(|l| l.starts_with("Bcc:")),
            "{}",
            words.text
        );
    }
    let long = letter(
        Language::Fr,
        AlertKind::ClearanceBroken,
        "opened",
        &"é".repeat(500),
    );
    assert!(long.subject.chars().count() <= 200);
}

#[test]
fn a_letter_of_a_simulated_clock_says_so_and_any_other_does_not() {
    for (language, said) in [
        (Language::Fr, "l'horloge de ce service est simulée"),
        (Language::En, "the clock of this service is simulated"),
    ] {
        let of = |simulated| {
            let kind = AlertKind::ReserveBelowMinimum;
            written(language, kind, "opened", "CHU", simulated)
        };
        let (real, simulated) = (of(false), of(true));
        assert!(simulated.text.contains(said), "{}", simulated.text);
        assert!(simulated.html.contains(&said.replace('\'', "&#39;")));
        assert!(!real.text.contains(said) && !real.html.contains("<p style=\"margin:0 0 12px\">"));
    }
}

#[test]
fn a_letter_of_many_lots_names_those_that_expire_first_and_counts_the_others() {
    let kind = AlertKind::LotExpiring;
    let few = letter(Language::Fr, kind, "opened", "CHU");
    assert_eq!(few.text.matches("\nLot : ").count(), 2, "{}", few.text);
    let site = site("CHU");
    let alert = alert(kind, "opened");
    let facts = Facts {
        site: &site,
        alert: &alert,
        event: "opened",
        rulebook: None,
        glass: None,
        recall: None,
        of: of(kind, 300),
        link: "https://dotation.example.org/alerts/a",
        simulated: false,
    };
    for (language, not_named) in [
        (
            Language::Fr,
            "Lots non nommés ici, à voir dans Dotation : 260\n",
        ),
        (
            Language::En,
            "Lots not named here, to be seen in Dotation: 260\n",
        ),
    ] {
        let text = write(language, &facts).text;
        let named = text
            .lines()
            .filter(|l| l.starts_with("Lot : ") || l.starts_with("Lot: "));
        assert_eq!(named.count(), MOST_LOTS, "{text}");
        assert!(text.contains(not_named), "{text}");
        assert!(text.contains(": 300\n"), "{text}");
    }
}

#[test]
fn the_end_of_a_forecast_says_whether_the_breach_has_come() {
    let kind = AlertKind::ReserveForecast;
    let mut alert = alert(kind, "closed");
    let site = site("CHU");
    for (reading, said) in [((1, 2), "prend le relais"), ((2, 2), "plus aucune rupture")] {
        let (found, expected) = reading;
        alert.reading = Reading { found, expected };
        let facts = Facts {
            site: &site,
            alert: &alert,
            event: "closed",
            rulebook: None,
            glass: None,
            recall: None,
            of: None,
            link: "https://dotation.example.org/alerts/a",
            simulated: false,
        };
        let text = write(Language::Fr, &facts).text;
        assert!(text.contains(said), "{text}");
    }
}
