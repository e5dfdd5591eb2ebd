//! All of a site on one sheet, for a day when the service is down.

mod held;
mod under_way;

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::monitor;
use crate::app::see::requests::{SeenRequest, requests};
use crate::app::see::{note_reading, reserve};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::clearance::ClearanceState;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::PatientId;
use crate::domain::quantity::Units;
use crate::domain::recall::Recall;
use crate::domain::request::RequestState;
use crate::domain::treatment::Standing;
use crate::text::situation::{
    Cleared, Counted, Due, Expected, Kept, OnShelf, Recalled, Sheet, Telephone,
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
        state.transfer_holds = db::transfers::held_at(act.conn, &[site])?;
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
        held: held::held(act, &state, &patients, label)?,
        reserves: reserves(act, &state)?,
        clearances: clearances(&state, &patients),
        recalls: recalls(act, label)?,
        patients: expected(&state),
        deliveries: deliveries
            .into_iter()
            .filter(|one| one.left() > Units::ZERO)
            .map(|one| (label(&one.cip13), one))
            .collect(),
        transfers: under_way::transfers(act, site, label)?,
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
        all.extend(state.patients.iter().map(|p| p.id.clone()));
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

/// The recalls that stand, whoever has some of their lots.
fn recalls(act: &mut Act<'_>, label: impl Fn(&Cip13) -> String) -> Result<Vec<Recalled>, Error> {
    let standing = db::recalls::Filter {
        standing: Some(true),
        ..db::recalls::Filter::default()
    };
    let found = db::recalls::page(act.conn, &standing, PAGE)?;
    let one = |recall: Recall| Recalled {
        label: label(&recall.cip13),
        cip13: recall.cip13,
        lot: recall.lot.to_string(),
        since: recall.started_at,
        reference: recall.reference,
    };
    Ok(found.into_iter().map(one).collect())
}

fn expected(state: &SiteState) -> Vec<Expected> {
    let one = |record: &db::patients::PatientRecord| Expected {
        pseudonym: record.pseudonym.clone(),
        infusion_on: record.patient.infusion_on,
        grams: record.patient.weight.get(),
        given: record.patient.doses_given,
        cleared: state
            .in_force
            .iter()
            .any(|c| c.patient == record.patient.id),
    };
    let mut all: Vec<Expected> = state.records.iter().map(one).collect();
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
