//! A file of stock beside the ledger: nothing is written.

use super::{AtSite, Compared, Difference, File, Side, Strangers};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::receive_units::on_catalogue;
use crate::app::see::commons;
use crate::app::site_state::today;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::wire::import::stock::Row;
use crate::wire::sheet::{Fault, Wrong};
use sha2::{Digest as _, Sha256};
use std::collections::btree_map::{BTreeMap, Entry};

/// How many digits of the digest somebody copies.
///
/// Choice: sixteen, sixty-four bits: it guards against what moved meanwhile, and not against a forger, who
/// may book a count anyway.
const DIGITS: usize = 16;

/// Compares a file with the ledger of each of its sites, lot by lot.
///
/// A row and a lot of the ledger are the same when presentation, number and expiry are; and when
/// presentation and number are, and neither has another of that number.
///
/// # Errors
/// When the database cannot be read. What is wrong with a row is a fault of it.
pub fn compare(act: &mut Act<'_>, file: &File) -> Result<Compared, Error> {
    let mut compared = Compared::default();
    let mut catalogue = BTreeMap::new();
    let mut digest = Sha256::new();
    digest.update(&file.hash);
    digest.update(format!("{:?}", file.strangers));
    for site in file.sites() {
        let rows: Vec<&Row> = file.rows.iter().filter(|row| row.site == site).collect();
        let today = match here(act, site)? {
            Ok(today) => today,
            Err(refusal) => {
                let wrong = Wrong::Refused(refusal);
                let first = rows.first().map(|r| r.place.fault(Some("finess"), wrong));
                compared.faults.extend(first);
                continue;
            }
        };
        let rows = admitted(
            act,
            file.strangers,
            &rows,
            &mut catalogue,
            &mut compared.faults,
        )?;
        let movements = db::stock::last_seq(act.conn, site)?;
        digest.update(format!(";{site}:{movements}"));
        let (known, left_out) = rows;
        let (differences, same) = beside(act, site, &known)?;
        for one in &differences {
            compared.faults.extend(expired(one, &known, today));
        }
        compared.sites.push(AtSite {
            site,
            movements,
            same,
            left_out,
            differences,
        });
    }
    compared.digest = hex::encode(digest.finalize());
    compared.digest.truncate(DIGITS);
    Ok(compared)
}

/// The day at a site; or why nothing may be compared there.
fn here(act: &mut Act<'_>, site: Finess) -> Result<Result<Day, Refusal>, Error> {
    if let Err(refusal) = act.caller.check(Action::MoveStock, Some(site)) {
        return Ok(Err(refusal));
    }
    match commons::site(act, site) {
        Ok(found) => Ok(Ok(today(act, &found)?)),
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(other) => Err(other),
    }
}

/// The rows of a site that are compared, and how many were left out.
fn admitted<'f>(
    act: &mut Act<'_>,
    strangers: Strangers,
    rows: &[&'f Row],
    catalogue: &mut BTreeMap<Cip13, Option<Refusal>>,
    faults: &mut Vec<Fault>,
) -> Result<(Vec<&'f Row>, usize), Error> {
    let (mut known, mut left_out) = (Vec::new(), 0_usize);
    let mut seen = BTreeMap::new();
    for row in rows.iter().copied() {
        let key = (row.cip13, row.lot.clone(), row.expiry);
        let first = *seen.entry(key).or_insert(row.place.line());
        if first != row.place.line() {
            let wrong = Wrong::Twice { line: first };
            faults.push(row.place.fault(Some("lot"), wrong));
            continue;
        }
        if let Entry::Vacant(new) = catalogue.entry(row.cip13) {
            new.insert(match on_catalogue(act, row.cip13) {
                Ok(_) => None,
                Err(Error::Refused(refusal)) => Some(refusal),
                Err(other) => return Err(other),
            });
        }
        match (catalogue.get(&row.cip13).cloned().flatten(), strangers) {
            (None, _) => known.push(row),
            (Some(_), Strangers::LeftOut) => left_out = left_out.saturating_add(1),
            (Some(refusal), Strangers::Refused) => {
                faults.push(row.place.fault(Some("cip13"), Wrong::Refused(refusal)));
            }
        }
    }
    Ok((known, left_out))
}

/// A presentation and the number of a lot: of several expiries, as the case may be.
type Number = (Cip13, LotNumber);

/// What differs between rows and the shelf of a site, and how many lots do not.
fn beside(
    act: &mut Act<'_>,
    site: Finess,
    rows: &[&Row],
) -> Result<(Vec<Difference>, usize), Error> {
    let mut shelf: BTreeMap<Number, Vec<StockLine>> = BTreeMap::new();
    for line in db::shelf::all(act.conn, site)? {
        let number = (line.cip13, line.lot.clone());
        shelf.entry(number).or_default().push(line);
    }
    let quarantine_told = rows.iter().any(|row| row.quarantined.is_some());
    let mut pairs: Vec<(Option<&Row>, Option<StockLine>)> = Vec::new();
    let mut rest: BTreeMap<Number, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().copied() {
        let number = (row.cip13, row.lot.clone());
        match take(&mut shelf, &number, |line| line.expiry == row.expiry) {
            Some(line) => pairs.push((Some(row), Some(line))),
            None => rest.entry(number).or_default().push(row),
        }
    }
    for (number, rows) in rest {
        let of_number = shelf.get(&number).into_iter().flatten();
        let candidates = of_number.filter(|line| !is_empty(line)).count();
        for row in &rows {
            let line = if rows.len() == 1 && candidates == 1 {
                take(&mut shelf, &number, |line| !is_empty(line))
            } else {
                None
            };
            pairs.push((Some(row), line));
        }
    }
    let left = shelf.into_values().flatten().filter(|line| !is_empty(line));
    pairs.extend(left.map(|line| (None, Some(line))));
    let pairs_of_lots = pairs.len();
    let mut differences: Vec<Difference> = pairs
        .into_iter()
        .filter_map(|(row, line)| difference(row, line, quarantine_told))
        .collect();
    differences.sort_by(|a, b| (a.cip13, &a.lot, a.expiry).cmp(&(b.cip13, &b.lot, b.expiry)));
    let same = pairs_of_lots.saturating_sub(differences.len());
    Ok((differences, same))
}

fn is_empty(line: &StockLine) -> bool {
    line.usable == Units::ZERO && line.quarantined == Units::ZERO
}

/// Takes a lot of a number off what is still to be compared.
fn take(
    shelf: &mut BTreeMap<Number, Vec<StockLine>>,
    number: &Number,
    which: impl Fn(&StockLine) -> bool,
) -> Option<StockLine> {
    let lots = shelf.get_mut(number)?;
    let place = lots.iter().position(which)?;
    Some(lots.remove(place))
}

/// How a row and a line differ, if they do.
fn difference(
    row: Option<&Row>,
    line: Option<StockLine>,
    quarantine_told: bool,
) -> Option<Difference> {
    let (cip13, lot, expiry) = match (&line, row) {
        (Some(line), _) => (line.cip13, line.lot.clone(), line.expiry),
        (None, Some(row)) => (row.cip13, row.lot.clone(), row.expiry),
        (None, None) => return None,
    };
    let of_line = |units: fn(&StockLine) -> Units| line.as_ref().map_or(Units::ZERO, units);
    let apart = of_line(|l| l.quarantined);
    let difference = Difference {
        line: row.map(|row| row.place.line()),
        cip13,
        lot,
        expiry,
        expiry_in_file: row.map(|row| row.expiry).filter(|e| *e != expiry),
        usable: Side {
            file: row.map_or(Units::ZERO, |row| row.units),
            ledger: of_line(|l| l.usable),
        },
        quarantined: quarantine_told.then(|| Side {
            file: row.and_then(|row| row.quarantined).unwrap_or(Units::ZERO),
            ledger: apart,
        }),
        held: of_line(|l| l.held),
        lot_id: line.map(|line| line.lot_id),
    };
    let differs = difference.has_more() || difference.has_fewer();
    (differs || difference.expiry_in_file.is_some()).then_some(difference)
}

/// A lot that the ledger does not know cannot come onto the shelf when it is out of date; into quarantine it can,
/// where it waits to be destroyed.
fn expired(difference: &Difference, rows: &[&Row], today: Day) -> Option<Fault> {
    let on_shelf = difference.usable.file > Units::ZERO;
    if difference.lot_id.is_some() || difference.expiry >= today || !on_shelf {
        return None;
    }
    let line = difference.line?;
    let row = rows.iter().find(|row| row.place.line() == line)?;
    let expiry = difference.expiry;
    let wrong = Wrong::Refused(Refusal::ExpiredOnReceipt { expiry, today });
    Some(row.place.fault(Some("expiry"), wrong))
}
