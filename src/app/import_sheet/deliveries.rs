//! A row of a sheet of deliveries.

use super::{Not, Outcome, Over, Taken};
use crate::app::act::Act;
use crate::app::edit_deliveries::{self, Change, NewDelivery};
use crate::db;
use crate::domain::role::Action;
use crate::domain::site::{Delivery, DeliveryState};
use crate::wire::import::deliveries::Row;
use crate::wire::sheet::{Wrong, cut};

/// Announces a delivery, or changes it: it is known by the supplier's reference among those of its site and
/// presentation. One that was received or cancelled is left as it is, whatever the file still says of it.
pub(super) fn take(act: &mut Act<'_>, over: &mut Over, row: &Row) -> Result<Taken, Not> {
    let site = row.site;
    over.admit(
        act,
        &row.place,
        (Action::EditDeliveries, site),
        (
            "reference",
            format!("{site} {} {}", row.cip13, row.reference),
        ),
    )?;
    let known = db::deliveries::referred(act.conn, site, row.cip13, &row.reference)?;
    // the site is settled once, when every row was taken over
    match known.as_slice() {
        [] => {
            let taken = announce(act, row)?;
            over.unsettled.insert(site);
            Ok(taken)
        }
        [one] => {
            let taken = change(act, row, one)?;
            if taken.outcome == Outcome::Changed {
                over.unsettled.insert(site);
            }
            Ok(taken)
        }
        several => {
            let wrong = Wrong::SeveralDeliveries {
                found: cut(&row.reference),
                several: several.len(),
            };
            Err(Not::fault(&row.place, "reference", wrong))
        }
    }
}

fn announce(act: &mut Act<'_>, row: &Row) -> Result<Taken, Not> {
    let new = NewDelivery {
        cip13: row.cip13,
        units: row.units,
        expected_on: row.expected_on,
        confirmed: row.state == Some(DeliveryState::Confirmed),
        reference: Some(row.reference.clone()),
    };
    edit_deliveries::announce_unsettled(act, row.site, &new)?;
    Ok(Taken::created(&row.place, row.site))
}

fn change(act: &mut Act<'_>, row: &Row, before: &Delivery) -> Result<Taken, Not> {
    let open = match before.state {
        DeliveryState::Announced | DeliveryState::Confirmed => true,
        DeliveryState::Received | DeliveryState::Cancelled => false,
    };
    let mut changed = Vec::new();
    let mut change = Change::default();
    if open && row.units != before.units {
        changed.push("units");
        change.units = Some(row.units);
    }
    if open && row.expected_on != before.expected_on {
        changed.push("expected_on");
        change.expected_on = Some(row.expected_on);
    }
    if open && row.state.is_some_and(|state| state != before.state) {
        changed.push("state");
        change.state = row.state;
    }
    if !changed.is_empty() {
        edit_deliveries::change_unsettled(act, row.site, &before.id, before.version, &change)?;
    }
    Ok(Taken::of(&row.place, row.site, changed))
}
