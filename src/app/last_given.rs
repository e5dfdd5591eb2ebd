//! When patients were last given what they are treated with, as the ledger has it.

use super::act::Act;
use super::error::Error;
use crate::db;
use crate::domain::calendar::{Day, local_day};
use crate::domain::code::Cip13;
use crate::domain::id::PatientId;
use crate::domain::presentation::Route;
use crate::domain::rule::Slug;
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// A treatment: whose, with the presentations of which rulebook, and by which route.
pub(super) type Treated = (PatientId, Slug, Route);

/// Returns the days on which patients were last given presentations of a rulebook by a route, each with
/// the zone of their site, whose own day it is; nothing of who never was.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn last_given(
    act: &mut Act<'_>,
    treated: impl IntoIterator<Item = (Treated, Tz)>,
) -> Result<BTreeMap<Treated, Day>, Error> {
    let mut asked: BTreeMap<(Slug, Route), BTreeMap<PatientId, Tz>> = BTreeMap::new();
    for ((patient, rulebook, route), zone) in treated {
        let of = asked.entry((rulebook, route)).or_default();
        of.insert(patient, zone);
    }
    let mut days = BTreeMap::new();
    for ((rulebook, route), zones) in asked {
        let Some(book) = act.rules.get(&rulebook) else {
            continue;
        };
        let codes: Vec<Cip13> = book.by_route(route).map(|p| p.cip13).collect();
        let patients: Vec<PatientId> = zones.keys().cloned().collect();
        for (patient, at) in db::requests::last_given(act.conn, &patients, &codes)? {
            let zone = zones.get(&patient);
            if let Some(day) = zone.and_then(|zone| local_day(at, *zone)) {
                days.insert((patient, rulebook.clone(), route), day);
            }
        }
    }
    Ok(days)
}
