//! Sites, stock and CAR-T patients.

use super::Fields;
use super::large::Rows;
use crate::domain::code::Cip13;
use crate::domain::plan::{CasePatient, CaseSite, CaseStock};
use crate::domain::quantity::{Doses, Grams, Mg};
use crate::domain::rule::{Resupply, Rulebook};
use crate::wire::json::Node;
use std::collections::HashMap;

const SITE: &[&str] = &["id", "network", "car_t", "resupply", "reference_dose_mg"];
/// The fields of a row of stock.
pub(crate) const STOCK: &[&str] = &["site", "cip13", "lot", "expiry", "units"];
const PATIENT: &[&str] = &["id", "site", "weight_g", "infusion_date", "doses_given"];

/// Who is called what: places in the lists of a case by their ids, the first where two are equal.
pub(crate) struct Names<'n> {
    pub(crate) sites: HashMap<&'n str, usize>,
    pub(crate) patients: HashMap<&'n str, usize>,
    /// Sites that say that they keep no reserve.
    without_reserve: Vec<bool>,
}

impl<'n> Names<'n> {
    pub(crate) fn new(top: &Fields<'n, '_>) -> Self {
        let by_id = |rows: &'n [Node<'_>]| {
            let mut places = HashMap::new();
            for (place, row) in rows.iter().enumerate() {
                if let Some(id) = row.get("id").and_then(Node::text) {
                    places.entry(id).or_insert(place);
                }
            }
            places
        };
        let sites = top.peek("sites");
        let without = |site: &Node<'_>| site.get("car_t") == Some(&Node::Flag(false));
        Self {
            sites: by_id(sites),
            patients: by_id(top.peek("car_t_patients")),
            without_reserve: sites.iter().map(without).collect(),
        }
    }

    /// Of the sites of a case that was read.
    pub(crate) fn of_sites(sites: &'n [CaseSite]) -> Self {
        let ids = sites.iter().enumerate();
        Self {
            sites: ids.map(|(place, site)| (site.id.as_str(), place)).collect(),
            patients: HashMap::new(),
            without_reserve: sites.iter().map(|site| !site.car_t).collect(),
        }
    }

    pub(super) fn site(&self, row: &Fields<'_, '_>) -> Option<usize> {
        row.word("site", "the id of a site of the case", |id| {
            self.sites.get(id).copied()
        })
    }
}

/// Reads an id that is in no other row before.
fn own_id(row: &Fields<'_, '_>, first: impl Fn(&str) -> bool) -> Option<String> {
    let expected = "an id without /, that no other site or CAR-T patient has";
    let own = |id: &str| (!id.is_empty() && !id.contains('/') && first(id)).then(|| id.to_owned());
    row.word("id", expected, own)
}

pub(super) fn sites(
    top: &Fields<'_, '_>,
    book: Option<&Rulebook>,
    names: &Names<'_>,
) -> Option<Vec<CaseSite>> {
    let place = std::cell::Cell::new(0);
    top.rows("sites", SITE, |row| {
        let here = place.replace(place.get() + 1);
        let id = own_id(row, |id| names.sites.get(id) == Some(&here));
        let network = row.filled("network");
        let car_t = row.flag("car_t");
        let resupply = row.word(
            "resupply",
            "\"assured\" or \"compromised\"",
            Resupply::from_code,
        );
        let reference = reference_dose(row, book);
        Some(CaseSite {
            id: id?,
            network: network?.to_owned(),
            car_t: car_t?,
            resupply: resupply?,
            reference_dose: reference?,
        })
    })
}

/// The size of a floor dose, within the rulebook's bounds; its own where the site sets none.
fn reference_dose(row: &Fields<'_, '_>, book: Option<&Rulebook>) -> Option<Mg> {
    let Some(rule) = book.and_then(|book| book.reserve.as_ref()) else {
        let set = row.optional("reference_dose_mg", |f, key| f.whole(key, 1, u32::MAX));
        return set.map(|set| set.map_or(Mg::ZERO, Mg::from_mg));
    };
    let mg = |mass: Mg| u32::try_from(mass.ug().div_euclid(1_000)).unwrap_or(u32::MAX);
    let (least, most) = (mg(rule.reference_least), mg(rule.reference_most));
    let set = row.optional("reference_dose_mg", |f, key| f.whole(key, least, most));
    set.map(|set| set.map_or(rule.reference_dose, Mg::from_mg))
}

pub(super) fn stock(
    top: &Fields<'_, '_>,
    long: Rows<'_>,
    book: Option<&Rulebook>,
    names: &Names<'_>,
) -> Option<Vec<CaseStock>> {
    let rows = long.of(top, "stock", STOCK, |row| stock_row(row, book, names))?;
    let total: u64 = rows.iter().map(|row| u64::from(row.units)).sum();
    if total > u64::from(u32::MAX) {
        let node = Node::Text(format!("{total} units in all").into());
        return top.wrong("stock", &node, "at most 4294967295");
    }
    Some(rows)
}

/// Reads a row of stock.
pub(crate) fn stock_row(
    row: &Fields<'_, '_>,
    book: Option<&Rulebook>,
    names: &Names<'_>,
) -> Option<CaseStock> {
    let site = names.site(row);
    let known = |code: &str| {
        let cip13 = Cip13::parse(code).ok()?;
        book.is_none_or(|book| book.presentation(cip13).is_some())
            .then_some(cip13)
    };
    let cip13 = row.parsed("cip13", || codes(book), known);
    let lot = row.filled("lot");
    let expiry = row.day("expiry");
    let units = row.whole("units", 1, u32::MAX);
    Some(CaseStock {
        site: site?,
        cip13: cip13?,
        lot: lot?.to_owned(),
        expiry: expiry?,
        units: units?,
    })
}

fn codes(book: Option<&Rulebook>) -> String {
    let Some(book) = book else {
        return "a CIP13: 13 digits, of which the last is a check digit".to_owned();
    };
    let all = book.presentations.iter().map(|p| p.presentation.cip13);
    let codes: Vec<String> = all.map(|cip13| cip13.to_string()).collect();
    format!("the CIP13 of a presentation: {}", codes.join(", "))
}

pub(super) fn patients(top: &Fields<'_, '_>, names: &Names<'_>) -> Option<Vec<CasePatient>> {
    let place = std::cell::Cell::new(0);
    top.rows("car_t_patients", PATIENT, |row| {
        let here = place.replace(place.get() + 1);
        let id = own_id(row, |id| {
            names.patients.get(id) == Some(&here) && !names.sites.contains_key(id)
        });
        let expected = "the id of a site of the case whose car_t is true";
        let site = row.word("site", expected, |id| {
            let site = *names.sites.get(id)?;
            (names.without_reserve.get(site) == Some(&false)).then_some(site)
        });
        let weight = row.whole("weight_g", 1, u32::MAX);
        let infusion_on = row.day("infusion_date");
        let given = row.optional("doses_given", |f, key| f.whole(key, 0, u32::MAX));
        Some(CasePatient {
            id: id?,
            site: site?,
            weight: Grams::as_written(weight?)?,
            infusion_on: infusion_on?,
            doses_given: Doses::new(given?.unwrap_or(0)),
        })
    })
}
