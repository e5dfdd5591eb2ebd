//! Whose units go first, when held units must go.

use super::InForce;
use crate::domain::calendar::Day;
use crate::domain::id::{HoldId, LotId};
use crate::domain::quantity::Units;
use crate::domain::reserve::{self, Facts, Hold, KeptFor};
use crate::domain::rule::Resupply;

/// The place of a held dose among those that doses are kept for, as in the order of the reserve;
/// where that takes the order of registration, this takes the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// By which of the patient's doses it is, by day of infusion, by asking.
    Infused(usize, Day, i64),
    /// By day of infusion, by asking, by which of the patient's doses it is.
    Scheduled(Day, i64, usize),
    /// Nothing is kept for them: the window is over, the infusion was cancelled, the clearance is
    /// not in force, or more is held than is kept.
    Nobody,
}

/// A rulebook's facts with the clearances that are in force under it. Several are of one site: they
/// have the same holds.
pub type Ranking<'a> = (Facts<'a>, Vec<InForce>);

/// Cuts `excess` units out of the holds of one lot, in reverse rank: first what is kept for nobody,
/// then of scheduled patients the last to be infused, then of infused ones the last dose of each
/// before the first of any; among equals the last to have asked.
///
/// Returns for each hold that loses units how many it loses: together `excess`, or all that is held
/// of the lot when that is less.
pub fn cut(books: &[Ranking<'_>], lot: &LotId, excess: Units) -> Vec<(HoldId, Units)> {
    let mut left = excess;
    let mut cuts = Vec::new();
    for hold in last_first(books) {
        if left == Units::ZERO {
            break;
        }
        if hold.lot_id == *lot {
            let units = left.min(hold.units);
            cuts.push((hold.id.clone(), units));
            left = left.saturating_sub(units);
        }
    }
    cuts
}

/// Returns all holds in reverse rank, the first to lose units first: see [`cut`]. Each is ranked by
/// the rulebook of its own clearance.
pub fn last_first<'a>(books: &[Ranking<'a>]) -> Vec<&'a Hold> {
    let Some((facts, _)) = books.first() else {
        return Vec::new();
    };
    let books: Vec<_> = books
        .iter()
        .map(|(facts, in_force)| (facts, reserve::resupply(facts), in_force))
        .collect();
    let ranked = |hold: &Hold| {
        books
            .iter()
            .find_map(|(facts, resupply, in_force)| rank(facts, *resupply, in_force, hold))
            .unwrap_or(Rank::Nobody)
    };
    let mut rows: Vec<(Rank, &Hold)> = facts.holds.iter().map(|h| (ranked(h), h)).collect();
    rows.sort_by(|a, b| (b.0, &b.1.lot_id, &b.1.id).cmp(&(a.0, &a.1.lot_id, &a.1.id)));
    rows.into_iter().map(|(_, hold)| hold).collect()
}

/// The rank of a hold whose clearance is in force under the rulebook of `facts`.
fn rank(facts: &Facts<'_>, resupply: Resupply, in_force: &[InForce], hold: &Hold) -> Option<Rank> {
    let clearance = in_force.iter().find(|c| c.id == hold.clearance)?;
    let patient = facts.patients.iter().find(|p| p.id == hold.patient)?;
    let place = reserve::held_doses(facts, &patient.id)
        .iter()
        .position(|held| held.iter().any(|h| h.id == hold.id))
        .unwrap_or(usize::MAX);
    // its place among the patient's doses: numbers of doses that were given have gaps
    let kept = reserve::patient_doses(facts, resupply, patient);
    Some(match kept.get(place).map(|d| &d.kept_for) {
        Some(KeptFor::Infused(_)) => Rank::Infused(place, patient.infusion_on, clearance.seq),
        Some(KeptFor::Scheduled(_)) => Rank::Scheduled(patient.infusion_on, clearance.seq, place),
        Some(KeptFor::Floor) | None => Rank::Nobody,
    })
}
