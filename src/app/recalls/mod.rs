//! A lot is recalled: it is set apart at every site in one transaction, and stays so until that is lifted.
//!
//! While a recall stands nothing of its lot is usable anywhere: what arrives is set apart as it does
//! ([`set_apart_arrivals`], which [`super::after::stock_changed`] calls after every movement), and nothing
//! is released by hand. Each site concerned hears of it by the alert `recall` ([`heard`]) until it is dealt
//! with there. Lifting a recall frees what it set apart, less what left meanwhile ([`super::apart`]), and
//! never what another recall or an excursion still holds, nor what was set apart by hand.

mod arrivals;
mod heard;
mod on_the_way;
pub mod seen;

pub use arrivals::recalled;
pub(super) use arrivals::{given_before, set_apart_arrivals};
pub(super) use heard::{facts, follow};
pub(super) use on_the_way::moved;

use super::act::{Act, Done};
use super::after;
use super::apart;
use super::error::Error;
use super::receive_units::on_catalogue;
use super::site_state::SiteState;
use crate::db;
use crate::domain::apart::Cause;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LotId, RecallId};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::recall::{Ended, Recall, RecallSite};
use serde_json::json;
use std::collections::BTreeSet;

/// A recall to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecall {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot: every expiry of it.
    pub lot: LotNumber,
    /// Why, in words.
    pub reason: String,
    /// The document that says so.
    pub reference: Option<String>,
}

/// Recalls a lot at every site. One that nobody has is kept all the same: what arrives of it is set apart.
///
/// # Errors
/// Refused when the presentation is not on the catalogue.
pub fn start(act: &mut Act<'_>, new: &NewRecall) -> Result<Recall, Error> {
    on_catalogue(act, new.cip13)?;
    every_site(act)?;
    let recall = Recall {
        id: RecallId::new(act.id()),
        cip13: new.cip13,
        lot: new.lot.clone(),
        reason: new.reason.clone(),
        reference: new.reference.clone(),
        started_at: act.now,
        started_by: act.caller.id.clone(),
        lifted: None,
    };
    db::recalls::insert(act.conn, &recall)?;
    let mut concerned = Vec::new();
    let lots = lots(act, recall.cip13, &recall.lot)?;
    let mut sites = db::shelf::sites_with(act.conn, &lots)?;
    let on_the_way = db::transfers::in_transit_of_lot(act.conn, &lots)?;
    sites.extend(on_the_way.iter().flat_map(|one| [one.from, one.to]));
    for site in sites {
        let to_come = on_the_way::will_reach(site, &on_the_way);
        if let Some(found) = concern(act, site, &recall, (&lots, to_come))? {
            let (site, set_apart) = (found.site, found.set_apart);
            concerned.push(json!({ "site": site.as_str(), "set_apart": set_apart.get() }));
        }
    }
    let details = json!({
        "cip13": recall.cip13.as_str(), "lot": recall.lot.as_str(), "reason": recall.reason,
        "reference": recall.reference, "sites": concerned,
    });
    note(act, None, "recall.start", &recall.id, details)?;
    Ok(recall)
}

/// Returns the lots that a number means, of every expiry: whoever types it in small letters means them too.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn lots(act: &mut Act<'_>, cip13: Cip13, lot: &LotNumber) -> Result<Vec<LotId>, Error> {
    let lots = db::stock::lots_like(act.conn, cip13, lot)?;
    Ok(lots.into_iter().map(|lot| lot.id).collect())
}

/// Locks every site: also one that was added since the door looked.
fn every_site(act: &mut Act<'_>) -> Result<(), Error> {
    let sites = super::notices::sites(act)?;
    Ok(db::sites::lock(act.conn, &sites)?)
}

/// Sets the lot apart at one site, if it has something to do with it: has some, has dispensed some, or some
/// is on its way there.
fn concern(
    act: &mut Act<'_>,
    site: Finess,
    recall: &Recall,
    (lots, to_come): (&[LotId], Units),
) -> Result<Option<RecallSite>, Error> {
    let lines = db::shelf::of_lots(act.conn, site, lots)?;
    let found = RecallSite {
        site,
        set_apart: Units::sum(lines.iter().map(|l| l.usable)),
        stood: Units::sum(lines.iter().map(|l| l.quarantined)),
        dispensed: heard::dispensed(act, site, lots)?,
        dealt: None,
    };
    if [found.set_apart, found.stood, found.dispensed, to_come] == [Units::ZERO; 4] {
        return Ok(None);
    }
    db::recalls::insert_site(act.conn, &recall.id, &found)?;
    let mut state = SiteState::load(act, site)?;
    let note = match &recall.reference {
        Some(reference) => format!("{} ({reference})", recall.reason),
        None => recall.reason.clone(),
    };
    let movements = apart::set_apart(act, &mut state, lots, &Cause::Recall, &note)?;
    let state = after::stock_changed(act, state, movements)?.state;
    heard::hear(act, &state, recall)?;
    let details = json!({
        "set_apart": found.set_apart.get(), "stood": found.stood.get(),
        "dispensed": found.dispensed.get(), "to_come": to_come.get(),
    });
    self::note(act, Some(site), "recall.start", &recall.id, details)?;
    Ok(Some(found))
}

/// Finds a recall.
///
/// # Errors
/// Refused when there is none.
pub fn find(act: &mut Act<'_>, id: &RecallId) -> Result<Recall, Error> {
    let unknown = || Refusal::Unknown {
        what: "recall",
        name: id.to_string(),
    };
    Ok(db::recalls::find(act.conn, id)?.ok_or_else(unknown)?)
}

/// Lifts a recall: what it set apart and nothing else holds may be used again, at every site.
///
/// # Errors
/// Refused when there is no such recall, or it was lifted.
pub fn lift(act: &mut Act<'_>, id: &RecallId, reason: &str) -> Result<Recall, Error> {
    every_site(act)?;
    let mut recall = standing(act, id)?;
    let lifted = Ended {
        at: act.now,
        by: act.caller.id.clone(),
        words: reason.to_owned(),
    };
    db::recalls::lift(act.conn, id, &lifted)?;
    recall.lifted = Some(lifted);
    let lots = lots(act, recall.cip13, &recall.lot)?;
    let concerned = db::recalls::sites(act.conn, id)?;
    let mut sites: BTreeSet<Finess> = concerned.into_iter().map(|s| s.site).collect();
    for lot in &lots {
        sites.extend(db::apart::sites(act.conn, lot)?);
    }
    let mut freed_at = Vec::new();
    for site in sites {
        let mut state = SiteState::load(act, site)?;
        let movements = apart::let_go(act, &mut state, &lots, ("recall-lifted", reason))?;
        let freed: i64 = movements.iter().map(|m| m.effect.usable).sum();
        let state = after::stock_changed(act, state, movements)?.state;
        heard::hear(act, &state, &recall)?;
        let details = json!({ "reason": reason, "freed": freed });
        note(act, Some(site), "recall.lift", id, details)?;
        freed_at.push(json!({ "site": site.as_str(), "freed": freed }));
    }
    let details = json!({ "reason": reason, "sites": freed_at });
    note(act, None, "recall.lift", id, details)?;
    Ok(recall)
}

/// Says that a recall is dealt with at a site, with what was done: its alert closes there, until units of
/// the lot arrive.
///
/// # Errors
/// Refused when there is no such recall, it does not concern the site, was lifted, or is dealt with.
pub fn deal(act: &mut Act<'_>, site: Finess, id: &RecallId, done: &str) -> Result<Recall, Error> {
    let recall = standing(act, id)?;
    let unknown = || Refusal::Unknown {
        what: "recall",
        name: id.to_string(),
    };
    let mut found = db::recalls::site(act.conn, id, site)?.ok_or_else(unknown)?;
    if found.dealt.is_some() {
        let state = "dealt-with";
        return Err(Refusal::WrongState { state }.into());
    }
    found.dealt = Some(Ended {
        at: act.now,
        by: act.caller.id.clone(),
        words: done.to_owned(),
    });
    db::recalls::update_site(act.conn, id, &found)?;
    let state = SiteState::load(act, site)?;
    heard::hear(act, &state, &recall)?;
    note(act, Some(site), "recall.deal", id, json!({ "note": done }))?;
    Ok(recall)
}

fn standing(act: &mut Act<'_>, id: &RecallId) -> Result<Recall, Error> {
    let recall = find(act, id)?;
    if recall.lifted.is_some() {
        return Err(Refusal::WrongState { state: "lifted" }.into());
    }
    Ok(recall)
}

fn note(
    act: &mut Act<'_>,
    site: Option<Finess>,
    action: &str,
    id: &RecallId,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        site,
        Done {
            action,
            object: id.as_str(),
            patient: None,
            details,
        },
    )
}
