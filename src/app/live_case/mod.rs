//! The live database as a plan case.
//!
//! What is held for approved lines of other plans is left out, and so are those requests: they are
//! served. What is held for clearances is put back, and its patients are claims as any other: a plan
//! may say that a GO should hold other vials. Units on their way to a reserve count where they will
//! arrive, so that nobody sends them twice. Patients who wait for a GO are claims too: their doses are
//! what the reserve of a scheduled infusion is for.

mod scope;

pub use scope::{SEVERAL, Scope, Terms, ranking};

use super::act::Act;
use super::error::Error;
use super::last_given::last_given;
use super::safety::latest_counts;
use super::site_state::SiteState;
use crate::db;
use crate::db::clearances::ClearanceRecord;
use crate::domain::calendar::Day;
use crate::domain::clearance::ClearanceState;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::LotId;
use crate::domain::ledger::StockLine;
use crate::domain::line::Line;
use crate::domain::plan::{Case, CasePatient, CaseRequest, CaseSite, CaseStock, Form, Transfers};
use crate::domain::quantity::{Mg, Units};
use crate::domain::reason::Refusal;
use crate::domain::request::{Books, Request};
use crate::domain::reserve::{self, Hold};
use crate::domain::role::Action;
use crate::domain::rule::{Alternatives, Resupply, Rulebook};
use crate::domain::site::Site;
use crate::domain::transfer::TransferState;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A standing GO, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Go {
    /// The clearance.
    pub clearance: ClearanceRecord,
    /// What it holds.
    pub holds: Vec<Hold>,
}

/// One lot at one site, as a case names it.
pub type Shelf = (Finess, Cip13, String, Day);

/// The live database as a case, and what its names stand for.
#[derive(Clone, Debug)]
pub struct Live<'r> {
    /// The case, with an empty seed.
    pub case: Case,
    /// The rulebook it is planned by.
    pub book: &'r Rulebook,
    /// The sites, by number.
    pub sites: Vec<Site>,
    /// The network whose seed orders equals: see [`SEVERAL`].
    pub network: String,
    /// The requests, by their names in the case.
    pub requests: BTreeMap<String, Request>,
    /// The lots.
    pub lots: HashMap<Shelf, LotId>,
    /// The standing GOs of the sites.
    pub goes: Vec<Go>,
}

/// Returns the sites of a scope, by number.
///
/// # Errors
/// Refused when there is no such site or network. Who may plan for them is asked by the verb, whose refusal
/// is written down.
pub fn sites(act: &mut Act<'_>, scope: &Scope) -> Result<Vec<Finess>, Error> {
    let planned = scope::planned(act, scope, None)?;
    Ok(planned.sites.iter().map(|site| site.finess).collect())
}

/// Loads the sites of `terms` as a case.
///
/// # Errors
/// Refused when there is no such site, network or rulebook, or the caller may not `action` at one of
/// the sites.
pub fn load<'r>(act: &mut Act<'r>, terms: &Terms, action: Action) -> Result<Live<'r>, Error> {
    let book = ranking(act, terms.rulebook.as_deref())?;
    let planned = scope::planned(act, &terms.scope, Some(action))?;
    let numbers: Vec<Finess> = planned.sites.iter().map(|s| s.finess).collect();
    if planned.network == SEVERAL && terms.transfers != Transfers::All {
        return Err(Refusal::SeveralNetworks.into());
    }
    let place: HashMap<Finess, usize> = numbers.iter().copied().zip(0..).collect();
    let mut live = Live {
        case: Case {
            as_of: planned.day,
            horizon_days: terms.horizon_days,
            rulebook: book.name.clone(),
            transfers: terms.transfers,
            lottery_seed: String::new(),
            rounding_down_pct: terms.rounding_down_pct,
            sites: Vec::new(),
            stock: Vec::new(),
            patients: Vec::new(),
            requests: Vec::new(),
        },
        book,
        sites: planned.sites,
        network: planned.network,
        requests: BTreeMap::new(),
        lots: HashMap::new(),
        goes: Vec::new(),
    };
    for (place, site) in live.sites.clone().iter().enumerate() {
        add_site(act, &mut live, place, site)?;
    }
    let approved = db::plan_lines::approved(act.conn, &numbers)?;
    let mut held: HashMap<(Finess, LotId), Units> = HashMap::new();
    for hold in db::plan_lines::held_at(act.conn, &numbers)? {
        let units = held.entry((hold.site, hold.lot_id)).or_default();
        *units = units.saturating_add(hold.units);
    }
    for hold in db::transfers::held_at(act.conn, &numbers)? {
        let units = held.entry((hold.site, hold.lot_id)).or_default();
        *units = units.saturating_add(hold.units);
    }
    for (site, line) in db::shelf::usable(act.conn, &numbers)? {
        let held = held.get(&(site, line.lot_id.clone())).copied();
        let units = line.usable.saturating_sub(held.unwrap_or_default());
        add_stock(&mut live, &place, site, &line, units);
    }
    on_their_way(act, &mut live, &place, &approved)?;
    requests(act, &mut live, &numbers, &place, &approved)?;
    live.case = live.case.sorted();
    Ok(live)
}

/// Adds a site, and its CAR-T patients.
fn add_site(act: &mut Act<'_>, live: &mut Live<'_>, at: usize, site: &Site) -> Result<(), Error> {
    let rule = live.book.reserve.as_ref();
    let default = rule.map_or(Mg::ZERO, |rule| rule.reference_dose);
    let mut row = CaseSite {
        id: site.finess.to_string(),
        network: site.network.to_string(),
        car_t: site.car_t,
        resupply: Resupply::Assured,
        reference_dose: site.reference_dose.unwrap_or(default),
    };
    if let (true, Some(rule)) = (site.car_t, rule) {
        let state = SiteState::load(act, site.finess)?;
        row.resupply = reserve::resupply(&state.facts(live.book, rule));
        let waiting = db::patients::waiting(act.conn, site.finess, state.today)?;
        let waiting = waiting.into_iter().map(|record| record.patient);
        for patient in state.patients.iter().cloned().chain(waiting) {
            live.case.patients.push(CasePatient {
                id: patient.id.to_string(),
                site: at,
                weight: patient.weight,
                infusion_on: patient.infusion_on,
                doses_given: patient.doses_given,
            });
        }
        let holds = state.holds;
        let of_book = |c: &&ClearanceRecord| {
            c.rulebook == live.book.name.as_str() && c.state == ClearanceState::Standing
        };
        let goes = state.in_force.iter().filter(of_book).map(|clearance| Go {
            clearance: clearance.clone(),
            holds: holds
                .iter()
                .filter(|h| h.clearance == clearance.id)
                .cloned()
                .collect(),
        });
        live.goes.extend(goes);
    }
    live.case.sites.push(row);
    Ok(())
}

/// Adds units of a lot that the rulebook speaks of and that are in date.
fn add_stock(
    live: &mut Live<'_>,
    place: &HashMap<Finess, usize>,
    site: Finess,
    line: &StockLine,
    units: Units,
) {
    let named = live.book.presentation(line.cip13).is_some();
    let in_date = line.expiry >= live.case.as_of;
    let (true, true, Some(at)) = (named, in_date, place.get(&site)) else {
        return;
    };
    let lot = line.lot.to_string();
    let shelf = (site, line.cip13, lot.clone(), line.expiry);
    live.lots.insert(shelf, line.lot_id.clone());
    if units > Units::ZERO {
        live.case.stock.push(CaseStock {
            site: *at,
            cip13: line.cip13,
            lot,
            expiry: line.expiry,
            units: units.get(),
        });
    }
}

/// Adds what is on its way to reserves of the sites.
fn on_their_way(
    act: &mut Act<'_>,
    live: &mut Live<'_>,
    place: &HashMap<Finess, usize>,
    approved: &[Line],
) -> Result<(), Error> {
    let reserves: BTreeSet<_> = approved
        .iter()
        .filter(|line| line.request.is_none())
        .map(|line| line.id.clone())
        .collect();
    let ids: Vec<_> = reserves.iter().cloned().collect();
    for transfer in db::transfers::to_come_for(act.conn, &ids)? {
        for row in &transfer.rows {
            let of_reserve = row
                .line
                .as_ref()
                .is_some_and(|l| reserves.contains(&l.line));
            if of_reserve
                && TransferState::TO_COME.contains(&row.state)
                && let Some(line) = db::shelf::line(act.conn, transfer.from, &row.lot_id)?
            {
                let units = if row.state.not_sent() {
                    row.units
                } else {
                    row.to_come()
                };
                add_stock(live, place, transfer.to, &line, units);
            }
        }
    }
    Ok(())
}

/// Adds the open requests that no approved line serves already.
fn requests(
    act: &mut Act<'_>,
    live: &mut Live<'_>,
    sites: &[Finess],
    place: &HashMap<Finess, usize>,
    approved: &[Line],
) -> Result<(), Error> {
    let served: BTreeSet<_> = approved
        .iter()
        .filter_map(|line| line.request.as_ref())
        .map(|(id, _)| id.clone())
        .collect();
    let mut open = db::requests::open(act.conn, sites, &live.book.name)?;
    open.retain(|request| !served.contains(&request.id));
    let treated = |r: &Request| (r.patient.clone(), r.rulebook.clone(), r.wanted.route);
    let zones = open.iter().filter_map(|request| {
        let site = live.sites.get(*place.get(&request.site)?)?;
        Some((treated(request), site.zone))
    });
    let given = last_given(act, zones)?;
    let counts = latest_counts(act, &open, live.case.as_of)?;
    let patients: HashMap<&str, usize> = live
        .case
        .patients
        .iter()
        .map(|p| p.id.as_str())
        .zip(0..)
        .collect();
    let books = Books {
        ranking: live.book,
        safety: act.safety_of(live.book),
    };
    let mut rows = Vec::with_capacity(open.len());
    for request in &open {
        if let Some(at) = place.get(&request.site) {
            let last = given.get(&treated(request));
            let treated = patients.get(request.patient.as_str()).copied();
            let left = request.wanted.alternatives_by(&books);
            rows.push(CaseRequest {
                anc_per_mm3: counts.get(&request.id).copied(),
                ..row(live, request, *at, last.copied(), treated, left)
            });
        }
    }
    live.case.requests = rows;
    let named = open.into_iter().map(|r| (r.name.to_string(), r));
    live.requests = named.collect();
    Ok(())
}

/// A request as a row of the case; whether an alternative is left is of today.
fn row(
    live: &Live<'_>,
    request: &Request,
    site: usize,
    last: Option<Day>,
    treated: Option<usize>,
    left: Alternatives,
) -> CaseRequest {
    let wanted = &request.wanted;
    let reserve = live.book.reserve.as_ref();
    let treats = reserve.is_some_and(|rule| rule.indication == wanted.indication);
    // one whose day nobody knows any more (its last dispensing was undone) is due now
    let due = wanted.due(last).unwrap_or(live.case.as_of);
    let form = match wanted.units {
        Some(units) => Form::Units {
            route: wanted.route,
            units: units.get(),
        },
        None => Form::Vials {
            route: wanted.route,
            prescribed: wanted.prescribed,
            patient: treated.filter(|_| treats),
        },
    };
    CaseRequest {
        id: request.name.to_string(),
        site,
        indication: wanted.indication.clone(),
        approved_exception: wanted.approved_exception,
        treatment: wanted.treatment,
        alternatives: left,
        risk: wanted.risk,
        age_years: wanted.age_years,
        weight: wanted.weight,
        // what the reserve is kept for is treated now
        due: if treats {
            due.min(live.case.as_of)
        } else {
            due
        },
        form,
        anc_per_mm3: None,
    }
}
