//! A row of a sheet of CAR-T patients.

use super::{Not, Over, Taken};
use crate::app::act::Act;
use crate::app::edit_patients::{self, Correction, NewPatient};
use crate::db;
use crate::domain::role::Action;
use crate::wire::import::patients::Row;

/// Registers a patient who is not known at the site as a CAR-T patient, or corrects the record. The site is
/// settled once, when every row was taken over: ten patients make one letter and not ten.
pub(super) fn take(act: &mut Act<'_>, over: &mut Over, row: &Row) -> Result<Taken, Not> {
    let site = row.site;
    over.admit(
        act,
        &row.place,
        (Action::EditPatients, site),
        ("pseudonym", format!("{site} {}", row.pseudonym)),
    )?;
    let known = db::patients::by_pseudonym(act.conn, site, &row.pseudonym)?;
    let Some(before) = known else {
        let new = NewPatient {
            pseudonym: row.pseudonym.clone(),
            weight: row.weight,
            infusion_on: row.infusion_on,
        };
        edit_patients::register_unsettled(act, site, &new)?;
        over.unsettled.insert(site);
        return Ok(Taken::created(&row.place, site));
    };
    let patient = &before.patient;
    over.was_read(site, &patient.id);
    let mut changed = Vec::new();
    let mut correction = Correction::default();
    if patient.weight != row.weight {
        changed.push("weight_kg");
        correction.weight = Some(row.weight);
    }
    if patient.infusion_on != row.infusion_on {
        changed.push("infusion_date");
        correction.infusion_on = Some(row.infusion_on);
    }
    if !changed.is_empty() {
        edit_patients::correct_unsettled(act, site, &patient.id, before.version, correction)?;
        over.unsettled.insert(site);
    }
    Ok(Taken::of(&row.place, site, changed))
}
