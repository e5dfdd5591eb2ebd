//! Counts taken over from a file: all of them or none, and each once however often the file comes.

use super::{candidates, new};
use crate::app::act::{Act, Done};
use crate::app::error::Error;
use crate::app::monitor;
use crate::app::see::commons;
use crate::app::site_state::today;
use crate::db;
use crate::db::patients::Known;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::{Count, CountUnit, Entry};
use crate::domain::id::PatientId;
use crate::domain::site::Site;
use crate::wire::counts::{At, Fault, Row, Wrong};
use serde_json::json;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry as Entered};

/// A row of a file whose patient is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where it stands.
    pub at: At,
    /// Of whom.
    pub known: Known,
    /// What was counted, and when.
    pub entry: Entry,
}

/// What a file comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    /// Everything of it that cannot be; then nothing is taken over.
    pub faults: Vec<Fault>,
    /// Its rows, in their order.
    pub rows: Vec<Placed>,
}

impl Weighed {
    /// Returns the sites that taking it over locks.
    pub fn sites(&self) -> Vec<Finess> {
        let mut sites: Vec<Finess> = self.rows.iter().map(|row| row.known.site).collect();
        sites.sort_unstable();
        sites.dedup();
        sites
    }
}

/// What became of the rows of a file, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Those that were entered.
    pub added: Vec<(At, Count)>,
    /// Those that had been entered before, whatever became of them since.
    pub same: Vec<(At, Count)>,
}

/// Looks up whose the rows of a file are; nothing is written.
///
/// # Errors
/// Refused when a site is named beyond the caller's reach or not there; when the database cannot be
/// read. What is wrong with a row is a fault of it.
pub fn weigh(act: &mut Act<'_>, rows: &[Row], site: Option<Finess>) -> Result<Weighed, Error> {
    let mut weighed = Weighed::default();
    let mut patients: BTreeMap<&str, Vec<Known>> = BTreeMap::new();
    let mut sites: BTreeMap<Finess, (Site, Day)> = BTreeMap::new();
    for row in rows {
        let word = row.pseudonym.as_str();
        if !patients.contains_key(word) {
            patients.insert(word, candidates(act, word, site)?);
        }
        let known = match patients.get(word).map(Vec::as_slice) {
            Some([known]) => known.clone(),
            Some([]) | None => {
                let wrong = Wrong::UnknownPatient(cut(word));
                weighed.faults.push(fault(&row.whose_at, wrong));
                continue;
            }
            Some(several) => {
                let (found, sites) = (cut(word), several.iter().map(|k| k.site).collect());
                let wrong = Wrong::WhichSite { found, sites };
                weighed.faults.push(fault(&row.whose_at, wrong));
                continue;
            }
        };
        let (of, today) = match sites.entry(known.site) {
            Entered::Occupied(seen) => seen.into_mut(),
            Entered::Vacant(new) => {
                let site = commons::site(act, known.site)?;
                let today = today(act, &site)?;
                new.insert((site, today))
            }
        };
        match row.taken.day(of.zone) {
            Some(taken_on) if taken_on <= *today => weighed.rows.push(Placed {
                at: row.at.clone(),
                known,
                entry: Entry {
                    taken_on,
                    counted: row.counted.clone(),
                },
            }),
            Some(to_come) => {
                let wrong = Wrong::Future(to_come);
                weighed.faults.push(fault(&row.when_at, wrong));
            }
            None => {
                let wrong = Wrong::Moment(String::new());
                weighed.faults.push(fault(&row.when_at, wrong));
            }
        }
    }
    Ok(weighed)
}

fn fault(at: &At, wrong: Wrong) -> Fault {
    let at = at.clone();
    Fault { at, wrong }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Takes over the rows of a file: a count of the same patient, day, number and unit that was ever
/// entered is not entered again, so that neither a file that comes twice nor one that still holds what
/// was corrected since brings anything back.
///
/// # Errors
/// When the database cannot be read or written.
pub fn import(act: &mut Act<'_>, rows: &[Placed]) -> Result<Imported, Error> {
    let sorted = sort(act, rows)?;
    let counts: Vec<Count> = sorted
        .added
        .iter()
        .map(|(_, count)| count.clone())
        .collect();
    db::counts::insert(act.conn, &counts, None)?;
    // a line a patient: what of a file is whose
    let mut patients: BTreeMap<&PatientId, (&Placed, Vec<&str>, u64)> = BTreeMap::new();
    for row in rows {
        patients
            .entry(&row.known.id)
            .or_insert((row, Vec::new(), 0));
    }
    for (_, count) in &sorted.added {
        if let Some((_, added, _)) = patients.get_mut(&count.patient) {
            added.push(count.id.as_str());
        }
    }
    for (_, count) in &sorted.same {
        if let Some((.., same)) = patients.get_mut(&count.patient) {
            *same = same.saturating_add(1);
        }
    }
    for (row, added, same) in patients.into_values() {
        let patient = Some((row.known.id.clone(), row.known.hash.clone()));
        act.audit(
            Some(row.known.site),
            Done {
                action: "count.import",
                object: "",
                patient,
                details: json!({ "counts": added, "same": same }),
            },
        )?;
    }
    let sites: BTreeSet<Finess> = sorted.added.iter().map(|(_, count)| count.site).collect();
    for site in sites {
        monitor::settle(act, site)?;
    }
    Ok(sorted)
}

/// Which rows are new, and which were entered before; nothing is written.
///
/// # Errors
/// When the database cannot be read.
pub fn sort(act: &mut Act<'_>, rows: &[Placed]) -> Result<Imported, Error> {
    let mut before: BTreeMap<PatientId, BTreeMap<Said, Count>> = BTreeMap::new();
    let mut imported = Imported::default();
    for row in rows {
        let patient = &row.known.id;
        if !before.contains_key(patient) {
            let all = db::counts::all(act.conn, patient)?;
            // of several that are the same, one that stands is meant before one that was withdrawn
            let (ended, stand): (Vec<_>, Vec<_>) = all.into_iter().partition(|c| c.ended.is_some());
            let all = ended.into_iter().chain(stand);
            let all = all.map(|count| (said(&count.entry), count));
            before.insert(patient.clone(), all.collect());
        }
        let entered = before.entry(patient.clone()).or_default();
        match entered.entry(said(&row.entry)) {
            Entered::Occupied(same) => imported.same.push((row.at.clone(), same.get().clone())),
            Entered::Vacant(free) => {
                let count = new(act, &row.known, row.entry.clone(), None);
                free.insert(count.clone());
                imported.added.push((row.at.clone(), count));
            }
        }
    }
    Ok(imported)
}

/// What two counts of a patient have in common that are the same: the day, the number and the unit.
type Said = (Day, u64, CountUnit);

const fn said(entry: &Entry) -> Said {
    (entry.taken_on, entry.counted.size(), entry.counted.unit())
}
