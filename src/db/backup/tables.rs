//! Every table of one database into another of the same version, rows and nothing else.

use super::error::CopyError;
use crate::db::dialect::whole::{self, Column, Reader};
use crate::db::{Conn, Error, dialect};
use std::collections::BTreeMap;

/// How many rows each table holds.
pub(super) type Rows = BTreeMap<String, i64>;

/// Counts the rows of every table.
pub(super) fn rows(conn: &mut Conn) -> Result<Rows, Error> {
    let tables = dialect::tables(conn)?;
    let counted = tables.into_iter().map(|table| {
        let rows = whole::count(conn, &table)?;
        Ok((table, rows))
    });
    counted.collect()
}

/// Fills `to`, whose laws are lifted and which is empty, with every row of `from`, and returns how many
/// rows each table got.
pub(super) fn carry(from: &mut Conn, to: &mut Conn) -> Result<Rows, CopyError> {
    let tables = alike(from, to)?;
    let mut rows = Rows::new();
    for (table, columns) in tables {
        let mut reader = Reader::new(from, &table, &columns);
        let mut carried = 0;
        while let Some(some) = reader.next(from)? {
            let written = whole::write(to, &table, &columns, &some)?;
            carried += i64::try_from(written).unwrap_or(i64::MAX);
        }
        rows.insert(table, carried);
    }
    Ok(rows)
}

/// The tables that both have, with their columns; a table or a column that one lacks is an error, so
/// that nothing is left out.
fn alike(from: &mut Conn, to: &mut Conn) -> Result<Vec<(String, Vec<Column>)>, Error> {
    let (here, there) = (dialect::tables(from)?, dialect::tables(to)?);
    differ("tables", &here, &there)?;
    let mut tables = Vec::new();
    for table in here {
        let (ours, theirs) = (whole::columns(from, &table)?, whole::columns(to, &table)?);
        let told = |columns: &[Column]| -> Vec<String> {
            let told = columns.iter().map(|c| format!("{} ({:?})", c.name, c.kind));
            told.collect()
        };
        differ(&format!("columns of {table}"), &told(&ours), &told(&theirs))?;
        tables.push((table, ours));
    }
    Ok(tables)
}

fn differ(what: &str, here: &[String], there: &[String]) -> Result<(), Error> {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let only = these.iter().filter(|name| !those.contains(name));
        only.cloned().collect()
    };
    let odd = [only(here, there), only(there, here)].concat();
    if odd.is_empty() {
        return Ok(());
    }
    Err(Error::NotThisDatabase {
        cause: format!(
            "the {what} are not those of this version: {}",
            odd.join(", ")
        ),
    })
}
