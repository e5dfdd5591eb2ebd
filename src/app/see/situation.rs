//! All of a site on one sheet, for a day when the service is down.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::monitor;
use crate::app::see::requests::{SeenRequest, requests};
use crate::app::see::{note_reading, reserve};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::clearance::ClearanceState;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{LineId, LotId, PatientId, RequestId};
use crate::domain::quantity::Units;
use crate::domain::request::RequestState;
use crate::domain::treatment::Standing;
use crate::text::situation::{
    Cleared, Counted, Due, HeldFor, Kept, OnShelf, Purpose, Sheet, Telephone,
};
use std::collections::{BTreeMap, BTreeSet};

/// For how many days ahead a sheet says who is due.
///
/// Choice: a week, in which a service that is down for long comes back.
const DAYS_AHEAD: u32 = 7;

/// For how many days a delivery that has not come stays on the sheet.
///
/// Choice: two weeks; what is later than that was lost or is known by its new day.
const DAYS_LATE: u32 = 14;

/// Requests that are read at a time.
const PAGE: i64 = 200;

/// Returns the sheet of a site and writes down that it was read, and who stands on it: it names patients.
///
/// # Errors
/// Refused when there is no such site; when the database cannot be read or written.
pub fn situation(act: &mut Act<'_>, site: Finess) -> Result<Sheet, Error> {
    let mut state = SiteState::load(act, site)?;
    if !state.site.car_t {
        state.line_holds = db::plan_lines::held_at(act.conn, &[site])?;
    }
    let labels: BTreeMap<Cip13, String> = db::catalogue::list(act.conn)?
        .into_iter()
        .map(|listed| (listed.presentation.cip13, listed.presentation.label))
        .collect();
    let label = |cip13: &Cip13| {
        let label = labels.get(cip13).cloned();
        label.unwrap_or_else(|| cip13.to_string())
    };
    let open = open_requests(act, site)?;
    let patients = Patients::of(act, &state, &open)?;
    let from = state.today.minus(DAYS_LATE);
    let deliveries = db::deliveries::expected(act.conn, site, from)?;
    let sheet = Sheet {
        at: act.now,
        today: state.today,
        simulated: act.desk.simulated,
        stock: shelf(&state, label),
        held: held(act, &state, &patients, label)?,
        reserves: reserves(act, &state)?,
        clearances: clearances(&state, &patients),
        deliveries: deliveries
            .into_iter()
            .filter(|one| one.left() > Units::ZERO)
            .map(|one| (label(&one.cip13), one))
            .collect(),
        due: due(&state, open),
        counts: counts(act, site)?,
        telephones: telephones(act),
        people: db::recipients::of_site(act.conn, site)?
            .into_iter()
            .filter(|one| one.active)
            .map(|one| (one.capacity, one.name, one.email))
            .collect(),
        alerts: db::alerts::open(act.conn, site)?,
        site: state.site,
    };
    note_reading(act, site, "situation", &patients.ids)?;
    Ok(sheet)
}

/// Who stands on the sheet.
struct Patients {
    names: BTreeMap<PatientId, String>,
    ids: BTreeSet<String>,
}

impl Patients {
    fn of(act: &mut Act<'_>, state: &SiteState, open: &[SeenRequest]) -> Result<Self, Error> {
        let mut all: BTreeSet<PatientId> = open.iter().map(|r| r.request.patient.clone()).collect();
        all.extend(state.in_force.iter().map(|c| c.patient.clone()));
        all.extend(state.holds.iter().map(|h| h.patient.clone()));
        let ids: Vec<PatientId> = all.into_iter().collect();
        let names = db::patients::pseudonyms(act.conn, &ids)?;
        Ok(Self {
            names: names.into_iter().collect(),
            ids: ids.iter().map(ToString::to_string).collect(),
        })
    }

    fn name(&self, id: &PatientId) -> Option<String> {
        self.names.get(id).cloned()
    }
}

fn open_requests(act: &mut Act<'_>, site: Finess) -> Result<Vec<SeenRequest>, Error> {
    let mut all: Vec<SeenRequest> = Vec::new();
    loop {
        let last = all.last().map(|seen| seen.request.id.to_string());
        let page = requests(
            act,
            Some(site),
            Some(RequestState::Open),
            last.as_deref(),
            PAGE,
        )?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn shelf(state: &SiteState, label: impl Fn(&Cip13) -> String) -> Vec<OnShelf> {
    let line = |line: &crate::domain::ledger::StockLine| OnShelf {
        label: label(&line.cip13),
        cip13: line.cip13,
        lot: line.lot.to_string(),
        expiry: line.expiry,
        usable: line.usable,
        held: line.held,
        free: line.free(),
        quarantined: line.quarantined,
    };
    state.stock.iter().map(line).collect()
}

/// What is held, by whom it is for and what it is for.
fn held(
    act: &mut Act<'_>,
    state: &SiteState,
    patients: &Patients,
    label: impl Fn(&Cip13) -> String,
) -> Result<Vec<HeldFor>, Error> {
    let of_lot = |id: &LotId| state.stock.iter().find(|line| line.lot_id == *id);
    let one = |pseudonym, purpose, lot: &LotId, units| {
        let line = of_lot(lot)?;
        Some(HeldFor {
            pseudonym,
            purpose,
            label: label(&line.cip13),
            lot: line.lot.to_string(),
            units,
        })
    };
    let mut held: Vec<HeldFor> = state
        .holds
        .iter()
        .filter_map(|h| {
            let name = patients.name(&h.patient);
            one(name, Purpose::Clearance, &h.lot_id, h.units)
        })
        .collect();
    let names = of_lines(act, state)?;
    held.extend(state.line_holds.iter().filter_map(|h| {
        let name = names.get(&h.line).cloned();
        one(name, Purpose::Plan, &h.lot_id, h.units)
    }));
    held.sort_by(|a, b| (&a.pseudonym, a.purpose, &a.lot).cmp(&(&b.pseudonym, b.purpose, &b.lot)));
    held.dedup_by(|next, first| {
        let same = next.pseudonym == first.pseudonym
            && next.purpose == first.purpose
            && next.label == first.label
            && next.lot == first.lot;
        if same {
            first.units = first.units.saturating_add(next.units);
        }
        same
    });
    Ok(held)
}

/// The pseudonyms of the patients whose approved lines hold units here.
fn of_lines(act: &mut Act<'_>, state: &SiteState) -> Result<BTreeMap<LineId, String>, Error> {
    let mut asked: BTreeMap<LineId, RequestId> = BTreeMap::new();
    for hold in &state.line_holds {
        if let Some(line) = db::plan_lines::find(act.conn, &hold.line)?
            && let Some((request, _)) = line.request
        {
            // one that is for a patient of another site is that site's to name
            if line.site == state.site.finess {
                asked.insert(line.id, request);
            }
        }
    }
    let ids: Vec<RequestId> = asked.values().cloned().collect();
    let requests = db::requests::named(act.conn, &ids)?;
    let patients: Vec<PatientId> = requests.iter().map(|r| r.patient.clone()).collect();
    let names: BTreeMap<PatientId, String> = db::patients::pseudonyms(act.conn, &patients)?
        .into_iter()
        .collect();
    let name = |id: &RequestId| {
        let request = requests.iter().find(|r| r.id == *id)?;
        names.get(&request.patient).cloned()
    };
    Ok(asked
        .into_iter()
        .filter_map(|(line, request)| Some((line, name(&request)?)))
        .collect())
}

fn reserves(act: &mut Act<'_>, state: &SiteState) -> Result<Vec<Kept>, Error> {
    if !state.site.car_t {
        return Ok(Vec::new());
    }
    let mut kept = Vec::new();
    for (book, _) in state.protecting(act) {
        let seen = reserve(act, state.site.finess, Some(book.name.as_str()))?;
        kept.push(Kept {
            medicine: book.medicine.clone(),
            rulebook: book.name.to_string(),
            possible: seen.reserve.possible(),
            required: seen.reserve.required(),
        });
    }
    Ok(kept)
}

fn clearances(state: &SiteState, patients: &Patients) -> Vec<Cleared> {
    let one = |clearance: &db::clearances::ClearanceRecord| Cleared {
        pseudonym: patients.name(&clearance.patient),
        infusion_on: state
            .patients
            .iter()
            .find(|p| p.id == clearance.patient)
            .map(|p| p.infusion_on),
        doses: clearance.doses,
        missing: clearance.missing,
        stands: clearance.state == ClearanceState::Standing,
    };
    let mut all: Vec<Cleared> = state.in_force.iter().map(one).collect();
    all.sort_by(|a, b| (a.infusion_on, &a.pseudonym).cmp(&(b.infusion_on, &b.pseudonym)));
    all
}

fn due(state: &SiteState, open: Vec<SeenRequest>) -> Vec<Due> {
    let until = state.today.plus(DAYS_AHEAD);
    let mut due: Vec<Due> = open
        .into_iter()
        .filter_map(|seen| {
            let on = seen.due.filter(|day| *day <= until)?;
            Some(Due {
                on,
                rank: seen.standing.as_ref().and_then(|s| s.rank),
                pseudonym: seen.pseudonym,
                rulebook: seen.request.rulebook.to_string(),
                reason: (seen.reason_fr, seen.reason_en),
            })
        })
        .collect();
    due.sort_by(|a, b| (a.on, a.rank, &a.pseudonym).cmp(&(b.on, b.rank, &b.pseudonym)));
    due
}

fn counts(act: &mut Act<'_>, site: Finess) -> Result<Vec<Counted>, Error> {
    let books: Vec<_> = act
        .rules
        .iter()
        .filter(|book| !book.safety.monitoring.segments.is_empty())
        .collect();
    let mut counts = Vec::new();
    for book in books {
        let seen = monitor::see(act, site, book.name.as_str())?;
        if seen.patients.is_empty() {
            continue;
        }
        let all = seen.patients.iter();
        counts.push(Counted {
            medicine: book.medicine.clone(),
            monitored: seen.patients.len(),
            due: all.filter(|one| one.standing == Standing::Due).count(),
            overdue: seen.overdue(),
        });
    }
    Ok(counts)
}

/// The numbers that documents give, each once.
fn telephones(act: &Act<'_>) -> Vec<Telephone> {
    let all: BTreeSet<Telephone> = act
        .rules
        .iter()
        .flat_map(|book| {
            book.contacts.iter().map(|contact| Telephone {
                medicine: book.medicine.clone(),
                purpose: (contact.purpose.fr.clone(), contact.purpose.en.clone()),
                name: contact.name.clone(),
                telephone: contact.telephone.clone(),
            })
        })
        .collect();
    all.into_iter().collect()
}
