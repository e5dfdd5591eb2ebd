//! A cytokine release syndrome is treated: what counts as its treatment, and how many doses were
//! given.
//!
//! Why a dose is counted as it is: [`crate::decisions::when_a_dose_was_given`].

use super::act::Act;
use super::error::Error;
use super::site_state::SiteState;
use crate::db;
use crate::domain::calendar::{Day, local_day};
use crate::domain::code::Cip13;
use crate::domain::dose::{self, Need, Vial};
use crate::domain::id::PatientId;
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reason::Refusal;
use crate::domain::reserve::CarTPatient;
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
/// The dose is that of the weight as it is known now, in the rulebook that has the presentation:
/// where several have it, in that of the patient's clearance. Doses are composed of the whole vials:
/// what a vial holds above a dose is thrown away, and no part of the next.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn doses_dispensed(
    act: &mut Act<'_>,
    state: &SiteState,
    patient: Option<&PatientId>,
) -> Result<Doses, Error> {
    let record = patient.map(|id| state.expected(act.conn, id)).transpose()?;
    let Some(patient) = record.flatten().map(|r| r.patient) else {
        return Ok(Doses::ZERO);
    };
    let own = state.in_force.iter().find(|c| c.patient == patient.id);
    let mut books = act.reserve_rules();
    books.sort_by_key(|(book, _)| own.is_none_or(|c| c.rulebook != book.name.as_str()));
    let since = patient.infusion_on.min(state.today);
    let mut given: Vec<(Cip13, Units)> = Vec::new();
    for (at, cip13, units) in
        db::stock::dispensed_for_crs(act.conn, state.site.finess, &patient.id)?
    {
        if local_day(at, state.site.zone).is_some_and(|day| day >= since) {
            given.push((cip13, units));
        }
    }
    let mut doses: u32 = 0;
    for (book, rule) in books {
        let (its, others): (Vec<_>, Vec<_>) = given
            .into_iter()
            .partition(|(cip13, _)| strength(book, rule, *cip13).is_some());
        given = others;
        doses = doses.saturating_add(doses_of(book, rule, &patient, &its, state.today).get());
    }
    Ok(Doses::new(doses))
}

/// How many whole doses some units make by one rulebook.
fn doses_of(
    book: &Rulebook,
    rule: &ReserveRule,
    patient: &CarTPatient,
    given: &[(Cip13, Units)],
    today: Day,
) -> Doses {
    let vials: Vec<Vial<()>> = given
        .iter()
        .filter_map(|(cip13, units)| {
            Some(Vial {
                lot: (),
                strength: strength(book, rule, *cip13)?,
                expiry: today,
                units: *units,
            })
        })
        .collect();
    if vials.is_empty() {
        return Doses::ZERO;
    }
    let dose = book.dose(&rule.indication, patient.weight);
    let need = Need {
        mg: dose.unwrap_or(rule.reference_most),
        on: today,
    };
    // a treatment is never refused: what cannot be said is no dose, and goes on being kept
    dose::most(need, &vials).unwrap_or(Doses::ZERO)
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
