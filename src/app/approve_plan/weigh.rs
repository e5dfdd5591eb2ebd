//! What the shelves can still give, and what a reserve would lose by it.

use super::frozen::{Frozen, Wanted, WantedUnits};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::code::Finess;
use crate::domain::id::LotId;
use crate::domain::ledger::StockLine;
use crate::domain::line::LineHold;
use crate::domain::quantity::{Doses, Units};
use crate::domain::request::RequestState;
use crate::domain::reserve::{self, KeptFor, Reserve, ReserveDose, Standing};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Why a line is refused when it is to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its request was edited, withdrawn or served since.
    RequestChanged,
    /// Its patient or reserve is not as it was planned, or its doses are on their way already.
    ReserveChanged,
    /// Its units are no longer there, are held for somebody else, or have not arrived yet.
    UnitsGone,
    /// Its units are not in date on the day they are for, as things are now.
    OutOfDate,
    /// A GO would be left without its vials.
    GoUncovered,
    /// A reserve that ranks above it would lose doses.
    ReserveWouldBreak {
        /// Whose reserve.
        site: Finess,
        /// How many doses.
        lost: Doses,
    },
    /// Somebody who ranks above it could now be served with its units.
    Outranked {
        /// Their name in a plan made now.
        by: String,
    },
    /// The safety rulebook speaks against giving it to its patient.
    Unsafe,
    /// The safety rulebook warns of something that was not confirmed.
    Unconfirmed,
    /// More lines than can be weighed one by one against those who rank above: plan again.
    PlanAgain,
    /// Nobody can say what the shelves can make.
    Unsolved,
}

impl Refused {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RequestChanged => "request-changed",
            Self::ReserveChanged => "reserve-changed",
            Self::UnitsGone => "units-gone",
            Self::OutOfDate => "out-of-date",
            Self::GoUncovered => crate::app::make_plan::GO_UNCOVERED,
            Self::ReserveWouldBreak { .. } => "reserve-would-break",
            Self::Outranked { .. } => "outranked",
            Self::Unsafe => "unsafe",
            Self::Unconfirmed => "unconfirmed",
            Self::PlanAgain => "plan-again",
            Self::Unsolved => "unsolved",
        }
    }
}

/// As it is kept: the code, and after a colon whom it concerns.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        match self {
            Self::ReserveWouldBreak { site, lost } => write!(f, ": {site} ({})", lost.get()),
            Self::Outranked { by } => write!(f, ": {by}"),
            Self::RequestChanged
            | Self::ReserveChanged
            | Self::UnitsGone
            | Self::OutOfDate
            | Self::GoUncovered
            | Self::Unsafe
            | Self::Unconfirmed
            | Self::PlanAgain
            | Self::Unsolved => Ok(()),
        }
    }
}

/// The sites of a plan as they stand, with what was approved before.
pub(super) struct Shelves {
    sites: BTreeMap<Finess, SiteState>,
    touched: BTreeSet<Finess>,
    /// The place of each claim in the plan's order, by its name.
    ranks: HashMap<String, u32>,
}

impl Shelves {
    /// Loads the sites of a plan.
    pub(super) fn load(act: &mut Act<'_>, frozen: &Frozen) -> Result<Self, Error> {
        let mut sites = BTreeMap::new();
        for site in &frozen.sites {
            sites.insert(*site, SiteState::load(act, *site)?);
        }
        let ranked = frozen.answer.decisions.iter();
        let ranks = ranked.filter_map(|d| Some((d.id.clone(), d.rank?)));
        Ok(Self {
            sites,
            touched: BTreeSet::new(),
            ranks: ranks.collect(),
        })
    }

    /// Returns a site, to be changed.
    pub(super) fn touch(&mut self, site: Finess) -> Option<&mut SiteState> {
        self.touched.insert(site);
        self.sites.get_mut(&site)
    }

    /// Returns a site.
    pub(super) fn site(&self, site: Finess) -> Option<&SiteState> {
        self.sites.get(&site)
    }

    /// Returns the units of a line with the ids of their lots; those that are on no shelf are left out.
    pub(super) fn units<'w>(&self, wanted: &'w Wanted<'_>) -> Vec<(LotId, &'w WantedUnits)> {
        let units = wanted.units.iter();
        units
            .filter_map(|unit| {
                let line = of(self.site(unit.site)?, unit)?;
                Some((line.lot_id.clone(), unit))
            })
            .collect()
    }

    /// Returns the sites that were changed.
    pub(super) fn into_touched(self) -> impl Iterator<Item = SiteState> {
        let touched = self.touched;
        let sites = self.sites.into_iter();
        sites
            .filter(move |(site, _)| touched.contains(site))
            .map(|(_, state)| state)
    }

    /// Counts a hold in.
    pub(super) fn hold(&mut self, hold: LineHold) {
        if let Some(state) = self.touch(hold.site) {
            let mut holds = state.line_holds.clone();
            holds.push(hold);
            state.set_line_holds(holds);
        }
    }

    /// Says whether a line can still have its units.
    pub(super) fn weigh(
        &self,
        act: &mut Act<'_>,
        frozen: &Frozen,
        wanted: &Wanted<'_>,
    ) -> Result<Result<(), Refused>, Error> {
        if let Some((id, version)) = &wanted.line.request {
            let request = db::requests::find(act.conn, id)?;
            let same =
                request.is_some_and(|r| r.state == RequestState::Open && r.version == *version);
            let served = db::plan_lines::approved_for(act.conn, id)?.is_some();
            if !same || served {
                return Ok(Err(Refused::RequestChanged));
            }
        }
        Ok(self
            .free(wanted)
            .and_then(|()| self.reserves(act, frozen, wanted)))
    }

    /// Whether units are there, free, and in date.
    fn free(&self, wanted: &Wanted<'_>) -> Result<(), Refused> {
        let mut asked: HashMap<(Finess, &str), u32> = HashMap::new();
        for unit in &wanted.units {
            let state = self.site(unit.site).ok_or(Refused::UnitsGone)?;
            let line = of(state, unit).ok_or(Refused::UnitsGone)?;
            if line.expiry < unit.on.max(state.today) {
                return Err(Refused::OutOfDate);
            }
            let asked = asked.entry((unit.site, line.lot_id.as_str())).or_default();
            *asked = asked.saturating_add(unit.units.get());
            if *asked > line.free().get() {
                let lines = state.line_holds.iter();
                let lines = Units::sum(lines.filter(|h| h.lot_id == line.lot_id).map(|h| h.units));
                let sent = state.transfer_holds.iter();
                let sent = Units::sum(sent.filter(|h| h.lot_id == line.lot_id).map(|h| h.units));
                let but_for_gos = line.usable.saturating_sub(lines).saturating_sub(sent);
                return Err(if *asked <= but_for_gos.get() {
                    Refused::GoUncovered
                } else {
                    Refused::UnitsGone
                });
            }
        }
        Ok(())
    }

    /// Whether the reserves that rank above a line keep all their doses.
    fn reserves(&self, act: &Act<'_>, frozen: &Frozen, wanted: &Wanted<'_>) -> Result<(), Refused> {
        if wanted.line.above_reserve {
            return Ok(());
        }
        let leaves =
            |unit: &&WantedUnits| wanted.line.request.is_some() || unit.site != wanted.line.site;
        let givers: BTreeSet<Finess> = wanted.units.iter().filter(leaves).map(|u| u.site).collect();
        for giver in givers {
            let Some(state) = self.site(giver).filter(|state| state.site.car_t) else {
                continue;
            };
            let mut left = state.clone();
            for unit in wanted
                .units
                .iter()
                .filter(leaves)
                .filter(|u| u.site == giver)
            {
                let lot = of(state, unit).map(|line| line.lot_id.clone());
                let line = left
                    .stock
                    .iter_mut()
                    .find(|l| Some(&l.lot_id) == lot.as_ref());
                if let Some(line) = line {
                    line.usable = line.usable.saturating_sub(unit.units);
                }
            }
            for (book, rule) in state.protecting(act) {
                let before = reserve::stand(&state.facts(book, rule));
                let after = reserve::stand(&left.facts(book, rule));
                if before.unsolved.is_some() || after.unsolved.is_some() {
                    return Err(Refused::Unsolved);
                }
                let planned = book.name == frozen.plan.rulebook;
                let protected = |dose: &ReserveDose| {
                    !planned || self.ranks_above(giver, dose, wanted.line.rank)
                };
                let lost = lost(&before, &after, protected);
                if lost > Doses::ZERO {
                    return Err(Refused::ReserveWouldBreak { site: giver, lost });
                }
            }
        }
        Ok(())
    }

    /// Whether a dose of a reserve ranks above a line in the plan; one that the plan does not know does.
    fn ranks_above(&self, site: Finess, dose: &ReserveDose, rank: Option<u32>) -> bool {
        let name = match &dose.kept_for {
            KeptFor::Infused(patient) => format!("{patient}/{}", dose.number),
            KeptFor::Scheduled(patient) => patient.to_string(),
            KeptFor::Floor => format!("{site}/{}", dose.number),
        };
        match (self.ranks.get(&name), rank) {
            (Some(ours), Some(rank)) => *ours < rank,
            (None, _) | (_, None) => true,
        }
    }
}

/// The line of units on a shelf.
pub(super) fn of<'s>(state: &'s SiteState, unit: &WantedUnits) -> Option<&'s StockLine> {
    state
        .stock
        .iter()
        .find(|line| line.cip13 == unit.cip13 && line.expiry == unit.expiry && line.lot == unit.lot)
}

/// How many protected doses stood before and are missing after.
fn lost(before: &Reserve, after: &Reserve, protected: impl Fn(&ReserveDose) -> bool) -> Doses {
    let stands = |dose: &ReserveDose| dose.standing != Standing::Missing;
    let still = |dose: &ReserveDose| {
        after
            .doses
            .iter()
            .any(|d| d.kept_for == dose.kept_for && d.number == dose.number && stands(d))
    };
    let lost = before.doses.iter();
    Doses::count(
        lost.filter(|d| stands(d) && protected(d) && !still(d))
            .count(),
    )
}
