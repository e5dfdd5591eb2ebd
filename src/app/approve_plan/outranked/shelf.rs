//! A case from which lines take their units, one after the other, and give them back.

use crate::app::approve_plan::frozen::Wanted;
use crate::domain::plan::{Case, CaseStock};
use std::collections::{HashMap, HashSet};

/// A case, and what was taken of it.
pub(super) struct Shelf {
    case: Case,
    /// The place of each stock row.
    rows: HashMap<CaseStock, usize>,
    /// The place of each site, by its id.
    sites: HashMap<String, usize>,
    taken: Vec<Taken>,
}

/// One thing that was taken.
enum Taken {
    /// So many units of a stock row.
    Units(usize, u32),
    /// Units that are at another site now.
    Moved(CaseStock),
    /// A request that is served.
    Request(String),
}

impl Shelf {
    pub(super) fn new(case: Case) -> Self {
        let rows = case.stock.iter().map(key).zip(0..).collect();
        let sites = case.sites.iter().map(|s| s.id.clone()).zip(0..).collect();
        Self {
            rows,
            sites,
            taken: Vec::new(),
            case,
        }
    }

    /// Returns the case of which nothing was taken.
    pub(super) const fn case(&self) -> &Case {
        &self.case
    }

    /// Takes a line's units: those of a request are gone with it, those of a reserve are where it is.
    pub(super) fn take(&mut self, wanted: &Wanted<'_>) {
        let of_request = wanted.line.request.is_some();
        for unit in &wanted.units {
            let Some(site) = self.sites.get(unit.site.as_str()).copied() else {
                continue;
            };
            let row = CaseStock {
                site,
                cip13: unit.cip13,
                lot: unit.lot.to_string(),
                expiry: unit.expiry,
                units: 0,
            };
            let units = unit.units.get();
            if let Some(place) = self.rows.get(&row) {
                self.taken.push(Taken::Units(*place, units));
            }
            let own = self.sites.get(wanted.line.site.as_str()).copied();
            if let (false, Some(site)) = (of_request, own) {
                self.taken
                    .push(Taken::Moved(CaseStock { site, units, ..row }));
            }
        }
        if of_request {
            self.taken.push(Taken::Request(wanted.line.name.clone()));
        }
    }

    /// Returns where it stands, for [`Self::undo`].
    pub(super) const fn mark(&self) -> usize {
        self.taken.len()
    }

    /// Gives back what was taken since a mark.
    pub(super) fn undo(&mut self, mark: usize) {
        self.taken.truncate(mark);
    }

    /// Returns the case less what was taken.
    pub(super) fn left(&self) -> Case {
        let mut case = self.case.clone();
        let mut gone: HashSet<&str> = HashSet::new();
        for taken in &self.taken {
            match taken {
                Taken::Units(place, units) => {
                    if let Some(row) = case.stock.get_mut(*place) {
                        row.units = row.units.saturating_sub(*units);
                    }
                }
                Taken::Moved(row) => case.stock.push(row.clone()),
                Taken::Request(name) => {
                    gone.insert(name);
                }
            }
        }
        case.requests.retain(|r| !gone.contains(r.id.as_str()));
        case.stock.retain(|row| row.units > 0);
        case.sorted()
    }
}

/// A stock row without its number.
fn key(row: &CaseStock) -> CaseStock {
    CaseStock {
        units: 0,
        ..row.clone()
    }
}
