//! Networks and sites: added, edited; and resupply set by hand.

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::hear;
use super::resupply;
use super::site_state::SiteState;
use crate::db::error::Law;
use crate::db::sites::Network;
use crate::db::{self, Conn};
use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::site::{ByHand, Site};
use serde_json::json;
use std::collections::BTreeSet;

/// Adds a network.
///
/// # Errors
/// Refused when there is one of that name.
pub fn add_network(act: &mut Act<'_>, network: &Network) -> Result<(), Error> {
    if db::sites::networks(act.conn)?
        .iter()
        .any(|n| n.id == network.id)
    {
        return Err(Refusal::AlreadyThere { what: "network" }.into());
    }
    let now = act.now;
    unless_there(act, "network", |conn| {
        db::sites::insert_network(conn, network, now)
    })?;
    act.audit(
        None,
        Done {
            action: "network.add",
            object: network.id.as_str(),
            patient: None,
            details: json!({ "name": network.name }),
        },
    )
}

/// Inserts what was not there when it was looked for, unless somebody else adds it at this moment.
///
/// # Errors
/// Refused when it is there by now; when the database cannot be written.
pub(super) fn unless_there(
    act: &mut Act<'_>,
    what: &'static str,
    insert: impl FnOnce(&mut Conn) -> Result<(), db::Error>,
) -> Result<(), Error> {
    match db::attempt(act.conn, insert) {
        Err(db::Error::Constraint {
            kind: Law::Unique, ..
        }) => Err(Refusal::AlreadyThere { what }.into()),
        inserted => Ok(inserted?),
    }
}

/// Adds a site to a network.
///
/// # Errors
/// Refused when there is one of that number, the network is unknown, or the reference dose lies
/// outside of what every rulebook allows.
pub fn add_site(act: &mut Act<'_>, site: &Site) -> Result<Site, Error> {
    if !db::sites::networks(act.conn)?
        .iter()
        .any(|n| n.id == site.network)
    {
        return Err(Refusal::Unknown {
            what: "network",
            name: site.network.to_string(),
        }
        .into());
    }
    if db::sites::find(act.conn, site.finess)?.is_some() {
        return Err(Refusal::AlreadyThere { what: "site" }.into());
    }
    reference_dose_allowed(act, site)?;
    let now = act.now;
    unless_there(act, "site", |conn| db::sites::insert(conn, site, now))?;
    let mut state = SiteState::load(act, site.finess)?;
    after::settle(act, &mut state)?;
    let details =
        json!({ "name": site.name, "network": site.network.as_str(), "car_t": site.car_t });
    act.audit(
        Some(site.finess),
        Done {
            action: "site.add",
            object: site.finess.as_str(),
            patient: None,
            details,
        },
    )?;
    Ok(site.clone())
}

fn reference_dose_allowed(act: &Act<'_>, site: &Site) -> Result<(), Refusal> {
    let Some(dose) = site.reference_dose else {
        return Ok(());
    };
    match act
        .reserve_rules()
        .into_iter()
        .find(|(_, rule)| dose < rule.reference_least || dose > rule.reference_most)
    {
        Some((_, rule)) => Err(Refusal::ReferenceDose {
            found: dose,
            least: rule.reference_least,
            most: rule.reference_most,
        }),
        None => Ok(()),
    }
}

/// Edits a site's particulars; its number and network stay.
///
/// # Errors
/// Refused when there is no such site, or it was edited meanwhile.
pub fn edit_site(
    act: &mut Act<'_>,
    finess: Finess,
    version: i64,
    edit: impl FnOnce(&mut Site),
) -> Result<Site, Error> {
    let mut state = SiteState::load(act, finess)?;
    if state.site.version != version {
        return Err(Refusal::Stale {
            version: state.site.version,
        }
        .into());
    }
    let before = state.site.clone();
    edit(&mut state.site);
    state.site.version = version.saturating_add(1);
    reference_dose_allowed(act, &state.site)?;
    if before.car_t && !state.site.car_t && !state.in_force.is_empty() {
        return Err(Refusal::WrongState {
            state: "clearances-in-force",
        }
        .into());
    }
    db::sites::update(act.conn, &state.site)?;
    let details = json!({ "before": summary(&before), "after": summary(&state.site) });
    act.audit(
        Some(finess),
        Done {
            action: "site.edit",
            object: finess.as_str(),
            patient: None,
            details,
        },
    )?;
    let mut state = SiteState::load(act, finess)?;
    if !state.site.car_t {
        hear::no_reserve(act, &state)?;
        // a centre that is one again begins anew
        resupply::keep(act, &mut state, BTreeSet::new())?;
    }
    after::settle(act, &mut state)?;
    Ok(state.site)
}

fn summary(site: &Site) -> serde_json::Value {
    json!({
        "name": site.name, "time_zone": site.zone.name(), "car_t": site.car_t,
        "reference_dose_ug": site.reference_dose.map(crate::domain::quantity::Mg::ug),
        "expiry_notice_days": site.ahead.expiry_notice_days, "forecast_days": site.ahead.forecast_days,
        "resupply_by_hand": site.by_hand.as_ref().map(|h| json!({ "resupply": h.resupply.code(), "reason": h.reason, "until": h.until.to_string() })),
    })
}

/// Says by hand whether a site can count on resupply, or (nothing) lets the deliveries say it again.
///
/// # Errors
/// Refused when there is no such site, it was edited meanwhile, or the last day is past.
pub fn set_resupply(
    act: &mut Act<'_>,
    finess: Finess,
    version: i64,
    by_hand: Option<ByHand>,
) -> Result<Site, Error> {
    let today = SiteState::load(act, finess)?.today;
    if by_hand.as_ref().is_some_and(|h| h.until < today) {
        return Err(Refusal::InThePast { what: "until" }.into());
    }
    edit_site(act, finess, version, |site| site.by_hand = by_hand)
}
