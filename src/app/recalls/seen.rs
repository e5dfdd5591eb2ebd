//! A recall as it stands: site by site what is on the shelf, on its way, and dispensed to whom.

use super::super::act::Act;
use super::super::apart;
use super::super::error::Error;
use crate::db::dispensed::Dispensed;
use crate::db::recalls::Filter;
use crate::db::transfers::InTransit;
use crate::db::{self};
use crate::domain::apart::Part;
use crate::domain::code::Finess;
use crate::domain::id::{LotId, RecallId};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::Units;
use crate::domain::recall::{Recall, RecallSite};
use crate::domain::role::Action;
use std::collections::BTreeSet;

/// A recall, with what the caller may know of each site.
pub struct SeenRecall {
    /// The recall.
    pub recall: Recall,
    /// The numbers of the lots that any site ever had of it, as they were written there: none when nobody did.
    pub numbers: Vec<String>,
    /// The sites concerned within the caller's reach, by number.
    pub sites: Vec<SeenSite>,
    /// What is on its way from or to sites within the caller's reach.
    pub in_transit: Vec<InTransit>,
}

/// A recall at one site.
pub struct SeenSite {
    /// Where.
    pub site: Finess,
    /// What that is called.
    pub name: String,
    /// What the recall found there; nothing at a site that only dispensed some since it was lifted.
    pub found: Option<RecallSite>,
    /// What is on the shelf now, by expiry.
    pub shelf: Vec<(StockLine, Vec<Part>)>,
    /// What was dispensed and came back, in the order of the ledger.
    pub dispensed: Vec<Dispensed>,
}

impl SeenSite {
    /// Returns the units that were dispensed and have not come back.
    pub fn out(&self) -> Units {
        let sum = |back: bool| {
            let some = self.dispensed.iter().filter(|d| d.back == back);
            Units::sum(some.map(|d| d.units))
        };
        sum(false).saturating_sub(sum(true))
    }

    /// Returns the ids of the patients that it names.
    pub fn patients(&self) -> BTreeSet<String> {
        let patients = self.dispensed.iter().filter_map(|d| d.patient.as_ref());
        patients.map(|(id, _)| id.to_string()).collect()
    }
}

/// Returns up to `limit` recalls, the latest first: everybody may know that a lot is recalled.
///
/// # Errors
/// When the database cannot be read.
pub fn list(act: &mut Act<'_>, filter: &Filter, limit: i64) -> Result<Vec<Recall>, Error> {
    Ok(db::recalls::page(act.conn, filter, limit)?)
}

/// Returns a recall site by site, of the sites whose stock the caller may see, or who may recall lots
/// everywhere. For whom something was dispensed is told to those who may know who is treated there; the
/// caller writes down that it was read.
///
/// # Errors
/// Refused when there is no such recall.
pub fn see(act: &mut Act<'_>, id: &RecallId) -> Result<SeenRecall, Error> {
    let recall = super::find(act, id)?;
    let lots = db::stock::lots_like(act.conn, recall.cip13, &recall.lot)?;
    let ids: Vec<LotId> = lots.iter().map(|lot| lot.id.clone()).collect();
    let mut dispensed = Vec::new();
    for lot in &ids {
        dispensed.extend(db::dispensed::of_lot(act.conn, lot, None)?);
    }
    let found = db::recalls::sites(act.conn, id)?;
    let mut with = db::shelf::sites_with(act.conn, &ids)?;
    with.extend(found.iter().map(|f| f.site));
    let mut sites = Vec::new();
    for site in db::sites::list(act.conn, None)? {
        if !with.contains(&site.finess) || !sees(act, site.finess) {
            continue;
        }
        let at = site.finess;
        let found = found.iter().find(|f| f.site == at).cloned();
        let mut shelf = Vec::new();
        for line in db::shelf::of_lots(act.conn, at, &ids)? {
            if line.usable > Units::ZERO || line.quarantined > Units::ZERO {
                let parts = apart::waiting(act, at, &line.lot_id)?;
                shelf.push((line, parts));
            }
        }
        let mut dispensed: Vec<Dispensed> =
            dispensed.iter().filter(|d| d.site == at).cloned().collect();
        if found.is_none() && shelf.is_empty() && dispensed.is_empty() {
            continue;
        }
        if act.caller.check(Action::ReadPatients, Some(at)).is_err() {
            for one in &mut dispensed {
                one.patient = None;
            }
        }
        sites.push(SeenSite {
            site: at,
            name: site.name,
            found,
            shelf,
            dispensed,
        });
    }
    let mut in_transit = db::transfers::in_transit_of_lot(act.conn, &ids)?;
    in_transit.retain(|one| sees(act, one.from) || sees(act, one.to));
    let numbers: BTreeSet<String> = lots.iter().map(|lot| lot.lot.to_string()).collect();
    Ok(SeenRecall {
        recall,
        numbers: numbers.into_iter().collect(),
        sites,
        in_transit,
    })
}

fn sees(act: &Act<'_>, site: Finess) -> bool {
    let stock = act.caller.check(Action::ReadStock, Some(site)).is_ok();
    stock || act.caller.check(Action::RecallLots, None).is_ok()
}
