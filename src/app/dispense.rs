//! Units leave for a patient or a ward.

mod by_override;
mod for_request;
mod given_before;
pub(super) mod over_holds;
pub(super) mod packs;

use by_override::pick_by_override;
use for_request::Granted;
use over_holds::pick_over_holds;
use packs::{known, packs_leave};

use super::act::Act;
use super::after::{self, Recorded};
use super::error::Error;
use super::hear;
use super::record::{Particulars, not_in_the_future, patient, record};
use super::safety::Verdict;
use super::site_state::SiteState;
use super::{crs, edit_patients, protect};
use crate::domain::calendar::local_day;
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::{LotId, OperationId, RequestId};
use crate::domain::ledger::{Effect, MovementKind, StockLine, UnitState, pick_first_expiring};
use crate::domain::quantity::{Doses, Units};
use crate::domain::reason::Refusal;

/// What leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispensed {
    /// The units: one line or more, of one or several presentations; all that is held for a request,
    /// when one is named and no line is.
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
    /// By the approved line of a plan: the units that are held for this request, with what is said at the
    /// safety gate.
    Request(RequestId, Verdict),
}

/// Dispenses units.
///
/// An ordinary dispensing is refused when it would cost a reserve a dose, or to a patient whose open
/// request for the medicine does not pass the safety gate; what was granted to a request was weighed when
/// it was approved. One for CRS takes its
/// patient's hold first, then what nobody holds, then other holds in reverse rank. An override
/// takes what nobody holds first, then holds in reverse rank.
///
/// What was given before a recall or an excursion set its lot apart, and is told afterwards, is let out of
/// quarantine first.
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
    let mut granted = match &order.claim {
        Claim::Request(request, _) => Some(Granted::find(act, &state, request)?),
        Claim::Ordinary | Claim::Crs | Claim::Override => None,
    };
    if let Some(granted) = &granted {
        told.patient = Some(granted.patient());
    }
    let treated = told.patient.as_ref().map(|(id, _)| id.clone());
    let crs = matches!(order.claim, Claim::Crs) || granted.as_ref().is_some_and(|g| g.treats(act));
    let mut given_before = Doses::ZERO;
    if crs {
        told.reason = Some("crs");
        for line in &order.lines {
            crs::treats(act, line.place, line.cip13)?;
        }
        given_before = crs::doses_dispensed(act, &state, treated.as_ref())?;
    }
    let out = given_before::let_out(act, &mut state, &order.lines, &order.told)?;
    let (kind, picks) = match &order.claim {
        Claim::Ordinary => {
            Granted::passes_around(act, &state, treated.as_ref(), &order.lines)?;
            let picks = pick_free(&state, &order.lines)?;
            protect::reserves(act, &state, &given_before::beside(&picks, &out))?;
            (MovementKind::Dispensing, picks)
        }
        Claim::Override => {
            let around = Granted::passes_around(act, &state, treated.as_ref(), &order.lines);
            let (kind, picks) = pick_by_override(act, &mut state, &order.lines)?;
            match around {
                Ok(()) => (kind, picks),
                // what speaks against it is overridden too
                Err(Error::Refused(_)) => (MovementKind::DispensingOverride, picks),
                Err(other) => return Err(other),
            }
        }
        Claim::Request(_, verdict) => match &granted {
            Some(granted) => {
                let kind = granted.passes(act, &state, verdict)?;
                (kind, granted.pick(act, &mut state, &order.lines)?)
            }
            None => (MovementKind::Dispensing, Vec::new()),
        },
        Claim::Crs => {
            let own = Granted::of_patient(act, &state, treated.as_ref())?;
            let (mut picks, rest) = match &own {
                Some(own) => own.first(act, &mut state, &order.lines)?,
                None => (Vec::new(), order.lines.clone()),
            };
            take(&mut state.stock, &picks);
            let more = pick_over_holds(act, &mut state, &rest, treated.as_ref())?;
            give(&mut state.stock, &picks);
            granted = own.filter(|_| !picks.is_empty());
            picks.extend(more);
            let picks = merged(picks);
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
    if let Some(granted) = granted {
        let at = told.happened_at.unwrap_or(act.now);
        let on = local_day(at, state.site.zone).unwrap_or(state.today);
        granted.served(act, on)?;
    }
    if crs {
        let given = crs::doses_dispensed(act, &state, treated.as_ref())?;
        let by = crs::change(given_before, given);
        state.served = treated.clone().filter(|_| by > 0);
        edit_patients::dose_given(act, &mut state, treated.as_ref(), by)?;
    }
    if kind == MovementKind::DispensingOverride && order.claim == Claim::Override {
        let operation = movements
            .first()
            .map_or_else(|| OperationId::new(""), |m| m.operation.clone());
        let left = protect::left(act, &state);
        hear::overridden(act, &state, &operation, left)?;
    }
    after::stock_changed(act, state, [out, movements].concat())
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

/// Puts back what [`take`] took to see what is left.
fn give(stock: &mut [StockLine], picks: &[(LotId, Units)]) {
    for (lot, units) in picks {
        if let Some(line) = stock.iter_mut().find(|l| l.lot_id == *lot) {
            line.usable = line.usable.saturating_add(*units);
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
