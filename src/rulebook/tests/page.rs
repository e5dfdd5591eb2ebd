//! Every rule of a file is a sentence of its page, and what changed is found rule by rule.

use super::super::{Rulebooks, read};
use super::INVENTED;
use crate::domain::language::Language;
use crate::domain::rule::{Difference, Rulebook};
use crate::text::rulebook::{difference, page};

fn invented(text: &str) -> Rulebook {
    read("exemplium-2030-01-01.toml", text.as_bytes()).unwrap()
}

fn all() -> Vec<Rulebook> {
    let built_in = Rulebooks::built_in().unwrap();
    let mut books: Vec<Rulebook> = built_in.iter().cloned().collect();
    books.push(invented(INVENTED));
    books
}

#[test]
fn every_rule_is_said_once_under_the_heading_of_its_kind() {
    for book in &all() {
        for language in Language::ALL {
            let page = page(book, [], language);
            let said = page.sections.iter().flat_map(|section| {
                let head = section.kind == "document";
                section.sentences.iter().map(move |sentence| {
                    let kind = sentence.id.split('.').next().unwrap();
                    assert!(head || kind == section.kind, "{}", sentence.id);
                    assert!(
                        sentence.text.ends_with(['.', '»', '"']),
                        "{}",
                        sentence.text
                    );
                    assert_eq!(sentence.citation.is_none(), head || kind == "sources");
                    sentence.id.clone()
                })
            });
            let said: Vec<String> = said.collect();
            let entries = book.entries();
            let rules: Vec<String> = entries.iter().map(|e| e.id.to_string()).collect();
            assert_eq!(said, rules, "{}", book.name);
            let mut once = rules.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), rules.len(), "{}", book.name);
        }
    }
}

#[test]
fn a_rule_stands_where_the_file_says() {
    let book = invented(INVENTED);
    let page = page(&book, [], Language::En);
    let of = |id: &str| {
        let all = page.sections.iter().flat_map(|s| &s.sentences);
        let found = all.filter(|s| s.id == id).collect::<Vec<_>>();
        let sentence = found.first().unwrap();
        let citation = sentence.citation.as_ref().unwrap();
        format!("{} [{}]", sentence.text, citation.line(Language::En))
    };
    assert_eq!(
        of("doses.fever-2"),
        "Fever, 10 kg and more: 7 mg per kg, at most 500 mg. [An invented notice, 2030-01-01; p. 2]"
    );
    assert_eq!(
        of("reserve.window_days"),
        "The doses stay reserved for 0 days after the infusion. [Choice: it is invented]"
    );
}

#[test]
fn a_rulebook_does_not_differ_from_itself() {
    for book in &all() {
        assert_eq!(book.difference(book), Difference::default());
    }
}

#[test]
fn what_changed_is_told_rule_by_rule_with_each_value() {
    let before = invented(INVENTED);
    let text = INVENTED
        .replace("rate_mg_per_kg = 7", "rate_mg_per_kg = 8")
        .replace("section = \"p. 1\"", "section = \"p. 3\"")
        .replace("window_days = 0", "window_days = 10")
        .replace(
            "[[presentations]]",
            "[[contacts]]\nname = \"Maker\"\ntelephone = \"1\"\npurpose = { fr = \"Aide\", en = \"Help\" }\nsource = \"notice\"\nsection = \"p. 4\"\n\n[[presentations]]",
        );
    let after = invented(&text);
    let told = |found: &Difference<'_>| {
        let ids = |of: &[crate::domain::rule::Entry<'_>]| -> Vec<String> {
            of.iter().map(|e| e.id.to_string()).collect()
        };
        let changed = found.changed.iter().flat_map(|c| {
            let id = c.after.id.to_string();
            c.fields.iter().map(move |f| {
                let value = |v: &Option<String>| v.clone().unwrap_or_default();
                format!(
                    "{id} {}: {} -> {}",
                    f.name,
                    value(&f.before),
                    value(&f.after)
                )
            })
        });
        (
            ids(&found.added),
            ids(&found.removed),
            changed.collect::<Vec<_>>(),
        )
    };
    let contact = vec!["contacts.Maker".to_owned()];
    let (added, removed, changed) = told(&before.difference(&after));
    assert_eq!((added, removed), (contact.clone(), Vec::new()));
    assert_eq!(
        changed,
        [
            "presentations.3400900000020 section: p. 1 -> p. 3",
            "doses.fever-2 rate_mg_per_kg: 7 -> 8",
            "reserve.window_days window_days: 0 -> 10",
        ]
    );
    // the other way round
    let (added, removed, _) = told(&after.difference(&before));
    assert_eq!((added, removed), (Vec::new(), contact));
    let said = difference(&before, &after, &[], Language::Fr);
    assert_eq!(said.added[0].text, "Aide : Maker, téléphone 1.");
    assert_eq!(
        said.changed[2].after.text,
        "Les doses restent réservées 10 jours après l'injection."
    );
}

#[test]
fn a_class_that_is_put_before_another_changes_that_one_alone() {
    let books = all();
    let letter = |book: &&Rulebook| book.ranks();
    let before = books.iter().find(letter).unwrap();
    let mut after = before.clone();
    let mut class = after.priorities[6].clone();
    class.name = crate::domain::rule::Slug::parse("new").unwrap();
    after.priorities.insert(2, class);
    let found = before.difference(&after);
    assert_eq!(found.added[0].id.to_string(), "priorities.new");
    let changed: Vec<String> = found
        .changed
        .iter()
        .map(|c| c.after.id.to_string())
        .collect();
    assert_eq!(changed, ["priorities.reserve-scheduled"]);
}
