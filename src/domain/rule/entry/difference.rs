//! What changed from one rulebook to another.

use super::{Entry, EntryId};
use crate::domain::rule::Rulebook;
use std::collections::BTreeMap;

/// What changed between two rulebooks, each list in the order of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    /// What only the second says.
    pub added: Vec<Entry<'a>>,
    /// What only the first says.
    pub removed: Vec<Entry<'a>>,
    /// What both speak of, in other words.
    pub changed: Vec<Changed<'a>>,
}

/// An entry that both rulebooks have and that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<'a> {
    /// In the first.
    pub before: Entry<'a>,
    /// In the second.
    pub after: Entry<'a>,
    /// What differs, never empty.
    pub fields: Vec<FieldChange>,
}

/// A field that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name in the file; `source` for the document and its day.
    pub name: &'static str,
    /// What it was; none when it was not there.
    pub before: Option<String>,
    /// What it is; none when it is not there any more.
    pub after: Option<String>,
}

impl Difference<'_> {
    /// Whether both say the same, and cite the same for it.
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Rulebook {
    /// Returns what changed from this rulebook to `other`: entries are the same when their kind and
    /// key are; names and hashes of the files are not compared. Documents are compared by what they
    /// are, not by the keys under which the files cite them.
    pub fn difference<'a>(&'a self, other: &'a Self) -> Difference<'a> {
        let mut before: BTreeMap<EntryId, Entry<'a>> = BTreeMap::new();
        let mut order = Vec::new();
        for entry in self.entries() {
            order.push(entry.id.clone());
            before.insert(entry.id.clone(), entry);
        }
        let mut found = Difference::default();
        for after in other.entries() {
            let Some(before) = before.remove(&after.id) else {
                found.added.push(after);
                continue;
            };
            let fields = fields(&before, &after);
            if !fields.is_empty() {
                found.changed.push(Changed {
                    before,
                    after,
                    fields,
                });
            }
        }
        let left = order.into_iter().filter_map(|id| before.remove(&id));
        found.removed = left.collect();
        found
    }
}

/// The fields that differ, those of the first in their order, then those that are new.
fn fields(before: &Entry<'_>, after: &Entry<'_>) -> Vec<FieldChange> {
    let (old, new) = (all_of(before), all_of(after));
    let value = |of: &[(&'static str, String)], name: &str| {
        of.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone())
    };
    let gone = old.iter().map(|(name, _)| *name);
    let come = new.iter().map(|(name, _)| *name);
    let names = gone.chain(come.filter(|name| value(&old, name).is_none()));
    names
        .map(|name| FieldChange {
            name,
            before: value(&old, name),
            after: value(&new, name),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Its own fields, and where it stands.
fn all_of(entry: &Entry<'_>) -> Vec<(&'static str, String)> {
    let mut all = entry.fields.clone();
    if let Some(cited) = entry.cited {
        if let Some(source) = cited.source {
            all.push(("source", format!("{}, {}", source.document, source.date)));
        }
        all.push(("section", cited.section.to_owned()));
    }
    all
}
