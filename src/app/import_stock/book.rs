//! What differs between a file of stock and the ledger is booked, once somebody has seen it.

use super::compare::compare;
use super::{AtSite, Compared, Difference, File, Side};
use crate::app::act::{Act, Done};
use crate::app::after;
use crate::app::apart;
use crate::app::count_units::Shortage;
use crate::app::dispense::over_holds::cut;
use crate::app::error::Error;
use crate::app::protect;
use crate::app::receive_units::{self, Count, Received};
use crate::app::record::{Particulars, record};
use crate::app::site_state::SiteState;
use crate::domain::code::Finess;
use crate::domain::id::LotId;
use crate::domain::ledger::{Effect, Movement, MovementKind, UnitState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use serde_json::json;

/// The reason of the receipts that open a site's stock.
const OPENING: &str = "opening";

/// The reason of the receipt of a lot that only the file knows.
const FROM_FILE: &str = "daily-file";

/// The most lots that differ and are booked at once.
///
/// Choice: ten times the lots that a pharmacy keeps of what is looked after here; a file that differs in
/// more is of another site, or of another unit.
pub const MOST_BOOKED: usize = 1_000;

/// How what differs is to be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The digest of what somebody has seen.
    pub confirm: String,
    /// Why the file has fewer units than the ledger; needed where it does and the stock was opened before.
    pub shortage: Option<Shortage>,
    /// What is to be remembered with the movements.
    pub note: Option<String>,
}

/// What was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// What differed, or what is wrong with the file; then nothing was booked.
    pub compared: Compared,
    /// How many movements were recorded.
    pub movements: usize,
}

/// Books what a file has otherwise than the ledger, at all of its sites or at none: lots that the ledger
/// does not know are received, the others adjusted. What is in the file with another expiry stays as the
/// ledger has it.
///
/// A shortage that is clerical may neither take held units nor cost a reserve a dose, as with any count;
/// all of a site's differences are weighed together, so that a unit that was booked under a neighbouring
/// lot is no loss.
///
/// # Errors
/// Refused when the digest is not that of what differs now, nobody says why units are missing, there is
/// nothing to book, or a clerical shortage would cost a reserve a dose or take held units; when the file has as
/// usable what a recall or an excursion from the cold holds back.
pub fn book(act: &mut Act<'_>, file: &File, booking: &Booking) -> Result<Booked, Error> {
    let compared = compare(act, file)?;
    let mut booked = Booked {
        compared,
        movements: 0,
    };
    if !booked.compared.faults.is_empty() {
        return Ok(booked);
    }
    let found = booked.compared.differences();
    if booked.compared.digest != booking.confirm {
        return Err(Refusal::SeenOtherwise.into());
    }
    if found > MOST_BOOKED {
        let most = MOST_BOOKED;
        return Err(Refusal::TooManyDifferences { found, most }.into());
    }
    for at in &booked.compared.sites {
        let movements = at_site(act, at, booking)?;
        booked.movements = booked.movements.saturating_add(movements);
        if movements > 0 {
            trail(act, file, at, booking)?;
        }
    }
    if booked.movements == 0 {
        return Err(Refusal::NothingToAdjust.into());
    }
    Ok(booked)
}

fn at_site(act: &mut Act<'_>, at: &AtSite, booking: &Booking) -> Result<usize, Error> {
    let before = SiteState::load(act, at.site)?;
    let (known, new): (Vec<&Difference>, Vec<&Difference>) =
        at.differences.iter().partition(|d| d.lot_id.is_some());
    let mut movements = Vec::new();
    for one in new {
        movements.extend(arrive(act, at, one, booking)?);
    }
    let told = Particulars {
        note: booking.note.clone(),
        ..Particulars::default()
    };
    let more = effects(&known, Side::more, Effect::enter);
    let fewer = effects(&known, Side::fewer, Effect::leave);
    let mut state = SiteState::load(act, at.site)?;
    if !more.is_empty() {
        movements.extend(adjust(act, &mut state, &more, &told)?);
    }
    if !fewer.is_empty() {
        let shortage = booking.shortage.ok_or(Refusal::ReasonMissing)?;
        make_room(act, &mut state, &known, shortage)?;
        leave_quarantine(act, &state, &known)?;
        let told = Particulars {
            reason: Some(shortage.code()),
            ..told
        };
        movements.extend(adjust(act, &mut state, &fewer, &told)?);
        if shortage == Shortage::Clerical {
            protect::kept(act, &before, &state)?;
        }
    }
    let recorded = movements.len();
    if recorded > 0 {
        after::stock_changed(act, state, movements)?;
    }
    Ok(recorded)
}

/// Receives what only the file knows, by the verb by which everything comes in.
fn arrive(
    act: &mut Act<'_>,
    at: &AtSite,
    one: &Difference,
    booking: &Booking,
) -> Result<Vec<Movement>, Error> {
    let apart = one.quarantined.map_or(Units::ZERO, |side| side.file);
    let parts = [
        (one.usable.file, UnitState::Usable),
        (apart, UnitState::Quarantined),
    ];
    let mut movements = Vec::new();
    for (units, state) in parts.into_iter().filter(|(units, _)| *units > Units::ZERO) {
        let received = Received {
            cip13: one.cip13,
            lot: one.lot.clone(),
            expiry: one.expiry,
            count: Count::Units(units),
            serial: None,
            state,
            told: Particulars {
                reason: Some(if at.opens() { OPENING } else { FROM_FILE }),
                note: booking.note.clone(),
                ..Particulars::default()
            },
        };
        movements.extend(receive_units::book(act, at.site, &received)?.1);
    }
    Ok(movements)
}

/// The effects of what is more, or fewer, of each lot and state.
fn effects(
    known: &[&Difference],
    units: fn(Side) -> Units,
    effect: fn(Units, UnitState) -> Effect,
) -> Vec<(LotId, Effect)> {
    let mut effects = Vec::new();
    for one in known {
        let Some(lot) = &one.lot_id else { continue };
        let sides = [
            (Some(one.usable), UnitState::Usable),
            (one.quarantined, UnitState::Quarantined),
        ];
        for (side, state) in sides {
            let n = side.map_or(Units::ZERO, units);
            if n > Units::ZERO {
                effects.push((lot.clone(), effect(n, state)));
            }
        }
    }
    effects
}

fn adjust(
    act: &mut Act<'_>,
    state: &mut SiteState,
    effects: &[(LotId, Effect)],
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let site: Finess = state.site.finess;
    for (lot, _) in effects {
        // of a lot that was emptied the site knows nothing until it is asked for
        state.find(act.conn, lot)?;
    }
    let movements = record(act, site, MovementKind::CountAdjustment, effects, told)?;
    state.apply(&movements, None);
    Ok(movements)
}

/// Lets go of what is held of units that are missing; a clerical shortage takes no held unit.
fn make_room(
    act: &mut Act<'_>,
    state: &mut SiteState,
    known: &[&Difference],
    shortage: Shortage,
) -> Result<(), Error> {
    for one in known {
        let (fewer, Some(lot)) = (one.usable.fewer(), &one.lot_id) else {
            continue;
        };
        let Some(line) = state.line(lot).cloned() else {
            continue;
        };
        let over = fewer.saturating_sub(line.free());
        if over == Units::ZERO {
            continue;
        }
        match shortage {
            Shortage::Missing => cut(act, state, lot, over)?,
            Shortage::Clerical => {
                return Err(Refusal::NotEnough {
                    cip13: one.cip13,
                    lot: Some(one.lot.clone()),
                    wanted: fewer,
                    free: line.free(),
                    held: line.held,
                }
                .into());
            }
        }
    }
    Ok(())
}

/// Keeps what follows when units leave quarantine: those that the file has as usable now are released, as by
/// hand, and the others are gone.
fn leave_quarantine(
    act: &mut Act<'_>,
    state: &SiteState,
    known: &[&Difference],
) -> Result<(), Error> {
    for one in known {
        let fewer = one.quarantined.map_or(Units::ZERO, Side::fewer);
        let line = one.lot_id.as_ref().and_then(|lot| state.line(lot));
        let Some(mut line) = line.cloned().filter(|_| fewer > Units::ZERO) else {
            continue;
        };
        let released = fewer.min(one.usable.more());
        if released > Units::ZERO {
            apart::released_by_hand(act, state.site.finess, &line, released)?;
            line.quarantined = line.quarantined.saturating_sub(released);
        }
        apart::gone(
            act,
            state.site.finess,
            &line,
            fewer.saturating_sub(released),
        )?;
    }
    Ok(())
}

fn trail(act: &mut Act<'_>, file: &File, at: &AtSite, booking: &Booking) -> Result<(), Error> {
    act.audit(
        Some(at.site),
        Done {
            action: "stock.import",
            object: &file.hash,
            patient: None,
            details: json!({
                "opens": at.opens(),
                "after_movements": at.movements,
                "differences": at.differences.len(),
                "same": at.same,
                "reason": booking.shortage.map(Shortage::code),
            }),
        },
    )
}
