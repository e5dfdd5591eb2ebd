//! What a site hears of a recall, until it is dealt with there.

use super::super::act::Act;
use super::super::error::Error;
use super::super::hear;
use super::super::site_state::SiteState;
use super::arrivals::recalled;
use super::on_the_way;
use crate::db;
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LotId, RecallId};
use crate::domain::ledger::Movement;
use crate::domain::quantity::Units;
use crate::domain::recall::{Dealing, Recall, reading};
use crate::text::letter::RecallFacts;
use std::collections::BTreeSet;

/// Units of some lots that were dispensed at a site and have not come back, as far as the ledger knows.
pub(super) fn dispensed(act: &mut Act<'_>, site: Finess, lots: &[LotId]) -> Result<Units, Error> {
    let (mut gone, mut back) = (Units::ZERO, Units::ZERO);
    for lot in lots {
        for one in db::dispensed::of_lot(act.conn, lot, Some(site))? {
            let sum = if one.back { &mut back } else { &mut gone };
            *sum = sum.saturating_add(one.units);
        }
    }
    Ok(gone.saturating_sub(back))
}

/// What a site has to do with a recalled lot.
struct There {
    on_shelf: Units,
    /// On its way there.
    to_come: Units,
    /// Dispensed, and not back.
    dispensed: Units,
}

fn there(act: &mut Act<'_>, site: Finess, cip13: Cip13, lot: &LotNumber) -> Result<There, Error> {
    let lots = super::lots(act, cip13, lot)?;
    let lines = db::shelf::of_lots(act.conn, site, &lots)?;
    let shelf = lines.iter().map(|l| l.usable.saturating_add(l.quarantined));
    let shelf = Units::sum(shelf);
    Ok(There {
        on_shelf: shelf,
        to_come: on_the_way::will_reach(site, &on_the_way::of_lot(act, cip13, lot)?),
        dispensed: dispensed(act, site, &lots)?,
    })
}

/// Opens, worsens or closes what a site hears of a recall.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn hear(act: &mut Act<'_>, state: &SiteState, recall: &Recall) -> Result<(), Error> {
    let site = state.site.finess;
    let there = there(act, site, recall.cip13, &recall.lot)?;
    let found = db::recalls::site(act.conn, &recall.id, site)?;
    let over = recall.lifted.is_some() || found.is_none_or(|f| f.dealt.is_some());
    let dealing = if over { Dealing::Done } else { Dealing::ToDo };
    let here = there.on_shelf.saturating_add(there.to_come);
    let reading = reading(here, there.dispensed, dealing);
    let mut open = db::alerts::open(act.conn, site)?;
    let kind = AlertKind::Recall;
    hear::hear(act, state, &mut open, kind, recall.id.as_str(), reading)
}

/// Hears what movements changed of lots that are recalled.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn follow(
    act: &mut Act<'_>,
    state: &SiteState,
    movements: &[Movement],
) -> Result<(), Error> {
    // nothing usable of a recalled lot leaves, since there is none
    let may = |m: &&Movement| m.effect.usable > 0 || m.effect.quarantined != 0;
    let lots = movements.iter().filter(may).filter_map(|m| {
        let line = state.line(&m.lot_id)?;
        Some((line.cip13, line.lot.clone()))
    });
    let lots: BTreeSet<(Cip13, LotNumber)> = lots.collect();
    for (cip13, lot) in lots {
        for recall in recalled(act, cip13, &lot)? {
            hear(act, state, &recall)?;
        }
    }
    Ok(())
}

/// What a letter says of the recall that an alert is about, if it is about one.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::app) fn facts(
    act: &mut Act<'_>,
    alert: &Alert,
) -> Result<Option<RecallFacts>, Error> {
    if alert.kind != AlertKind::Recall {
        return Ok(None);
    }
    let id = RecallId::new(alert.subject.as_str());
    let Some(recall) = db::recalls::find(act.conn, &id)? else {
        return Ok(None);
    };
    let there = there(act, alert.site, recall.cip13, &recall.lot)?;
    let listed = db::catalogue::find(act.conn, recall.cip13)?;
    Ok(Some(RecallFacts {
        cip13: recall.cip13,
        label: listed.map_or_else(String::new, |l| l.presentation.label),
        lot: recall.lot,
        reference: recall.reference,
        on_shelf: there.on_shelf,
        to_come: there.to_come,
        dispensed: there.dispensed,
        lifted: recall.lifted.is_some(),
    }))
}
