//! The day on which a deferred claim may be met: what is expected to be delivered to its pool.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::live_case::Live;
use crate::db;
use crate::domain::code::Cip13;
use crate::domain::plan::{Case, Decision, Status, Transfers};
use crate::domain::site::{Delivery, DeliveryState};
use crate::text::plan::site_of;
use std::collections::BTreeMap;

/// What the sites of a plan wait for, by day.
pub(super) struct Expected(Vec<Delivery>);

impl Expected {
    /// Loads what was announced or confirmed to the sites of a plan.
    pub(super) fn load(act: &mut Act<'_>, live: &Live<'_>) -> Result<Self, Error> {
        let sites: Vec<_> = live.sites.iter().map(|site| site.finess).collect();
        let mut all = db::deliveries::expected_at(act.conn, &sites, live.case.as_of)?;
        all.retain(|d| matches!(d.state, DeliveryState::Announced | DeliveryState::Confirmed));
        Ok(Self(all))
    }

    /// Says of a deferred claim when deliveries to its pool will have brought what it lacks, and where
    /// the last of them comes: `delivery: 2021-10-26 (750100125)`. Nothing when they will not, or nobody
    /// knows what it lacks.
    pub(super) fn brings(&self, case: &Case, decision: &Decision) -> Option<String> {
        let Status::Deferred(lack) = &decision.status else {
            return None;
        };
        let own = case.sites.get(site_of(case, decision.subject)?)?;
        let shares = |delivery: &&Delivery| match case.transfers {
            Transfers::All => true,
            Transfers::None => own.id == delivery.site.as_str(),
            Transfers::Network => case
                .sites
                .binary_search_by(|site| site.id.as_str().cmp(delivery.site.as_str()))
                .ok()
                .and_then(|place| case.sites.get(place))
                .is_some_and(|site| site.network == own.network),
        };
        let mut left: BTreeMap<Cip13, u32> = lack.units.iter().copied().collect();
        if left.is_empty() {
            return None;
        }
        for delivery in self.0.iter().filter(shares) {
            if let Some(missing) = left.get_mut(&delivery.cip13) {
                *missing = missing.saturating_sub(delivery.left().get());
                left.retain(|_, missing| *missing > 0);
                if left.is_empty() {
                    return Some(format!(
                        "delivery: {} ({})",
                        delivery.expected_on, delivery.site
                    ));
                }
            }
        }
        None
    }
}
