//! What was given before its lot was set apart, and is told afterwards.
//!
//! A pharmacy that worked from paper enters what it gave when the service is back; meanwhile a recall or
//! an excursion may have set the whole lot apart. What a patient has had is a fact, and a recall must list
//! it: so the units are let out of what set them apart after they were given, and then leave as they did.

use super::Line;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::recalls;
use crate::app::record::{Particulars, record};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::apart::{Cause, Part};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::LotId;
use crate::domain::ledger::{Effect, Movement, MovementKind};
use crate::domain::quantity::Units;

/// Lets out of quarantine what lines with a lot say was given before a recall or an excursion set it apart,
/// as far as it is missing among the usable. What somebody set apart by hand is not touched: they release it.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn let_out(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lines: &[Line],
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let Some(given_at) = told.happened_at.filter(|at| *at < act.now) else {
        return Ok(Vec::new());
    };
    let site = state.site.finess;
    let mut effects: Vec<(LotId, Effect)> = Vec::new();
    for line in lines {
        let Some(number) = &line.lot else { continue };
        let there = db::shelf::numbered(act.conn, site, line.cip13, number)?;
        let usable = Units::sum(there.iter().map(|l| l.usable));
        let mut missing = line.units.saturating_sub(usable);
        for lot in there {
            let out = out_of_parts(act, site, &lot.lot_id, (given_at, missing))?;
            missing = missing.saturating_sub(out);
            if out > Units::ZERO {
                recalls::given_before(act, site, &lot, out)?;
                effects.push((lot.lot_id.clone(), Effect::release(out)));
                state.find(act.conn, &lot.lot_id)?;
            }
        }
    }
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let why = Particulars {
        reason: Some("given-before"),
        note: told.note.clone(),
        ..Particulars::default()
    };
    let movements = record(act, site, MovementKind::Release, &effects, &why)?;
    state.apply(&movements, None);
    Ok(movements)
}

/// Takes units of one lot out of the parts that came to be after they were given, the youngest first.
fn out_of_parts(
    act: &mut Act<'_>,
    site: Finess,
    lot: &LotId,
    (given_at, wanted): (Instant, Units),
) -> Result<Units, Error> {
    let mut out = Units::ZERO;
    let parts = db::apart::parts(act.conn, site, lot)?;
    for Part {
        id,
        seq,
        cause,
        units,
    } in parts.into_iter().rev()
    {
        let since = db::stock::recorded_at(act.conn, site, seq)?;
        if cause == Cause::Hand || since.is_none_or(|since| since <= given_at) {
            continue;
        }
        let taken = units.min(wanted.saturating_sub(out));
        if taken > Units::ZERO {
            db::apart::set_units(act.conn, &id, units.saturating_sub(taken))?;
            out = out.saturating_add(taken);
        }
    }
    Ok(out)
}

/// What of `picks` was not let out for them: the rest is weighed against the reserve, which counted nothing
/// that was set apart.
pub(super) fn beside(picks: &[(LotId, Units)], out: &[Movement]) -> Vec<(LotId, Units)> {
    let rest = picks.iter().map(|(lot, units)| {
        let out = out.iter().filter(|m| m.lot_id == *lot);
        let out: i64 = out.map(|m| m.effect.usable).sum();
        let out = Units::new(u32::try_from(out).unwrap_or(0));
        (lot.clone(), units.saturating_sub(out))
    });
    rest.filter(|(_, units)| *units > Units::ZERO).collect()
}
