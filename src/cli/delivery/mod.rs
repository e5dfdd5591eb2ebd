//! What a site waits for.

mod change;
mod receive;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::{Opened, Place};
use crate::app::edit_deliveries::{self, NewDelivery};
use crate::app::see::{deliveries, of_site};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::DeliveryId;
use crate::domain::quantity::Units;
use crate::domain::role::Role;
use crate::domain::site;
use change::{CancelDelivery, CloseDelivery, ConfirmDelivery, PostponeDelivery};
use clap::{Args, Subcommand};
use receive::ReceiveDelivery;
use serde_json::{Value, json};

/// Deliveries: what sites wait for, and whether they can count on it
#[derive(Debug, Subcommand)]
pub(super) enum Delivery {
    Announce(AnnounceDelivery),
    List(ListDeliveries),
    Show(ShowDelivery),
    Confirm(ConfirmDelivery),
    Postpone(PostponeDelivery),
    Receive(ReceiveDelivery),
    Close(CloseDelivery),
    Cancel(CancelDelivery),
}

const ANNOUNCE: &str = "\
Examples:
  dotation delivery announce --site 750100125 --cip13 3400957464547 --units 10 --on 2027-10-22
  dotation delivery announce --site 750100125 --cip13 3400957464547 --units 10 --on 2027-10-22 \\
      --confirmed --reference CDE-2027-118";

/// Announce a delivery to a site
///
/// Only what the supplier has confirmed counts for resupply, until its day is past.
#[derive(Debug, Args)]
#[command(after_help = ANNOUNCE)]
pub(super) struct AnnounceDelivery {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// The presentation
    #[arg(long, value_name = "CIP13", value_parser = given::cip13)]
    cip13: Cip13,
    /// How many units, not boxes
    #[arg(long, value_name = "UNITS", value_parser = given::units)]
    units: Units,
    /// The day it is expected
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    on: Day,
    /// The supplier has confirmed it
    #[arg(long)]
    confirmed: bool,
    /// The supplier's reference
    #[arg(long, value_name = "TEXT", value_parser = given::line::<100>)]
    reference: Option<String>,
}

const LIST: &str = "\
Examples:
  dotation delivery list --site 750100125
  dotation delivery list --site 750100125 --all --format json";

/// List the deliveries that a site waits for, by day; those that are late among them
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListDeliveries {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// Also those that were received or cancelled
    #[arg(long)]
    all: bool,
}

const SHOW: &str = "\
Examples:
  dotation delivery show 017c9c48-f8e7-7247-8549-a57e897cbd3b";

/// Show a delivery with all that was done with it: when, by whom, why
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowDelivery {
    /// Its id, as dotation delivery list shows it
    #[arg(value_name = "ID")]
    id: String,
}

impl Delivery {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Announce(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Confirm(command) => command.run(place),
            Self::Postpone(command) => command.run(place),
            Self::Receive(command) => command.run(place),
            Self::Close(command) => command.run(place),
            Self::Cancel(command) => command.run(place),
        }
    }
}

impl AnnounceDelivery {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, new) = (
            self.site,
            NewDelivery {
                cip13: self.cip13,
                units: self.units,
                expected_on: self.on,
                confirmed: self.confirmed,
                reference: self.reference,
            },
        );
        let made = opened.write(vec![site], move |act| {
            edit_deliveries::announce(act, site, &new)
        })?;
        let text = format!("Delivery {} is {}.\n", made.id, made.state.code());
        Ok(Answer::new(text, shape(&made)))
    }
}

/// How many deliveries are read at a time.
const PAGE: i64 = 500;

impl ListDeliveries {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (site, all) = (self.site, self.all);
        let (today, mut found) = place.open()?.read(move |act| {
            let (today, mut found) = of_site::deliveries(act, site, None, PAGE)?;
            while let Some(last) = found.last().map(|d| d.id.to_string()) {
                let (_, more) = of_site::deliveries(act, site, Some(&last), PAGE)?;
                if more.is_empty() {
                    break;
                }
                found.extend(more);
            }
            Ok((today, found))
        })?;
        found.retain(|d| all || d.left() > Units::ZERO);
        found.sort_by(|a, b| (a.expected_on, &a.id).cmp(&(b.expected_on, &b.id)));
        let json = found.iter().map(|d| seen(d, today)).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note(format!(
                "{site} waits for nothing. To announce a delivery: dotation delivery announce --help"
            )));
        }
        let rows: Vec<[String; 8]> = found.iter().map(|d| row(d, today)).collect();
        let names = [
            "ID",
            "EXPECTED",
            "CIP13",
            "UNITS",
            "ARRIVED",
            "TO COME",
            "STATE",
            "REFERENCE",
        ];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn row(d: &site::Delivery, today: Day) -> [String; 8] {
    let state = match (d.is_late(today), d.short()) {
        (true, _) => format!("{}, late", d.state.code()),
        (false, Units::ZERO) => d.state.code().to_owned(),
        (false, short) => format!("{}, {short} short", d.state.code()),
    };
    [
        d.id.to_string(),
        d.expected_on.to_string(),
        d.cip13.to_string(),
        d.units.to_string(),
        d.arrived.to_string(),
        d.left().to_string(),
        state,
        d.reference.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

impl ShowDelivery {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (opened, id) = (place.open()?, DeliveryId::new(self.id));
        let site = site_of(&opened, &id)?;
        let found = opened.read(move |act| deliveries::see(act, site, &id))?;
        let mut lines = Vec::new();
        let [id, on, cip13, units, arrived, left, state, reference] =
            row(&found.delivery, found.today);
        for (name, value) in [
            ("delivery", id),
            ("site", site.to_string()),
            ("presentation", cip13),
            ("expected on", on),
            ("units", units),
            ("arrived", arrived),
            ("to come", left),
            ("state", state),
            ("reference", reference),
        ] {
            lines.push(format!("{name}: {value}"));
        }
        let events: Vec<[String; 7]> = found.history.iter().map(event_row).collect();
        let names = [
            "AT", "BY", "EVENT", "UNITS", "ARRIVED", "EXPECTED", "REASON",
        ];
        let text = format!("{}\n\n{}", lines.join("\n"), columns(names, &events));
        let mut json = seen(&found.delivery, found.today);
        if let Some(object) = json.as_object_mut() {
            let history = found.history.iter().map(event_shape).collect();
            object.insert("history".to_owned(), history);
        }
        Ok(Answer::new(text, json))
    }
}

fn event_row(event: &deliveries::Event) -> [String; 7] {
    [
        event.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        event.by.clone(),
        event.what.code().to_owned(),
        event.units.to_string(),
        event.arrived.to_string(),
        event.expected_on.clone(),
        event.reason.clone().unwrap_or_default(),
    ]
}

fn event_shape(event: &deliveries::Event) -> Value {
    json!({
        "at": event.at.to_rfc3339(), "by": event.by, "role": event.role,
        "event": event.what.code(), "units": event.units, "arrived": event.arrived,
        "expected_on": event.expected_on, "state": event.state, "reason": event.reason,
    })
}

/// The site of a delivery, which a write to it locks.
fn site_of(opened: &Opened, id: &DeliveryId) -> Result<Finess, Failure> {
    let id = id.clone();
    opened.read(move |act| deliveries::site_of(act, &id))
}

fn shape(d: &site::Delivery) -> Value {
    json!({
        "id": d.id.as_str(), "site": d.site.as_str(), "cip13": d.cip13.as_str(),
        "units": d.units.get(), "arrived": d.arrived.get(), "to_come": d.left().get(),
        "short": d.short().get(), "expected_on": d.expected_on.to_string(),
        "state": d.state.code(), "reference": d.reference, "version": d.version,
    })
}

fn seen(d: &site::Delivery, today: Day) -> Value {
    let mut json = shape(d);
    if let Some(object) = json.as_object_mut() {
        object.insert("late".to_owned(), d.is_late(today).into());
    }
    json
}
