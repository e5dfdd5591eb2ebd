//! Who hears of an alert.

use super::act::Act;
use super::error::Error;
use crate::db;
use crate::db::recipients::Recipient;
use crate::domain::alert::{Alert, AlertKind, Capacity};
use crate::domain::site::Site;

/// Returns who is written to about a kind of alert at a site, in the order of its list.
///
/// Of what cannot wait somebody in each capacity hears: where all who are there chose not to, all of them
/// do. That a site cannot be written to is heard by its network's coordinators where it has none itself.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn of(act: &mut Act<'_>, site: &Site, kind: AlertKind) -> Result<Vec<Recipient>, Error> {
    if kind == AlertKind::SiteUnreachable {
        return coordinators(act, site, kind);
    }
    let list = db::recipients::of_site(act.conn, site.finess)?;
    Ok(chosen(list, kind))
}

fn chosen(mut list: Vec<Recipient>, kind: AlertKind) -> Vec<Recipient> {
    list.retain(|r| r.active && kind.heard_by().contains(&r.capacity));
    let deaf: Vec<Capacity> = Capacity::ALL
        .into_iter()
        .filter(|c| !kind.can_wait() && !list.iter().any(|r| r.capacity == *c && r.hears(kind)))
        .collect();
    list.retain(|r| r.hears(kind) || deaf.contains(&r.capacity));
    list
}

/// Returns the coordinators of a site who are written to about a kind, also one of another capacity: those on
/// its list, else those of its network; without those who want to hear no more of it, where it can wait.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn coordinators(
    act: &mut Act<'_>,
    site: &Site,
    kind: AlertKind,
) -> Result<Vec<Recipient>, Error> {
    let mut all = db::recipients::coordinators(act.conn, &site.network)?;
    all.retain(|r| r.active);
    if all.iter().any(|r| r.site == site.finess) {
        all.retain(|r| r.site == site.finess);
    }
    all.retain(|r| !(kind.can_wait() && r.silent.contains(&kind)));
    Ok(once_each(all))
}

/// Returns who was called in about an alert, because those who hear of it did not answer or could not be
/// written to: coordinators of the network, and others on the site's list, who were written to.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn called_in(
    act: &mut Act<'_>,
    site: &Site,
    alert: &Alert,
) -> Result<Vec<Recipient>, Error> {
    let told = db::outbox::written_to(act.conn, &alert.id)?;
    let mut all = db::recipients::of_site(act.conn, site.finess)?;
    all.extend(db::recipients::coordinators(act.conn, &site.network)?);
    all.retain(|r| r.active && told.iter().any(|address| r.is_at(address)));
    all.retain(|r| !(alert.kind.can_wait() && r.silent.contains(&alert.kind)));
    Ok(once_each(all))
}

/// The first at each address.
fn once_each(all: Vec<Recipient>) -> Vec<Recipient> {
    let mut once: Vec<Recipient> = Vec::new();
    for r in all {
        if !once.iter().any(|other| other.is_at(&r.email)) {
            once.push(r);
        }
    }
    once
}
