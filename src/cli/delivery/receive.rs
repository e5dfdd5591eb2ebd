//! Units come with a delivery.

use super::{shape, site_of};
use crate::app::receive_units::{Count, Received, receive};
use crate::app::record::Particulars;
use crate::app::see::of_site;
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::calendar::Day;
use crate::domain::code::LotNumber;
use crate::domain::id::DeliveryId;
use crate::domain::ledger::UnitState;
use crate::domain::quantity::Units;
use crate::domain::role::Role;
use clap::Args;

const RECEIVE: &str = "\
Examples:
  dotation delivery receive 017c9c48-f8e7-7247-8549-a57e897cbd3b --lot B1234 --expiry 2029-06-30 \\
      --units 6
  dotation delivery receive 017c9c48-f8e7-7247-8549-a57e897cbd3b --lot B1234 --expiry 2029-06-30 \\
      --units 4 --quarantine --note 'the box was wet'";

/// Receive units against a delivery, of one lot at a time
///
/// With fewer than were announced the rest stays expected, until it comes or dotation delivery close says
/// that it will not. More than were announced are received as well, and told.
#[derive(Debug, Args)]
#[command(after_help = RECEIVE)]
pub(in crate::cli) struct ReceiveDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The number of the lot, as on the box
    #[arg(long, value_name = "LOT", value_parser = lot)]
    lot: LotNumber,
    /// The last day on which a unit may be used
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    expiry: Day,
    /// How many units, not boxes
    #[arg(long, value_name = "UNITS", value_parser = given::units)]
    units: Units,
    /// They go into quarantine, and not to the shelf
    #[arg(long)]
    quarantine: bool,
    /// What is to be remembered with the movement; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    note: Option<String>,
}

fn lot(text: &str) -> Result<LotNumber, String> {
    LotNumber::parse(text).map_err(|error| error.to_string())
}

impl ReceiveDelivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let id = DeliveryId::new(self.id);
        let site = site_of(&opened, &id)?;
        let (lot, expiry, units, note) = (self.lot, self.expiry, self.units, self.note);
        let state = if self.quarantine {
            UnitState::Quarantined
        } else {
            UnitState::Usable
        };
        let delivery = opened.write(vec![site], move |act| {
            let cip13 = of_site::delivery(act, site, &id)?.cip13;
            let received = Received {
                cip13,
                lot: lot.clone(),
                expiry,
                count: Count::Units(units),
                serial: None,
                state,
                told: Particulars {
                    note: note.clone(),
                    delivery: Some(id.to_string()),
                    ..Particulars::default()
                },
            };
            receive(act, site, &received)?;
            of_site::delivery(act, site, &id)
        })?;
        let announced = delivery.units;
        let rest = if delivery.arrived > announced {
            let more = delivery.arrived.saturating_sub(announced);
            format!("{more} more than were announced")
        } else {
            format!("{} still to come", delivery.left())
        };
        let text = format!(
            "{units} units received: {} of {announced} have come, {rest}.\n",
            delivery.arrived
        );
        Ok(Answer::new(text, shape(&delivery)))
    }
}
