//! An edition of the public medicines database is taken over.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::catalogue::{BdpmPack, BdpmProduct, Changes};
use crate::db::{self};
use crate::domain::code::Cip13;
use crate::wire::bdpm::Edition;
use serde_json::json;

/// What an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Of products.
    pub products: Changes,
    /// Of packs.
    pub packs: Changes,
    /// Presentations on the catalogue that were of no product, or of another, and took its code and
    /// label.
    pub relabelled: u64,
}

/// Takes an edition over, in one transaction: what is new is added, what differs is changed, what
/// the edition no longer has stays.
///
/// # Errors
/// When the database cannot be written.
pub fn import(act: &mut Act<'_>, edition: &Edition) -> Result<Imported, Error> {
    let products: Vec<BdpmProduct> = edition
        .products
        .iter()
        .map(|p| BdpmProduct {
            cis: p.cis.as_str().to_owned(),
            name: p.name.clone(),
            form: p.form.clone(),
            routes: p.routes.join(";"),
            marketing: p.marketing.clone(),
            holder: p.holder.clone(),
        })
        .collect();
    let packs: Vec<BdpmPack> = edition
        .packs
        .iter()
        .map(|p| BdpmPack {
            cip13: p.cip13.to_string(),
            cis: p.cis.as_str().to_owned(),
            label: p.label.clone(),
            status: p.status.clone(),
            marketing: p.marketing.clone(),
        })
        .collect();
    let mut imported = Imported {
        products: db::catalogue::write_products(act.conn, &products)?,
        packs: db::catalogue::write_packs(act.conn, &packs)?,
        relabelled: 0,
    };
    for listed in db::catalogue::list(act.conn)? {
        if relabel(act, listed.presentation.cip13, listed.cis.as_deref())? {
            imported.relabelled += 1;
        }
    }
    let count = |c: Changes| json!({ "added": c.added, "changed": c.changed, "same": c.same });
    let details = json!({ "products": count(imported.products), "packs": count(imported.packs), "relabelled": imported.relabelled });
    act.audit(
        None,
        Done {
            action: "bdpm.import",
            object: "",
            patient: None,
            details,
        },
    )?;
    Ok(imported)
}

fn relabel(act: &mut Act<'_>, cip13: Cip13, cis: Option<&str>) -> Result<bool, Error> {
    let Some((pack, Some(product))) = db::catalogue::bdpm_pack(act.conn, cip13)? else {
        return Ok(false);
    };
    if cis == Some(product.cis.as_str()) {
        return Ok(false);
    }
    db::catalogue::relabel(
        act.conn,
        cip13,
        &format!("{}, {}", product.name, pack.label),
        &product.cis,
    )?;
    Ok(true)
}
