//! What became of a delivery: who announced, confirmed, postponed, received, closed or cancelled it, when
//! and why, as the audit trail has it.

use super::of_site;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::today;
use crate::db;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::DeliveryId;
use crate::domain::reason::Refusal;
use crate::domain::site::{Delivery, DeliveryState};
use serde_json::Value;

/// What was done with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Somebody heard of it.
    Announced,
    /// The supplier confirmed it, or it is confirmed again.
    Confirmed,
    /// The supplier takes the confirmation back.
    Unconfirmed,
    /// Its day was moved.
    Postponed,
    /// Units of it came.
    Arrived,
    /// A receipt against it was undone.
    Undone,
    /// Another number of units is announced.
    Corrected,
    /// No more of it will come.
    Closed,
    /// It will not come.
    Cancelled,
}

impl Happened {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Postponed => "postponed",
            Self::Arrived => "arrived",
            Self::Undone => "undone",
            Self::Corrected => "corrected",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One thing that was done with a delivery, and how it stood afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// Who: the id of a token, `command-line` or `service`.
    pub by: String,
    /// In what role.
    pub role: String,
    /// What.
    pub what: Happened,
    /// Units announced, afterwards.
    pub units: u64,
    /// Units arrived, afterwards.
    pub arrived: u64,
    /// The day it was expected, afterwards.
    pub expected_on: String,
    /// Its state, afterwards.
    pub state: String,
    /// Why, as far as somebody said.
    pub reason: Option<String>,
}

/// A delivery with all that was done with it, and the site's own day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The delivery.
    pub delivery: Delivery,
    /// The site's own day.
    pub today: Day,
    /// What was done with it, the first first.
    pub history: Vec<Event>,
}

/// Returns a delivery with its history.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn see(act: &mut Act<'_>, site: Finess, id: &DeliveryId) -> Result<Seen, Error> {
    let delivery = of_site::delivery(act, site, id)?;
    let here = super::commons::site(act, site)?;
    let lines = db::audit::of_delivery(act.conn, site.as_str(), id.as_str())?;
    Ok(Seen {
        today: today(act, &here)?,
        history: lines.into_iter().filter_map(event).collect(),
        delivery,
    })
}

/// Returns the site of a delivery.
///
/// # Errors
/// Refused when there is none of that id.
pub fn site_of(act: &mut Act<'_>, id: &DeliveryId) -> Result<Finess, Error> {
    let unknown = || Refusal::Unknown {
        what: "delivery",
        name: id.to_string(),
    };
    Ok(db::deliveries::site_of(act.conn, id)?.ok_or_else(unknown)?)
}

/// What a line of the audit trail says; nothing of one that says it otherwise.
fn event(line: db::audit::Line) -> Option<Event> {
    let entry = line.entry;
    let details: Value = serde_json::from_str(&entry.details).ok()?;
    let (before, after) = (details.get("before")?, details.get("after")?);
    let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_u64);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Event {
        at: entry.at,
        by: entry.actor,
        role: entry.role,
        what: happened(before, after)?,
        units: number(after, "units")?,
        arrived: number(after, "arrived")?,
        expected_on: text(after, "expected_on")?,
        state: text(after, "state")?,
        reason: text(&details, "reason"),
    })
}

fn happened(before: &Value, after: &Value) -> Option<Happened> {
    if before.is_null() {
        return Some(Happened::Announced);
    }
    let state = |of: &Value| DeliveryState::from_code(of.get("state")?.as_str()?);
    let arrived = |of: &Value| of.get("arrived").and_then(Value::as_u64);
    let (was, is) = (state(before)?, state(after)?);
    let differs = |name: &str| before.get(name) != after.get(name);
    Some(match arrived(after).cmp(&arrived(before)) {
        std::cmp::Ordering::Greater => Happened::Arrived,
        std::cmp::Ordering::Less => Happened::Undone,
        std::cmp::Ordering::Equal => match is {
            DeliveryState::Cancelled => Happened::Cancelled,
            DeliveryState::Received => Happened::Closed,
            DeliveryState::Confirmed if was != is => Happened::Confirmed,
            DeliveryState::Announced if was != is => Happened::Unconfirmed,
            DeliveryState::Announced | DeliveryState::Confirmed if differs("expected_on") => {
                Happened::Postponed
            }
            DeliveryState::Announced | DeliveryState::Confirmed => Happened::Corrected,
        },
    })
}
