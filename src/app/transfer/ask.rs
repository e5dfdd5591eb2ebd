//! A pharmacy asks another for units: they are held there until it answers.

use super::{audit, may_be_right};
use crate::app::act::Act;
use crate::app::after;
use crate::app::error::Error;
use crate::app::protect;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::clearance::ClearanceState;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{ClearanceId, HoldId, LotId, TransferId};
use crate::domain::ledger::pick_first_expiring;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{LegalBasis, Purpose, Signed, Transfer, TransferHold, TransferRow};
use serde_json::json;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Who is to give.
    pub from: Finess,
    /// Who is to receive.
    pub to: Finess,
    /// What it is for.
    pub purpose: AskedFor,
    /// Which units; never empty.
    pub rows: Vec<AskedRow>,
    /// By what right, if that is known already.
    pub legal: Option<LegalBasis>,
    /// Why, in words.
    pub words: Option<String>,
}

/// What it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedFor {
    /// To turn a NO-GO of the receiver.
    Clearance(ClearanceId),
    /// Anything else.
    Free,
}

/// Units of one presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot; what expires first, when none is named.
    pub lot: Option<LotNumber>,
    /// Its expiry, where two lots share the number.
    pub expiry: Option<Day>,
    /// How many.
    pub units: Units,
}

/// Asks a pharmacy for units, which are held there from now on. The caller has locked both sites.
///
/// Choice: within a network anybody who may ask at the receiver asks; a giver of another network is asked by
/// somebody whose access holds there too.
///
/// # Errors
/// Refused when the giver is out of reach, has not so many free units in date, or would lose a dose of its
/// reserve; when the NO-GO is none of the receiver's, or was answered since.
pub fn ask(act: &mut Act<'_>, asking: &Asking) -> Result<Transfer, Error> {
    act.caller.check(Action::AskTransfers, Some(asking.to))?;
    let mut giver = SiteState::load(act, asking.from)?;
    let receiver = SiteState::load(act, asking.to)?;
    if giver.site.network != receiver.site.network && !act.caller.reach.includes(asking.from) {
        let state = "other-network";
        return Err(Refusal::WrongState { state }.into());
    }
    may_be_right(act, asking.legal.as_ref())?;
    let purpose = purpose(act, asking)?;
    let picks = pick(act, &mut giver, &asking.rows)?;
    protect::reserves(act, &giver, &picks)?;
    let by = Signed {
        at: act.now,
        by: act.caller.id.clone(),
    };
    let mut rows = Vec::new();
    for (lot, units) in &picks {
        let line = giver.find(act.conn, lot)?;
        let line = line.ok_or_else(|| Error::Bug(format!("lot {lot} is not at its giver")))?;
        let of = (line.lot_id, line.cip13, line.lot, line.expiry);
        rows.push(TransferRow::asked(act.id(), None, of, *units));
    }
    let id = TransferId::new(act.id());
    let transfer = Transfer {
        legal: asking.legal.clone(),
        ..Transfer::asked(id, purpose, (asking.from, asking.to), by, rows)
    };
    db::transfers::insert(act.conn, &transfer)?;
    let words = db::transfers::Words {
        asked_words: asking.words.clone(),
        ..db::transfers::Words::default()
    };
    db::transfers::add_words(act.conn, &transfer.id, words)?;
    hold(act, &mut giver, &transfer)?;
    let units = Units::sum(picks.iter().map(|(_, units)| *units));
    let more = json!({ "purpose": transfer.purpose.code(), "units": units.get() });
    audit(act, &transfer, "transfer.ask", more)?;
    after::settle(act, &mut giver)?;
    Ok(transfer)
}

fn purpose(act: &mut Act<'_>, asking: &Asking) -> Result<Purpose, Error> {
    let AskedFor::Clearance(id) = &asking.purpose else {
        return Ok(Purpose::Free);
    };
    let unknown = || Refusal::Unknown {
        what: "clearance",
        name: id.to_string(),
    };
    let clearance = db::clearances::find(act.conn, asking.to, id)?.ok_or_else(unknown)?;
    if clearance.state != ClearanceState::Refused {
        let state = clearance.state.code();
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(Purpose::Clearance(id.clone()))
}

/// Finds the units: free ones in date, one row a lot.
fn pick(
    act: &mut Act<'_>,
    giver: &mut SiteState,
    rows: &[AskedRow],
) -> Result<Vec<(LotId, Units)>, Error> {
    let mut picks: Vec<(LotId, Units)> = Vec::new();
    let mut shelf = giver.stock.clone();
    for row in rows {
        let lot = match &row.lot {
            Some(lot) => Some(giver.lot(act.conn, row.cip13, lot, row.expiry)?),
            None => None,
        };
        let of_lot = |line: &LotId| lot.as_ref().is_none_or(|lot| lot.lot_id == *line);
        let meant: Vec<_> = shelf
            .iter()
            .filter(|l| of_lot(&l.lot_id))
            .cloned()
            .collect();
        let found = pick_first_expiring(&meant, row.cip13, None, row.units, giver.today);
        let found = found.map_err(|free| {
            let held = meant
                .iter()
                .filter(|l| l.cip13 == row.cip13)
                .map(|l| l.held);
            Refusal::NotEnough {
                cip13: row.cip13,
                lot: row.lot.clone(),
                wanted: row.units,
                free,
                held: Units::sum(held),
            }
        })?;
        for (lot, units) in found {
            if let Some(line) = shelf.iter_mut().find(|l| l.lot_id == lot) {
                line.usable = line.usable.saturating_sub(units);
            }
            match picks.iter_mut().find(|(l, _)| *l == lot) {
                Some((_, n)) => *n = n.saturating_add(units),
                None => picks.push((lot, units)),
            }
        }
    }
    Ok(picks)
}

/// Holds the units of a transfer at its giver.
fn hold(act: &mut Act<'_>, giver: &mut SiteState, transfer: &Transfer) -> Result<(), Error> {
    let mut holds = giver.transfer_holds.clone();
    for row in &transfer.rows {
        let hold = TransferHold {
            id: HoldId::new(act.id()),
            transfer: transfer.id.clone(),
            site: transfer.from,
            lot_id: row.lot_id.clone(),
            units: row.units,
        };
        db::transfers::hold(act.conn, &hold, act.now)?;
        holds.push(hold);
    }
    giver.set_transfer_holds(holds);
    Ok(())
}
