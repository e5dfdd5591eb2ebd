use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use super::shelf;
use crate::app::excursions::{self, NewDecision, NewExcursion, SeenExcursion};
use crate::app::record::Which;
use crate::domain::apart::Decision;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::ExcursionId;
use crate::domain::role::Role;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Excursions from the cold: what was in one is set apart, and released or destroyed later
#[derive(Debug, Subcommand)]
pub(super) enum Excursion {
    Open(OpenExcursion),
    List(ListExcursions),
    Show(ShowExcursion),
    Decide(DecideExcursion),
}

const OPEN: &str = "\
Examples:
  dotation excursion open --site 750100125 --reason 'fridge 2 without power' --from 2021-10-20T03:15:00+02:00 --to 2021-10-20T07:40:00+02:00 --highest 12.5
  dotation excursion open --site 750100125 --reason 'left on the bench' --lot 3400957464547/B1234";

/// Record an excursion: everything that is on the shelf, or chosen lots, are set apart
#[derive(Debug, Args)]
#[command(after_help = OPEN)]
pub(super) struct OpenExcursion {
    /// At which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// What happened, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
    /// A lot that was in it; once for each. Without one: everything that is on the shelf
    #[arg(long, value_name = "CIP13/LOT[@EXPIRY]", value_parser = shelf::lot)]
    lot: Vec<Which>,
    /// When the cold was lost, if known
    #[arg(long, value_name = "HOUR", value_parser = shelf::hour)]
    from: Option<Instant>,
    /// When it was back, if known
    #[arg(long, value_name = "HOUR", value_parser = shelf::hour)]
    to: Option<Instant>,
    /// The lowest temperature measured, in degrees Celsius
    #[arg(long, value_name = "DEGREES", value_parser = shelf::tenths, allow_hyphen_values = true)]
    lowest: Option<i32>,
    /// The highest temperature measured, in degrees Celsius
    #[arg(long, value_name = "DEGREES", value_parser = shelf::tenths, allow_hyphen_values = true)]
    highest: Option<i32>,
}

const LIST: &str = "\
Examples:
  dotation excursion list --site 750100125";

/// List the excursions of a site, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListExcursions {
    /// At which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const SHOW: &str = "\
Examples:
  dotation excursion show 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125";

/// Show an excursion lot by lot, and what was decided
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowExcursion {
    /// Its id, as dotation excursion list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// At which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const DECIDE: &str = "\
Examples:
  dotation excursion decide 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --decision release --reason 'stable 8 h at 25 °C' --reference 'Roche, answer 4711'
  dotation excursion decide 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --decision destroy --reason 'frozen' --lot 3400957464547/B1234";

/// Release or destroy what was in an excursion: lot by lot, or all that is undecided
///
/// Released is what nothing else holds: what is recalled stays in quarantine.
#[derive(Debug, Args)]
#[command(after_help = DECIDE)]
pub(super) struct DecideExcursion {
    /// Its id, as dotation excursion list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// At which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// What is decided: release or destroy
    #[arg(long, value_name = "DECISION", value_parser = decision)]
    decision: Decision,
    /// Why, in a line
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
    /// On whose word: the reference of the manufacturer's answer
    #[arg(long, value_name = "TEXT", value_parser = given::line::<200>)]
    reference: Option<String>,
    /// A lot that it is about; once for each. Without one: all that is undecided
    #[arg(long, value_name = "CIP13/LOT[@EXPIRY]", value_parser = shelf::lot)]
    lot: Vec<Which>,
}

fn decision(text: &str) -> Result<Decision, String> {
    Decision::from_code(text).ok_or_else(|| "expected one of release, destroy".to_owned())
}

fn named(lots: Vec<Which>) -> Option<Vec<Which>> {
    (!lots.is_empty()).then_some(lots)
}

impl Excursion {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Open(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Decide(command) => command.run(place),
        }
    }
}

impl OpenExcursion {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::input("--to lies before --from"));
        }
        if self.lowest.zip(self.highest).is_some_and(|(l, h)| h < l) {
            return Err(Failure::input("--highest lies below --lowest"));
        }
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let site = self.site;
        let new = NewExcursion {
            lots: named(self.lot),
            reason: self.reason,
            lasted: (self.from, self.to),
            tenths: (self.lowest, self.highest),
        };
        let seen = opened.write(vec![site], move |act| {
            let (excursion, _) = excursions::open(act, site, &new)?;
            excursions::seen(act, excursion)
        })?;
        Ok(shown(&seen))
    }
}

impl ListExcursions {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let site = self.site;
        let found = opened.read(move |act| excursions::list(act, site, None, 200))?;
        let json = found.iter().map(shape).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note("There is no excursion here."));
        }
        let row = |seen: &SeenExcursion| {
            let open = seen.lots.iter().filter(|l| l.of.decided.is_none());
            [
                seen.excursion.id.to_string(),
                seen.excursion
                    .recorded_at
                    .format("%Y-%m-%d %H:%M")
                    .to_string(),
                format!("{}/{}", open.count(), seen.lots.len()),
                seen.excursion.reason.clone(),
            ]
        };
        let rows: Vec<[String; 4]> = found.iter().map(row).collect();
        let names = ["ID", "RECORDED (UTC)", "UNDECIDED", "REASON"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

impl ShowExcursion {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id) = (self.site, ExcursionId::new(self.id));
        let seen = opened.read(move |act| excursions::see(act, site, &id))?;
        Ok(shown(&seen))
    }
}

impl DecideExcursion {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id) = (self.site, ExcursionId::new(self.id));
        let new = NewDecision {
            lots: named(self.lot),
            decision: self.decision,
            reason: self.reason,
            reference: self.reference,
        };
        let seen = opened.write(vec![site], move |act| {
            let (excursion, _) = excursions::decide(act, site, &id, &new)?;
            excursions::seen(act, excursion)
        })?;
        Ok(shown(&seen))
    }
}

fn shown(seen: &SeenExcursion) -> Answer {
    let of = &seen.excursion;
    let row = |lot: &excursions::SeenLot| {
        let decided = lot.of.decided.as_ref();
        [
            lot.lot.cip13.to_string(),
            lot.lot.lot.to_string(),
            lot.lot.expiry.to_string(),
            lot.of.set_apart.to_string(),
            lot.of.stood.to_string(),
            lot.waiting.to_string(),
            decided.map_or_else(
                || "undecided".to_owned(),
                |d| format!("{}: {}", d.decision.code(), d.reason),
            ),
        ]
    };
    let rows: Vec<[String; 7]> = seen.lots.iter().map(row).collect();
    let names = [
        "CIP13",
        "LOT",
        "EXPIRY",
        "SET APART",
        "STOOD",
        "WAITING",
        "DECISION",
    ];
    let text = format!(
        "Excursion {} at {}: {}\n\n{}",
        of.id,
        of.site,
        of.reason,
        columns(names, &rows)
    );
    Answer::new(text, shape(seen))
}

fn shape(seen: &SeenExcursion) -> Value {
    let of = &seen.excursion;
    let lots = seen.lots.iter().map(|lot| {
        let decided = lot.of.decided.as_ref();
        json!({
            "cip13": lot.lot.cip13.as_str(), "lot": lot.lot.lot.as_str(),
            "expiry": lot.lot.expiry.to_string(), "set_apart": lot.of.set_apart.get(),
            "stood": lot.of.stood.get(), "waiting": lot.waiting.get(),
            "decision": decided.map(|d| json!({
                "decision": d.decision.code(), "reason": d.reason, "reference": d.reference,
            })),
        })
    });
    json!({
        "id": of.id.as_str(), "site": of.site.as_str(), "whole": of.whole, "reason": of.reason,
        "from": of.lasted.0, "to": of.lasted.1, "lowest_tenths": of.tenths.0,
        "highest_tenths": of.tenths.1, "recorded_at": of.recorded_at,
        "lots": lots.collect::<Vec<_>>(),
    })
}
