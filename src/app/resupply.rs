//! Whether a site can count on resupply, as far as its people hear of it: when it turns compromised, and
//! when it is assured again.
//!
//! Choice: a site whose resupply was never assured hears nothing. The doses that it must keep are those of
//! a compromised resupply from its first day, its reserve says so, and an alert that is open at every site
//! from the start is one that nobody reads. So what it was when the site was last settled is kept.

use super::act::Act;
use super::error::Error;
use super::hear::hear;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::rule::{ReserveRule, Resupply, Rulebook};
use std::collections::BTreeSet;

/// Whether a site can count on resupply under a rulebook; nothing when its notice is retired and asks for
/// no reserve.
pub(super) type Standing<'r> = (&'r Rulebook, &'r ReserveRule, Option<Resupply>);

/// Tells whom it concerns that resupply changed since the site was last settled, and keeps what it is.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn heard(
    act: &mut Act<'_>,
    state: &mut SiteState,
    open: &mut Vec<Alert>,
    now: &[Standing<'_>],
) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::ResupplyCompromised;
    let mut assured = BTreeSet::new();
    for (rulebook, rule, resupply) in now {
        let name = rulebook.name.as_str();
        let is_open = open.iter().any(|a| a.kind == KIND && a.subject == name);
        let was_assured = state.assured.contains(name);
        let doses = |n: Option<Resupply>| n.map_or(0, |n| i64::from(rule.doses(n).get()));
        let expected = match resupply {
            Some(Resupply::Compromised) if is_open || was_assured => Some(Resupply::Compromised),
            Some(_) => Some(Resupply::Assured),
            None => None,
        };
        let reading = Reading {
            found: doses(resupply.map(|_| Resupply::Assured)),
            expected: doses(expected),
        };
        hear(act, state, open, KIND, name, reading)?;
        if *resupply == Some(Resupply::Assured) {
            assured.insert(name.to_owned());
        }
    }
    keep(act, state, assured)
}

/// Keeps by which rulebooks resupply is assured, when that has changed.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn keep(
    act: &mut Act<'_>,
    state: &mut SiteState,
    assured: BTreeSet<String>,
) -> Result<(), Error> {
    if state.assured != assured {
        db::sites::set_assured(act.conn, state.site.finess, &assured)?;
        state.assured = assured;
    }
    Ok(())
}
