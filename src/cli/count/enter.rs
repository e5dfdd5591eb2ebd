use super::receipt;
use crate::app::enter_counts::{self, Correction};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::{Opened, Place};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::{CountUnit, Counted, Entry};
use crate::domain::id::CountId;
use crate::domain::language::Language;
use crate::text::Bilingual as _;
use clap::Args;

const ADD: &str = "\
Examples:
  dotation count add --site 750100125 --patient - --on 2021-10-18 --value 1.5 --unit G/L
  dotation count add --patient p-17 --on 2021-10-18 --value 450 --unit /mm3";

/// Enter a neutrophil count of a patient
#[derive(Debug, Args)]
#[command(after_help = ADD)]
pub(in crate::cli) struct AddCount {
    /// The site's word for the patient, never a name; - reads it from standard input, since others
    /// can read a command line
    #[arg(long, value_name = "PSEUDONYM", value_parser = given::line::<64>)]
    patient: String,
    /// The site whose patient it is; needed where several sites know the pseudonym
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// The day the blood was taken
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    on: Day,
    /// How many; a decimal comma is read unless it may separate thousands
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    value: String,
    /// In what, never guessed: 10^9/L, G/L, 10^3/uL, 10^3/mm3, /mm3 or /uL
    #[arg(long, value_name = "UNIT", value_parser = given::count_unit)]
    unit: CountUnit,
}

const CORRECT: &str = "\
Examples:
  dotation count list --patient - --history
  dotation count correct 017c9c48-f8e7-7247-8549-a57e897cbd3b --value 0.45 --unit G/L \\
      --reason 'a slip of the keyboard'
  dotation count correct 017c9c48-f8e7-7247-8549-a57e897cbd3b --on 2021-10-17 --reason 'day before'";

/// Enter another count in the place of one that is wrong; the old one stays in the history
#[derive(Debug, Args)]
#[command(after_help = CORRECT)]
pub(in crate::cli) struct CorrectCount {
    /// Its id, as dotation count list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The day the blood was taken, where that was wrong
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    on: Option<Day>,
    /// How many, where that was wrong; with its unit
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "unit",
        allow_negative_numbers = true
    )]
    value: Option<String>,
    /// In what, with the number: 10^9/L, G/L, 10^3/uL, 10^3/mm3, /mm3 or /uL
    #[arg(long, value_name = "UNIT", requires = "value", value_parser = given::count_unit)]
    unit: Option<CountUnit>,
    /// Why, in a line; it is erased with the patient's record
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

const WITHDRAW: &str = "\
Examples:
  dotation count withdraw 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'of another patient'";

/// Take back a count that was entered by mistake; it stays in the history
#[derive(Debug, Args)]
#[command(after_help = WITHDRAW)]
pub(in crate::cli) struct WithdrawCount {
    /// Its id, as dotation count list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why it was a mistake, in a line; it is erased with the patient's record
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

/// Reads a number in its unit.
fn counted(text: &str, unit: CountUnit, language: Language) -> Result<Counted, Failure> {
    Counted::from_cell(text.trim(), unit).map_err(|error| {
        let said = match language {
            Language::En => error.in_english(),
            Language::Fr => error.in_french(),
        };
        Failure::input(format!("--value {said}"))
    })
}

impl AddCount {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let entry = Entry {
            taken_on: self.on,
            counted: counted(&self.value, self.unit, place.language())?,
        };
        let (who, site) = (given::pseudonym(&self.patient)?, self.site);
        let opened = place.open()?;
        let known = opened.read(move |act| enter_counts::whose(act, &who, site))?;
        let count = opened.write(vec![known.site], move |act| {
            enter_counts::enter(act, &known, entry.clone())
        })?;
        let text = format!(
            "Count {} was entered: {} /mm³ for the rules.\n",
            count.id,
            count.entry.counted.per_mm3()
        );
        Ok(Answer::new(text, receipt(&count)))
    }
}

impl CorrectCount {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let number = self.value.as_deref().zip(self.unit);
        let read = number.map(|(text, unit)| counted(text, unit, place.language()));
        let correction = Correction {
            counted: read.transpose()?,
            taken_on: self.on,
            reason: self.reason,
        };
        let (opened, id) = (place.open()?, CountId::new(self.id));
        let site = site_of(&opened, &id)?;
        let count = opened.write(vec![site], move |act| {
            enter_counts::correct(act, &id, &correction)
        })?;
        let text = format!("Count {} stands in its place.\n", count.id);
        Ok(Answer::new(text, receipt(&count)))
    }
}

impl WithdrawCount {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (opened, id, reason) = (place.open()?, CountId::new(self.id), self.reason);
        let site = site_of(&opened, &id)?;
        let count = opened.write(vec![site], move |act| {
            enter_counts::withdraw(act, &id, &reason)
        })?;
        let text = format!("Count {} was withdrawn.\n", count.id);
        Ok(Answer::new(text, receipt(&count)))
    }
}

/// The site of a count, which a write to it locks.
fn site_of(opened: &Opened, id: &CountId) -> Result<Finess, Failure> {
    let id = id.clone();
    opened.read(move |act| enter_counts::site_of(act, &id))
}
