//! A row of a sheet of sites.

use super::{Not, Over, Taken, Unsaid};
use crate::app::act::Act;
use crate::app::edit_sites;
use crate::db;
use crate::db::sites::Network;
use crate::domain::role::Action;
use crate::domain::site::{Ahead, Site};
use crate::wire::import::sites::Row;
use crate::wire::sheet::Wrong;

/// Adds a site or edits it. A network that is not there is added when the row says what it is called; the
/// network of a site stays.
pub(super) fn take(
    act: &mut Act<'_>,
    over: &mut Over,
    row: &Row,
    unsaid: Unsaid,
) -> Result<Taken, Not> {
    let site = row.finess;
    over.admit(
        act,
        &row.place,
        (Action::EditSites, site),
        ("finess", site.to_string()),
    )?;
    match db::sites::find(act.conn, site)? {
        Some(before) => edit(act, row, &before),
        None => add(act, row, unsaid),
    }
}

fn add(act: &mut Act<'_>, row: &Row, unsaid: Unsaid) -> Result<Taken, Not> {
    let known = db::sites::networks(act.conn)?;
    if let (false, Some(name)) = (known.iter().any(|n| n.id == row.network), &row.network_name) {
        let network = Network {
            id: row.network.clone(),
            name: name.clone(),
        };
        edit_sites::add_network(act, &network)?;
    }
    let new = Site {
        finess: row.finess,
        network: row.network.clone(),
        name: row.name.clone(),
        zone: row.zone.unwrap_or(unsaid.zone),
        car_t: row.car_t.unwrap_or(false),
        reference_dose: row.reference_dose,
        by_hand: None,
        ahead: Ahead::default(),
        version: 1,
    };
    edit_sites::add_site(act, &new)?;
    Ok(Taken::created(&row.place, row.finess))
}

fn edit(act: &mut Act<'_>, row: &Row, before: &Site) -> Result<Taken, Not> {
    if before.network != row.network {
        let wrong = Wrong::OtherNetwork(before.network.to_string());
        return Err(Not::fault(&row.place, "network", wrong));
    }
    let mut changed = Vec::new();
    let mut differs = |column: &'static str, is: bool| {
        if is {
            changed.push(column);
        }
    };
    differs("name", row.name != before.name);
    differs("car_t", row.car_t.is_some_and(|is| is != before.car_t));
    let dose = row.reference_dose;
    differs(
        "reference_dose_mg",
        dose.is_some() && dose != before.reference_dose,
    );
    differs(
        "time_zone",
        row.zone.is_some_and(|zone| zone != before.zone),
    );
    if !changed.is_empty() {
        edit_sites::edit_site(act, row.finess, before.version, |site| {
            site.name.clone_from(&row.name);
            site.car_t = row.car_t.unwrap_or(site.car_t);
            site.reference_dose = row.reference_dose.or(site.reference_dose);
            site.zone = row.zone.unwrap_or(site.zone);
        })?;
    }
    Ok(Taken::of(&row.place, row.finess, changed))
}
