//! A delivery that turns out otherwise.

use super::{shape, site_of};
use crate::app::edit_deliveries::{self, Change};
use crate::app::see::of_site;
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::calendar::Day;
use crate::domain::id::DeliveryId;
use crate::domain::role::Role;
use crate::domain::site::{Delivery, DeliveryState};
use clap::Args;

const CONFIRM: &str = "\
Examples:
  dotation delivery confirm 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation delivery confirm 017c9c48-f8e7-7247-8549-a57e897cbd3b --on 2027-10-25";

/// Say that the supplier has confirmed a delivery: it counts for resupply from now on
#[derive(Debug, Args)]
#[command(after_help = CONFIRM)]
pub(in crate::cli) struct ConfirmDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The day for which it is confirmed, where that is another
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    on: Option<Day>,
}

const POSTPONE: &str = "\
Examples:
  dotation delivery postpone 017c9c48-f8e7-7247-8549-a57e897cbd3b --on 2027-10-29
  dotation delivery postpone 017c9c48-f8e7-7247-8549-a57e897cbd3b --on 2027-10-29 \\
      --reason 'the factory is closed'";

/// Say that a delivery comes on another day, never one that is past
#[derive(Debug, Args)]
#[command(after_help = POSTPONE)]
pub(in crate::cli) struct PostponeDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The day it is expected now
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    on: Day,
    /// Why, in a line
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: Option<String>,
}

const CLOSE: &str = "\
Examples:
  dotation delivery close 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'the rest is out of stock'";

/// Say that no more of a delivery will come: what is missing is told as short
#[derive(Debug, Args)]
#[command(after_help = CLOSE)]
pub(in crate::cli) struct CloseDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line about the supplier and about no patient
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

const CANCEL: &str = "\
Examples:
  dotation delivery cancel 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'ordered twice'";

/// Say that a delivery will not come
#[derive(Debug, Args)]
#[command(after_help = CANCEL)]
pub(in crate::cli) struct CancelDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line about the supplier and about no patient
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

impl ConfirmDelivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let change = Change {
            state: Some(DeliveryState::Confirmed),
            expected_on: self.on,
            ..Change::default()
        };
        changed(place, self.id, change)
    }
}

impl PostponeDelivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let change = Change {
            expected_on: Some(self.on),
            reason: self.reason,
            ..Change::default()
        };
        changed(place, self.id, change)
    }
}

impl CloseDelivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        ended(place, self.id, DeliveryState::Received, self.reason)
    }
}

impl CancelDelivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        ended(place, self.id, DeliveryState::Cancelled, self.reason)
    }
}

fn ended(
    place: &Place,
    id: String,
    state: DeliveryState,
    reason: String,
) -> Result<Answer, Failure> {
    let change = Change {
        state: Some(state),
        reason: Some(reason),
        ..Change::default()
    };
    changed(place, id, change)
}

/// Changes a delivery as it stands now: whoever types has just looked at it.
fn changed(place: &Place, id: String, change: Change) -> Result<Answer, Failure> {
    let opened = place.open()?.acting_as(Role::Pharmacist);
    let id = DeliveryId::new(id);
    let site = site_of(&opened, &id)?;
    let after = opened.write(vec![site], move |act| {
        let version = of_site::delivery(act, site, &id)?.version;
        edit_deliveries::change(act, site, &id, version, &change)
    })?;
    Ok(Answer::new(told(&after), shape(&after)))
}

fn told(d: &Delivery) -> String {
    let (id, units, arrived) = (&d.id, d.units, d.arrived);
    match d.state {
        DeliveryState::Announced | DeliveryState::Confirmed => format!(
            "Delivery {id} is {}: {} units to come on {}.\n",
            d.state.code(),
            d.left(),
            d.expected_on
        ),
        DeliveryState::Received => {
            format!("Delivery {id} has ended: {arrived} of {units} units came.\n")
        }
        DeliveryState::Cancelled => format!("Delivery {id} is cancelled.\n"),
    }
}
