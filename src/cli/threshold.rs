use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::edit_thresholds;
use crate::app::see::{commons, of_site};
use crate::domain::code::Finess;
use crate::domain::role::Role;
use crate::domain::shelf::{self, MOST_MG, Measured};
use crate::domain::site::Ahead;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// The minimums that a site sets itself, and how far ahead it hears of what is to come
#[derive(Debug, Subcommand)]
pub(super) enum Threshold {
    List(ListThresholds),
    Set(SetThreshold),
    Remove(RemoveThreshold),
    Ahead(SetAhead),
}

const LIST: &str = "\
Examples:
  dotation threshold list --site 750100125";

/// List the minimums of a site
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListThresholds {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const SET: &str = "\
Examples:
  dotation threshold set 3400957464547 6 --site 750100125
  dotation threshold set roactemra-2021-10-14:iv 2400 --site 750100125";

/// Set a minimum: of a presentation in free units, of a route in free milligrams
///
/// An alert opens at once when there is less, and closes when there is as much again.
#[derive(Debug, Args)]
#[command(after_help = SET)]
pub(super) struct SetThreshold {
    /// What of: a CIP13; or a rulebook, a colon and a route: iv, sc or oral
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// How much there must be, free and in date: units of a presentation, milligrams of a route
    #[arg(value_name = "MINIMUM", value_parser = minimum)]
    minimum: u32,
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const REMOVE: &str = "\
Examples:
  dotation threshold remove 3400957464547 --site 750100125";

/// Take a minimum away; its alert closes
#[derive(Debug, Args)]
#[command(after_help = REMOVE)]
pub(super) struct RemoveThreshold {
    /// What of, as dotation threshold list shows it
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const AHEAD: &str = "\
Examples:
  dotation threshold ahead --site 750100125 --expiry-notice 90
  dotation threshold ahead --site 750100125 --forecast 21";

/// Say how many days before its expiry a lot is heard of, and how many days ahead a breach of the reserve
#[derive(Debug, Args)]
#[command(after_help = AHEAD)]
pub(super) struct SetAhead {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// Usable units that expire within so many days are heard of: 0 to 365
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=i64::from(Ahead::MOST_NOTICE)))]
    expiry_notice: Option<u32>,
    /// A breach of the reserve is looked for on so many days to come: 1 to 90
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(Ahead::MOST_FORECAST)))]
    forecast: Option<u32>,
}

fn minimum(text: &str) -> Result<u32, String> {
    let read = text.parse().ok();
    read.filter(|n| (1..=MOST_MG).contains(n))
        .ok_or_else(|| format!("expected a whole number, 1 to {MOST_MG}"))
}

impl Threshold {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(command) => command.run(place),
            Self::Set(command) => command.run(place),
            Self::Remove(command) => command.run(place),
            Self::Ahead(command) => command.run(place),
        }
    }
}

impl ListThresholds {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let all = place
            .open()?
            .read(move |act| of_site::thresholds(act, self.site))?;
        let json = all.iter().map(shape).collect();
        if all.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note(format!(
                "{} has set no minimum. To set one: dotation threshold set --help",
                self.site
            )));
        }
        let row = |t: &shelf::Threshold| {
            let measured = t.subject.measured().code().to_owned();
            [t.subject.to_string(), t.minimum.to_string(), measured]
        };
        let rows: Vec<[String; 3]> = all.iter().map(row).collect();
        Ok(Answer::new(
            columns(["SUBJECT", "MINIMUM", "MEASURED"], &rows),
            json,
        ))
    }
}

impl SetThreshold {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self {
            subject,
            minimum,
            site,
        } = self;
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let of = opened.read(move |act| Ok(edit_thresholds::subject(act, &subject)?))?;
        let most = of.measured().most();
        if minimum > most {
            return Err(Failure::input(format!(
                "MINIMUM: {minimum} is too many: expected 1 to {most} units"
            )));
        }
        let set = opened.write(vec![site], move |act| {
            edit_thresholds::set(act, site, &of, minimum, |_any| true)
        })?;
        let text = format!(
            "{site} hears of it when fewer than {} {} of {} are free.\n",
            set.minimum,
            set.subject.measured().code(),
            set.subject
        );
        Ok(Answer::new(text, shape(&set)))
    }
}

impl RemoveThreshold {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self { subject, site } = self;
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let of = opened.read(move |act| Ok(edit_thresholds::subject(act, &subject)?))?;
        let named = of.to_string();
        opened.write(vec![site], move |act| {
            edit_thresholds::remove(act, site, &of, |_any| true)
        })?;
        Ok(Answer::new(
            format!("{site} has no minimum of {named} any more.\n"),
            json!({ "subject": named, "site": site.as_str(), "removed": true }),
        ))
    }
}

impl SetAhead {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let site = self.site;
        let after = opened.write(vec![site], move |act| {
            let before = commons::site(act, site)?;
            let ahead = Ahead {
                expiry_notice_days: self
                    .expiry_notice
                    .unwrap_or(before.ahead.expiry_notice_days),
                forecast_days: self.forecast.unwrap_or(before.ahead.forecast_days),
            };
            if ahead == before.ahead {
                return Ok(before);
            }
            edit_thresholds::look_ahead(act, site, before.version, ahead)
        })?;
        let Ahead {
            expiry_notice_days,
            forecast_days,
        } = after.ahead;
        let text = format!(
            "{site} hears of lots {expiry_notice_days} days before they expire, and looks {forecast_days} days ahead for a breach of its reserve.\n"
        );
        let json = json!({
            "site": site.as_str(), "expiry_notice_days": expiry_notice_days,
            "forecast_days": forecast_days,
        });
        Ok(Answer::new(text, json))
    }
}

fn shape(t: &shelf::Threshold) -> Value {
    let name = match t.subject.measured() {
        Measured::Units => "minimum_units",
        Measured::Mg => "minimum_mg",
    };
    json!({ "subject": t.subject.to_string(), name: t.minimum, "version": t.version })
}
