//! Sheets as French spreadsheets and the software of pharmacies save them: the one reader of all imports.
//!
//! The first row names the columns, in any order, in English or French, with or without accents and
//! capitals; what stands between them there (`;`, a tab or `,`) stands between them everywhere. UTF-8 and
//! UTF-16 are read, and Windows-1252 or ISO-8859-15 where it is neither; cells may stand between quotation
//! marks; rows that are empty are passed over. Nothing is guessed: a column that is not known is a fault,
//! and so is a code that a spreadsheet has turned into a number. A file with nine faults is refused once
//! with all nine, each with its line and column.
//!
//! What a sheet holds is a [`Layout`]; start at [`read`]. The cells that several kinds of sheets have are
//! read in [`cells`].

pub mod cells;
mod fault;
mod line;
mod text;
mod wrong;

#[cfg(test)]
mod tests;

pub use fault::{At, Fault};
pub use line::{Line, Place};
pub use wrong::Wrong;

use csv::{ReaderBuilder, StringRecord, Trim};
use fault::Lines;
use std::sync::Arc;

/// The most bytes of a sheet: 10 MB.
///
/// Choice: some 300,000 rows of forty characters, which is more than any hospital pharmacy keeps in lots.
pub const MOST_BYTES: usize = 10_000_000;

/// The most characters of a cell.
///
/// Choice: nothing that is read here has more than 500; what is longer is a quotation mark that was never
/// closed, and so is told at its own line.
pub const MOST_CELL: usize = 1_000;

/// Whether a column must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Must,
    /// It may.
    May,
}

/// One column of a kind of sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in English, by which the reader asks for it.
    pub name: &'static str,
    /// Its name in French, as templates write it.
    pub title: &'static str,
    /// What else it may be called, as [`fold`] leaves it.
    pub also: &'static [&'static str],
    /// Whether it must be there.
    pub need: Need,
}

impl Column {
    fn is_named(&self, folded: &str) -> bool {
        let names = [self.name, self.title];
        names.iter().any(|name| fold(name) == folded) || self.also.contains(&folded)
    }
}

/// What the rows of a sheet are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Patients, of whom nothing may stand in it that is not asked for.
    Patients,
    /// Anything else.
    Things,
}

/// A kind of sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its columns, in the order of its template.
    pub columns: &'static [Column],
    /// The most rows that are read, that with the names aside.
    pub most_rows: usize,
    /// What its rows are about.
    pub about: About,
}

impl Layout {
    fn column(&self, cell: &str) -> Option<&'static Column> {
        let folded = fold(cell);
        self.columns.iter().find(|column| column.is_named(&folded))
    }
}

/// Returns a name as names are compared: small letters without accents, and one space for whatever else
/// stands between them.
pub fn fold(text: &str) -> String {
    let mut folded = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'à' | 'á' | 'â' | 'ä' | 'ã' => "a",
            'ç' => "c",
            'é' | 'è' | 'ê' | 'ë' => "e",
            'î' | 'ï' | 'í' => "i",
            'ô' | 'ö' | 'ó' => "o",
            'ù' | 'û' | 'ü' | 'ú' => "u",
            'ÿ' => "y",
            'œ' => "oe",
            'æ' => "ae",
            // an accent by itself, as macOS writes them
            '\u{300}'..='\u{36f}' => continue,
            // as some type the sign of a number: nº
            'º' if folded.is_empty() || folded.ends_with(' ') => continue,
            'º' => " ",
            c if c.is_alphanumeric() => {
                folded.push(c);
                continue;
            }
            _ if folded.is_empty() || folded.ends_with(' ') => continue,
            _ => " ",
        };
        folded.push_str(plain);
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Reads a sheet, row by row; what `row` makes of one comes back in their order.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read<T, W: From<Wrong>>(
    bytes: &[u8],
    layout: &'static Layout,
    mut row: impl FnMut(&mut Line<'_, W>) -> Option<T>,
) -> Result<Vec<T>, Vec<Fault<W>>> {
    let content = text::decode(bytes).map_err(|fault| vec![fault.of()])?;
    let (separator, mut said) = separator(&content, layout);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator)
        .from_reader(content.as_bytes());
    let mut header: Option<Arc<Header>> = None;
    let (mut rows, mut faults, mut read) = (Vec::new(), Vec::new(), 0_usize);
    let mut lines = Lines::of(&content);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                let line = usize::try_from(line).unwrap_or(1);
                faults.push(Fault::line(line, Wrong::Damaged));
                continue;
            }
        };
        let begin = record.position().map_or(0, csv::Position::byte);
        let at = lines.of_byte(begin);
        // what a spreadsheet leaves below its last row, and the line by which it says the separator
        if record.iter().all(str::is_empty) || std::mem::take(&mut said) {
            continue;
        }
        let Some(header) = &header else {
            header = Some(Arc::new(Header::of(at, &record, layout, &mut faults)));
            continue;
        };
        read = read.saturating_add(1);
        if read > layout.most_rows {
            let most = layout.most_rows;
            faults.push(Fault::line(at, Wrong::TooManyRows { most }));
            break;
        }
        if header.fits(at, &record, &mut faults) {
            rows.extend(row(&mut Line::new(at, header, &record, &mut faults)));
        }
    }
    if header.is_none() {
        faults.push(Fault::line(1, Wrong::Empty { layout }));
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

/// What stands between the cells: what the first line says, as Excel writes it (`sep=;`), or else that by
/// which most of its names are known; and whether the first line only says that.
fn separator(content: &str, layout: &Layout) -> (u8, bool) {
    let first = content.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default().trim_end_matches('\r');
    let plain = first.trim_matches('"');
    let said = plain.get(..4).filter(|s| s.eq_ignore_ascii_case("sep="));
    if let (Some(_), Some(c)) = (said, plain.get(4..).and_then(|rest| rest.chars().next()))
        && [',', '\t', ';'].contains(&c)
    {
        return (u8::try_from(c).unwrap_or(b';'), true);
    }
    let known = |separator: &char| {
        let cells = first.split(*separator);
        let named = |cell: &&str| layout.column(cell.trim().trim_matches('"')).is_some();
        cells.filter(named).count()
    };
    // of equals the last: `;` is that of the templates
    let best = [',', '\t', ';'].into_iter().max_by_key(known);
    let best = best.and_then(|c| u8::try_from(c).ok());
    (best.unwrap_or(b';'), false)
}

/// The first row: which column stands where, and what it is called there.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    columns: Vec<(Option<&'static str>, String)>,
}

impl Header {
    /// The place of a column, from 0.
    fn place(&self, column: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|(name, _)| *name == Some(column))
    }

    fn of<W: From<Wrong>>(
        line: usize,
        record: &StringRecord,
        layout: &'static Layout,
        faults: &mut Vec<Fault<W>>,
    ) -> Self {
        let mut columns: Vec<(Option<&'static str>, String)> = Vec::new();
        for (place, cell) in (1..).zip(record) {
            let (column, title) = (layout.column(cell).map(|c| c.name), cut(cell));
            let twice = columns.iter().any(|(c, _)| c.is_some() && *c == column);
            let wrong = match column {
                None => Some(Wrong::Column {
                    found: title.clone(),
                    layout,
                }),
                Some(_) if twice => Some(Wrong::TwiceColumn(title.clone())),
                Some(_) => None,
            };
            faults.extend(wrong.map(|wrong| Fault {
                at: At::Line(line, Some(place)),
                column: None,
                wrong: wrong.into(),
            }));
            columns.push((column, title));
        }
        for column in layout.columns {
            let there = columns.iter().any(|(c, _)| *c == Some(column.name));
            if column.need == Need::Must && !there {
                let column = *column;
                faults.push(Fault::line(line, Wrong::NoColumn { column, layout }));
            }
        }
        Self { columns }
    }

    /// Whether a row has as many cells as there are columns, and none that is too long.
    fn fits<W: From<Wrong>>(
        &self,
        line: usize,
        record: &StringRecord,
        faults: &mut Vec<Fault<W>>,
    ) -> bool {
        let (found, expected) = (record.len(), self.columns.len());
        let long = (1..)
            .zip(record)
            .map(|(n, cell)| (n, cell.chars().count()))
            .find(|(_, length)| *length > MOST_CELL);
        let (place, wrong) = match long {
            Some((place, length)) => (Some(place), Wrong::TooLong { length }),
            None if found != expected => (None, Wrong::Cells { found, expected }),
            None => return true,
        };
        faults.push(Fault {
            at: At::Line(line, place),
            column: None,
            wrong: wrong.into(),
        });
        false
    }
}

/// What stood there, cut to forty characters.
pub fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
