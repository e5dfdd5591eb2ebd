//! Lines of reserves whose doses are no longer what was planned.

use super::frozen::{Frozen, Wanted};
use super::outranked::Outranked;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::plan::Subject;
use std::collections::BTreeSet;

/// Returns the names of lines of reserves whose patient is not as they were planned, whose doses are asked
/// for no more, or are on their way already by another plan.
pub(super) fn changed(
    act: &mut Act<'_>,
    frozen: &Frozen,
    now: &Outranked,
    wanted: &[Wanted<'_>],
) -> Result<BTreeSet<String>, Error> {
    let approved = db::plan_lines::approved(act.conn, &frozen.sites)?;
    let on_their_way: BTreeSet<(&str, &str)> = approved
        .iter()
        .filter(|line| line.request.is_none())
        .map(|line| (line.site.as_str(), line.name.as_str()))
        .collect();
    let mut changed = BTreeSet::new();
    for one in wanted.iter().filter(|one| one.line.request.is_none()) {
        let name = &one.line.name;
        let there = on_their_way.contains(&(one.line.site.as_str(), name.as_str()));
        if there || !now.is_granted(name) || !same_patient(frozen, now, one) {
            changed.insert(name.clone());
        }
    }
    Ok(changed)
}

/// Whether the patient of a line, if it is for one, has the weight, day and doses that were planned.
fn same_patient(frozen: &Frozen, now: &Outranked, wanted: &Wanted<'_>) -> bool {
    let place = usize::try_from(wanted.line.place).ok();
    let decision = place.and_then(|place| frozen.answer.decisions.get(place));
    let Some(Subject::Patient(place)) = decision.map(|d| d.subject) else {
        return true;
    };
    let Some(planned) = frozen.case.patients.get(place) else {
        return false;
    };
    now.patient(&planned.id).is_some_and(|now| {
        now.weight == planned.weight
            && now.infusion_on == planned.infusion_on
            && now.doses_given == planned.doses_given
    })
}
