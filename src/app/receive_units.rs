//! Units come in: from a supplier, or back from a ward.

use super::act::Act;
use super::after::{self, Recorded};
use super::dispense::packs;
use super::edit_deliveries;
use super::error::Error;
use super::record::{Particulars, Which, not_in_the_future, record};
use super::site_state::SiteState;
use crate::db::catalogue::Listed;
use crate::db::stock::Lot;
use crate::db::{self};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::ledger::{Effect, Movement, MovementKind, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot.
    pub lot: LotNumber,
    /// Last day on which a unit may be used.
    pub expiry: Day,
    /// How many.
    pub count: Count,
    /// The serial number of the pack, when it was scanned.
    pub serial: Option<Serial>,
    /// Whether it goes to the shelf or into quarantine.
    pub state: UnitState,
    /// What is told beside.
    pub told: Particulars,
}

/// How many units came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Single units.
    Units(Units),
    /// Whole boxes of the presentation.
    Boxes(Units),
}

/// Registers a receipt: a lot that is new is added, a delivery that is named is
/// received with the last of its units.
///
/// # Errors
/// Refused when the presentation is not on the catalogue, the units expired before the day of
/// receipt, the pack is already at a site, its boxes hold more units than a movement can have, or
/// the delivery was cancelled.
pub fn receive(act: &mut Act<'_>, site: Finess, received: &Received) -> Result<Recorded, Error> {
    let state = SiteState::load(act, site)?;
    if received.expiry < state.today {
        return Err(Refusal::ExpiredOnReceipt {
            expiry: received.expiry,
            today: state.today,
        }
        .into());
    }
    let (lot, movements) = book(act, site, received)?;
    let state = if received.told.delivery.is_some() {
        SiteState::load(act, site)?
    } else {
        applied(state, &movements, &lot)
    };
    after::stock_changed(act, state, movements)
}

/// Books a receipt, and leaves what follows to the caller: once, for whoever books many. What is out of date
/// is the caller's to refuse.
///
/// # Errors
/// As [`receive`].
pub(super) fn book(
    act: &mut Act<'_>,
    site: Finess,
    received: &Received,
) -> Result<(Lot, Vec<Movement>), Error> {
    not_in_the_future(act, &received.told)?;
    let units = units_of(act, received)?;
    if let Some(serial) = &received.serial {
        elsewhere(act, received.cip13, serial)?;
    }
    if let Some(delivery) = &received.told.delivery {
        let delivery = DeliveryId::new(delivery.as_str());
        edit_deliveries::arrived(act, site, received.cip13, &delivery, units)?;
    }
    let lot = lot(act, received)?;
    let effects = [(lot.id.clone(), Effect::enter(units, received.state))];
    let movements = record(act, site, MovementKind::Receipt, &effects, &received.told)?;
    if let (Some(serial), Some(receipt)) = (&received.serial, movements.first()) {
        place(act, received.cip13, serial, receipt)?;
    }
    Ok((lot, movements))
}

/// Refuses a pack that is at a site, this one or another, or on its way between two: it is received with its
/// transfer, which counts it already.
fn elsewhere(act: &mut Act<'_>, cip13: Cip13, serial: &Serial) -> Result<(), Error> {
    match db::packs::pack_site(act.conn, cip13, serial)? {
        Some(site) => {
            let serial = serial.clone();
            Err(Refusal::SerialKnown { serial, site }.into())
        }
        None => match db::packs::on_its_way(act.conn, cip13, serial)? {
            Some(transfer) => {
                let serial = serial.clone();
                Err(Refusal::PackOnItsWay { serial, transfer }.into())
            }
            None => Ok(()),
        },
    }
}

/// Keeps that a pack is here, unless another site scanned it at this moment.
pub(super) fn place(
    act: &mut Act<'_>,
    cip13: Cip13,
    serial: &Serial,
    receipt: &Movement,
) -> Result<(), Error> {
    match db::attempt(act.conn, |conn| {
        db::packs::place_pack(conn, cip13, serial, receipt)
    }) {
        Err(db::Error::Constraint { .. }) => Err(Refusal::SerialKnown {
            serial: serial.clone(),
            site: db::packs::pack_site(act.conn, cip13, serial)?.unwrap_or(receipt.site),
        }
        .into()),
        placed => Ok(placed?),
    }
}

/// Takes dispensed units back, into `to`; the expiry of a lot that was here is known, and need be said
/// only where two lots share the number. A pack whose serial number is named is here again.
///
/// # Errors
/// Refused when the lot was never at the site, or is out of date and would go to the shelf; when the
/// pack that is named never left, is of another lot, or is not so many units.
pub fn take_back(
    act: &mut Act<'_>,
    site: Finess,
    which: &Which,
    units: Units,
    to: UnitState,
    told: &Particulars,
) -> Result<Recorded, Error> {
    let mut state = SiteState::load(act, site)?;
    not_in_the_future(act, told)?;
    let line = state.lot(act.conn, which.cip13, &which.lot, which.expiry)?;
    if to == UnitState::Usable && line.expiry < state.today {
        return Err(Refusal::ExpiredOnReceipt {
            expiry: line.expiry,
            today: state.today,
        }
        .into());
    }
    if let Some(serial) = &told.serial {
        packs::one_pack(act, which.cip13, units, None)?;
        elsewhere(act, which.cip13, serial)?;
        let lot = db::packs::pack_lot(act.conn, which.cip13, serial)?;
        let lot = lot.map(|lot| state.find(act.conn, &lot)).transpose()?;
        let of_pack = lot.flatten().map(|l| l.lot);
        packs::same_lot(serial, Some(&which.lot), of_pack.as_ref(), None)?;
    }
    let effects = [(line.lot_id, Effect::enter(units, to))];
    let movements = record(act, site, MovementKind::Return, &effects, told)?;
    if let (Some(serial), Some(back)) = (&told.serial, movements.first()) {
        place(act, which.cip13, serial, back)?;
    }
    state.apply(&movements, None);
    after::stock_changed(act, state, movements)
}

fn applied(mut state: SiteState, movements: &[Movement], lot: &Lot) -> SiteState {
    state.apply(movements, Some(lot));
    state
}

fn units_of(act: &mut Act<'_>, received: &Received) -> Result<Units, Error> {
    let listed = on_catalogue(act, received.cip13)?;
    match received.count {
        Count::Units(units) => Ok(units),
        Count::Boxes(boxes) => {
            let per_box = listed.presentation.units_per_box;
            let most = Units::MOST.checked_div(per_box.get()).unwrap_or(0);
            if boxes.get() > most {
                return Err(Refusal::TooManyBoxes {
                    boxes,
                    per_box,
                    most: Units::new(most),
                }
                .into());
            }
            Ok(Units::new(boxes.get().saturating_mul(per_box.get())))
        }
    }
}

/// Returns a presentation as it stands on the catalogue.
///
/// # Errors
/// Refused when it is not there, with its name in the imported public database.
pub(super) fn on_catalogue(act: &mut Act<'_>, cip13: Cip13) -> Result<Listed, Error> {
    if let Some(listed) = db::catalogue::find(act.conn, cip13)? {
        return Ok(listed);
    }
    let known_as = db::catalogue::bdpm_pack(act.conn, cip13)?
        .and_then(|(_, product)| product)
        .map(|p| p.name);
    Err(Refusal::NotOnCatalogue { cip13, known_as }.into())
}

fn lot(act: &mut Act<'_>, received: &Received) -> Result<Lot, Error> {
    lot_of(act, received.cip13, &received.lot, received.expiry)
}

/// Returns a lot, which is added when it is new.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn lot_of(
    act: &mut Act<'_>,
    cip13: Cip13,
    number: &LotNumber,
    expiry: Day,
) -> Result<Lot, Error> {
    let known = db::stock::lots_numbered(act.conn, cip13, number)?;
    if let Some(lot) = known.into_iter().find(|l| l.expiry == expiry) {
        return Ok(lot);
    }
    let lot = Lot {
        id: LotId::new(act.id()),
        cip13,
        lot: number.clone(),
        expiry,
    };
    // another site may add the same lot at this moment: then theirs is ours
    match db::attempt(act.conn, |conn| db::stock::insert_lot(conn, &lot)) {
        Ok(()) => Ok(lot),
        Err(db::Error::Constraint { .. }) => db::stock::lots_numbered(act.conn, cip13, number)?
            .into_iter()
            .find(|l| l.expiry == expiry)
            .ok_or_else(|| Error::Bug("a lot that is there cannot be found".to_owned())),
        Err(other) => Err(other.into()),
    }
}
