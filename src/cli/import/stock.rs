use super::sheets::{bytes, refused};
use crate::app::count_units::Shortage;
use crate::app::import_stock::{
    self, AtSite, Booking, Compared, Difference, File, Side, Strangers,
};
use crate::cli::answer::{Answer, columns};
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::code::Finess;
use crate::domain::role::Role;
use crate::wire::import::stock;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

const STOCK: &str = "\
Examples:
  dotation import stock --template > stock.csv
  dotation import stock stock.csv --site 750100125
  dotation import stock stock.csv --site 750100125 --confirm 5f0c2a9be1d47730
  dotation import stock stock.csv --confirm 5f0c2a9be1d47730 --reason missing --note 'count of 3 May'

Columns, in any order: CIP13, lot, péremption, unités (units, not boxes); finess unless --site is said;
besides, if at hand: quarantaine.";

/// Import the stock of a site: open it, or compare it with the ledger every day
///
/// Without --confirm nothing is booked: each lot is shown that differs, and a digest of the file and of
/// the ledger as they are. With --confirm and that digest what was shown is booked, unless anything was
/// moved since. The first file of a site whose ledger is empty opens its stock; later ones are booked as
/// adjustments of a count, and lots that the ledger does not know as receipts. Another expiry in the file
/// is shown and never booked: compare it with the box.
#[derive(Debug, Args)]
#[command(after_help = STOCK)]
pub(in crate::cli) struct ImportStock {
    /// The file, as a spreadsheet or the software of the pharmacy saves it
    #[arg(value_name = "FILE", required_unless_present = "template")]
    file: Option<PathBuf>,
    /// The site whose stock it is, where the file has no column for it
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// The digest that was shown: book what was shown with it
    #[arg(long, value_name = "DIGEST")]
    confirm: Option<String>,
    /// Why the file has fewer units than the ledger: missing (they are gone, recorded as it is) or clerical
    /// (the ledger was wrong: takes no held unit, and costs no reserve a dose)
    #[arg(long, value_name = "REASON", value_parser = shortage, requires = "confirm")]
    reason: Option<Shortage>,
    /// What is to be remembered with the movements; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>, requires = "confirm")]
    note: Option<String>,
    /// Leave out what is not on the catalogue: the software of a pharmacy knows every medicine
    #[arg(long)]
    skip_unknown: bool,
    /// Write a sheet with the names of the columns and a sample row, to be filled in
    #[arg(long, conflicts_with_all = ["file", "site", "confirm", "skip_unknown"])]
    template: bool,
}

fn shortage(text: &str) -> Result<Shortage, String> {
    Shortage::from_code(text).ok_or_else(|| "expected missing or clerical".to_owned())
}

impl ImportStock {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Some(path) = &self.file else {
            return Ok(Answer::exact(stock::written(), 0));
        };
        let (language, bytes) = (place.language(), bytes(path)?);
        let rows = stock::read(&bytes, self.site).map_err(|f| refused(path, &f, language))?;
        let strangers = if self.skip_unknown {
            Strangers::LeftOut
        } else {
            Strangers::Refused
        };
        let file = File::new(rows, &bytes, strangers);
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let Some(confirm) = self.confirm else {
            let compared = opened.read(move |act| import_stock::compare(act, &file))?;
            if !compared.faults.is_empty() {
                return Err(refused(path, &compared.faults, language));
            }
            let answer = Answer::new(told(&compared), shape(&compared, None));
            return Ok(match compared.differences() {
                0 => answer,
                _ => answer.note(format!(
                    "Nothing was booked. To book what is shown: --confirm {}",
                    compared.digest
                )),
            });
        };
        let booking = Booking {
            confirm,
            shortage: self.reason,
            note: self.note,
        };
        let booked = opened.write(file.sites(), move |act| {
            import_stock::book(act, &file, &booking)
        })?;
        let compared = &booked.compared;
        if !compared.faults.is_empty() {
            return Err(refused(path, &compared.faults, language));
        }
        let text = format!(
            "{}{} movements recorded\n",
            told(compared),
            booked.movements
        );
        Ok(Answer::new(text, shape(compared, Some(booked.movements))))
    }
}

fn told(compared: &Compared) -> String {
    let mut text = String::new();
    for at in &compared.sites {
        let what = if at.opens() {
            "its ledger is empty, the file opens its stock"
        } else {
            "compared with its ledger"
        };
        let line = format!(
            "{}: {what}: {} lots differ, {} are the same, {} rows not on the catalogue\n",
            at.site,
            at.differences.len(),
            at.same,
            at.left_out
        );
        text.push_str(&line);
        if !at.differences.is_empty() {
            let rows: Vec<[String; 8]> = at.differences.iter().map(row).collect();
            let names = [
                "LINE",
                "CIP13",
                "LOT",
                "EXPIRY",
                "DIFFERENCE",
                "FILE",
                "LEDGER",
                "HELD",
            ];
            text.push_str(&columns(names, &rows));
        }
    }
    text
}

fn row(d: &Difference) -> [String; 8] {
    let apart = |units: fn(Side) -> u32| match d.quarantined.map(units) {
        None | Some(0) => String::new(),
        Some(n) => format!(" + {n} quarantined"),
    };
    let expiry = match d.expiry_in_file {
        Some(other) => format!("{} (file: {other})", d.expiry),
        None => d.expiry.to_string(),
    };
    [
        d.line.map_or_else(|| "-".to_owned(), |n| n.to_string()),
        d.cip13.to_string(),
        d.lot.to_string(),
        expiry,
        d.code().to_owned(),
        format!("{}{}", d.usable.file, apart(|side| side.file.get())),
        format!("{}{}", d.usable.ledger, apart(|side| side.ledger.get())),
        d.held.to_string(),
    ]
}

fn shape(compared: &Compared, booked: Option<usize>) -> Value {
    let difference = |d: &Difference| {
        json!({
            "line": d.line, "cip13": d.cip13.as_str(), "lot": d.lot.as_str(),
            "expiry": d.expiry.to_string(),
            "expiry_in_file": d.expiry_in_file.map(|day| day.to_string()),
            "difference": d.code(),
            "units_in_file": d.usable.file.get(), "units_in_ledger": d.usable.ledger.get(),
            "quarantined_in_file": d.quarantined.map(|side| side.file.get()),
            "quarantined_in_ledger": d.quarantined.map(|side| side.ledger.get()),
            "held": d.held.get(),
        })
    };
    let site = |at: &AtSite| {
        json!({
            "site": at.site.as_str(), "opens": at.opens(), "same": at.same,
            "left_out": at.left_out,
            "differences": at.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    };
    json!({
        "dry_run": booked.is_none(),
        "digest": compared.digest,
        "movements": booked.unwrap_or(0),
        "sites": compared.sites.iter().map(site).collect::<Vec<_>>(),
    })
}
