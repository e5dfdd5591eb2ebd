//! One count a row: whose, when, how many, in what unit.

use super::{At, Fault, Row, Taken, Wrong};
use crate::domain::count::{CountUnit, Counted};
use crate::wire::sheet::{self, About, Column, Layout, Line, Need, cells};

/// The first row of a sheet, which names its columns.
pub const TEMPLATE: &str = "pseudonym;date;value;unit\r\n";

const fn column(name: &'static str, title: &'static str) -> Column {
    Column {
        name,
        title,
        also: &[],
        need: Need::Must,
    }
}

/// A sheet of counts.
///
/// Choice of the most rows: ten years of a large hospital's clozapine.
static LAYOUT: Layout = Layout {
    columns: &[
        column("pseudonym", "pseudonyme"),
        column("date", "date"),
        column("value", "valeur"),
        column("unit", "unité"),
    ],
    most_rows: 300_000,
    about: About::Patients,
};

/// Reads a sheet.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, row).map_err(|faults| {
        let fault = |sheet::Fault { at, wrong, .. }| Fault { at, wrong };
        faults.into_iter().map(fault).collect()
    })
}

fn row(line: &mut Line<'_, Wrong>) -> Option<Row> {
    let pseudonym = line.needed("pseudonym", cells::pseudonym);
    let day = line.needed("date", cells::day);
    let unit = line.cell("unit").and_then(|cell| {
        let read = CountUnit::parse(cell);
        line.take("unit", read)
    });
    let counted = counted(line, unit);
    Some(Row {
        at: At::Line(line.number(), None),
        whose_at: line.at("pseudonym"),
        when_at: line.at("date"),
        pseudonym: pseudonym?,
        taken: Taken::On(day?),
        counted: counted?,
    })
}

fn counted(line: &mut Line<'_, Wrong>, unit: Option<CountUnit>) -> Option<Counted> {
    let cell = line.cell("value")?;
    // what is no number in any unit is told beside a unit that is none
    let read = Counted::from_cell(cell, unit.unwrap_or(CountUnit::PerMm3));
    if cell.is_empty() {
        line.fault("value", sheet::Wrong::Nothing);
        return None;
    }
    if unit.is_none() && read.is_ok() {
        return None;
    }
    line.take("value", read)
}
