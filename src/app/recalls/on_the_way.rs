//! What is on its way of a lot that is recalled is nobody's stock, and concerns whoever it will reach.

use super::super::act::Act;
use super::super::error::Error;
use super::super::site_state::SiteState;
use super::arrivals::recalled;
use super::heard;
use crate::db;
use crate::db::transfers::InTransit;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::RecallId;
use crate::domain::quantity::Units;
use crate::domain::recall::RecallSite;
use crate::domain::transfer::Transfer;
use std::collections::BTreeSet;

/// Returns what is on its way of a lot, of whatever expiry.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn of_lot(
    act: &mut Act<'_>,
    cip13: Cip13,
    lot: &LotNumber,
) -> Result<Vec<InTransit>, Error> {
    let lots = super::lots(act, cip13, lot)?;
    Ok(db::transfers::in_transit_of_lot(act.conn, &lots)?)
}

/// Returns how many units will reach a site: as their receiver, or back as their giver.
pub(super) fn will_reach(site: Finess, on_the_way: &[InTransit]) -> Units {
    let here = on_the_way.iter().map(|one| {
        let to_come = if one.to == site {
            one.to_come
        } else {
            Units::ZERO
        };
        let back = if one.from == site {
            one.going_back
        } else {
            Units::ZERO
        };
        to_come.saturating_add(back)
    });
    Units::sum(here)
}

/// Keeps that a recall concerns a site, though nothing of its lot is there yet.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn will_concern(
    act: &mut Act<'_>,
    site: Finess,
    recall: &RecallId,
) -> Result<(), Error> {
    if db::recalls::site(act.conn, recall, site)?.is_some() {
        return Ok(());
    }
    let nothing = RecallSite {
        site,
        set_apart: Units::ZERO,
        stood: Units::ZERO,
        dispensed: Units::ZERO,
        dealt: None,
    };
    Ok(db::recalls::insert_site(act.conn, recall, &nothing)?)
}

/// Hears at both ends what a step of a transfer changed of lots that are recalled.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn moved(act: &mut Act<'_>, transfer: &Transfer) -> Result<(), Error> {
    let lots = transfer.rows.iter().map(|row| (row.cip13, row.lot.clone()));
    let lots: BTreeSet<(Cip13, LotNumber)> = lots.collect();
    for (cip13, lot) in lots {
        for recall in recalled(act, cip13, &lot)? {
            let on_the_way = of_lot(act, cip13, &lot)?;
            for site in [transfer.from, transfer.to] {
                if will_reach(site, &on_the_way) > Units::ZERO {
                    will_concern(act, site, &recall.id)?;
                }
                let state = SiteState::load(act, site)?;
                heard::hear(act, &state, &recall)?;
            }
        }
    }
    Ok(())
}
