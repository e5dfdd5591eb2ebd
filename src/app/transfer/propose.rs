//! Which pharmacies of the network could send what another needs.

use crate::app::act::Act;
use crate::app::ask_clearance;
use crate::app::error::Error;
use crate::app::protect;
use crate::app::receive_units::on_catalogue;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{ClearanceId, LotId, PlanId};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::TransferState;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How often all givers' reserves together are composed to see what could be sent.
///
/// Choice: as for a NO-GO; a pharmacy without a reserve costs none, a centre with enough costs one.
const MOST_CHECKS: u32 = 96;

/// How many CAR-T centres are looked at, in the order of their numbers; other sites are all looked at.
///
/// Choice: a network of one region has fewer.
const MOST_CENTRES: usize = 12;

/// What is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Units of one presentation.
    Free(Cip13, Units),
    /// The vials that a NO-GO of the site lacks.
    Clearance(ClearanceId),
    /// What did not come for a line of a plan: the plan, and the id of its decision.
    Line(PlanId, String),
}

/// Units of any of some presentations, in date on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which presentations.
    pub of: BTreeSet<Cip13>,
    /// How many.
    pub units: Units,
    /// Until when they must be in date.
    pub on: Day,
}

/// What one pharmacy could send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which site.
    pub site: Finess,
    /// As its people call it.
    pub name: String,
    /// The lots, with how many units of each.
    pub rows: Vec<(StockLine, Units)>,
    /// Whether that is all that is needed.
    pub complete: bool,
}

/// Returns what is needed, and which sites of the network could send it.
///
/// A giver gives what nobody holds, in date on the day it is needed for, and no more than leaves its own
/// reserve all the doses that it has: what expires first, first. The sites stand in this order: those that
/// could send all of it, then the others; of each, whose units expire first; then by FINESS number.
///
/// # Errors
/// Refused when the caller may not ask for transfers at the site, the presentation is not on the catalogue,
/// there is no such NO-GO or line of the site, or the NO-GO was answered since.
pub fn propose(
    act: &mut Act<'_>,
    to: Finess,
    need: &Need,
) -> Result<(Vec<Wanted>, Vec<Proposal>), Error> {
    act.caller.check(Action::AskTransfers, Some(to))?;
    let receiver = SiteState::load(act, to)?;
    let wanted = match need {
        Need::Free(cip13, units) => {
            on_catalogue(act, *cip13)?;
            vec![Wanted {
                of: [*cip13].into(),
                units: *units,
                on: receiver.today,
            }]
        }
        Need::Clearance(id) => of_clearance(act, to, id)?,
        Need::Line(plan, name) => of_line(act, &receiver, plan, name)?,
    };
    if wanted.is_empty() {
        return Ok((wanted, Vec::new()));
    }
    let mut others = db::sites::list(act.conn, Some(&receiver.site.network))?;
    others.retain(|site| site.finess != to);
    let (centres, keep_none): (Vec<_>, Vec<_>) = others.into_iter().partition(|s| s.car_t);
    let mut checks = MOST_CHECKS;
    let mut found = Vec::new();
    let sites = keep_none
        .into_iter()
        .chain(centres.into_iter().take(MOST_CENTRES));
    for site in sites {
        let giver = SiteState::load(act, site.finess)?;
        let rows = spare(act, &giver, &wanted, &mut checks)?;
        if !rows.is_empty() {
            let all = Units::sum(wanted.iter().map(|w| w.units));
            found.push(Proposal {
                site: site.finess,
                name: site.name,
                complete: Units::sum(rows.iter().map(|(_, n)| *n)) >= all,
                rows,
            });
        }
    }
    found.sort_by_key(|p| {
        let first = p.rows.iter().map(|(line, _)| line.expiry).min();
        (Reverse(p.complete), first, p.site)
    });
    Ok((wanted, found))
}

fn of_clearance(act: &mut Act<'_>, to: Finess, id: &ClearanceId) -> Result<Vec<Wanted>, Error> {
    let (rulebook, rule, lacks) = ask_clearance::shortfall(act, to, id)?;
    let wanted = lacks.into_iter().map(|lack| {
        let made_of = rulebook.by_route(rule.route);
        let made_of = made_of.filter(|p| p.strength == lack.strength);
        Wanted {
            of: made_of.map(|p| p.cip13).collect(),
            units: lack.units,
            on: lack.on,
        }
    });
    Ok(wanted.collect())
}

/// What was cancelled, refused, lost or set apart of what was to be sent for a line.
fn of_line(
    act: &mut Act<'_>,
    receiver: &SiteState,
    plan: &PlanId,
    name: &str,
) -> Result<Vec<Wanted>, Error> {
    let unknown = || Refusal::Unknown {
        what: "line",
        name: name.to_owned(),
    };
    let lines = db::plan_lines::of_plan(act.conn, plan)?;
    let line = lines
        .into_iter()
        .find(|line| line.name == *name && line.site == receiver.site.finess)
        .ok_or_else(unknown)?;
    let mut missing: BTreeMap<Cip13, Units> = BTreeMap::new();
    for transfer in db::transfers::for_lines(act.conn, std::slice::from_ref(&line.id))? {
        for row in &transfer.rows {
            let of_line = row.line.as_ref().is_some_and(|l| l.line == line.id);
            let lacks = match row.state {
                TransferState::Cancelled => row.units,
                TransferState::Sent | TransferState::Returning | TransferState::Received => row
                    .sent
                    .saturating_sub(row.received)
                    .saturating_sub(row.to_come()),
                TransferState::Asked | TransferState::Accepted => Units::ZERO,
            };
            if of_line && lacks > Units::ZERO {
                let sum = missing.entry(row.cip13).or_default();
                *sum = sum.saturating_add(lacks);
            }
        }
    }
    let wanted = missing.into_iter().map(|(cip13, units)| Wanted {
        of: [cip13].into(),
        units,
        on: receiver.today,
    });
    Ok(wanted.collect())
}

/// What a giver can do without, what expires first, first.
fn spare(
    act: &Act<'_>,
    giver: &SiteState,
    wanted: &[Wanted],
    checks: &mut u32,
) -> Result<Vec<(StockLine, Units)>, Error> {
    let mut picks: Vec<(LotId, Units)> = Vec::new();
    for want in wanted {
        let mut left = want.units;
        let mut lots: Vec<&StockLine> = giver.stock.iter().collect();
        lots.retain(|l| want.of.contains(&l.cip13) && l.expiry >= want.on.max(giver.today));
        lots.sort_by(|a, b| (a.expiry, &a.lot, &a.lot_id).cmp(&(b.expiry, &b.lot, &b.lot_id)));
        for line in lots {
            let taken = picks.iter().filter(|(lot, _)| *lot == line.lot_id);
            let taken = Units::sum(taken.map(|(_, units)| *units));
            let most = line.free().saturating_sub(taken).min(left);
            let units = most_spared(act, giver, &picks, &line.lot_id, most, checks)?;
            if units > Units::ZERO {
                add(&mut picks, &line.lot_id, units);
                left = left.saturating_sub(units);
            }
        }
    }
    let line = |lot: &LotId| giver.line(lot).cloned();
    let rows = picks.into_iter();
    Ok(rows.filter_map(|(lot, n)| Some((line(&lot)?, n))).collect())
}

fn add(picks: &mut Vec<(LotId, Units)>, lot: &LotId, units: Units) {
    match picks.iter_mut().find(|(l, _)| l == lot) {
        Some((_, n)) => *n = n.saturating_add(units),
        None => picks.push((lot.clone(), units)),
    }
}

/// How many units of a lot can be done without beside what is picked, up to `most`: found by halving.
fn most_spared(
    act: &Act<'_>,
    giver: &SiteState,
    picks: &[(LotId, Units)],
    lot: &LotId,
    most: Units,
    checks: &mut u32,
) -> Result<Units, Error> {
    let mut spares = |units: u32| -> Result<bool, Error> {
        if !giver.site.car_t {
            return Ok(true);
        }
        if *checks == 0 {
            return Ok(false);
        }
        *checks -= 1;
        let mut all = picks.to_vec();
        add(&mut all, lot, Units::new(units));
        match protect::reserves(act, giver, &all) {
            Ok(()) => Ok(true),
            // nobody can say what the giver would lose: then it gives nothing
            Err(Error::Refused(_) | Error::Unsolved(_)) => Ok(false),
            Err(other) => Err(other),
        }
    };
    if most == Units::ZERO || spares(most.get())? {
        return Ok(most);
    }
    let (mut yes, mut no) = (0, most.get());
    while yes + 1 < no {
        let middle = yes.midpoint(no);
        if spares(middle)? {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Ok(Units::new(yes))
}
