//! What one file says of others, with the places: kept also of a file that has faults, so that what
//! is wrong between files is told together with what is wrong inside of them.

use crate::domain::calendar::Day;
use crate::domain::presentation::Presentation;
use crate::domain::rule::Slug;
use crate::toml_file::{Place, Table};
use std::cell::RefCell;

/// What could be read of one file that others are compared with.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The file's name without its ending: what other files call it.
    pub(super) name: String,
    pub(super) medicine: Option<String>,
    pub(super) jurisdiction: Option<String>,
    pub(super) valid_from: Option<Day>,
    pub(super) superseded_by: Option<Reference>,
    /// The rulebook that says whether a patient may be given the medicine.
    pub(super) safety_rulebook: Option<Reference>,
    /// Whether it says that of patients; none when nobody can say.
    pub(super) assesses: Option<bool>,
    /// Whether it has rows of counts; none when nobody can say.
    pub(super) has_thresholds: Option<bool>,
    /// The indications that it names; none when nobody can say.
    pub(super) indications: Option<Vec<Slug>>,
    /// What its rules name.
    pub(super) named: Named,
}

/// The name of another rulebook, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) name: Slug,
    pub(super) place: Place,
}

/// What rules name that stands in other files. A rule notes it while it is read, whether or not the
/// rule itself has a fault.
#[derive(Debug, Default)]
pub(super) struct Named {
    counts: RefCell<Vec<Reference>>,
    indications: RefCell<Vec<Reference>>,
    presentations: RefCell<Vec<(Presentation, Place)>>,
}

impl Named {
    /// Notes that the value of `key` is the name of a rulebook whose rows of counts hold.
    pub(super) fn counts(&self, row: &Table<'_>, key: &str, name: &Slug) {
        self.counts.borrow_mut().push(Reference::of(row, key, name));
    }

    /// Notes that the value of `key` is an indication, or holds one.
    pub(super) fn indication(&self, row: &Table<'_>, key: &str, code: &Slug) {
        let reference = Reference::of(row, key, code);
        self.indications.borrow_mut().push(reference);
    }

    /// Notes a presentation, by its code.
    pub(super) fn presentation(&self, row: &Table<'_>, presentation: &Presentation) {
        let noted = (presentation.clone(), row.place_of("cip13"));
        self.presentations.borrow_mut().push(noted);
    }

    pub(super) fn all_counts(&self) -> Vec<Reference> {
        self.counts.borrow().clone()
    }

    pub(super) fn all_indications(&self) -> Vec<Reference> {
        self.indications.borrow().clone()
    }

    pub(super) fn all_presentations(&self) -> Vec<(Presentation, Place)> {
        self.presentations.borrow().clone()
    }
}

impl Reference {
    /// The value of `key`, and where it stands.
    pub(super) fn of(row: &Table<'_>, key: &str, name: &Slug) -> Self {
        Self {
            name: name.clone(),
            place: row.place_of(key),
        }
    }
}
