//! A cytokine release syndrome is treated: what counts as its treatment, and how many doses were
//! given.
//!
//! Why a dose is counted as it is: [`crate::decisions::when_a_dose_was_given`].

use super::act::Act;
use super::error::Error;
use super::site_state::SiteState;
use crate::db;
use crate::domain::calendar::local_day;
use crate::domain::code::Cip13;
use crate::domain::dose::{self, Need, Vial};
use crate::domain::id::PatientId;
use crate::domain::quantity::{Doses, Mg};
use crate::domain::reason::Refusal;
use crate::domain::rule::{ReserveRule, Rulebook};

/// Refuses a presentation that no rulebook gives for CRS: another medicine, or another route.
///
/// Where no rulebook asks for a reserve, nothing says what treats, and nothing is refused.
///
/// # Errors
/// [`Refusal::NotForCrs`]; `place` is that of the line.
pub(super) fn treats(act: &Act<'_>, place: Option<usize>, cip13: Cip13) -> Result<(), Refusal> {
    let mut expected: Vec<Cip13> = act
        .reserve_rules()
        .iter()
        .flat_map(|(book, rule)| book.by_route(rule.route))
        .map(|p| p.cip13)
        .collect();
    if expected.is_empty() || expected.contains(&cip13) {
        return Ok(());
    }
    expected.sort_unstable();
    expected.dedup();
    Err(Refusal::NotForCrs {
        place,
        found: cip13,
        expected,
    })
}

/// Returns how many whole doses were dispensed to a CAR-T patient for CRS since the infusion (for
/// one who is yet to be infused: today), and not taken back; none for anybody else.
///
/// The dose is that of the weight as it is known now. Doses are composed of the whole vials: what a
/// vial holds above a dose is thrown away, and no part of the next.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn doses_dispensed(
    act: &mut Act<'_>,
    state: &SiteState,
    patient: Option<&PatientId>,
) -> Result<Doses, Error> {
    let Some(patient) = state.patients.iter().find(|p| Some(&p.id) == patient) else {
        return Ok(Doses::ZERO);
    };
    let Some((book, rule)) = act.reserve_rules().into_iter().next() else {
        return Ok(Doses::ZERO);
    };
    let (book, rule) = (book.clone(), rule.clone());
    let since = patient.infusion_on.min(state.today);
    let mut vials: Vec<Vial<()>> = Vec::new();
    for (at, cip13, units) in
        db::stock::dispensed_for_crs(act.conn, state.site.finess, &patient.id)?
    {
        let day = local_day(at, state.site.zone);
        let strength = strength(&book, &rule, cip13);
        if let (Some(strength), true) = (strength, day.is_some_and(|day| day >= since)) {
            let (lot, expiry) = ((), state.today);
            vials.push(Vial {
                lot,
                strength,
                expiry,
                units,
            });
        }
    }
    if vials.is_empty() {
        return Ok(Doses::ZERO);
    }
    let dose = book.dose(&rule.indication, patient.weight);
    let need = Need {
        mg: dose.unwrap_or(rule.reference_most),
        on: state.today,
    };
    // a treatment is never refused: what cannot be said is no dose, and goes on being kept
    Ok(dose::most(need, &vials).unwrap_or(Doses::ZERO))
}

fn strength(book: &Rulebook, rule: &ReserveRule, cip13: Cip13) -> Option<Mg> {
    let presentation = book.presentation(cip13)?;
    (presentation.route == rule.route).then_some(presentation.strength)
}

/// Returns by how much a count of doses has changed.
pub(super) fn change(before: Doses, after: Doses) -> i32 {
    let by = i64::from(after.get()) - i64::from(before.get());
    i32::try_from(by).unwrap_or(0)
}
