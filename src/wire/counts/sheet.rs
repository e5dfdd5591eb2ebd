//! One count a row: whose, when, how many, in what unit.

use super::{At, Fault, Row, Taken, Wrong, text};
use crate::domain::calendar::Day;
use crate::domain::count::{CountUnit, Counted};
use csv::{ReaderBuilder, StringRecord, Trim};

/// The first row of a sheet, which names its columns.
pub const TEMPLATE: &str = "pseudonym;date;value;unit\r\n";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Pseudonym,
    Date,
    Value,
    Unit,
}

impl Column {
    const ALL: [Self; 4] = [Self::Pseudonym, Self::Date, Self::Value, Self::Unit];

    /// Its names, that of the template first.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Pseudonym => &["pseudonym", "pseudonyme"],
            Self::Date => &["date"],
            Self::Value => &["value", "valeur"],
            Self::Unit => &["unit", "unité", "unite"],
        }
    }

    fn of(cell: &str) -> Option<Self> {
        let cell = cell.trim().to_lowercase();
        let is = |column: &Self| column.names().contains(&cell.as_str());
        Self::ALL.into_iter().find(is)
    }
}

/// Reads a sheet.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    let content = text::decode(bytes).map_err(|fault| vec![fault])?;
    let separator = separator(&content);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator)
        .from_reader(content.as_bytes());
    let mut sheet = Sheet::default();
    let mut lines = Lines::of(&content);
    for record in reader.records() {
        match record {
            Ok(record) => {
                let begin = record.position().map_or(0, csv::Position::byte);
                sheet.line(lines.of_byte(begin), &record);
            }
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                sheet.fault(usize::try_from(line).unwrap_or(1), None, Wrong::Damaged);
            }
        }
    }
    if sheet.columns.is_none() {
        sheet.fault(1, None, Wrong::Empty);
    }
    if sheet.faults.is_empty() {
        Ok(sheet.rows)
    } else {
        Err(sheet.faults)
    }
}

/// What stands between the cells of the first line: that by which most of its names are known.
fn separator(content: &str) -> u8 {
    let first = content.lines().find(|line| !line.trim().is_empty());
    let known = |separator: &char| {
        let cells = first.unwrap_or_default().split(*separator);
        let named = |cell: &&str| Column::of(cell.trim().trim_matches('"')).is_some();
        cells.filter(named).count()
    };
    // of equals the last: `;` is that of the template
    let best = [',', '\t', ';'].into_iter().max_by_key(known);
    best.and_then(|c| u8::try_from(c).ok()).unwrap_or(b';')
}

/// Which line a record begins on: its reader begins one before the end of the line above it.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    const fn of(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the first character from a byte on that ends no line; bytes come in their order.
    fn of_byte(&mut self, byte: u64) -> usize {
        let begin = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.text.get(self.at) {
            let ends = match here {
                b'\n' => true,
                b'\r' => self.text.get(self.at.saturating_add(1)) != Some(&b'\n'),
                _ if self.at >= begin => break,
                _ => false,
            };
            self.line = self.line.saturating_add(usize::from(ends));
            self.at = self.at.saturating_add(1);
        }
        self.line
    }
}

/// A sheet while it is being read.
#[derive(Default)]
struct Sheet {
    columns: Option<Vec<Option<Column>>>,
    rows: Vec<Row>,
    faults: Vec<Fault>,
}

impl Sheet {
    fn fault(&mut self, line: usize, column: Option<usize>, wrong: Wrong) {
        let at = At::Line(line, column);
        self.faults.push(Fault { at, wrong });
    }

    fn line(&mut self, line: usize, record: &StringRecord) {
        // what a spreadsheet leaves below its last row
        if record.iter().all(str::is_empty) {
            return;
        }
        match self.columns.take() {
            None => self.header(line, record),
            Some(columns) => {
                if let Some(row) = self.row(line, record, &columns) {
                    self.rows.push(row);
                }
                self.columns = Some(columns);
            }
        }
    }

    fn header(&mut self, line: usize, record: &StringRecord) {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for (place, cell) in (1..).zip(record) {
            let column = Column::of(cell);
            if column.is_none() {
                self.fault(line, Some(place), Wrong::Column(cut(cell)));
            } else if columns.contains(&column) {
                self.fault(line, Some(place), Wrong::TwiceColumn(cut(cell)));
            }
            columns.push(column);
        }
        for column in Column::ALL {
            if !columns.contains(&Some(column)) {
                let name = column.names().first().copied().unwrap_or_default();
                self.fault(line, None, Wrong::NoColumn(name));
            }
        }
        self.columns = Some(columns);
    }

    fn row(
        &mut self,
        line: usize,
        record: &StringRecord,
        columns: &[Option<Column>],
    ) -> Option<Row> {
        if record.len() != columns.len() {
            let (found, expected) = (record.len(), columns.len());
            self.fault(line, None, Wrong::Cells { found, expected });
            return None;
        }
        let at = |column: Column| {
            let place = columns.iter().position(|c| *c == Some(column))?;
            Some((place.saturating_add(1), record.get(place)?))
        };
        // a column that the header lacks was told there
        let pseudonym = at(Column::Pseudonym).and_then(|(n, cell)| {
            let read = pseudonym(cell);
            self.take(line, n, read)
        });
        let day = at(Column::Date).and_then(|(n, cell)| {
            let read = day(cell);
            self.take(line, n, read)
        });
        let unit = at(Column::Unit).and_then(|(n, cell)| {
            let read = CountUnit::parse(cell).map_err(Wrong::Count);
            self.take(line, n, read)
        });
        let counted = at(Column::Value).and_then(|(n, cell)| {
            // what is no number in any unit is told beside a unit that is none
            let read = Counted::from_cell(cell, unit.unwrap_or(CountUnit::PerMm3));
            if unit.is_none() && read.is_ok() {
                return None;
            }
            let read = match cell {
                "" => Err(Wrong::Nothing),
                _ => read.map_err(Wrong::Count),
            };
            self.take(line, n, read)
        });
        let place = |column| At::Line(line, at(column).map(|(n, _)| n));
        Some(Row {
            at: At::Line(line, None),
            whose_at: place(Column::Pseudonym),
            when_at: place(Column::Date),
            pseudonym: pseudonym?,
            taken: Taken::On(day?),
            counted: counted?,
        })
    }

    fn take<T>(&mut self, line: usize, column: usize, read: Result<T, Wrong>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.fault(line, Some(column), wrong);
                None
            }
        }
    }
}

/// The site's word for a patient: 1 to 64 characters without those that control.
pub(in crate::wire) fn pseudonym(cell: &str) -> Result<String, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err(Wrong::Nothing);
    }
    if cell.chars().count() > 64 || cell.chars().any(char::is_control) {
        return Err(Wrong::Pseudonym(cut(cell)));
    }
    Ok(cell.to_owned())
}

/// A day written `2021-10-18` or `18/10/2021`.
fn day(cell: &str) -> Result<Day, Wrong> {
    if cell.is_empty() {
        return Err(Wrong::Nothing);
    }
    let iso = match cell.split('/').collect::<Vec<_>>().as_slice() {
        [day, month, year] => format!("{year}-{month}-{day}"),
        _ => cell.to_owned(),
    };
    Day::parse(&iso).map_err(|_as_it_stood| Wrong::Day(cut(cell)))
}

/// What stood there, cut to forty characters.
pub(in crate::wire) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
