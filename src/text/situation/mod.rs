//! The sheet of a site: all that its pharmacy needs to work a day from paper, on A4.
//!
//! It names patients by their pseudonyms, since it is for the pharmacy that treats them; it says so, and
//! what to do with yesterday's.

mod coming;
mod kept;
mod page;
mod words;

pub use page::STYLE;

use crate::domain::alert::{Alert, Capacity};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess};
use crate::domain::language::Language;
use crate::domain::quantity::{Doses, Units};
use crate::domain::site::{Delivery, Site};
use crate::domain::transfer::TransferState;

/// Everything that stands on a sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The site.
    pub site: Site,
    /// The moment that it shows.
    pub at: Instant,
    /// The site's own day.
    pub today: Day,
    /// Whether the service's clock is a simulated one.
    pub simulated: bool,
    /// What is on the shelf, by presentation, expiry and lot.
    pub stock: Vec<OnShelf>,
    /// For whom units are held.
    pub held: Vec<HeldFor>,
    /// The reserves that the site keeps.
    pub reserves: Vec<Kept>,
    /// The clearances that stand, or are broken.
    pub clearances: Vec<Cleared>,
    /// The lots that are recalled, here or not: none of them may be used, or put on the shelf.
    pub recalls: Vec<Recalled>,
    /// The CAR-T patients whom the reserve counts, by the day of the infusion.
    pub patients: Vec<Expected>,
    /// What the site waits for, by day, each with the name of what comes.
    pub deliveries: Vec<(String, Delivery)>,
    /// What is asked of the site or by it, or on its way, by transfer.
    pub transfers: Vec<UnderWay>,
    /// Whose request is due within seven days, or was, by day.
    pub due: Vec<Due>,
    /// Neutrophil counts by medicine.
    pub counts: Vec<Counted>,
    /// Whom to call: for what, a name, a telephone number as a document writes it.
    pub telephones: Vec<Telephone>,
    /// Who hears of alerts of the site.
    pub people: Vec<(Capacity, String, String)>,
    /// The alerts that are open.
    pub alerts: Vec<Alert>,
}

/// Units of one lot on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnShelf {
    /// Of what.
    pub label: String,
    /// Its code.
    pub cip13: Cip13,
    /// The number of the lot.
    pub lot: String,
    /// Last day on which a unit may be used.
    pub expiry: Day,
    /// Units that may be used, the held ones included.
    pub usable: Units,
    /// Units that are held.
    pub held: Units,
    /// Units that nobody holds.
    pub free: Units,
    /// Units set apart.
    pub quarantined: Units,
}

/// Units that are held for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFor {
    /// The pseudonym; none for a reserve, or of somebody who was erased.
    pub pseudonym: Option<String>,
    /// For what.
    pub purpose: Purpose,
    /// Of what.
    pub label: String,
    /// The number of the lot.
    pub lot: String,
    /// How many.
    pub units: Units,
}

/// What units are held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A clearance.
    Clearance,
    /// An approved line of a plan.
    Plan,
    /// A transfer to another site.
    Transfer,
}

/// Units of one lot that a transfer takes from a pharmacy to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Whether the site gives them.
    pub gives: bool,
    /// The other site, by name and number.
    pub other: String,
    /// Of what.
    pub label: String,
    /// The number of the lot.
    pub lot: String,
    /// How many are still to be sent, to come, or to come back.
    pub units: Units,
    /// How far it has come.
    pub state: TransferState,
}

/// A lot that is recalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// Of what.
    pub label: String,
    /// Its code.
    pub cip13: Cip13,
    /// The number of the lot.
    pub lot: String,
    /// Since when.
    pub since: Instant,
    /// The document that says so.
    pub reference: Option<String>,
}

/// A CAR-T patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The pseudonym.
    pub pseudonym: String,
    /// The day of the infusion.
    pub infusion_on: Day,
    /// Body weight, in grams.
    pub grams: u32,
    /// Doses that were given.
    pub given: Doses,
    /// Whether a clearance is in force.
    pub cleared: bool,
}

/// A reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of which medicine.
    pub medicine: String,
    /// By which rulebook.
    pub rulebook: String,
    /// Doses that the shelf can make.
    pub possible: Doses,
    /// Doses that must stay.
    pub required: Doses,
}

/// A clearance that stands, or is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    /// The pseudonym.
    pub pseudonym: Option<String>,
    /// The day of the infusion.
    pub infusion_on: Option<Day>,
    /// Doses that were asked for.
    pub doses: Doses,
    /// Doses that are missing: none while it stands.
    pub missing: Doses,
    /// Whether it stands.
    pub stands: bool,
}

/// A request that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub on: Day,
    /// The pseudonym.
    pub pseudonym: Option<String>,
    /// By which rulebook.
    pub rulebook: String,
    /// Place in the plan's order, from 1; none when no plan ranked it.
    pub rank: Option<u32>,
    /// Where it stands and why, in French and in English.
    pub reason: (String, String),
}

/// Neutrophil counts of one medicine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of which medicine.
    pub medicine: String,
    /// How many patients are monitored.
    pub monitored: usize,
    /// How many counts are due.
    pub due: usize,
    /// How many are overdue.
    pub overdue: usize,
}

/// Somebody to call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Telephone {
    /// Of which medicine.
    pub medicine: String,
    /// What they can do, in French and in English.
    pub purpose: (String, String),
    /// Their name.
    pub name: String,
    /// Their number, as the document writes it.
    pub telephone: String,
}

/// Writes the sheet of a site: one page of HTML that fetches nothing.
pub fn html(language: Language, sheet: &Sheet) -> String {
    page::sheet(language, sheet)
}

/// Writes the page that leads to sheets, by their names and numbers.
pub fn index(language: Language, at: &str, sites: &[(Finess, String)]) -> String {
    page::index(language, at, sites)
}

/// The name of a site's sheet.
pub fn file_name(site: Finess) -> String {
    format!("situation-{site}.html")
}
