//! The forecast of a site: read by whoever asks, and after everything that settles a CAR-T centre, so that
//! its pharmacist hears of a breach of the reserve before it comes.

use super::act::Act;
use super::after;
use super::ask_clearance::chosen_rule;
use super::error::Error;
use super::hear::{close, hear_ahead};
use super::last_given::last_given;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::forecast::{Breach, DayAhead, Due, Takes, breach, project};
use crate::domain::id::RequestId;
use crate::domain::quantity::Doses;
use crate::domain::request::Request;
use crate::domain::reserve::Reserve;
use crate::domain::rule::{ReserveRule, Rulebook, Treatment};
use std::collections::BTreeSet;

/// A forecast, and what a reader wants to know beside it.
pub struct SeenForecast<'r> {
    /// By which rulebook.
    pub rulebook: &'r Rulebook,
    /// The site as it stands.
    pub state: SiteState,
    /// Today and the days after it.
    pub days: Vec<DayAhead>,
    /// The breach that is foreseen, if one is.
    pub breach: Option<Breach>,
}

/// Returns the forecast of a site for so many days, those that the site looks ahead when none are said.
///
/// # Errors
/// Refused when there is no such site or no such rulebook.
pub fn see<'r>(
    act: &mut Act<'r>,
    site: Finess,
    rulebook: Option<&str>,
    days: Option<u32>,
) -> Result<SeenForecast<'r>, Error> {
    let (book, rule) = chosen_rule(act, rulebook)?;
    let mut state = SiteState::load(act, site)?;
    if !state.site.car_t {
        // what only a reserve needs is not loaded there
        state.deliveries = db::deliveries::expected(act.conn, site, state.today)?;
    }
    let horizon = days.unwrap_or(state.site.ahead.forecast_days);
    let due = due(act, &state, (book, rule), horizon)?;
    let days = project(&state.facts(book, rule), &due, horizon);
    Ok(SeenForecast {
        breach: breach(&days),
        rulebook: book,
        days,
        state,
    })
}

/// Opens, worsens or closes what a centre hears of a breach that is foreseen. A reserve that is short today
/// is no forecast any more: its own alert takes over, and this one closes.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn heard(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    reserves: &[(String, Reserve)],
) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::ReserveForecast;
    for (book, rule) in state.protecting(act) {
        let name = book.name.as_str();
        let Some((_, today)) = reserves.iter().find(|(of, _)| of == name) else {
            continue;
        };
        let now = reading(today.possible(), today.required());
        let foreseen = if now.is_short() {
            None
        } else {
            foreseen(act, state, (book, rule))?
        };
        match foreseen {
            Some(breach) => {
                let then = reading(breach.possible, breach.required);
                hear_ahead(act, state, open, (KIND, name), (then, breach.on))?;
            }
            None => close(act, state, open, (KIND, name, now))?,
        }
    }
    let kept = |a: &Alert| reserves.iter().any(|(name, _)| *name == a.subject);
    let gone = open.iter().filter(|a| a.kind == KIND && !kept(a));
    let gone: Vec<String> = gone.map(|a| a.subject.clone()).collect();
    let nothing = Reading::NOTHING;
    for subject in gone {
        close(act, state, open, (KIND, &subject, nothing))?;
    }
    Ok(())
}

/// Looks ahead again at a centre where a request was filed or changed, by which no unit has moved.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn look_again(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let mut state = SiteState::load(act, site)?;
    if state.site.car_t {
        after::settle(act, &mut state)?;
    }
    Ok(())
}

fn foreseen(
    act: &mut Act<'_>,
    state: &SiteState,
    (book, rule): (&Rulebook, &ReserveRule),
) -> Result<Option<Breach>, Error> {
    let horizon = state.site.ahead.forecast_days;
    let due = due(act, state, (book, rule), horizon)?;
    Ok(breach(&project(&state.facts(book, rule), &due, horizon)))
}

fn reading(possible: Doses, required: Doses) -> Reading {
    Reading {
        found: i64::from(possible.get()),
        expected: i64::from(required.get()),
    }
}

/// Returns the requests of a site that fall due within so many days and are not served yet, in the order of
/// their days.
///
/// Left out are those whose units are held by an approved plan, which are promised already; those of CAR-T
/// patients of the site for what the reserve is kept for, whose doses the reserve has; and, by choice,
/// treatments that are to start: while a notice holds, a plan decides about them and no calendar does.
fn due(
    act: &mut Act<'_>,
    state: &SiteState,
    (book, rule): (&Rulebook, &ReserveRule),
    horizon: u32,
) -> Result<Vec<Due>, Error> {
    let site = state.site.finess;
    if !db::requests::has_open(act.conn, site)? {
        return Ok(Vec::new());
    }
    let mut open = db::requests::open(act.conn, &[site], &book.name)?;
    let approved = db::plan_lines::approved(act.conn, &[site])?;
    let served: BTreeSet<RequestId> = approved
        .into_iter()
        .filter_map(|line| line.request.map(|(id, _)| id))
        .collect();
    let treats = |r: &Request| r.wanted.indication == rule.indication;
    let has_doses = |r: &Request| treats(r) && state.patients.iter().any(|p| p.id == r.patient);
    open.retain(|r| {
        let runs = r.wanted.treatment == Treatment::Ongoing || treats(r);
        runs && !served.contains(&r.id) && !has_doses(r)
    });
    let zone = state.site.zone;
    let treated = |r: &Request| (r.patient.clone(), r.rulebook.clone(), r.wanted.route);
    let given = last_given(act, open.iter().map(|r| (treated(r), zone)))?;
    let last = state.today.plus(horizon);
    let mut all: Vec<(Day, RequestId, Due)> = Vec::new();
    for request in &open {
        let recorded = given.get(&treated(request)).copied();
        // as plans have it: one whose day nobody knows is due now, and so is what the reserve is for
        let on = request.wanted.due(recorded).unwrap_or(state.today);
        let on = if treats(request) { state.today } else { on };
        if let Some(takes) = takes(book, request).filter(|_| on <= last) {
            let due = Due {
                on,
                route: request.wanted.route,
                takes,
                above_reserve: treats(request),
            };
            all.push((on, request.name.clone(), due));
        }
    }
    all.sort_by(|a, b| (!a.2.above_reserve, a.0, &a.1).cmp(&(!b.2.above_reserve, b.0, &b.1)));
    Ok(all.into_iter().map(|(_, _, due)| due).collect())
}

/// How much a request asks for; nothing when neither units nor a weight say it.
fn takes(book: &Rulebook, request: &Request) -> Option<Takes> {
    let wanted = &request.wanted;
    if let Some(units) = wanted.units {
        return Some(Takes::Units(units));
    }
    let by_weight = || book.dose(&wanted.indication, wanted.weight?);
    wanted.prescribed.or_else(by_weight).map(Takes::Dose)
}
