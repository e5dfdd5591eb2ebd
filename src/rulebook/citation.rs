//! The documents of a rulebook, and what cites them.

use super::outline::Named;
use crate::domain::calendar::Day;
use crate::domain::rule::{Citation, Slug, Source};
use crate::toml_file::{Fault, Place, Problem, Table};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// How the reason for a rule without a source begins.
const CHOICE: &str = "Choice:";

/// The documents of one file; those with a fault are known by their key, if that could be read.
pub(super) struct Sources {
    /// What rules name that stands in other files.
    pub(super) named: Named,
    read: Vec<Option<Source>>,
    keys: BTreeSet<Slug>,
    all_keys: bool,
    places: Vec<(Slug, Place)>,
    cited: RefCell<BTreeSet<Slug>>,
}

impl Sources {
    /// Reads `[[sources]]`.
    pub(super) fn read(top: &Table<'_>) -> Self {
        let rows = top.rows("sources", 1, |row| {
            let key = row.parsed("key", Slug::parse);
            let place = row.place_of("key");
            Some((key.clone(), row.spot_of("key"), place, source(row, key)))
        });
        let mut keys = BTreeSet::new();
        let mut all_keys = !rows.is_empty();
        let mut read = Vec::new();
        let mut places = Vec::new();
        for (key, spot, place, source) in rows.into_iter().flatten() {
            match key {
                Some(key) if keys.contains(&key) => {
                    let what = format_args!("a source before has the key {key}, expected another");
                    let _: Option<()> = top.inconsistent_at(&spot, what);
                }
                Some(key) => {
                    places.push((key.clone(), place));
                    keys.insert(key);
                }
                None => all_keys = false,
            }
            read.push(source);
        }
        Self {
            named: Named::default(),
            read,
            keys,
            all_keys,
            places,
            cited: RefCell::default(),
        }
    }

    /// Reads the `source` and `section` of a rule; a rule without source says why it was chosen.
    pub(super) fn cited(&self, row: &Table<'_>) -> Option<Citation> {
        let source = row.optional("source", |t, key| t.parsed(key, Slug::parse));
        let section = row.text("section");
        if let Some(Some(key)) = &source {
            self.cited.borrow_mut().insert(key.clone());
        }
        let (source, section) = (source?, section?);
        match &source {
            Some(key) if self.all_keys && !self.keys.contains(key) => {
                let what = format_args!("no source has the key {key}, expected {}", self.list());
                row.inconsistent("source", what)
            }
            None if !section.starts_with(CHOICE) => {
                let what = format_args!(
                    "the rule has no source, expected one, or a section that begins with \
                     \"{CHOICE}\" and says why"
                );
                row.inconsistent("section", what)
            }
            Some(_) | None => Some(Citation { source, section }),
        }
    }

    /// Returns the documents that no rule cites: no fault, but odd.
    pub(super) fn not_cited(&self) -> Vec<Fault> {
        let cited = self.cited.borrow();
        let idle = self.places.iter().filter(|(key, _)| !cited.contains(key));
        idle.map(|(key, place)| Fault {
            place: place.clone(),
            problem: Problem::Inconsistent {
                what: format!("no rule cites the source {key}"),
            },
        })
        .collect()
    }

    /// Returns the documents in the file's order, when none has a fault.
    pub(super) fn into_all(self) -> Option<Vec<Source>> {
        self.read.into_iter().collect()
    }

    fn list(&self) -> String {
        let keys: Vec<&str> = self.keys.iter().map(Slug::as_str).collect();
        keys.join(" or ")
    }
}

fn source(row: &Table<'_>, key: Option<Slug>) -> Option<Source> {
    let document = row.text("document");
    let date = row.day("date", Day::parse);
    let url = row.optional("url", |t, name| t.parsed(name, web_address));
    Some(Source {
        key: key?,
        document: document?,
        date: date?,
        url: url?,
    })
}

/// It becomes a link on a page: nothing but the web's own schemes may stand there.
fn web_address(text: &str) -> Result<String, String> {
    let fits = (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(char::is_whitespace);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not a web address, expected https://…"))
    }
}
