//! A day begins at a site: what follows from time alone.
//!
//! Resupply that was set by hand runs out, a delivery does not come, a window ends, a lot expires or is
//! about to: nobody moves anything, and yet a reserve is short or will be, or a GO stands no more; a count
//! is not made, and is overdue. Each CAR-T centre, each site with stock or a minimum of its own, and each
//! where somebody is monitored, is settled when its own day begins, by the same steps as after a movement ([`after::settle`]) and a count.
//! Settling what is settled writes nothing, so that it may be done twice, by two instances as well.

use super::after;
use super::error::Error;
use super::monitor;
use super::refused;
use super::service::Service;
use super::site_state::SiteState;
use crate::db::{self, sites::Centre};
use crate::domain::calendar::{Instant, local_day};
use crate::domain::code::Finess;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// How long a site that could not be settled is left alone.
///
/// Choice: a minute; what is in the way is a busy database, which is over by then, or something that
/// a person must mend.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Follows the days of all sites for which something follows from time alone, each in its own time zone.
pub struct Days {
    service: Service,
    /// When it looked last; not since the start, if never.
    looked: Option<Instant>,
    /// The sites that could not be settled, and when they are tried again.
    again: BTreeMap<String, Instant>,
}

/// What came of one site, by its number.
pub type Turned = (String, Result<(), Error>);

impl Days {
    /// Begins to follow: at the first look every site is settled, whatever the day.
    pub const fn new(service: Service) -> Self {
        Self {
            service,
            looked: None,
            again: BTreeMap::new(),
        }
    }

    /// Settles the sites whose day has changed since the last look, and those that could not be
    /// settled then; returns what came of each, by number.
    ///
    /// A site that was added since the last look was settled when it was added.
    ///
    /// # Errors
    /// When the sites cannot be listed: then nothing was done, and the next look makes up for it.
    pub async fn turn(&mut self, now: Instant) -> Result<Vec<Turned>, db::Error> {
        let centres = self.service.db().read(db::sites::centres).await?;
        let since = self.looked.replace(now);
        self.again
            .retain(|number, _| centres.iter().any(|c| c.number == *number));
        let mut turned = Vec::new();
        for centre in centres {
            if !self.is_due(&centre, since, now) {
                continue;
            }
            let outcome = match centre.place {
                Ok((site, _)) => self.settle(site, now).await,
                Err(corrupt) => Err(corrupt.into()),
            };
            if outcome.is_ok() {
                self.again.remove(&centre.number);
            } else {
                let at = now.checked_add_signed(AGAIN).unwrap_or(now);
                self.again.insert(centre.number.clone(), at);
            }
            turned.push((centre.number, outcome));
        }
        Ok(turned)
    }

    fn is_due(&self, centre: &Centre, since: Option<Instant>, now: Instant) -> bool {
        if let Some(at) = self.again.get(&centre.number) {
            return now >= *at;
        }
        match (since, &centre.place) {
            (Some(since), Ok((_, zone))) => local_day(since, *zone) != local_day(now, *zone),
            (None, _) | (_, Err(_)) => true,
        }
    }

    async fn settle(&self, site: Finess, now: Instant) -> Result<(), Error> {
        let caller = super::Caller::service();
        let settle = move |act: &mut super::Act<'_>| {
            let mut state = SiteState::load(act, site)?;
            after::settle(act, &mut state)?;
            refused::passed(act, &state)?;
            monitor::settle(act, site)
        };
        self.service.write(caller, now, vec![site], settle).await
    }
}
