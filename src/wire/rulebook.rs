//! Rulebooks as programs read them: every rule by the names of its file, the page, and what changed
//! between two.

use crate::domain::language::Language;
use crate::domain::rule::{Cited, Entry, FieldChange, Rulebook, Slug, Standing};
use crate::text::rulebook::{self, ChangedSentence, PageCitation, Retirement, Section, Sentence};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One rule, by the names that it has in the rulebook's file.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleShape {
    /// Which it is: the same in another version of the rulebook (`thresholds.anc-low`).
    id: String,
    /// The table of the file: `thresholds`.
    kind: &'static str,
    /// Its code or key there; empty where there is only one.
    key: String,
    /// Its values as the file spells them; what the file leaves out is not there.
    fields: BTreeMap<&'static str, String>,
    /// Where it stands; `null` for what heads the file.
    cited: Option<RuleCitation>,
}

/// Where a rule stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleCitation {
    /// The document; `null` for a choice of this service.
    document: Option<String>,
    /// The day it carries.
    date: Option<String>,
    /// Where it can be read.
    url: Option<String>,
    /// The place in it, or the reason for the choice.
    section: String,
}

/// A rulebook as a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageShape {
    name: String,
    /// SHA-256 of its file.
    sha256: String,
    /// Of the sentences: `fr` or `en`.
    language: &'static str,
    title: String,
    sections: Vec<SectionShape>,
}

/// What a rulebook says of one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct SectionShape {
    /// The table of the file: `thresholds`.
    kind: &'static str,
    heading: &'static str,
    sentences: Vec<SentenceShape>,
}

/// One rule in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceShape {
    /// Which rule it says: `thresholds.anc-low`.
    id: String,
    text: String,
    /// Where it stands; `null` for what heads the file.
    cited: Option<RuleCitation>,
}

/// What changed from one rulebook to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulebookDifference {
    before: Compared,
    after: Compared,
    /// What only the second says.
    added: Vec<SentenceShape>,
    /// What only the first says.
    removed: Vec<SentenceShape>,
    /// What both speak of, in other words or by another source.
    changed: Vec<ChangedRule>,
}

/// A rulebook that is compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared {
    name: String,
    /// SHA-256 of its file.
    sha256: String,
}

/// A rule that is not the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedRule {
    id: String,
    before: SentenceShape,
    after: SentenceShape,
    fields: Vec<ChangedField>,
}

/// A value of the file that is not the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedField {
    name: &'static str,
    /// `null` when it was not there.
    before: Option<String>,
    /// `null` when it is not there any more.
    after: Option<String>,
}

/// How a rulebook stands on the day of what it is used for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RulebookStanding {
    /// `in-force`, `not-yet`, `ended` or `superseded`.
    code: &'static str,
    /// Of one that is to come its first day; of one that ended its last; of one that was superseded
    /// the first of its successor.
    day: Option<String>,
    /// The rulebook that took its place.
    superseded_by: Option<String>,
    /// Whether a coordinator retired it: then nothing is decided by it anew.
    retired: bool,
    /// What a reader must know, in French; `null` when it is in force.
    notice_fr: Option<String>,
    /// The same in English.
    notice_en: Option<String>,
}

/// Returns how a rulebook stands.
pub fn standing(name: &Slug, standing: &Standing, retirement: Retirement) -> RulebookStanding {
    let (day, superseded_by) = match standing {
        Standing::InForce => (None, None),
        Standing::NotYet(day) | Standing::Ended(day) => (Some(day), None),
        Standing::Superseded { by, since } => (Some(since), Some(by)),
    };
    let said = |language| rulebook::notice(language, name, standing, retirement);
    RulebookStanding {
        code: standing.code(),
        day: day.map(ToString::to_string),
        superseded_by: superseded_by.map(ToString::to_string),
        retired: retirement == Retirement::Retired,
        notice_fr: said(Language::Fr),
        notice_en: said(Language::En),
    }
}

/// Returns every rule of a rulebook.
pub fn rules(book: &Rulebook) -> Vec<RuleShape> {
    let shape = |Entry { id, fields, cited }: Entry<'_>| RuleShape {
        id: id.to_string(),
        kind: id.kind,
        key: id.key,
        fields: fields.into_iter().collect(),
        cited: cited.map(RuleCitation::of),
    };
    book.entries().into_iter().map(shape).collect()
}

/// Returns the page of a rulebook; `others` are all that are loaded.
pub fn page<'a>(
    book: &'a Rulebook,
    others: impl IntoIterator<Item = &'a Rulebook>,
    language: Language,
) -> PageShape {
    let page = rulebook::page(book, others, language);
    let section = |section: Section| SectionShape {
        kind: section.kind,
        heading: section.heading,
        sentences: said(section.sentences),
    };
    PageShape {
        name: book.name.to_string(),
        sha256: hex::encode(book.hash),
        language: language.code(),
        title: page.title,
        sections: page.sections.into_iter().map(section).collect(),
    }
}

/// Returns what changed from `before` to `after`; `others` are all that are loaded.
pub fn difference<'a>(
    before: &'a Rulebook,
    after: &'a Rulebook,
    others: &[&'a Rulebook],
    language: Language,
) -> RulebookDifference {
    let compared = |book: &Rulebook| Compared {
        name: book.name.to_string(),
        sha256: hex::encode(book.hash),
    };
    let found = rulebook::difference(before, after, others, language);
    RulebookDifference {
        before: compared(before),
        after: compared(after),
        added: said(found.added),
        removed: said(found.removed),
        changed: found.changed.into_iter().map(ChangedRule::of).collect(),
    }
}

fn said(sentences: Vec<Sentence>) -> Vec<SentenceShape> {
    sentences.into_iter().map(SentenceShape::of).collect()
}

impl RuleCitation {
    fn of(cited: Cited<'_>) -> Self {
        Self {
            document: cited.source.map(|s| s.document.clone()),
            date: cited.source.map(|s| s.date.to_string()),
            url: cited.source.and_then(|s| s.url.clone()),
            section: cited.section.to_owned(),
        }
    }

    fn on_page(citation: &PageCitation) -> Self {
        Self::of(Cited {
            source: citation.source.as_ref(),
            section: &citation.section,
        })
    }
}

impl SentenceShape {
    fn of(sentence: Sentence) -> Self {
        Self {
            id: sentence.id,
            text: sentence.text,
            cited: sentence.citation.as_ref().map(RuleCitation::on_page),
        }
    }
}

impl ChangedRule {
    fn of(changed: ChangedSentence) -> Self {
        let fields = changed.fields.into_iter();
        Self {
            id: changed.after.id.clone(),
            before: SentenceShape::of(changed.before),
            after: SentenceShape::of(changed.after),
            fields: fields
                .map(
                    |FieldChange {
                         name,
                         before,
                         after,
                     }| ChangedField {
                        name,
                        before,
                        after,
                    },
                )
                .collect(),
        }
    }
}
