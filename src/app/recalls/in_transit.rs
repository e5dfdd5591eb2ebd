//! What of a lot is on its way between two pharmacies.

use super::super::act::Act;
use super::super::error::Error;
use crate::db;
use crate::domain::code::Finess;
use crate::domain::id::{LotId, TransferId};
use crate::domain::quantity::Units;

/// Units that have left one pharmacy and not arrived at the other: they are on nobody's shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTransit {
    /// With which transfer.
    pub transfer: TransferId,
    /// Who gave them.
    pub from: Finess,
    /// Who receives them.
    pub to: Finess,
    /// Of which lot.
    pub lot_id: LotId,
    /// How many.
    pub units: Units,
}

/// Returns what is on its way of some lots, by transfer: to who receives it, or back to who gave it.
///
/// # Errors
/// When the database cannot be read.
pub fn in_transit(act: &mut Act<'_>, lots: &[LotId]) -> Result<Vec<InTransit>, Error> {
    let sent = db::transfers::in_transit_of_lot(act.conn, lots)?;
    let of = |sent: db::transfers::InTransit| InTransit {
        transfer: sent.transfer,
        from: sent.from,
        to: sent.to,
        lot_id: sent.lot_id,
        units: sent.to_come.saturating_add(sent.going_back),
    };
    Ok(sent.into_iter().map(of).collect())
}
