//! What if: a case changed as somebody asks, to see what its plan would then be.
//!
//! The change is a small JSON object; each field may be left out, and they apply in this order:
//!
//! | field | meaning |
//! |---|---|
//! | `remove_sites` | a list of ids: the sites, their stock, patients and requests are left out |
//! | `remove_requests` | a list of ids |
//! | `remove_stock` | rows as in the case; so many units of that row are taken away |
//! | `add_stock` | rows as in the case, of sites that stay |
//! | `resupply` | `{"SITE": "assured" or "compromised"}` |
//! | `dose_rounding_down_pct`, `horizon_days`, `transfers` | as in the case, in place of its own |

use super::rows::STOCK;
use super::{CaseFaults, Fields, Found, MOST_ROUNDING, Names, stock_row};
use crate::domain::plan::{Case, CaseSite, CaseStock, Form, Transfers};
use crate::domain::rule::{Resupply, Rulebook};
use crate::wire::json::{self, Pointer};
use std::collections::BTreeSet;

const FIELDS: &[&str] = &[
    "remove_sites",
    "remove_requests",
    "remove_stock",
    "add_stock",
    "resupply",
    "dose_rounding_down_pct",
    "horizon_days",
    "transfers",
];

/// Returns a case as the change in `bytes` makes it; the case itself stays.
///
/// # Errors
/// [`CaseFaults`] with everything that is wrong with the change, never empty: pointers are those of
/// the change.
pub fn what_if(case: &Case, book: &Rulebook, bytes: &[u8]) -> Result<Case, CaseFaults> {
    let node = json::read(bytes).map_err(|e| {
        let found = format!("{} at line {}, column {}", e.found, e.line, e.column);
        CaseFaults::one("", found, e.expected)
    })?;
    let found = Found::default();
    let changed = Fields::of(&node, Pointer::Top, FIELDS, &found, |top| {
        changed(case, book, top)
    });
    let faults = found.into_faults();
    match changed.flatten() {
        Some(case) if faults.as_slice().is_empty() => Ok(case),
        Some(_) | None => Err(faults),
    }
}

fn changed(case: &Case, book: &Rulebook, top: &Fields<'_, '_>) -> Option<Case> {
    let gone = top.optional("remove_sites", |f, key| {
        f.texts(key, "the id of a site of the case", |id| {
            case.sites.iter().any(|site| site.id == id)
        })
    });
    let dropped = top.optional("remove_requests", |f, key| {
        f.texts(key, "the id of a request of the case", |id| {
            case.requests.iter().any(|request| request.id == id)
        })
    });
    let gone: BTreeSet<String> = gone?.unwrap_or_default().into_iter().collect();
    let dropped: BTreeSet<String> = dropped?.unwrap_or_default().into_iter().collect();
    let mut next = without(case, &gone);
    next.requests
        .retain(|request| !dropped.contains(&request.id));
    let left = next.clone();
    let names = Names::of_sites(&left.sites);
    let taken = top.optional("remove_stock", |f, key| {
        f.rows(key, STOCK, |row| taken(row, book, &names, &left))
    });
    let added = top.optional("add_stock", |f, key| {
        f.rows(key, STOCK, |row| stock_row(row, Some(book), &names))
    });
    let resupply = top.optional("resupply", |f, key| {
        f.entries(key, &["assured", "compromised"], |site, word| {
            Some((*names.sites.get(site)?, Resupply::from_code(word)?))
        })
    });
    let rounding = top.optional("dose_rounding_down_pct", |f, key| {
        f.whole(key, 0, MOST_ROUNDING)
    });
    let horizon = top.optional("horizon_days", |f, key| f.whole(key, 1, u32::MAX));
    let transfers = top.optional("transfers", |f, key| {
        let expected = "\"none\", \"network\" or \"all\"";
        f.word(key, expected, Transfers::from_code)
    });
    for row in taken?.unwrap_or_default() {
        if let Some(stock) = next.stock.iter_mut().find(|s| same_lot(s, &row)) {
            stock.units = stock.units.saturating_sub(row.units);
        }
    }
    next.stock.retain(|stock| stock.units > 0);
    next.stock.extend(added?.unwrap_or_default());
    for (place, word) in resupply?.unwrap_or_default() {
        if let Some(site) = next.sites.get_mut(place) {
            site.resupply = word;
        }
    }
    next.rounding_down_pct = rounding?.unwrap_or(next.rounding_down_pct);
    next.horizon_days = horizon?.unwrap_or(next.horizon_days);
    next.transfers = transfers?.unwrap_or(next.transfers);
    Some(next.sorted())
}

/// Reads a row of units that are there to be taken away.
fn taken(
    row: &Fields<'_, '_>,
    book: &Rulebook,
    names: &Names<'_>,
    case: &Case,
) -> Option<CaseStock> {
    let read = stock_row(row, Some(book), names)?;
    let there = case.stock.iter().find(|stock| same_lot(stock, &read));
    let most = there.map_or(0, |stock| stock.units);
    if read.units > most {
        let node = json::Node::Text(format!("{} units", read.units).into());
        return row.wrong(
            "units",
            &node,
            format!("at most the {most} of that row in the case"),
        );
    }
    Some(read)
}

fn same_lot(a: &CaseStock, b: &CaseStock) -> bool {
    (a.site, a.cip13, &a.lot, a.expiry) == (b.site, b.cip13, &b.lot, b.expiry)
}

/// The case without some sites and all that is theirs. A request elsewhere whose CAR-T patient goes
/// with them stays, without the patient.
fn without(case: &Case, gone: &BTreeSet<String>) -> Case {
    let mut next = case.clone();
    if gone.is_empty() {
        return next;
    }
    let stays = |site: &CaseSite| !gone.contains(&site.id);
    let places = kept(case.sites.iter().map(stays));
    let place = |old: usize| places.get(old).copied().flatten();
    let patients = kept(case.patients.iter().map(|p| place(p.site).is_some()));
    next.sites.retain(stays);
    next.stock.retain_mut(|row| moved(&mut row.site, place));
    next.patients.retain_mut(|row| moved(&mut row.site, place));
    next.requests.retain_mut(|row| moved(&mut row.site, place));
    for request in &mut next.requests {
        if let Form::Vials { patient, .. } = &mut request.form {
            *patient = patient.and_then(|old| patients.get(old).copied().flatten());
        }
    }
    next
}

/// For each place of a list its new one, when only some stay.
fn kept(stays: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut next = 0;
    let new = |stays: bool| {
        stays.then(|| {
            next += 1;
            next - 1
        })
    };
    stays.map(new).collect()
}

fn moved(site: &mut usize, place: impl Fn(usize) -> Option<usize>) -> bool {
    match place(*site) {
        Some(new) => {
            *site = new;
            true
        }
        None => false,
    }
}
