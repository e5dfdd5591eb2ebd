//! The public medicines database (base de données publique des médicaments, BDPM).
//!
//! An edition is two files without a header, cells separated by tabs: `CIS_bdpm.txt`, one medicine
//! a line (12 columns), and `CIS_CIP_bdpm.txt`, one presentation a line (13 columns). [`read`]
//! takes both as bytes and returns what could be read with a [`Report`] of every odd row.
//!
//! One bad line never fails a file: its row is kept when its codes and name are usable, else
//! dropped, and a [`Fault`] says which, where, what stood there and what was expected. Only a file
//! that is no such file at all is refused, with a [`FileError`].
//!
//! Source: « Contenu et format des fichiers téléchargeables dans la BDPM », § 3.1 and § 3.2; the
//! editions of January 2021 (UTF-8) and June 2022 (Windows-1252).

mod kind;
mod pack;
mod product;
mod report;
mod row;
mod text;
mod units;

#[cfg(test)]
mod odd_files;
#[cfg(test)]
mod odd_rows;
#[cfg(test)]
mod tests;

pub use kind::{FileError, Kind};
pub use pack::{Agreement, Pack};
pub use product::Product;
pub use report::{Fault, FileReport, MOST_FAULTS, Report};
pub use text::{Encoding, MOST_BYTES};
pub use units::units_per_box;

use crate::domain::cis::Cis;
use crate::domain::code::Cip13;
use report::Ledger;
use row::Row;
use std::collections::BTreeMap;

/// One file as it was given.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name to report faults under, such as `CIS_bdpm.txt`.
    pub name: &'a str,
    /// Everything in it.
    pub bytes: &'a [u8],
}

/// What two files of one edition say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The medicines, in the order of the file, each code once.
    pub products: Vec<Product>,
    /// The presentations, in the order of the file, each code once.
    pub packs: Vec<Pack>,
    /// What was odd, by file.
    pub report: Report,
}

impl Edition {
    /// Returns a presentation and its medicine, which the other file may lack.
    pub fn find(&self, cip13: Cip13) -> Option<(&Pack, Option<&Product>)> {
        let pack = self.packs.iter().find(|p| p.cip13 == cip13)?;
        Some((pack, self.products.iter().find(|p| p.cis == pack.cis)))
    }
}

/// Reads both files of an edition: the medicines first, then the presentations.
///
/// # Errors
/// One [`FileError`] for each file that is not what it should be; then nothing is read.
pub fn read(products: Source<'_>, packs: Source<'_>) -> Result<Edition, Vec<FileError>> {
    match (read_products(products), read_packs(packs)) {
        (Ok((products, products_report)), Ok((packs, mut packs_report))) => {
            report_orphans(&products, &packs, &mut packs_report);
            Ok(Edition {
                products,
                packs: packs.into_iter().map(|(pack, _)| pack).collect(),
                report: Report {
                    files: vec![products_report.finish(), packs_report.finish()],
                },
            })
        }
        (products, packs) => Err([products.err(), packs.err()]
            .into_iter()
            .flatten()
            .collect()),
    }
}

type WithLines<T> = Vec<(T, usize)>;

/// Reads `CIS_bdpm.txt`.
fn read_products(source: Source<'_>) -> Result<(Vec<Product>, Ledger), FileError> {
    let (read, ledger) = rows(source, Kind::Products, product::of, |p| p.cis)?;
    Ok((read.into_iter().map(|(p, _)| p).collect(), ledger))
}

/// Reads `CIS_CIP_bdpm.txt`.
fn read_packs(source: Source<'_>) -> Result<(WithLines<Pack>, Ledger), FileError> {
    rows(source, Kind::Packs, pack::of, |p| p.cip13)
}

/// Reads a file row by row; of rows with the same key the first stays.
fn rows<T: PartialEq, K: Ord + Copy + std::fmt::Display>(
    source: Source<'_>,
    kind: Kind,
    of: impl Fn(&mut Row<'_>) -> Option<T>,
    key: impl Fn(&T) -> K,
) -> Result<(WithLines<T>, Ledger), FileError> {
    let text = text::decode(source)?;
    kind::check(source.name, kind, &text.content)?;
    let mut ledger = Ledger::new(source.name, text.encoding);
    if let Some((line, found)) = text.broken {
        ledger.note(line, found, "UTF-8 throughout, or Windows-1252 throughout");
    }
    let mut read: WithLines<T> = Vec::new();
    let mut first: BTreeMap<K, usize> = BTreeMap::new();
    for (line, content) in text::lines(&text.content) {
        let clean = text::without_controls(content);
        let mut row = Row::of(&clean, content, kind);
        let value = if row.is_readable() {
            of(&mut row)
        } else {
            None
        };
        let value = value.and_then(|value| {
            let Some((earlier, at)) = first.get(&key(&value)).and_then(|i| read.get(*i)) else {
                return Some(value);
            };
            let alike = if *earlier == value {
                "the same"
            } else {
                "another"
            };
            row.odd(
                None,
                &key(&value).to_string(),
                format!("one row with this code; line {at} has {alike} content, and stays"),
            );
            None
        });
        ledger.settle(line, row.into_odds(), value.is_some());
        if let Some(value) = value {
            first.insert(key(&value), read.len());
            read.push((value, line));
        }
    }
    Ok((read, ledger))
}

/// A presentation whose medicine is not in the other file is kept, and reported.
fn report_orphans(products: &[Product], packs: &[(Pack, usize)], ledger: &mut Ledger) {
    let known: std::collections::BTreeSet<Cis> = products.iter().map(|p| p.cis).collect();
    for (pack, line) in packs.iter().filter(|(pack, _)| !known.contains(&pack.cis)) {
        ledger.orphan(*line, pack.cis);
    }
}
