//! What is held at a site, for the sheet.

use super::Patients;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::code::Cip13;
use crate::domain::id::{LineId, LotId, PatientId, RequestId};
use crate::text::situation::{HeldFor, Purpose};
use std::collections::BTreeMap;

/// What is held, by whom it is for and what it is for.
pub(super) fn held(
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
    held.extend(
        state
            .transfer_holds
            .iter()
            .filter_map(|h| one(None, Purpose::Transfer, &h.lot_id, h.units)),
    );
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
