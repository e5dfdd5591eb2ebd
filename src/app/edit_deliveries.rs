//! Deliveries: announced, confirmed, postponed, received against, closed short, cancelled. Whether a site
//! can count on resupply follows from them.

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::receive_units::on_catalogue;
use super::see::commons;
use super::site_state::{SiteState, today};
use crate::db::{self};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::DeliveryId;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::site::{Delivery, DeliveryState};
use serde_json::json;

/// A delivery that somebody heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Of which presentation.
    pub cip13: Cip13,
    /// How many units.
    pub units: Units,
    /// The day it is expected.
    pub expected_on: Day,
    /// Whether the supplier confirmed it.
    pub confirmed: bool,
    /// The supplier's reference.
    pub reference: Option<String>,
}

/// Announces a delivery to a site.
///
/// # Errors
/// Refused when the presentation is not on the catalogue, or the day is past.
pub fn announce(act: &mut Act<'_>, site: Finess, new: &NewDelivery) -> Result<Delivery, Error> {
    let delivery = announce_unsettled(act, site, new)?;
    settle(act, site)?;
    Ok(delivery)
}

/// As [`announce`], and leaves it to the caller to settle the site: once, for whoever announces many.
///
/// # Errors
/// As [`announce`].
pub(super) fn announce_unsettled(
    act: &mut Act<'_>,
    site: Finess,
    new: &NewDelivery,
) -> Result<Delivery, Error> {
    let here = commons::site(act, site)?;
    on_catalogue(act, new.cip13)?;
    not_past(new.expected_on, today(act, &here)?)?;
    let delivery = Delivery {
        id: DeliveryId::new(act.id()),
        site,
        cip13: new.cip13,
        units: new.units,
        arrived: Units::ZERO,
        expected_on: new.expected_on,
        state: if new.confirmed {
            DeliveryState::Confirmed
        } else {
            DeliveryState::Announced
        },
        confirmed: new.confirmed,
        reference: new.reference.clone(),
        version: 1,
    };
    db::deliveries::insert(act.conn, &delivery, act.now)?;
    audit(act, None, &delivery, None)?;
    Ok(delivery)
}

/// What changes of a delivery; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many units.
    pub units: Option<Units>,
    /// The day it is expected.
    pub expected_on: Option<Day>,
    /// How sure it is.
    pub state: Option<DeliveryState>,
    /// Why, in words about a supplier and never about a patient; it must be said of a delivery that is
    /// cancelled, or closed before all of it came.
    pub reason: Option<String>,
}

/// Changes a delivery: confirms, postpones or cancels it, or says that no more of it will come
/// (received). One of which no more was announced than has arrived is received. A change to what it is
/// already is none: nothing is written, and the version stays.
///
/// # Errors
/// Refused when there is no such delivery here, it was edited meanwhile, it has ended, its new day is past,
/// or it is cancelled or closed short and nobody says why.
pub fn change(
    act: &mut Act<'_>,
    site: Finess,
    id: &DeliveryId,
    version: i64,
    change: &Change,
) -> Result<Delivery, Error> {
    let after = change_unsettled(act, site, id, version, change)?;
    if after.version != version {
        settle(act, site)?;
    }
    Ok(after)
}

/// As [`change`], and leaves it to the caller to settle the site.
///
/// # Errors
/// As [`change`].
pub(super) fn change_unsettled(
    act: &mut Act<'_>,
    site: Finess,
    id: &DeliveryId,
    version: i64,
    change: &Change,
) -> Result<Delivery, Error> {
    let unknown = || Refusal::Unknown {
        what: "delivery",
        name: id.to_string(),
    };
    let before = db::deliveries::find(act.conn, site, id)?.ok_or_else(unknown)?;
    if before.version != version {
        return Err(Refusal::Stale {
            version: before.version,
        }
        .into());
    }
    let next = change.state.unwrap_or(before.state);
    let open = matches!(
        before.state,
        DeliveryState::Announced | DeliveryState::Confirmed
    );
    if !open {
        return Err(Refusal::WrongState {
            state: before.state.code(),
        }
        .into());
    }
    let after = Delivery {
        units: change.units.unwrap_or(before.units),
        expected_on: change.expected_on.unwrap_or(before.expected_on),
        version: version.saturating_add(1),
        ..before.clone()
    }
    .becomes(next)
    .settled();
    if after
        == (Delivery {
            version: after.version,
            ..before.clone()
        })
    {
        return Ok(before);
    }
    if after.expected_on != before.expected_on {
        let here = commons::site(act, site)?;
        not_past(after.expected_on, today(act, &here)?)?;
    }
    let ended_by_hand = match change.state {
        Some(DeliveryState::Cancelled) => true,
        Some(DeliveryState::Received) => after.short() > Units::ZERO,
        Some(DeliveryState::Announced | DeliveryState::Confirmed) | None => false,
    };
    if ended_by_hand && change.reason.is_none() {
        return Err(Refusal::ReasonMissing.into());
    }
    db::deliveries::update(act.conn, &after)?;
    audit(act, Some(&before), &after, change.reason.as_deref())?;
    Ok(after)
}

fn not_past(day: Day, today: Day) -> Result<(), Refusal> {
    if day < today {
        return Err(Refusal::InThePast {
            what: "expected_on",
        });
    }
    Ok(())
}

/// Counts units of a presentation that come with a delivery: with the last of them it is received.
///
/// # Errors
/// Refused when there is no such delivery here, it is of another presentation, or it was cancelled.
pub(super) fn arrived(
    act: &mut Act<'_>,
    site: Finess,
    cip13: Cip13,
    id: &DeliveryId,
    units: Units,
) -> Result<(), Error> {
    let unknown = || Refusal::Unknown {
        what: "delivery",
        name: id.to_string(),
    };
    let before = db::deliveries::find(act.conn, site, id)?.ok_or_else(unknown)?;
    if before.cip13 != cip13 {
        return Err(Refusal::OtherPresentation {
            found: cip13,
            expected: before.cip13,
        }
        .into());
    }
    if before.state == DeliveryState::Cancelled {
        return Err(Refusal::WrongState {
            state: before.state.code(),
        }
        .into());
    }
    let after = before.arrives(units);
    db::deliveries::update(act.conn, &after)?;
    audit(act, Some(&before), &after, None)
}

/// Gives units of a receipt that was undone back to their delivery: they are still to come.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn did_not_arrive(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &DeliveryId,
    units: Units,
) -> Result<(), Error> {
    let site = state.site.finess;
    let Some(before) = db::deliveries::find(act.conn, site, id)? else {
        return Ok(());
    };
    let after = before.did_not_arrive(units);
    db::deliveries::update(act.conn, &after)?;
    if state.site.car_t {
        state.deliveries = db::deliveries::expected(act.conn, site, state.today)?;
    }
    audit(act, Some(&before), &after, None)
}

fn settle(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let mut state = SiteState::load(act, site)?;
    after::settle(act, &mut state)?;
    Ok(())
}

fn audit(
    act: &mut Act<'_>,
    before: Option<&Delivery>,
    after: &Delivery,
    reason: Option<&str>,
) -> Result<(), Error> {
    let summary = |d: &Delivery| json!({ "cip13": d.cip13.as_str(), "units": d.units.get(), "arrived": d.arrived.get(), "expected_on": d.expected_on.to_string(), "state": d.state.code() });
    let mut details = json!({ "before": before.map(summary), "after": summary(after) });
    if let (Some(reason), Some(details)) = (reason, details.as_object_mut()) {
        details.insert("reason".to_owned(), reason.into());
    }
    act.audit(
        Some(after.site),
        Done {
            action: "delivery.change",
            object: after.id.as_str(),
            patient: None,
            details,
        },
    )
}
