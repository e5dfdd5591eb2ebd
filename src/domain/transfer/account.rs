//! Every unit that was sent is accounted for: it arrived, came back, or was lost.

use super::{TransferRow, TransferState};
use crate::domain::id::LotId;
use crate::domain::ledger::LossReason;
use crate::domain::quantity::Units;

/// What a receiver says of the units of one lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// They arrived, and may be used.
    pub usable: Units,
    /// They arrived, and are set apart.
    pub quarantined: Units,
    /// They were refused at the door, and go back.
    pub refused: Units,
    /// They did not arrive.
    pub missing: Units,
}

impl Arrived {
    /// Returns how many units that accounts for.
    pub fn all(&self) -> Units {
        let all = [self.usable, self.quarantined, self.refused, self.missing];
        Units::sum(all.into_iter())
    }

    /// Returns how many came through the door.
    pub const fn inside(&self) -> Units {
        self.usable.saturating_add(self.quarantined)
    }

    /// Returns the same with all that came set apart.
    #[must_use]
    pub const fn set_apart(self) -> Self {
        Self {
            usable: Units::ZERO,
            quarantined: self.inside(),
            ..self
        }
    }
}

/// What a giver says of refused units of one lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CameBack {
    /// They are back, and may be used.
    pub usable: Units,
    /// They are back, and are set apart.
    pub quarantined: Units,
    /// They did not come back.
    pub missing: Units,
}

impl CameBack {
    /// Returns how many are back.
    pub const fn back(&self) -> Units {
        self.usable.saturating_add(self.quarantined)
    }

    /// Returns how many units that accounts for.
    pub const fn all(&self) -> Units {
        self.back().saturating_add(self.missing)
    }
}

impl TransferRow {
    /// Returns how many units are on their way to the receiver.
    pub fn to_come(&self) -> Units {
        let told = [self.received, self.quarantined, self.refused, self.lost];
        self.sent.saturating_sub(Units::sum(told.into_iter()))
    }

    /// Returns how many units are on their way back to the giver.
    pub const fn going_back(&self) -> Units {
        self.refused
            .saturating_sub(self.returned)
            .saturating_sub(self.lost_back)
    }

    /// Returns how many units are in nobody's stock.
    pub fn in_transit(&self) -> Units {
        self.to_come().saturating_add(self.going_back())
    }

    /// Returns how many units are at the receiver, usable or set apart.
    pub const fn arrived(&self) -> Units {
        self.received.saturating_add(self.quarantined)
    }

    /// Its units leave the giver.
    pub const fn leave(&mut self) {
        self.sent = self.units;
        self.state = TransferState::Sent;
    }

    /// Sets the state that its units make, once it was sent.
    fn settle(&mut self) {
        self.state = if self.to_come() > Units::ZERO {
            TransferState::Sent
        } else if self.going_back() > Units::ZERO {
            TransferState::Returning
        } else {
            TransferState::Received
        };
    }

    /// Whether it was sent and is of a lot.
    fn is_sent_of(&self, lot: &LotId) -> bool {
        self.lot_id == *lot && TransferState::ON_THE_WAY.contains(&self.state)
    }
}

/// Books what a receiver says of a lot into its rows. Rows of a line that ranks first have the usable
/// units first; then come those set apart, the refused, and the missing.
///
/// # Errors
/// How many units of the lot are on their way to the receiver, when fewer than are said.
pub fn arrives(
    rows: &mut [TransferRow],
    lot: &LotId,
    told: Arrived,
    lost_reason: Option<LossReason>,
) -> Result<(), Units> {
    let of_lot = rows.iter().filter(|row| row.is_sent_of(lot));
    let to_come = Units::sum(of_lot.map(TransferRow::to_come));
    if told.all() > to_come {
        return Err(to_come);
    }
    let mut left = told;
    for row in ranked(rows, lot) {
        let mut room = row.to_come();
        row.received = pour(&mut left.usable, &mut room, row.received);
        row.quarantined = pour(&mut left.quarantined, &mut room, row.quarantined);
        row.refused = pour(&mut left.refused, &mut room, row.refused);
        let before = row.lost;
        row.lost = pour(&mut left.missing, &mut room, row.lost);
        if row.lost > before {
            row.lost_reason = row.lost_reason.or(lost_reason);
        }
        row.settle();
    }
    Ok(())
}

/// Books what a giver says of refused units of a lot into its rows.
///
/// # Errors
/// How many units of the lot are on their way back, when fewer than are said.
pub fn comes_back(
    rows: &mut [TransferRow],
    lot: &LotId,
    told: CameBack,
    lost_reason: Option<LossReason>,
) -> Result<(), Units> {
    let of_lot = rows.iter().filter(|row| row.is_sent_of(lot));
    let going_back = Units::sum(of_lot.map(TransferRow::going_back));
    if told.all() > going_back {
        return Err(going_back);
    }
    let (mut back, mut missing) = (told.back(), told.missing);
    for row in ranked(rows, lot) {
        let mut room = row.going_back();
        row.returned = pour(&mut back, &mut room, row.returned);
        let before = row.lost_back;
        row.lost_back = pour(&mut missing, &mut room, row.lost_back);
        if row.lost_back > before {
            row.lost_reason = row.lost_reason.or(lost_reason);
        }
        row.settle();
    }
    Ok(())
}

/// The rows of a lot that were sent, the first rank first.
fn ranked<'r>(rows: &'r mut [TransferRow], lot: &LotId) -> Vec<&'r mut TransferRow> {
    let mut of_lot: Vec<&mut TransferRow> = rows.iter_mut().filter(|r| r.is_sent_of(lot)).collect();
    let rank = |row: &TransferRow| row.line.as_ref().map(|l| (l.rank, l.dose));
    of_lot.sort_by(|a, b| (rank(a), &a.id).cmp(&(rank(b), &b.id)));
    of_lot
}

/// Moves units from what is left to tell into a row that has room; returns what the row has of them then.
fn pour(left: &mut Units, room: &mut Units, has: Units) -> Units {
    let units = (*left).min(*room);
    *left = left.saturating_sub(units);
    *room = room.saturating_sub(units);
    has.saturating_add(units)
}
