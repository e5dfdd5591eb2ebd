//! Pages and differences, for people at a terminal.

use crate::domain::language::Language;
use crate::domain::rule::Rulebook;
use crate::text::rulebook::{Differences, Page, Sentence};
use std::fmt::Write as _;

/// Under each heading the sentences, each with its source one line below.
pub(super) fn page(book: &Rulebook, page: &Page, language: Language) -> String {
    let mut text = format!(
        "{}\n{}\n",
        page.title,
        "=".repeat(page.title.chars().count())
    );
    let _always = writeln!(text, "{}, sha256 {}", book.name, hex::encode(book.hash));
    for section in &page.sections {
        let line = "-".repeat(section.heading.chars().count());
        let _always = writeln!(text, "\n{}\n{line}", section.heading);
        for sentence in &section.sentences {
            let citation = sentence.citation.as_ref().map(|c| c.short(language));
            text.push_str(&said("", sentence, citation));
        }
    }
    text
}

/// What was removed, added and changed; of what changed, the sentence before and after when they
/// differ, and each value.
pub(super) fn difference(
    before: &Rulebook,
    after: &Rulebook,
    changed: &Differences,
    language: Language,
) -> String {
    let words = match language {
        Language::Fr => [
            "Aucune règle ne change.",
            "Retirées",
            "Ajoutées",
            "Changées",
        ],
        Language::En => ["No rule changes.", "Removed", "Added", "Changed"],
    };
    let [none, removed, added, other] = words;
    let mut text = format!("{} → {}\n", before.name, after.name);
    if changed.is_empty() {
        let _always = writeln!(text, "\n{none}");
    }
    for (heading, mark, sentences) in [
        (removed, "- ", &changed.removed),
        (added, "+ ", &changed.added),
    ] {
        if !sentences.is_empty() {
            let _always = writeln!(text, "\n{heading}");
            for sentence in sentences {
                text.push_str(&whole(mark, sentence, language));
            }
        }
    }
    if !changed.changed.is_empty() {
        let _always = writeln!(text, "\n{other}");
    }
    for rule in &changed.changed {
        let _always = writeln!(text, "  {}", rule.after.id);
        text.push_str(&whole("- ", &rule.before, language));
        text.push_str(&whole("+ ", &rule.after, language));
        for field in &rule.fields {
            let value = |v: &Option<String>| v.clone().unwrap_or_else(|| "∅".to_owned());
            let (old, new) = (value(&field.before), value(&field.after));
            let _always = writeln!(text, "      {}: {old} → {new}", field.name);
        }
    }
    text
}

fn whole(mark: &str, sentence: &Sentence, language: Language) -> String {
    let citation = sentence.citation.as_ref().map(|c| c.line(language));
    said(mark, sentence, citation)
}

fn said(mark: &str, sentence: &Sentence, citation: Option<String>) -> String {
    let mut text = format!("  {mark}{}\n", sentence.text);
    if let Some(citation) = citation {
        let indent = " ".repeat(mark.len());
        let _always = writeln!(text, "  {indent}  [{citation}]");
    }
    text
}
