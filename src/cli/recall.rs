use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::{Opened, Place};
use super::shelf;
use crate::app::recalls::seen::{self, SeenRecall, SeenSite};
use crate::app::recalls::{self, NewRecall};
use crate::app::records::RecallFilter;
use crate::app::{notices, see};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::RecallId;
use crate::domain::quantity::Units;
use crate::domain::recall::Recall as Kept;
use crate::domain::role::Role;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Recalls of lots: set apart at every site at once, listed site by site, lifted
#[derive(Debug, Subcommand)]
pub(super) enum Recall {
    Start(StartRecall),
    List(ListRecalls),
    Show(ShowRecall),
    Lift(LiftRecall),
    Deal(DealRecall),
}

const START: &str = "\
Examples:
  dotation recall start --cip13 3400957464547 --lot B1234 --reason 'particles in the solution' --reference 'ANSM 2021-104'";

/// Recall a lot: its usable units are set apart at every site, and so is what arrives of it
///
/// Every expiry of the lot is recalled. What is held of it is held anew from other lots where there
/// are some; each site concerned hears of it.
#[derive(Debug, Args)]
#[command(after_help = START)]
pub(super) struct StartRecall {
    /// Of which presentation of the catalogue
    #[arg(long, value_name = "CIP13", value_parser = given::cip13)]
    cip13: Cip13,
    /// Of which lot
    #[arg(long, value_name = "LOT", value_parser = lot_number)]
    lot: LotNumber,
    /// Why, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
    /// The document that says so, of the agency or the manufacturer
    #[arg(long, value_name = "TEXT", value_parser = given::line::<200>)]
    reference: Option<String>,
}

const LIST: &str = "\
Examples:
  dotation recall list
  dotation recall list --standing --format json";

/// List the recalls, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListRecalls {
    /// Only those that stand
    #[arg(long)]
    standing: bool,
}

const SHOW: &str = "\
Examples:
  dotation recall show 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation recall show 017c9c48-f8e7-7247-8549-a57e897cbd3b --format json";

/// Show a recall site by site: on the shelf, on its way, and dispensed to whom
///
/// Reading for whom is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowRecall {
    /// Its id, as dotation recall list shows it
    #[arg(value_name = "ID")]
    id: String,
}

const LIFT: &str = "\
Examples:
  dotation recall lift 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'limited to another lot'";

/// Lift a recall: what it set apart and nothing else holds may be used again
#[derive(Debug, Args)]
#[command(after_help = LIFT)]
pub(super) struct LiftRecall {
    /// Its id, as dotation recall list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

const DEAL: &str = "\
Examples:
  dotation recall deal 017c9c48-f8e7-7247-8549-a57e897cbd3b --site 750100125 --note 'returned; wards told'";

/// Say that a recall is dealt with at a site: its alert closes, until units of the lot arrive
#[derive(Debug, Args)]
#[command(after_help = DEAL)]
pub(super) struct DealRecall {
    /// Its id, as dotation recall list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// At which site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// What was done, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    note: String,
}

fn lot_number(text: &str) -> Result<LotNumber, String> {
    LotNumber::parse(text).map_err(|error| error.to_string())
}

impl Recall {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Start(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Lift(command) => command.run(place),
            Self::Deal(command) => command.run(place),
        }
    }
}

impl StartRecall {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let new = NewRecall {
            cip13: self.cip13,
            lot: self.lot,
            reason: self.reason,
            reference: self.reference,
        };
        let sites = opened.read(notices::sites)?;
        let recall = opened.write(sites, move |act| recalls::start(act, &new))?;
        shown(&opened, recall.id)
    }
}

impl ListRecalls {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let filter = RecallFilter {
            standing: self.standing.then_some(true),
            ..RecallFilter::default()
        };
        let found = opened.read(move |act| seen::list(act, &filter, 200))?;
        let json = found.iter().map(head).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note("There is no such recall."));
        }
        let row = |recall: &Kept| {
            [
                recall.id.to_string(),
                recall.cip13.to_string(),
                recall.lot.to_string(),
                state(recall).to_owned(),
                recall.reason.clone(),
            ]
        };
        let rows: Vec<[String; 5]> = found.iter().map(row).collect();
        let names = ["ID", "CIP13", "LOT", "STATE", "REASON"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

impl ShowRecall {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        shown(&opened, RecallId::new(self.id))
    }
}

impl LiftRecall {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let (id, reason) = (RecallId::new(self.id), self.reason);
        let sites = opened.read(notices::sites)?;
        let recall = opened.write(sites, move |act| recalls::lift(act, &id, &reason))?;
        shown(&opened, recall.id)
    }
}

impl DealRecall {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (site, id, note) = (self.site, RecallId::new(self.id), self.note);
        let recall = opened.write(vec![site], move |act| recalls::deal(act, site, &id, &note))?;
        let (lot, cip13) = (&recall.lot, recall.cip13);
        let text = format!("The recall of lot {lot} ({cip13}) is dealt with at {site}.\n");
        Ok(Answer::new(text, head(&recall)))
    }
}

/// A recall as it stands, the reading written down.
fn shown(opened: &Opened, id: RecallId) -> Result<Answer, Failure> {
    let seen = opened.write(Vec::new(), move |act| {
        let seen = seen::see(act, &id)?;
        for site in &seen.sites {
            let patients = site.patients();
            if !patients.is_empty() {
                see::note_reading(act, site.site, "recall", &patients)?;
            }
        }
        Ok(seen)
    })?;
    let mut text = String::new();
    let recall = &seen.recall;
    // writing to a text cannot fail
    let _done = writeln!(
        text,
        "Recall {} of lot {} ({}): {}. {}{}\n",
        recall.id,
        recall.lot,
        recall.cip13,
        state(recall),
        recall.reason,
        recall
            .reference
            .as_ref()
            .map_or_else(String::new, |r| format!(" ({r})")),
    );
    let rows: Vec<[String; 6]> = seen.sites.iter().map(row).collect();
    let names = [
        "SITE",
        "USABLE",
        "QUARANTINED",
        "DISPENSED",
        "TO",
        "DEALT WITH",
    ];
    text.push_str(&columns(names, &rows));
    if seen.numbers.is_empty() {
        text.push_str("No pharmacy ever had a lot of that number: compare it with the document. What arrives of it is set apart.\n");
    } else if seen.sites.is_empty() {
        text.push_str(
            "No site within your reach has or had a unit of it; what arrives is set apart.\n",
        );
    }
    Ok(Answer::new(text, json(&seen)))
}

fn state(recall: &Kept) -> &'static str {
    match recall.lifted {
        Some(_) => "lifted",
        None => "stands",
    }
}

fn row(site: &SeenSite) -> [String; 6] {
    let sum = |units: &mut dyn Iterator<Item = Units>| Units::sum(units).to_string();
    let given = site.dispensed.iter().filter(|d| !d.back);
    let mut to: Vec<String> = given
        .filter_map(|d| d.patient.as_ref())
        .map(|(id, name)| name.clone().unwrap_or_else(|| id.to_string()))
        .collect();
    to.sort();
    to.dedup();
    let dealt = site.found.as_ref().and_then(|f| f.dealt.as_ref());
    [
        format!("{} {}", site.site, site.name),
        sum(&mut site.shelf.iter().map(|(line, _)| line.usable)),
        sum(&mut site.shelf.iter().map(|(line, _)| line.quarantined)),
        site.out().to_string(),
        if to.is_empty() {
            "-".to_owned()
        } else {
            to.join(", ")
        },
        dealt.map_or_else(|| "-".to_owned(), |d| d.words.clone()),
    ]
}

fn head(recall: &Kept) -> Value {
    json!({
        "id": recall.id.as_str(), "cip13": recall.cip13.as_str(), "lot": recall.lot.as_str(),
        "reason": recall.reason, "reference": recall.reference,
        "standing": recall.lifted.is_none(), "started_at": recall.started_at,
    })
}

fn json(seen: &SeenRecall) -> Value {
    let sites = seen.sites.iter().map(|site| {
        let shelf = site.shelf.iter().map(|(line, _)| {
            json!({
                "expiry": line.expiry.to_string(), "usable": line.usable.get(),
                "quarantined": line.quarantined.get(),
            })
        });
        let dispensed = site.dispensed.iter().map(|d| {
            let (patient, pseudonym) = d.patient.clone().unzip();
            json!({
                "movement": d.movement.as_str(), "happened_at": d.happened_at, "back": d.back,
                "units": d.units.get(), "patient": patient.map(|id| id.to_string()),
                "pseudonym": pseudonym.flatten(),
            })
        });
        json!({
            "site": site.site.as_str(), "name": site.name, "out": site.out().get(),
            "set_apart": site.found.as_ref().map(|f| f.set_apart.get()),
            "stood": site.found.as_ref().map(|f| f.stood.get()),
            "on_shelf": shelf.collect::<Vec<_>>(), "dispensed": dispensed.collect::<Vec<_>>(),
        })
    });
    let transit = seen.in_transit.iter().map(|one| {
        json!({
            "transfer": one.transfer.as_str(), "from": one.from.as_str(), "to": one.to.as_str(),
            "expiry": one.expiry.to_string(), "units": one.units().get(),
        })
    });
    let whole = shelf::with(
        head(&seen.recall),
        "known_as",
        seen.numbers.iter().map(|n| json!(n)).collect(),
    );
    let whole = shelf::with(whole, "sites", sites.collect());
    shelf::with(whole, "in_transit", transit.collect())
}
