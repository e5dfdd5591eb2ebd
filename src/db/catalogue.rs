//! The presentations that can be kept, and the imported public medicines database.

use super::row::{RowOf, kept, micrograms};
use super::schema::{bdpm_packs, bdpm_products, presentations};
use super::{Conn, Error, dialect};
use crate::domain::calendar::Instant;
use crate::domain::code::Cip13;
use crate::domain::presentation::{Presentation, Route};
use diesel::prelude::*;

type Row = (String, Option<String>, String, i64, String, i64);

macro_rules! columns {
    () => {
        (
            presentations::cip13,
            presentations::cis,
            presentations::label,
            presentations::strength_ug,
            presentations::route,
            presentations::units_per_box,
        )
    };
}

/// A presentation on the catalogue, with its product's code in the public database if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The presentation.
    pub presentation: Presentation,
    /// The code of its product (CIS).
    pub cis: Option<String>,
}

fn value((cip13, cis, label, strength_ug, route, units_per_box): Row) -> Result<Listed, Error> {
    let row = RowOf {
        table: "presentations",
        id: &cip13,
    };
    let presentation = Presentation {
        cip13: row.parsed(Cip13::parse(&cip13))?,
        label,
        strength: row.mg(strength_ug)?,
        route: row.code("route", &route, Route::from_code(&route))?,
        units_per_box: row.units(units_per_box)?,
    };
    Ok(Listed { presentation, cis })
}

/// Returns the presentation of a code, if it is on the catalogue.
///
/// # Errors
/// When the database cannot be read, or the row is no presentation.
pub fn find(conn: &mut Conn, cip13: Cip13) -> Result<Option<Listed>, Error> {
    presentations::table
        .find(cip13.as_str())
        .select(columns!())
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

/// Returns the whole catalogue, by code.
///
/// # Errors
/// When the database cannot be read, or a row is no presentation.
pub fn list(conn: &mut Conn) -> Result<Vec<Listed>, Error> {
    presentations::table
        .order(presentations::cip13)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(value)
        .collect()
}

/// Puts a presentation on the catalogue.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when it is there.
pub fn insert(conn: &mut Conn, listed: &Listed, now: Instant) -> Result<(), Error> {
    let p = &listed.presentation;
    diesel::insert_into(presentations::table)
        .values((
            presentations::cip13.eq(p.cip13.as_str()),
            presentations::cis.eq(listed.cis.as_deref()),
            presentations::label.eq(&p.label),
            presentations::strength_ug.eq(micrograms(p.strength)),
            presentations::route.eq(p.route.code()),
            presentations::units_per_box.eq(i64::from(p.units_per_box.get())),
            presentations::added_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Sets the label and the product's code of a presentation that is on the catalogue.
///
/// # Errors
/// When the database cannot be written.
pub fn relabel(conn: &mut Conn, cip13: Cip13, label: &str, cis: &str) -> Result<(), Error> {
    diesel::update(presentations::table.find(cip13.as_str()))
        .set((
            presentations::label.eq(label),
            presentations::cis.eq(Some(cis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A product of the public medicines database.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = bdpm_products)]
pub struct BdpmProduct {
    /// Its code (CIS).
    pub cis: String,
    /// Name, strength and form.
    pub name: String,
    /// Pharmaceutical form.
    pub form: String,
    /// Routes of administration, separated by semicolons.
    pub routes: String,
    /// Whether it is marketed.
    pub marketing: String,
    /// Holder of the authorisation.
    pub holder: String,
}

/// A pack of the public medicines database.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = bdpm_packs)]
pub struct BdpmPack {
    /// The code on the box.
    pub cip13: String,
    /// The code of its product (CIS).
    pub cis: String,
    /// What the box holds.
    pub label: String,
    /// Administrative status.
    pub status: String,
    /// Whether it is marketed, as declared.
    pub marketing: String,
}

/// Returns the pack of a code, with its product if that is known.
///
/// # Errors
/// When the database cannot be read.
pub fn bdpm_pack(
    conn: &mut Conn,
    cip13: Cip13,
) -> Result<Option<(BdpmPack, Option<BdpmProduct>)>, Error> {
    let Some(pack) = bdpm_packs::table
        .find(cip13.as_str())
        .get_result::<BdpmPack>(conn)
        .optional()?
    else {
        return Ok(None);
    };
    let product = bdpm_products::table
        .find(&pack.cis)
        .get_result::<BdpmProduct>(conn)
        .optional()?;
    Ok(Some((pack, product)))
}

/// How many rows an import added, changed and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows that were not there.
    pub added: u64,
    /// Rows that were there and differed.
    pub changed: u64,
    /// Rows that were there alike.
    pub same: u64,
}

/// Writes products: what is new is added, what differs is changed, what the edition no longer
/// has stays.
///
/// # Errors
/// When the database cannot be written.
pub fn write_products(conn: &mut Conn, all: &[BdpmProduct]) -> Result<Changes, Error> {
    let known: std::collections::BTreeMap<String, BdpmProduct> = bdpm_products::table
        .load::<BdpmProduct>(conn)?
        .into_iter()
        .map(|p| (p.cis.clone(), p))
        .collect();
    let (changes, fresh, differing) = sorted(all, |p| known.get(&p.cis));
    for product in &differing {
        diesel::delete(bdpm_products::table.find(&product.cis)).execute(conn)?;
    }
    let rows: Vec<BdpmProduct> = fresh.into_iter().chain(differing).cloned().collect();
    dialect::insert_all!(conn, bdpm_products::table, rows)?;
    Ok(changes)
}

/// Writes packs, as [`write_products`] does products.
///
/// # Errors
/// When the database cannot be written.
pub fn write_packs(conn: &mut Conn, all: &[BdpmPack]) -> Result<Changes, Error> {
    let known: std::collections::BTreeMap<String, BdpmPack> = bdpm_packs::table
        .load::<BdpmPack>(conn)?
        .into_iter()
        .map(|p| (p.cip13.clone(), p))
        .collect();
    let (changes, fresh, differing) = sorted(all, |p| known.get(&p.cip13));
    for pack in &differing {
        diesel::delete(bdpm_packs::table.find(&pack.cip13)).execute(conn)?;
    }
    let rows: Vec<BdpmPack> = fresh.into_iter().chain(differing).cloned().collect();
    dialect::insert_all!(conn, bdpm_packs::table, rows)?;
    Ok(changes)
}

fn sorted<'a, 'k, T: PartialEq + 'k>(
    all: &'a [T],
    known: impl Fn(&T) -> Option<&'k T>,
) -> (Changes, Vec<&'a T>, Vec<&'a T>) {
    let mut changes = Changes::default();
    let (mut fresh, mut differing) = (Vec::new(), Vec::new());
    for item in all {
        match known(item) {
            None => {
                changes.added += 1;
                fresh.push(item);
            }
            Some(there) if there == item => changes.same += 1,
            Some(_) => {
                changes.changed += 1;
                differing.push(item);
            }
        }
    }
    (changes, fresh, differing)
}
