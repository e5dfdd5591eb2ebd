//! What changed between two rulebooks, in words.

use super::{Page, Sentence, page};
use crate::domain::language::Language;
use crate::domain::rule::{Entry, EntryId, FieldChange, Rulebook};
use std::collections::BTreeMap;

/// What changed between two rulebooks, each sentence with where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// What only the second says.
    pub added: Vec<Sentence>,
    /// What only the first says.
    pub removed: Vec<Sentence>,
    /// What both speak of, in other words or by another source.
    pub changed: Vec<ChangedSentence>,
}

/// A sentence that is not the same any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedSentence {
    /// As it was.
    pub before: Sentence,
    /// As it is.
    pub after: Sentence,
    /// The values of the file that differ.
    pub fields: Vec<FieldChange>,
}

impl Differences {
    /// Whether both rulebooks say the same, and cite the same for it.
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Says what changed from `before` to `after`; `others` as for [`page`].
pub fn difference<'a>(
    before: &'a Rulebook,
    after: &'a Rulebook,
    others: &[&'a Rulebook],
    language: Language,
) -> Differences {
    let mut old = Said::of(page(before, others.iter().copied(), language));
    let mut new = Said::of(page(after, others.iter().copied(), language));
    let found = before.difference(after);
    let changed = found.changed.into_iter().filter_map(|changed| {
        Some(ChangedSentence {
            before: old.take(&changed.before.id)?,
            after: new.take(&changed.after.id)?,
            fields: changed.fields,
        })
    });
    let changed = changed.collect();
    Differences {
        added: new.all(&found.added),
        removed: old.all(&found.removed),
        changed,
    }
}

/// The sentences of a page by what they say.
struct Said(BTreeMap<String, Sentence>);

impl Said {
    fn of(page: Page) -> Self {
        let all = page.sections.into_iter().flat_map(|s| s.sentences);
        Self(all.map(|s| (s.id.clone(), s)).collect())
    }

    fn take(&mut self, id: &EntryId) -> Option<Sentence> {
        self.0.remove(&id.to_string())
    }

    fn all(&mut self, entries: &[Entry<'_>]) -> Vec<Sentence> {
        entries.iter().filter_map(|e| self.take(&e.id)).collect()
    }
}
