//! May this infusion start: GO with the units to hold, or NO-GO with what is missing.
//!
//! Source: letter of 14 October 2021, p. 2: no CAR-T therapy starts unless the local pharmacy can
//! make at least two injections, three when resupply is compromised.

use super::dose::{self, Composition, Need, Take, Unsolved};
use super::id::{ClearanceId, LotId, PatientId};
use super::ledger::StockLine;
use super::quantity::{Doses, Mg, Units};
use super::reserve::{self, CarTPatient, Facts, KeptFor, ReserveDose, Standing};

/// The units that make one dose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDose {
    /// Which dose, from 1.
    pub number: u32,
    /// How many of which lot.
    pub units: Vec<(LotId, Units)>,
}

/// The answer to "may this infusion start".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may, and these units are held from the same instant.
    Go {
        /// The patient's doses.
        doses: Vec<HeldDose>,
    },
    /// It may not.
    NoGo {
        /// How many doses are missing, of this patient, of the patients before, or of the floor.
        missing: Doses,
        /// The fewest milligrams of vials that would fill it: strength and number.
        fill: Vec<(Mg, Units)>,
    },
}

/// How far a clearance has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClearanceState {
    /// NO-GO from the start.
    Refused,
    /// GO, and its doses are held.
    Standing,
    /// It was GO, and its doses are no longer covered: NO-GO.
    Broken,
    /// Its patient received a dose from it and nothing is held any more.
    Used,
    /// Its units were given back.
    Released,
    /// Another clearance took its place.
    Moved,
}

impl ClearanceState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Refused,
        Self::Standing,
        Self::Broken,
        Self::Used,
        Self::Released,
        Self::Moved,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Standing => "standing",
            Self::Broken => "broken",
            Self::Used => "used",
            Self::Released => "released",
            Self::Moved => "moved",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Returns whether it holds, or should hold, units.
    pub const fn in_force(self) -> bool {
        matches!(self, Self::Standing | Self::Broken)
    }
}

/// Answers whether the infusion of `patient`, who is among the patients of `facts` and whose own
/// holds are not among its holds, may start.
///
/// GO when the free vials make at once, each dose in date on its own day: the doses of other
/// patients that no hold covers, the patient's own, and the floor with the patient counted.
///
/// # Errors
/// [`Unsolved`] when the question is too large to be answered exactly.
pub fn ask(facts: &Facts<'_>, patient: &CarTPatient) -> Result<Answer, Unsolved> {
    let reserve = reserve::stand(facts);
    let (own, others): (Vec<&ReserveDose>, Vec<&ReserveDose>) = reserve
        .doses
        .iter()
        .filter(|d| d.standing != Standing::Held)
        .partition(|d| d.kept_for.patient() == Some(&patient.id));
    let (floor, patients): (Vec<&ReserveDose>, Vec<&ReserveDose>) = others
        .into_iter()
        .partition(|d| d.kept_for == KeptFor::Floor);
    let needs: Vec<Need> = patients
        .iter()
        .chain(&own)
        .chain(&floor)
        .map(|d| d.need)
        .collect();
    let vials = reserve::free_vials(facts);
    let grants = dose::grant(&needs, &vials, Take::LatestExpiry)?;
    let missing = grants.granted.iter().filter(|yes| !**yes).count();
    if missing > 0 {
        let fill = dose::shortfall(&needs, &vials, &strengths(facts))?.unwrap_or_default();
        return Ok(Answer::NoGo {
            missing: Doses::count(missing),
            fill,
        });
    }
    let mine = grants
        .compositions
        .into_iter()
        .flatten()
        .skip(patients.len())
        .take(own.len());
    Ok(Answer::Go {
        doses: (1..)
            .zip(mine)
            .map(|(number, c): (u32, Composition<LotId>)| HeldDose {
                number,
                units: c.rows,
            })
            .collect(),
    })
}

/// Returns the strengths that the rulebook has for the reserve's route, smallest first.
pub fn strengths(facts: &Facts<'_>) -> Vec<Mg> {
    let mut all: Vec<Mg> = facts
        .rulebook
        .by_route(facts.rule.route)
        .map(|p| p.strength)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A clearance that holds, or should hold, units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Its name.
    pub id: ClearanceId,
    /// Its number at the site: the order of asking.
    pub seq: i64,
    /// For whom.
    pub patient: PatientId,
    /// Whether it stands or is broken.
    pub state: ClearanceState,
}

/// What a clearance should hold now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Which clearance.
    pub id: ClearanceId,
    /// Whether the patient's window is over: nothing is held any more.
    pub over: bool,
    /// All of its doses that are covered; the numbers of those that were are kept.
    pub doses: Vec<HeldDose>,
    /// How many doses cannot be covered: broken when there is one.
    pub missing: Doses,
}

/// Holds again what a change took away, in the order in which the doses rank, and says for each
/// clearance in force what it should hold now.
///
/// Doses whose held units still make them stay as they are. For the rest their units are put back
/// and the dose is made anew from what is free. Nothing is taken from another clearance.
pub fn settle(facts: &Facts<'_>, in_force: &[InForce]) -> Vec<Settled> {
    let resupply = reserve::resupply(facts);
    let mut stock = facts.stock.to_vec();
    let mut ranked: Vec<&InForce> = in_force.iter().collect();
    ranked.sort_by_key(|c| rank(facts, c));
    let kept: Vec<(&InForce, Vec<ReserveDose>, Vec<HeldDose>)> = ranked
        .into_iter()
        .map(|c| {
            let wanted = facts
                .patients
                .iter()
                .find(|p| p.id == c.patient)
                .map_or_else(Vec::new, |p| reserve::patient_doses(facts, resupply, p));
            let kept = keep(facts, &c.patient, &wanted, &mut stock);
            (c, wanted, kept)
        })
        .collect();
    kept.into_iter()
        .map(|(c, wanted, kept)| cover(facts, c, &wanted, kept, &mut stock))
        .collect()
}

/// Keeps the held doses that still make a dose, as many as are wanted; gives the units of the
/// others back to `stock`.
fn keep(
    facts: &Facts<'_>,
    patient: &PatientId,
    wanted: &[ReserveDose],
    stock: &mut [StockLine],
) -> Vec<HeldDose> {
    let mut kept = Vec::new();
    for held in reserve::held_doses(facts, patient) {
        let good = wanted
            .get(kept.len())
            .is_some_and(|d| reserve::covers(facts, &held, d.need));
        if good {
            let number = held.first().map_or(1, |h| h.dose);
            kept.push(HeldDose {
                number,
                units: held.iter().map(|h| (h.lot_id.clone(), h.units)).collect(),
            });
            continue;
        }
        for hold in held {
            if let Some(line) = stock.iter_mut().find(|l| l.lot_id == hold.lot_id) {
                line.held = line.held.saturating_sub(hold.units);
            }
        }
    }
    kept
}

/// Covers what is wanted beyond what was kept, from what is free in `stock`, and takes it there.
fn cover(
    facts: &Facts<'_>,
    clearance: &InForce,
    wanted: &[ReserveDose],
    kept: Vec<HeldDose>,
    stock: &mut [StockLine],
) -> Settled {
    let needs: Vec<Need> = wanted.iter().skip(kept.len()).map(|d| d.need).collect();
    let mut doses = kept;
    let mut missing = 0;
    if !needs.is_empty() {
        let vials = reserve::free_vials(&Facts { stock, ..*facts });
        // what cannot be said is not to be counted on: nothing is covered then
        let granted = dose::grant(&needs, &vials, Take::LatestExpiry)
            .map_or_else(|_unsolved| vec![None; needs.len()], |g| g.compositions);
        for composition in granted {
            let Some(Composition { rows: units, .. }) = composition else {
                missing += 1;
                continue;
            };
            for (lot, taken) in &units {
                if let Some(line) = stock.iter_mut().find(|l| l.lot_id == *lot) {
                    line.held = line.held.saturating_add(*taken);
                }
            }
            doses.push(HeldDose {
                number: unused_number(&doses),
                units,
            });
        }
    }
    Settled {
        id: clearance.id.clone(),
        over: wanted.is_empty(),
        doses,
        missing: Doses::count(missing),
    }
}

fn unused_number(doses: &[HeldDose]) -> u32 {
    (1..)
        .find(|n| doses.iter().all(|d| d.number != *n))
        .unwrap_or(u32::MAX)
}

/// Infused patients before scheduled ones, then by day of infusion, then in the order of asking.
fn rank(facts: &Facts<'_>, clearance: &InForce) -> (bool, Option<super::calendar::Day>, i64) {
    let day = facts
        .patients
        .iter()
        .find(|p| p.id == clearance.patient)
        .map(|p| p.infusion_on);
    (day.is_none_or(|d| d > facts.today), day, clearance.seq)
}

/// Cuts `excess` units out of the holds of one lot, in reverse rank: the last to be infused, the
/// last to have asked, and of one patient the last dose first.
///
/// Returns for each hold that loses units how many it loses.
pub fn cut(
    facts: &Facts<'_>,
    in_force: &[InForce],
    lot: &LotId,
    excess: Units,
) -> Vec<(super::id::HoldId, Units)> {
    let mut rows: Vec<_> = facts
        .holds
        .iter()
        .filter(|h| h.lot_id == *lot)
        .map(|h| {
            (
                in_force
                    .iter()
                    .find(|c| c.id == h.clearance)
                    .map(|c| rank(facts, c)),
                h.dose,
                h,
            )
        })
        .collect();
    rows.sort_by(|a, b| (&b.0, b.1, &b.2.id).cmp(&(&a.0, a.1, &a.2.id)));
    let mut left = excess;
    let mut cuts = Vec::new();
    for (_, _, hold) in rows {
        if left == Units::ZERO {
            break;
        }
        let units = left.min(hold.units);
        cuts.push((hold.id.clone(), units));
        left = left.saturating_sub(units);
    }
    cuts
}

/// Returns which of the vials `fill` another site could send without losing a dose of its own
/// reserve: vial by vial, those that expire last, in date until `on`.
pub fn could_send(
    giver: &Facts<'_>,
    fill: &[(Mg, Units)],
    on: super::calendar::Day,
) -> Vec<(LotId, Units)> {
    let before = reserve::stand(giver);
    let mut stock = giver.stock.to_vec();
    let mut sent: Vec<(LotId, Units)> = Vec::new();
    for (strength, units) in fill {
        for _ in 0..units.get() {
            let Some(lot) = one_more(giver, &before, &mut stock, *strength, on) else {
                break;
            };
            match sent.iter_mut().find(|(l, _)| *l == lot) {
                Some((_, n)) => *n = n.saturating_add(Units::new(1)),
                None => sent.push((lot, Units::new(1))),
            }
        }
    }
    sent
}

fn one_more(
    giver: &Facts<'_>,
    before: &reserve::Reserve,
    stock: &mut Vec<StockLine>,
    strength: Mg,
    on: super::calendar::Day,
) -> Option<LotId> {
    let fits = |l: &&mut StockLine| {
        l.free() > Units::ZERO
            && l.expiry >= on
            && giver
                .rulebook
                .presentation(l.cip13)
                .is_some_and(|p| p.strength == strength && p.route == giver.rule.route)
    };
    let line = stock
        .iter_mut()
        .filter(fits)
        .max_by(|a, b| (a.expiry, &a.lot_id).cmp(&(b.expiry, &b.lot_id)))?;
    line.usable = line.usable.saturating_sub(Units::new(1));
    let lot = line.lot_id.clone();
    let after = reserve::stand(&Facts { stock, ..*giver });
    if after.lost_since(before) == Doses::ZERO {
        return Some(lot);
    }
    if let Some(line) = stock.iter_mut().find(|l| l.lot_id == lot) {
        line.usable = line.usable.saturating_add(Units::new(1));
    }
    None
}
