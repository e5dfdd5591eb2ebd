use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use super::shelf;
use crate::app::inventory::close::{Reason, Uncounted, close};
use crate::app::inventory::{self, Counted, Line, SeenInventory};
use crate::app::record::Which;
use crate::app::records::Inventory as Kept;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::InventoryId;
use crate::domain::inventory::Why;
use crate::domain::ledger::UnitState;
use crate::domain::quantity::Units;
use crate::domain::role::Role;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Inventories: a site's shelf is counted while others go on, and the differences are booked
#[derive(Debug, Subcommand)]
pub(super) enum Inventory {
    Open(OpenInventory),
    List(ListInventories),
    Count(CountLot),
    Show(ShowInventory),
    Close(CloseInventory),
    Cancel(CancelInventory),
}

const OPEN: &str = "\
Examples:
  dotation inventory open --site 750100125 --note 'yearly inventory'";

/// Open an inventory of a site: one at a time
#[derive(Debug, Args)]
#[command(after_help = OPEN)]
pub(super) struct OpenInventory {
    /// Of which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// What it is for, in a line
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    note: Option<String>,
}

const LIST: &str = "\
Examples:
  dotation inventory list --site 750100125";

/// List the inventories of a site, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListInventories {
    /// Of which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

/// Which inventory.
#[derive(Debug, Args)]
struct Of {
    /// Its id, as dotation inventory list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Of which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

impl Of {
    fn id(&self) -> InventoryId {
        InventoryId::new(self.id.as_str())
    }
}

const COUNT: &str = "\
Examples:
  dotation inventory count 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --cip13 3400957464547 --lot B1234 --counted 7
  dotation inventory count 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --cip13 3400957464547 --lot X9 --expiry 2022-06-30 --counted 1";

/// Count a lot: compared with what the ledger had at that moment; counted again, the last count holds
#[derive(Debug, Args)]
#[command(after_help = COUNT)]
pub(super) struct CountLot {
    #[command(flatten)]
    of: Of,
    /// Of which presentation
    #[arg(long, value_name = "CIP13", value_parser = given::cip13)]
    cip13: Cip13,
    /// Of which lot
    #[arg(long, value_name = "LOT", value_parser = lot_number)]
    lot: LotNumber,
    /// Its expiry: of a lot that was never here, and where two lots share the number
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    expiry: Option<Day>,
    /// Which units of it: usable or quarantined
    #[arg(long, value_name = "STATE", value_parser = shelf::state, default_value = "usable")]
    state: UnitState,
    /// How many were there
    #[arg(long, value_name = "UNITS", value_parser = shelf::counted)]
    counted: Units,
    /// When it was counted, if not now
    #[arg(long, value_name = "HOUR", value_parser = shelf::hour)]
    at: Option<Instant>,
}

const SHOW: &str = "\
Examples:
  dotation inventory show 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125";

/// Show an inventory line by line: counted, expected, moved since
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowInventory {
    #[command(flatten)]
    of: Of,
}

const CLOSE: &str = "\
Examples:
  dotation inventory close 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --missing 3400957464547/B1234 --found 3400957464547/X9
  dotation inventory close 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --clerical 3400957464547/B1234#quarantined --leave-uncounted";

/// Close an inventory: its differences are booked, each with its reason, all or none
///
/// A lot is CIP13/LOT, with @EXPIRY where two share the number, and #quarantined for units in
/// quarantine.
#[derive(Debug, Args)]
#[command(after_help = CLOSE)]
pub(super) struct CloseInventory {
    #[command(flatten)]
    of: Of,
    /// A lot of which units are gone; once for each
    #[arg(long, value_name = "LOT", value_parser = shelf::units_of)]
    missing: Vec<(Which, UnitState)>,
    /// A lot of which there are more; once for each
    #[arg(long, value_name = "LOT", value_parser = shelf::units_of)]
    found: Vec<(Which, UnitState)>,
    /// A lot of which the ledger was wrong from the start; once for each
    #[arg(long, value_name = "LOT", value_parser = shelf::units_of)]
    clerical: Vec<(Which, UnitState)>,
    /// What is to be remembered with the movements, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    note: Option<String>,
    /// Leave the lots that were not counted as they are
    #[arg(long)]
    leave_uncounted: bool,
}

const CANCEL: &str = "\
Examples:
  dotation inventory cancel 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --note 'begun by mistake'";

/// Cancel an inventory: nothing comes of it
#[derive(Debug, Args)]
#[command(after_help = CANCEL)]
pub(super) struct CancelInventory {
    #[command(flatten)]
    of: Of,
    /// Why, in a line
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    note: Option<String>,
}

fn lot_number(text: &str) -> Result<LotNumber, String> {
    LotNumber::parse(text).map_err(|error| error.to_string())
}

impl Inventory {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Open(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Count(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Close(command) => command.run(place),
            Self::Cancel(command) => command.run(place),
        }
    }
}

impl OpenInventory {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, note) = (self.site, self.note);
        let inventory = opened.write(vec![site], move |act| {
            inventory::open(act, site, note.clone())
        })?;
        let text = format!("Inventory {} of {site} is open.\n", inventory.id);
        Ok(Answer::new(text, head(&inventory)))
    }
}

impl ListInventories {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let site = self.site;
        let found = opened.read(move |act| inventory::list(act, site, None, 200))?;
        let json = found.iter().map(head).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note("There is no inventory yet: dotation inventory open --help"));
        }
        let row = |one: &Kept| {
            [
                one.id.to_string(),
                one.stage.code().to_owned(),
                one.opened.0.format("%Y-%m-%d %H:%M").to_string(),
                one.note.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        };
        let rows: Vec<[String; 4]> = found.iter().map(row).collect();
        let names = ["ID", "STATE", "OPENED (UTC)", "NOTE"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

impl CountLot {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id) = (self.of.site, self.of.id());
        let new = Counted {
            which: Which {
                cip13: self.cip13,
                lot: self.lot,
                expiry: self.expiry,
            },
            state: self.state,
            counted: self.counted,
            counted_at: self.at,
        };
        let counted = opened.write(vec![site], move |act| {
            inventory::count(act, site, &id, &new)
        })?;
        Ok(Answer::new(
            table(std::slice::from_ref(&counted)),
            line(&counted),
        ))
    }
}

impl ShowInventory {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id) = (self.of.site, self.of.id());
        let seen = opened.read(move |act| inventory::see(act, site, &id))?;
        Ok(shown(&seen))
    }
}

impl CloseInventory {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id) = (self.of.site, self.of.id());
        let note = self.note;
        let given = [
            (Why::Missing, self.missing),
            (Why::Found, self.found),
            (Why::Clerical, self.clerical),
        ];
        let mut reasons: Vec<Reason> = Vec::new();
        for (why, lots) in given {
            for (which, state) in lots {
                if reasons.iter().any(|r| r.which == which && r.state == state) {
                    let (cip13, lot) = (which.cip13, which.lot);
                    let twice = format!("{cip13}/{lot} has two reasons: say one");
                    return Err(Failure::input(twice));
                }
                let note = note.clone();
                reasons.push(Reason {
                    which,
                    state,
                    why,
                    note,
                });
            }
        }
        let left = if self.leave_uncounted {
            Uncounted::Leave
        } else {
            Uncounted::Refuse
        };
        let seen = opened.write(vec![site], move |act| {
            let (closed, _) = close(act, site, &id, &reasons, left)?;
            inventory::see(act, site, &closed.id)
        })?;
        Ok(shown(&seen))
    }
}

impl CancelInventory {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id, note) = (self.of.site, self.of.id(), self.note);
        let ended = opened.write(vec![site], move |act| {
            inventory::cancel(act, site, &id, note.as_deref())
        })?;
        let text = format!(
            "Inventory {} is cancelled: nothing comes of it.\n",
            ended.id
        );
        Ok(Answer::new(text, head(&ended)))
    }
}

fn table(lines: &[Line]) -> String {
    let row = |line: &Line| {
        let place = &line.count.place;
        [
            place.cip13.to_string(),
            place.lot.to_string(),
            place.expiry.to_string(),
            place.state.code().to_owned(),
            line.count.counted.to_string(),
            line.reckoned.expected.to_string(),
            format!("{:+}", line.difference()),
            format!("{:+}", line.reckoned.since),
        ]
    };
    let rows: Vec<[String; 8]> = lines.iter().map(row).collect();
    let names = [
        "CIP13",
        "LOT",
        "EXPIRY",
        "STATE",
        "COUNTED",
        "EXPECTED",
        "DIFFERENCE",
        "MOVED SINCE",
    ];
    columns(names, &rows)
}

fn shown(seen: &SeenInventory) -> Answer {
    let of = &seen.inventory;
    let mut text = format!(
        "Inventory {} of {}: {}\n\n",
        of.id,
        of.site,
        of.stage.code()
    );
    text.push_str(&table(&seen.lines));
    let json = shelf::with(head(of), "lines", seen.lines.iter().map(line).collect());
    let booked = seen.booked.iter().map(|one| {
        json!({
            "lot_id": one.lot_id.as_str(), "state": one.state.code(), "units": one.units,
            "reason": one.why.code(), "movement": one.movement.as_str(),
        })
    });
    let json = shelf::with(json, "booked", booked.collect());
    let rest = seen.uncounted.iter().map(|(place, units)| {
        json!({
            "cip13": place.cip13.as_str(), "lot": place.lot.as_str(),
            "expiry": place.expiry.to_string(), "state": place.state.code(),
            "units": units.get(),
        })
    });
    let json = shelf::with(json, "uncounted", rest.collect());
    let mut answer = Answer::new(text, json);
    for (place, units) in &seen.uncounted {
        let (cip13, lot, state) = (place.cip13, &place.lot, place.state.code());
        answer = answer.note(format!("Not counted: {cip13}/{lot}, {units} {state}."));
    }
    answer
}

fn head(of: &Kept) -> Value {
    json!({
        "id": of.id.as_str(), "site": of.site.as_str(), "state": of.stage.code(), "note": of.note,
        "opened_at": of.opened.0, "ended_at": of.ended.as_ref().map(|(at, _)| *at),
    })
}

fn line(line: &Line) -> Value {
    let place = &line.count.place;
    json!({
        "cip13": place.cip13.as_str(), "lot": place.lot.as_str(),
        "expiry": place.expiry.to_string(), "state": place.state.code(),
        "counted": line.count.counted.get(), "expected": line.reckoned.expected,
        "difference": line.difference(), "moved_since": line.reckoned.since,
        "times": line.times, "counted_at": line.count.moment.at,
    })
}
