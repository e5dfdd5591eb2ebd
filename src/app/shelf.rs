//! What a site hears of its shelf in good time: less than the minimum that its pharmacist set, and units
//! that are about to expire. Read after every movement, and when a day begins.

use super::act::Act;
use super::error::Error;
use super::hear::{close, hear, hear_together};
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{Alert, AlertKind, AlertState, Reading};
use crate::domain::code::Cip13;
use crate::domain::shelf::{Expiring, Subject, Threshold, expiring, reading};
use crate::text::letter::{Lot, Of};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Opens, worsens or closes what a site hears of its shelf.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn heard(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
) -> Result<(), Error> {
    minimums(act, state, open)?;
    expiries(act, state, open)
}

/// A minimum whose rulebook is loaded no more is left as it stands: nobody can say what there is of it.
fn minimums(act: &mut Act<'_>, state: &SiteState, open: &mut Vec<Alert>) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::StockBelowMinimum;
    let set = db::thresholds::of_site(act.conn, state.site.finess)?;
    for threshold in &set {
        let subject = threshold.subject.to_string();
        if let Some(reading) = there(act, state, threshold) {
            hear(act, state, open, KIND, &subject, reading)?;
        }
    }
    let is_set = |a: &Alert| set.iter().any(|t| t.subject.to_string() == a.subject);
    let gone = open.iter().filter(|a| a.kind == KIND && !is_set(a));
    let gone: Vec<String> = gone.map(|a| a.subject.clone()).collect();
    for subject in gone {
        close(act, state, open, (KIND, &subject, Reading::NOTHING))?;
    }
    Ok(())
}

/// What there is of the subject of a minimum; nothing when its rulebook is loaded no more.
fn there(act: &Act<'_>, state: &SiteState, threshold: &Threshold) -> Option<Reading> {
    let book = match &threshold.subject {
        Subject::Presentation(_) => None,
        Subject::Route { rulebook, .. } => Some(act.rules.get(rulebook)?),
    };
    let given = |cip13: Cip13| book.and_then(|book| book.presentation(cip13));
    Some(reading(threshold, &state.stock, given, state.today))
}

/// One alert a lot, and one letter for all that change at once. What is dealt with closes: used, sent away,
/// set apart or destroyed, or the notice is shorter now.
fn expiries(act: &mut Act<'_>, state: &SiteState, open: &mut Vec<Alert>) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::LotExpiring;
    let notice_days = state.site.ahead.expiry_notice_days;
    let soon = expiring(&state.stock, state.today, notice_days);
    let reading = |lot: &Expiring| Reading {
        found: 0,
        expected: i64::from(lot.units.get()),
    };
    let mut readings: Vec<(String, Reading)> = soon
        .iter()
        .map(|lot| (lot.to_string(), reading(lot)))
        .collect();
    let still: BTreeSet<&str> = readings
        .iter()
        .map(|(subject, _)| subject.as_str())
        .collect();
    let over = open.iter();
    let over = over.filter(|a| a.kind == KIND && !still.contains(a.subject.as_str()));
    let over: Vec<_> = over
        .map(|a| (a.subject.clone(), Reading::NOTHING))
        .collect();
    readings.extend(over);
    hear_together(act, state, open, KIND, &readings)
}

/// Returns what a letter says of the presentation, the route or the lots that an alert is about, if it is
/// about some.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn facts(
    act: &mut Act<'_>,
    state: &SiteState,
    alert: &Alert,
) -> Result<Option<Of>, Error> {
    match alert.kind {
        AlertKind::StockBelowMinimum => {
            let label = match Subject::parse(&alert.subject) {
                Some(Subject::Presentation(cip13)) => Some(Of::Presentation {
                    cip13,
                    label: label(act, cip13)?,
                }),
                Some(Subject::Route { route, .. }) => Some(Of::Route(route)),
                None => None,
            };
            Ok(label)
        }
        AlertKind::LotExpiring => Ok(Some(lots(act, state, alert)?)),
        AlertKind::ReserveBelowMinimum
        | AlertKind::ClearanceBroken
        | AlertKind::Override
        | AlertKind::NoticeExpired
        | AlertKind::CountOverdue
        | AlertKind::ResupplyCompromised
        | AlertKind::Recall
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate
        | AlertKind::BreakGlass
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => Ok(None),
    }
}

fn label(act: &mut Act<'_>, cip13: Cip13) -> Result<String, Error> {
    let listed = db::catalogue::find(act.conn, cip13)?;
    Ok(listed.map_or_else(String::new, |l| l.presentation.label))
}

/// The lots that one letter is about: those whose alerts changed in this act as the first one did; all
/// that are open, when it tells somebody of what was open before (a recipient who is new).
fn lots(act: &mut Act<'_>, state: &SiteState, first: &Alert) -> Result<Of, Error> {
    let (site, kind) = (state.site.finess, first.kind);
    let closed = first.state == AlertState::Closed;
    let alerts = if closed {
        db::alerts::closed_at(act.conn, site, kind, first.changed_at)?
    } else {
        let mut open = db::alerts::open(act.conn, site)?;
        open.retain(|a| a.kind == kind);
        open
    };
    let now = first.changed_at == act.now;
    let changed = |a: &&Alert| {
        let alike = (a.state, a.opened_at == a.changed_at)
            == (first.state, first.opened_at == first.changed_at);
        !now || (alike && a.changed_at == first.changed_at)
    };
    let soon = expiring(&state.stock, state.today, u32::MAX);
    let told: Vec<&Alert> = alerts.iter().filter(changed).collect();
    let mut labels: BTreeMap<Cip13, String> = BTreeMap::new();
    let mut lots = Vec::new();
    for alert in &told {
        let Some((cip13, lot)) = Expiring::lot_of(&alert.subject) else {
            continue;
        };
        if let Entry::Vacant(unknown) = labels.entry(cip13) {
            unknown.insert(label(act, cip13)?);
        }
        let there = soon.iter().find(|e| e.cip13 == cip13 && e.lot == lot);
        lots.push(Lot {
            cip13,
            label: labels.get(&cip13).cloned().unwrap_or_default(),
            lot,
            expiry: there.map(|e| e.expiry),
            units: alert.reading.expected,
        });
    }
    lots.sort_by(|a, b| (a.expiry, a.cip13, &a.lot).cmp(&(b.expiry, b.cip13, &b.lot)));
    let others = if closed {
        0
    } else {
        alerts.len().saturating_sub(told.len())
    };
    Ok(Of::Lots { lots, others })
}
