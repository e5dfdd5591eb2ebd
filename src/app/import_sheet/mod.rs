//! Sites, people, patients and deliveries are taken over from a sheet: all of it or nothing.
//!
//! What is new is added, what differs is changed, what is the same is left alone, so that a file that comes
//! twice changes nothing the second time. Each row goes through the verb by which a person would do the
//! same; what that refuses is a fault of the row, and one faulty row undoes them all. A dry run does it all
//! and undoes it, so that it says what would be done and not what might be.

mod deliveries;
mod patients;
mod people;
mod rows;
mod sites;

pub use rows::{Imported, Mode, Outcome, Rows, Taken, Unsaid};

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::site_state::SiteState;
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::wire::sheet::{Fault, Place, Wrong};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What is collected while the rows of a sheet are taken over.
#[derive(Default)]
struct Over {
    imported: Imported,
    /// By what each row is told from the others, and where it stood first.
    seen: BTreeMap<String, usize>,
    /// The sites that are to be settled when every row was taken over.
    unsettled: BTreeSet<Finess>,
    /// Whose records were compared with the file.
    read: BTreeMap<Finess, BTreeSet<String>>,
}

/// Why a row was not taken over.
enum Not {
    /// It has a fault.
    Fault(Box<Fault>),
    /// It could not be.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Not {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Not {
    fn fault(place: &Place, column: &str, wrong: Wrong) -> Self {
        Self::Fault(Box::new(place.fault(Some(column), wrong)))
    }
}

/// Why what was done is undone.
enum Undo {
    /// It was a dry run, or a row has a fault.
    Wanted,
    /// It failed.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Undo {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes the rows of a sheet over; with a fault in any of them, or as a dry run, nothing is kept.
///
/// Reading the records of patients to compare them is on the audit trail, also of a dry run.
///
/// # Errors
/// When the database cannot be written; what is wrong with a row is a fault of it.
pub fn import(
    act: &mut Act<'_>,
    rows: &Rows,
    mode: Mode,
    unsaid: Unsaid,
) -> Result<Imported, Error> {
    let mut over = Over::default();
    let done = act.attempt(|act| {
        all(act, rows, unsaid, &mut over)?;
        if mode == Mode::DryRun || !over.imported.faults.is_empty() {
            return Err(Undo::Wanted);
        }
        trail(act, rows, &over.imported)?;
        Ok(())
    });
    match done {
        Ok(()) | Err(Undo::Wanted) => {}
        Err(Undo::Failed(error)) => return Err(error),
    }
    for (site, patients) in &over.read {
        super::see::note_reading(act, *site, "import", patients)?;
    }
    Ok(over.imported)
}

fn all(act: &mut Act<'_>, rows: &Rows, unsaid: Unsaid, over: &mut Over) -> Result<(), Error> {
    match rows {
        Rows::Sites(rows) => {
            for row in rows {
                one(act, over, &row.place, |act, over| {
                    sites::take(act, over, row, unsaid)
                })?;
            }
        }
        Rows::People(rows) => {
            for row in rows {
                one(act, over, &row.place, |act, over| {
                    people::take(act, over, row, unsaid)
                })?;
            }
        }
        Rows::Patients(rows) => {
            for row in rows {
                one(act, over, &row.place, |act, over| {
                    patients::take(act, over, row)
                })?;
            }
        }
        Rows::Deliveries(rows) => {
            for row in rows {
                one(act, over, &row.place, |act, over| {
                    deliveries::take(act, over, row)
                })?;
            }
        }
    }
    if !over.imported.faults.is_empty() {
        // all of it is undone
        return Ok(());
    }
    for site in std::mem::take(&mut over.unsettled) {
        let mut state = SiteState::load(act, site)?;
        after::settle(act, &mut state)?;
    }
    Ok(())
}

/// Takes one row over, or keeps what is wrong with it; what it wrote before that is undone.
fn one(
    act: &mut Act<'_>,
    over: &mut Over,
    place: &Place,
    take: impl FnOnce(&mut Act<'_>, &mut Over) -> Result<Taken, Not>,
) -> Result<(), Error> {
    match act.attempt(|act| take(act, over)) {
        Ok(taken) => over.imported.rows.push(taken),
        Err(Not::Fault(fault)) => over.imported.faults.push(*fault),
        Err(Not::Failed(Error::Refused(refusal))) => {
            let fault = place.fault(column(&refusal), Wrong::Refused(refusal));
            over.imported.faults.push(fault);
        }
        Err(Not::Failed(error)) => return Err(error),
    }
    Ok(())
}

/// Which column a refusal is about, if about one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a refusal that names no column is told of the whole line"
)]
fn column(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Unknown { what: "site", .. } | Refusal::NotCarT { .. } | Refusal::Forbidden => {
            Some("finess")
        }
        Refusal::Unknown {
            what: "network", ..
        } => Some("network"),
        Refusal::NotOnCatalogue { .. } => Some("cip13"),
        Refusal::InThePast { what } => Some(what),
        Refusal::ReferenceDose { .. } => Some("reference_dose_mg"),
        Refusal::PseudonymTaken => Some("pseudonym"),
        Refusal::AlreadyCleared => Some("infusion_date"),
        _ => None,
    }
}

impl Over {
    /// Refuses a row that says again what another says, and one of a site beyond the caller's reach.
    fn admit(
        &mut self,
        act: &Act<'_>,
        place: &Place,
        (action, site): (Action, Finess),
        (column, key): (&str, String),
    ) -> Result<(), Not> {
        if let Some(line) = self.seen.get(&key) {
            return Err(Not::fault(place, column, Wrong::Twice { line: *line }));
        }
        self.seen.insert(key, place.line());
        act.caller.check(action, Some(site))?;
        Ok(())
    }

    fn was_read(&mut self, site: Finess, patient: &PatientId) {
        let patients = self.read.entry(site).or_default();
        patients.insert(patient.to_string());
    }
}

/// Writes on the audit trail of each site that something of a sheet was taken over there.
fn trail(act: &mut Act<'_>, rows: &Rows, imported: &Imported) -> Result<(), Error> {
    let mut sites: BTreeMap<Finess, [u64; 2]> = BTreeMap::new();
    for row in &imported.rows {
        let [created, changed] = sites.entry(row.site).or_default();
        match row.outcome {
            Outcome::Created => *created = created.saturating_add(1),
            Outcome::Changed => *changed = changed.saturating_add(1),
            Outcome::Unchanged => {}
        }
    }
    for (site, [created, changed]) in sites {
        if created == 0 && changed == 0 {
            continue;
        }
        act.audit(
            Some(site),
            Done {
                action: "sheet.import",
                object: rows.kind(),
                patient: None,
                details: json!({ "created": created, "changed": changed }),
            },
        )?;
    }
    Ok(())
}
