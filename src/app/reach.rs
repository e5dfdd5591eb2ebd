//! A site that nobody can be written to is an alert itself, heard by its coordinator and by whoever looks
//! after the service.
//!
//! A site is reached while somebody on its list other than a coordinator is written to and their address
//! takes letters: one that refused the last for good does not, until it takes another or somebody edits it.

use super::act::{Act, Done};
use super::each::Each;
use super::error::Error;
use super::hear::hear;
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::db::recipients::Recipient;
use crate::domain::alert::{AlertKind, Capacity, Reading};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use chrono::TimeDelta;
use serde_json::json;
use std::collections::BTreeSet;

/// How long a new site may be without anybody on its list before that is an alert.
///
/// Choice: an hour; whoever adds a site adds its people next.
const NEW: TimeDelta = TimeDelta::hours(1);

const KIND: AlertKind = AlertKind::SiteUnreachable;

/// What an alert of this kind is about, at each site.
const SUBJECT: &str = "recipients";

fn is_reached(list: &[Recipient]) -> bool {
    list.iter()
        .any(|r| r.works() && r.capacity != Capacity::Coordinator)
}

/// Closes the alert at a site that is reached again; opens none.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn reached(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let open = db::alerts::open(act.conn, site)?;
    if open.iter().any(|a| a.kind == KIND) {
        look(act, site)?;
    }
    Ok(())
}

/// Opens or closes the alert as a site stands.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn look(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let list = db::recipients::of_site(act.conn, site)?;
    let state = SiteState::load(act, site)?;
    let mut open = db::alerts::open(act.conn, site)?;
    let reading = Reading {
        found: i64::from(is_reached(&list)),
        expected: 1,
    };
    hear(act, &state, &mut open, KIND, SUBJECT, reading)
}

/// Looks at every site: who takes letters again, and which sites are reached by none. Returns how many sites
/// changed.
///
/// # Errors
/// When the database cannot be read, or the last error of the sites that could not be looked at.
pub async fn watch(service: &Service, now: Instant) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    for site in each.due(move |act| due(act, now)).await? {
        let work = move |act: &mut Act<'_>| {
            mend(act, site)?;
            look(act, site)
        };
        each.one(vec![site], work).await;
    }
    each.end()
}

/// The sites at which something is to be written down.
fn due(act: &mut Act<'_>, now: Instant) -> Result<BTreeSet<Finess>, Error> {
    let old = db::sites::added_before(act.conn, now - NEW)?;
    let all = db::recipients::all(act.conn)?;
    let open: BTreeSet<Finess> = db::alerts::of_kind(act.conn, KIND)?.into_iter().collect();
    let mut due = BTreeSet::new();
    for r in &all {
        if takes_again(act, r)? {
            due.insert(r.site);
        }
    }
    let reached: BTreeSet<Finess> = all
        .iter()
        .filter(|r| r.works() && r.capacity != Capacity::Coordinator)
        .map(|r| r.site)
        .collect();
    due.extend(
        old.into_iter()
            .filter(|s| !reached.contains(s) && !open.contains(s)),
    );
    due.extend(open.intersection(&reached).copied());
    Ok(due)
}

fn takes_again(act: &mut Act<'_>, r: &Recipient) -> Result<bool, Error> {
    match &r.refused {
        Some((since, _)) => Ok(db::recipients::took_since(act.conn, &r.email, *since)?),
        None => Ok(false),
    }
}

/// Forgets that an address refused letters which has taken one since.
fn mend(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    for r in db::recipients::of_site(act.conn, site)? {
        if takes_again(act, &r)? {
            let after = Recipient {
                refused: None,
                version: r.version.saturating_add(1),
                ..r
            };
            db::recipients::update(act.conn, &after)?;
            note(act, &after, "recipient.takes-again")?;
        }
    }
    Ok(())
}

/// Writes on the audit trail what was found out about an address.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn note(act: &mut Act<'_>, r: &Recipient, action: &str) -> Result<(), Error> {
    act.audit(
        Some(r.site),
        Done {
            action,
            object: r.id.as_str(),
            patient: None,
            details: json!({ "capacity": r.capacity.code() }),
        },
    )
}
