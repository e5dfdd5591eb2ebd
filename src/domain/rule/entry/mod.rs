//! A rulebook as a list of entries, one for each thing that it says: what a page shows, what an
//! answer to a program holds, and what is compared between two rulebooks.
//!
//! Each kind of rule has one function in [`kinds`]; a new kind is such a function and its line in
//! [`Rulebook::entries`], which takes the rulebook apart field by field, so that none is forgotten.

mod difference;
mod kinds;
mod patients;

pub use difference::{Changed, Difference, FieldChange};

use super::{Citation, Rulebook, Source};
use std::collections::BTreeMap;
use std::fmt;

/// One thing that a rulebook says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Which it is: the same in another version of the rulebook.
    pub id: EntryId,
    /// What it says, by the names and in the spelling of the rulebook's file; what the file leaves
    /// out is not there.
    pub fields: Vec<(&'static str, String)>,
    /// Where it stands; none for what heads the file.
    pub cited: Option<Cited<'a>>,
}

/// The identity of an entry, shown as `thresholds.anc-low`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId {
    /// The table of the file that it stands in: `thresholds`.
    pub kind: &'static str,
    /// Its code or key in that table; the second of one key has `-2` after it. May be empty.
    pub key: String,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cited<'a> {
    /// The document; none for a choice of our own.
    pub source: Option<&'a Source>,
    /// The place in it, or the reason for the choice.
    pub section: &'a str,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.key.is_empty() {
            return Ok(());
        }
        write!(f, ".{}", self.key)
    }
}

impl Rulebook {
    /// Returns everything that it says, in the order of a page: the document, whom to call, what
    /// there is, how much, for whom, in which order, and when not.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let Self {
            name: _,
            hash: _,
            medicine,
            title,
            jurisdiction,
            valid_from,
            valid_to,
            superseded_by,
            sources,
            contacts,
            presentations,
            doses,
            reserve,
            indications,
            gates,
            priorities,
            unit_doses,
            thresholds,
            safety,
            safety_rulebook,
        } = self;
        let mut list = List::of(self);
        kinds::head(&mut list, (medicine, title, jurisdiction));
        kinds::validity(&mut list, *valid_from, *valid_to, superseded_by.as_ref());
        if let Some(name) = safety_rulebook {
            let field = [("safety_rulebook", Some(name.to_string()))];
            list.heading("safety_rulebook", "", field);
        }
        kinds::sources(&mut list, sources);
        kinds::contacts(&mut list, contacts);
        kinds::presentations(&mut list, presentations);
        kinds::doses(&mut list, doses);
        kinds::unit_doses(&mut list, unit_doses);
        kinds::reserve(&mut list, reserve.as_ref());
        kinds::indications(&mut list, indications);
        kinds::gates(&mut list, gates);
        kinds::priorities(&mut list, priorities);
        kinds::thresholds(&mut list, thresholds);
        patients::safety(&mut list, safety);
        list.entries
    }

    /// Returns where a rule of this rulebook stands.
    pub fn cited<'a>(&'a self, citation: &'a Citation) -> Cited<'a> {
        let Citation { source, section } = citation;
        let source = source
            .as_ref()
            .and_then(|key| self.sources.iter().find(|s| s.key == *key));
        Cited { source, section }
    }
}

/// The entries so far.
struct List<'a> {
    book: &'a Rulebook,
    entries: Vec<Entry<'a>>,
    seen: BTreeMap<(&'static str, String), usize>,
}

impl<'a> List<'a> {
    const fn of(book: &'a Rulebook) -> Self {
        Self {
            book,
            entries: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    /// Adds a rule with where it stands. Fields without a value are left out.
    fn rule<const N: usize>(
        &mut self,
        kind: &'static str,
        key: impl fmt::Display,
        fields: [(&'static str, Option<String>); N],
        citation: &'a Citation,
    ) {
        let cited = Some(self.book.cited(citation));
        self.add(kind, key, fields, cited);
    }

    /// Adds what heads the file and cites nothing.
    fn heading<const N: usize>(
        &mut self,
        kind: &'static str,
        key: impl fmt::Display,
        fields: [(&'static str, Option<String>); N],
    ) {
        self.add(kind, key, fields, None);
    }

    fn add<const N: usize>(
        &mut self,
        kind: &'static str,
        key: impl fmt::Display,
        fields: [(&'static str, Option<String>); N],
        cited: Option<Cited<'a>>,
    ) {
        let mut key = key.to_string();
        let times = self.seen.entry((kind, key.clone())).or_default();
        *times += 1;
        if *times > 1 {
            key = format!("{key}-{times}");
        }
        let fields = fields.into_iter();
        self.entries.push(Entry {
            id: EntryId { kind, key },
            fields: fields
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            cited,
        });
    }
}

#[cfg(test)]
mod tests;
