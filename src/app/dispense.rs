//! Units leave for a patient or a ward.

mod by_override;
pub(super) mod packs;

use by_override::pick_by_override;
use packs::{known, packs_leave};

use super::act::Act;
use super::after::{self, Recorded};
use super::error::Error;
use super::hear;
use super::record::{Particulars, not_in_the_future, patient, record};
use super::site_state::SiteState;
use super::{crs, edit_patients, protect};
use crate::db::{self};
use crate::domain::clearance;
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::{HoldId, LotId, OperationId, PatientId};
use crate::domain::ledger::{Effect, MovementKind, StockLine, UnitState, pick_first_expiring};
use crate::domain::quantity::{Doses, Units};
use crate::domain::reason::Refusal;
use crate::domain::reserve::Hold;

/// What leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispensed {
    /// The units: one line or more, of one or several presentations.
    pub lines: Vec<Line>,
    /// For whom; needed for a CRS dose and for an override.
    pub pseudonym: Option<String>,
    /// Why it may leave.
    pub claim: Claim,
    /// What is told beside.
    pub told: Particulars,
}

/// Units of one presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot; what expires first, when none is named.
    pub lot: Option<LotNumber>,
    /// How many.
    pub units: Units,
    /// The serial number of a pack that leaves whole.
    pub serial: Option<Serial>,
    /// Its place in the list that the order has, from 0; nothing when the order is this line.
    pub place: Option<usize>,
}

/// By what right units leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// By none that ranks above a reserve.
    Ordinary,
    /// To treat a cytokine release syndrome: never refused for a reserve.
    Crs,
    /// Against a refusal, for one patient, by a pharmacist's written reason.
    Override,
}

/// Dispenses units.
///
/// An ordinary dispensing is refused when it would cost a reserve a dose. One for CRS takes its
/// patient's hold first, then what nobody holds, then other holds in reverse rank. An override
/// takes what nobody holds first, then holds in reverse rank.
///
/// # Errors
/// Refused when the reserve would lose a dose, when there are not enough units, when a pack that
/// leaves is at another site, or is of another lot than its line names, or when what is dispensed
/// for CRS does not treat it.
pub fn dispense(act: &mut Act<'_>, site: Finess, order: &Dispensed) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, &order.told)?;
    let order = &Dispensed {
        lines: order
            .lines
            .iter()
            .map(|line| known(act, &mut state, line))
            .collect::<Result<_, _>>()?,
        ..order.clone()
    };
    let mut told = order.told.clone();
    told.patient = order
        .pseudonym
        .as_deref()
        .map(|p| patient(act, site, p))
        .transpose()?;
    let treated = told.patient.as_ref().map(|(id, _)| id.clone());
    let mut given_before = Doses::ZERO;
    let (kind, picks) = match order.claim {
        Claim::Ordinary => {
            let picks = pick_free(&state, &order.lines)?;
            protect::reserves(act, &state, &picks)?;
            (MovementKind::Dispensing, picks)
        }
        Claim::Override => pick_by_override(act, &mut state, &order.lines)?,
        Claim::Crs => {
            told.reason = Some("crs");
            for line in &order.lines {
                crs::treats(act, line.place, line.cip13)?;
            }
            given_before = crs::doses_dispensed(act, &state, treated.as_ref())?;
            let picks = pick_over_holds(act, &mut state, &order.lines, treated.as_ref())?;
            (MovementKind::Dispensing, picks)
        }
    };
    let effects: Vec<(LotId, Effect)> = picks
        .iter()
        .map(|(lot, n)| (lot.clone(), Effect::leave(*n, UnitState::Usable)))
        .collect();
    let movements = record(act, site, kind, &effects, &told)?;
    packs_leave(act, &state, &order.lines, &movements)?;
    state.apply(&movements, None);
    if matches!(order.claim, Claim::Crs) {
        let given = crs::doses_dispensed(act, &state, treated.as_ref())?;
        let by = crs::change(given_before, given);
        state.served = treated.clone().filter(|_| by > 0);
        edit_patients::dose_given(act, &mut state, treated.as_ref(), by)?;
    }
    if kind == MovementKind::DispensingOverride {
        let operation = movements
            .first()
            .map_or_else(|| OperationId::new(""), |m| m.operation.clone());
        let left = protect::left(act, &state);
        hear::overridden(act, &state, &operation, left)?;
    }
    after::stock_changed(act, state, movements)
}

fn pick_free(state: &SiteState, lines: &[Line]) -> Result<Vec<(LotId, Units)>, Refusal> {
    let mut stock = state.stock.clone();
    let mut picks = Vec::new();
    for line in lines {
        let picked = pick_first_expiring(
            &stock,
            line.cip13,
            line.lot.as_ref(),
            line.units,
            state.today,
        )
        .map_err(|free| not_enough(&stock, line, free))?;
        take(&mut stock, &picked);
        picks.extend(picked);
    }
    Ok(merged(picks))
}

fn not_enough(stock: &[StockLine], line: &Line, free: Units) -> Refusal {
    let lots = stock
        .iter()
        .filter(|l| l.cip13 == line.cip13 && line.lot.as_ref().is_none_or(|lot| l.lot == *lot));
    let held = lots.fold(Units::ZERO, |sum, l| sum.saturating_add(l.held));
    Refusal::NotEnough {
        cip13: line.cip13,
        lot: line.lot.clone(),
        wanted: line.units,
        free,
        held,
    }
}

fn take(stock: &mut [StockLine], picks: &[(LotId, Units)]) {
    for (lot, units) in picks {
        if let Some(line) = stock.iter_mut().find(|l| l.lot_id == *lot) {
            line.usable = line.usable.saturating_sub(*units);
        }
    }
}

/// One row a lot: two lines of an order may have picked the same.
fn merged(picks: Vec<(LotId, Units)>) -> Vec<(LotId, Units)> {
    let mut rows: Vec<(LotId, Units)> = Vec::new();
    for (lot, units) in picks {
        match rows.iter_mut().find(|(l, _)| *l == lot) {
            Some((_, n)) => *n = n.saturating_add(units),
            None => rows.push((lot, units)),
        }
    }
    rows
}

/// Picks what no reserve refuses, and takes out of holds what it must: of those of `patient` first.
fn pick_over_holds(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lines: &[Line],
    patient: Option<&PatientId>,
) -> Result<Vec<(LotId, Units)>, Error> {
    let mut picks = Vec::new();
    for line in lines {
        let own = own_holds(state, line, patient);
        let mut left = line.units;
        for (hold, lot) in own {
            let units = left.min(hold.units);
            shrink(act, state, &[(hold.id.clone(), units)])?;
            picks.push((lot, units));
            take(
                &mut state.stock,
                picks.last().map(std::slice::from_ref).unwrap_or_default(),
            );
            left = left.saturating_sub(units);
            if left == Units::ZERO {
                break;
            }
        }
        picks.extend(free_then_held(act, state, line, left)?);
    }
    // the picks were taken from the state to see what is left; the movements take them again
    for (lot, units) in &picks {
        if let Some(l) = state.stock.iter_mut().find(|l| l.lot_id == *lot) {
            l.usable = l.usable.saturating_add(*units);
        }
    }
    Ok(merged(picks))
}

fn own_holds(state: &SiteState, line: &Line, patient: Option<&PatientId>) -> Vec<(Hold, LotId)> {
    let mut own: Vec<(Hold, LotId)> = state
        .holds
        .iter()
        .filter(|h| patient == Some(&h.patient))
        .filter(|h| is_of(state, line, h))
        .map(|h| (h.clone(), h.lot_id.clone()))
        .collect();
    own.sort_by(|a, b| (a.0.dose, &a.0.id).cmp(&(b.0.dose, &b.0.id)));
    own
}

/// What nobody holds, what expires first, first; then out of other holds in reverse rank, whatever
/// lot they are of.
fn free_then_held(
    act: &mut Act<'_>,
    state: &mut SiteState,
    line: &Line,
    wanted: Units,
) -> Result<Vec<(LotId, Units)>, Error> {
    if wanted == Units::ZERO {
        return Ok(Vec::new());
    }
    let (today, cip13, lot) = (state.today, line.cip13, line.lot.as_ref());
    let free = match pick_first_expiring(&state.stock, cip13, lot, wanted, today) {
        Ok(picks) => {
            take(&mut state.stock, &picks);
            return Ok(picks);
        }
        Err(free) => free,
    };
    let mut picks = if free == Units::ZERO {
        Vec::new()
    } else {
        pick_first_expiring(&state.stock, cip13, lot, free, today).unwrap_or_default()
    };
    take(&mut state.stock, &picks);
    let mut left = wanted.saturating_sub(free);
    let others = last_first(act, state, line);
    let held = others
        .iter()
        .fold(Units::ZERO, |sum, h| sum.saturating_add(h.units));
    if held < left {
        return Err(not_enough(&state.stock, line, free).into());
    }
    for hold in others {
        if left == Units::ZERO {
            break;
        }
        let units = left.min(hold.units);
        shrink(act, state, &[(hold.id, units)])?;
        let pick = (hold.lot_id, units);
        take(&mut state.stock, std::slice::from_ref(&pick));
        picks.push(pick);
        left = left.saturating_sub(units);
    }
    Ok(picks)
}

/// The holds that a line may be taken from, the first to lose units first.
fn last_first(act: &Act<'_>, state: &SiteState, line: &Line) -> Vec<Hold> {
    clearance::last_first(&state.rankings(&act.reserve_rules()))
        .into_iter()
        .filter(|h| is_of(state, line, h))
        .cloned()
        .collect()
}

/// Whether a hold is of what a line asks for, in date.
fn is_of(state: &SiteState, line: &Line, hold: &Hold) -> bool {
    state.line(&hold.lot_id).is_some_and(|l| {
        l.cip13 == line.cip13
            && l.expiry >= state.today
            && line.lot.as_ref().is_none_or(|lot| l.lot == *lot)
    })
}

/// Cuts units of a lot out of its holds, in reverse rank.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn cut(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lot: &LotId,
    units: Units,
) -> Result<(), Error> {
    if units == Units::ZERO {
        return Ok(());
    }
    let cuts = clearance::cut(&state.rankings(&act.reserve_rules()), lot, units);
    shrink(act, state, &cuts)
}

fn shrink(act: &mut Act<'_>, state: &mut SiteState, cuts: &[(HoldId, Units)]) -> Result<(), Error> {
    let mut holds = state.holds.clone();
    for (id, units) in cuts {
        if let Some(hold) = holds.iter_mut().find(|h| h.id == *id) {
            db::clearances::shrink_hold(act.conn, hold, *units)?;
            hold.units = hold.units.saturating_sub(*units);
        }
    }
    holds.retain(|h| h.units > Units::ZERO);
    state.set_holds(holds);
    Ok(())
}
