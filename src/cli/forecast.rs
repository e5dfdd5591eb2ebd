use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::forecast::{SeenForecast, see};
use crate::domain::code::Finess;
use crate::domain::forecast::{Change, DayAhead};
use crate::domain::quantity::Units;
use crate::domain::site::Ahead;
use clap::Args;
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  dotation forecast --site 750100125
  dotation forecast --site 750100125 --days 30 --format json";

/// Say how the reserve and the shelf of a site will stand on the days to come, as far as is known
///
/// Infusions that come near, windows that end, confirmed deliveries, expiries and requests that fall due
/// are reckoned; what nobody has entered is not. A day is listed when something changes on it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Forecast {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// How many days ahead, 1 to 90 [default: as many as the site looks ahead]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(Ahead::MOST_FORECAST)))]
    days: Option<u32>,
    /// By which rulebook [default: the only one with a reserve]
    #[arg(long, value_name = "NAME")]
    rulebook: Option<String>,
}

impl Forecast {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self {
            site,
            days,
            rulebook,
        } = self;
        let (rows, foreseen, json) = place.open()?.read(move |act| {
            let seen = see(act, site, rulebook.as_deref(), days)?;
            let told = |pair: &(usize, &DayAhead)| {
                let before = pair.0.checked_sub(1).and_then(|n| seen.days.get(n));
                before.is_none_or(|b| {
                    let same = (b.possible, b.required) == (pair.1.possible, pair.1.required);
                    !same || !pair.1.changes.is_empty()
                })
            };
            let days = seen.days.iter().enumerate().filter(told);
            let rows: Vec<[String; 5]> = days.map(|(_, day)| row(day)).collect();
            Ok((rows, foreseen(&seen), shape(&seen)))
        })?;
        let names = ["DAY", "POSSIBLE", "REQUIRED", "RESUPPLY", "WHAT CHANGES"];
        Ok(Answer::new(columns(names, &rows), json).note(foreseen))
    }
}

fn foreseen(seen: &SeenForecast<'_>) -> String {
    match &seen.breach {
        Some(b) => format!(
            "A breach of the reserve is foreseen on {}: at the lowest {} of {} doses, on {}.",
            b.on, b.possible, b.required, b.worst_on
        ),
        None => "No breach of the reserve is foreseen after today.".to_owned(),
    }
}

fn row(day: &DayAhead) -> [String; 5] {
    let changes: Vec<String> = day.changes.iter().map(told).collect();
    [
        day.on.to_string(),
        day.possible.to_string(),
        day.required.to_string(),
        day.resupply.code().to_owned(),
        changes.join("; "),
    ]
}

fn told(change: &Change) -> String {
    match change {
        Change::Expired { cip13, lot, units } => {
            format!("{units} of {cip13}, lot {lot}, out of date")
        }
        Change::Arrived { cip13, units, .. } => format!("{units} of {cip13} delivered"),
        Change::WindowsOver(n) => format!("windows over: {n}"),
        Change::Scheduled(n) => format!("infusions that count from now on: {n}"),
        Change::Taken(taken) => {
            let units: Vec<String> = taken.iter().map(|(c, n)| format!("{n} of {c}")).collect();
            format!("a request takes {}", units.join(", "))
        }
        Change::Waiting(n) => format!("requests that find nothing to spare: {n}"),
        Change::Resupply(resupply) => format!("resupply {}", resupply.code()),
    }
}

fn shape(seen: &SeenForecast<'_>) -> Value {
    let breach = seen.breach.as_ref().map(|b| {
        json!({
            "on": b.on.to_string(), "worst_on": b.worst_on.to_string(),
            "possible": b.possible.get(), "required": b.required.get(),
        })
    });
    let day = |d: &DayAhead| {
        let units = d.units.iter();
        let units = units.map(|(c, n)| json!({ "cip13": c.as_str(), "units": n.get() }));
        json!({
            "on": d.on.to_string(), "resupply": d.resupply.code(),
            "required": d.required.get(), "possible": d.possible.get(),
            "units": units.collect::<Vec<Value>>(),
            "changes": d.changes.iter().map(change).collect::<Vec<Value>>(),
        })
    };
    json!({
        "site": seen.state.site.finess.as_str(),
        "rulebook": seen.rulebook.name.as_str(),
        "as_of": seen.state.today.to_string(),
        "breach": breach,
        "days": seen.days.iter().map(day).collect::<Vec<Value>>(),
    })
}

fn change(change: &Change) -> Value {
    let kind = change.code();
    let of = |n: &Units| n.get();
    match change {
        Change::Expired { cip13, lot, units } => {
            json!({ "kind": kind, "cip13": cip13.as_str(), "lot": lot.as_str(), "units": of(units) })
        }
        Change::Arrived {
            delivery,
            cip13,
            units,
        } => {
            json!({ "kind": kind, "delivery": delivery.as_str(), "cip13": cip13.as_str(), "units": of(units) })
        }
        Change::Taken(taken) => {
            let taken = taken.iter();
            let units = taken.map(|(c, n)| json!({ "cip13": c.as_str(), "units": of(n) }));
            json!({ "kind": kind, "units": units.collect::<Vec<Value>>() })
        }
        Change::WindowsOver(n) | Change::Scheduled(n) | Change::Waiting(n) => {
            json!({ "kind": kind, "count": n })
        }
        Change::Resupply(resupply) => json!({ "kind": kind, "resupply": resupply.code() }),
    }
}
