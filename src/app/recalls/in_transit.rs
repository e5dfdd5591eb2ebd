//! What of a lot is on its way between two pharmacies.

use super::super::act::Act;
use super::super::error::Error;
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

/// Returns what is on its way of some lots, by transfer: none, since a transfer leaves one pharmacy and
/// arrives at the other in one transaction.
///
/// # Errors
/// When the database cannot be read.
pub fn in_transit(_act: &mut Act<'_>, _lots: &[LotId]) -> Result<Vec<InTransit>, Error> {
    Ok(Vec::new())
}
