//! Which sites are planned together, and by what.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::plan::Transfers;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::rule::{Rulebook, Slug};
use crate::domain::site::Site;
use std::collections::BTreeSet;

/// Which sites are to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of one network.
    Network(Slug),
    /// These.
    Sites(BTreeSet<Finess>),
}

/// What a plan of the service is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Which sites.
    pub scope: Scope,
    /// By which rulebook; the only one that ranks, when none is named.
    pub rulebook: Option<String>,
    /// Which of the sites share their stock.
    pub transfers: Transfers,
    /// How many days ahead requests are planned.
    pub horizon_days: u32,
    /// By how much a request's dose may be rounded down, in percent.
    pub rounding_down_pct: u32,
}

impl Terms {
    /// How many days ahead requests are planned, when nobody says.
    ///
    /// Choice: four weeks, the interval of an infusion of tocilizumab (summary of product
    /// characteristics, § 4.2), so that every ongoing treatment is seen once.
    pub const HORIZON_DAYS: u32 = 28;
}

/// The sites that are planned, in the order of their numbers, and whose day it is.
pub(super) struct Planned {
    pub(super) sites: Vec<Site>,
    /// The network whose seed orders equals; [`SEVERAL`] when they are of more than one.
    pub(super) network: String,
    /// The day of the plan: that of the first site. Choice: sites that share are of one region.
    pub(super) day: Day,
}

/// Stands for the network of a plan that covers more than one; no network has such a name.
pub const SEVERAL: &str = "*";

/// Finds the sites of a scope.
///
/// # Errors
/// Refused when there is no such network or site, it has no site, or the caller may not plan for one.
pub(super) fn planned(
    act: &mut Act<'_>,
    scope: &Scope,
    action: Option<Action>,
) -> Result<Planned, Error> {
    let unknown = |what, name: String| Refusal::Unknown { what, name };
    let all = match scope {
        Scope::Network(network) => db::sites::list(act.conn, Some(network))?,
        Scope::Sites(_) => db::sites::list(act.conn, None)?,
    };
    let sites: Vec<Site> = match scope {
        Scope::Network(network) if all.is_empty() => {
            return Err(unknown("network", network.to_string()).into());
        }
        Scope::Network(_) => all,
        Scope::Sites(wanted) => {
            let strange = wanted.iter().find(|f| all.iter().all(|s| s.finess != **f));
            if let Some(strange) = strange {
                return Err(unknown("site", strange.to_string()).into());
            }
            let wanted = |site: &Site| wanted.contains(&site.finess);
            all.into_iter().filter(wanted).collect()
        }
    };
    for (site, action) in sites.iter().filter_map(|site| Some((site, action?))) {
        act.caller.check(action, Some(site.finess))?;
    }
    let Some(first) = sites.first() else {
        return Err(unknown("site", String::new()).into());
    };
    let one = sites.iter().all(|site| site.network == first.network);
    Ok(Planned {
        day: site_state::today(act, first)?,
        network: if one {
            first.network.to_string()
        } else {
            SEVERAL.to_owned()
        },
        sites,
    })
}

/// Returns the rulebook of a name that ranks requests; the only one there is, when none is named.
///
/// # Errors
/// [`Refusal::NoRanking`].
pub fn ranking<'r>(act: &Act<'r>, name: Option<&str>) -> Result<&'r Rulebook, Refusal> {
    let books: Vec<&Rulebook> = act.rules.iter().filter(|b| b.ranks()).collect();
    let found = match name {
        Some(name) => books.iter().find(|book| book.name.as_str() == name),
        None => books.first().filter(|_| books.len() == 1),
    };
    found.copied().ok_or_else(|| Refusal::NoRanking {
        asked: name.map(str::to_owned),
        known: books.iter().map(|book| book.name.to_string()).collect(),
    })
}
