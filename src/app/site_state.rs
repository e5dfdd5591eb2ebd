//! All that a decision about one site's stock depends on, loaded once an act.

use super::act::Act;
use super::error::Error;
use super::notices;
use crate::db::clearances::ClearanceRecord;
use crate::db::patients::{PatientRecord, PatientState};
use crate::db::stock::Lot;
use crate::db::{self, Conn};
use crate::domain::calendar::{Day, local_day};
use crate::domain::clearance::{InForce, Ranking};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LotId, PatientId};
use crate::domain::ledger::{Effect, Movement, StockLine};
use crate::domain::line::LineHold;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::reserve::{CarTPatient, Facts, Hold};
use crate::domain::rule::{ReserveRule, Rulebook, Slug};
use crate::domain::site::{Delivery, Site};
use crate::domain::transfer::TransferHold;
use crate::text::rulebook::Retirement;
use std::collections::BTreeSet;

/// Returns a site's own day.
///
/// # Errors
/// [`Error::Bug`] when the clock is outside of this century.
pub(super) fn today(act: &Act<'_>, site: &Site) -> Result<Day, Error> {
    local_day(act.now, site.zone)
        .ok_or_else(|| Error::Bug("the clock is outside of this century".to_owned()))
}

/// One site as it stands.
#[derive(Clone, Debug)]
pub struct SiteState {
    /// The site.
    pub site: Site,
    /// Its own day.
    pub today: Day,
    /// What is on its shelf; of the lots that were emptied, those that were asked for by name.
    pub stock: Vec<StockLine>,
    /// Its CAR-T patients who are expected: those whose window was over by the calendar are looked up
    /// when somebody names them.
    pub records: Vec<PatientRecord>,
    /// The same, as the reserve knows them.
    pub patients: Vec<CarTPatient>,
    /// What is held for clearances.
    pub holds: Vec<Hold>,
    /// What is held for approved lines of plans.
    pub line_holds: Vec<LineHold>,
    /// What is held for transfers that were asked for by hand.
    pub transfer_holds: Vec<TransferHold>,
    /// The clearances that hold, or should.
    pub in_force: Vec<ClearanceRecord>,
    /// What it waits for.
    pub deliveries: Vec<Delivery>,
    /// The names of the rulebooks by which resupply was assured when the site was last settled.
    pub assured: BTreeSet<String>,
    /// Who was given a dose by this act.
    pub served: Option<PatientId>,
    /// The rulebooks whose notices are retired: they protect nothing.
    pub retired: BTreeSet<Slug>,
}

impl SiteState {
    /// Loads a site. Of one that is no CAR-T centre nothing is loaded that only a reserve needs.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] when there is no such site, or the database's error.
    pub fn load(act: &mut Act<'_>, finess: Finess) -> Result<Self, Error> {
        let found = db::sites::find_settled(act.conn, finess)?;
        let (site, assured) = found.ok_or_else(|| Refusal::Unknown {
            what: "site",
            name: finess.to_string(),
        })?;
        let today = today(act, &site)?;
        let stock = db::shelf::not_empty(act.conn, finess)?;
        let retired = notices::retired(act, today)?;
        let mut state = Self {
            today,
            stock,
            records: Vec::new(),
            patients: Vec::new(),
            holds: Vec::new(),
            line_holds: Vec::new(),
            transfer_holds: Vec::new(),
            in_force: Vec::new(),
            deliveries: Vec::new(),
            assured,
            served: None,
            retired,
            site,
        };
        if state.site.car_t {
            let longest = act.reserve_rules().into_iter();
            let longest = longest.map(|(_, rule)| rule.window_days).max().unwrap_or(0);
            state.records = db::patients::expected(act.conn, finess, today.minus(longest))?;
            state.patients = state.records.iter().map(|r| r.patient.clone()).collect();
            state.in_force = db::clearances::in_force(act.conn, finess)?;
            state.holds = if state.in_force.is_empty() {
                Vec::new()
            } else {
                db::clearances::holds(act.conn, finess)?
            };
            state.deliveries = db::deliveries::expected(act.conn, finess, today)?;
        }
        let for_clearances = Units::sum(state.holds.iter().map(|h| h.units));
        if Units::sum(state.stock.iter().map(|l| l.held)) > for_clearances {
            state.line_holds = db::plan_lines::held_at(act.conn, &[finess])?;
            state.transfer_holds = db::transfers::held_at(act.conn, &[finess])?;
        }
        Ok(state)
    }

    /// Returns the rulebooks that ask for a reserve and protect it: those that are not retired.
    pub fn protecting<'r>(&self, act: &Act<'r>) -> Vec<(&'r Rulebook, &'r ReserveRule)> {
        let all = act.reserve_rules().into_iter();
        all.filter(|(book, _)| !self.retired.contains(&book.name))
            .collect()
    }

    /// Whether a rulebook's notice is retired here, as sentences ask.
    pub fn retirement(&self, book: &Rulebook) -> Retirement {
        if self.retired.contains(&book.name) {
            Retirement::Retired
        } else {
            Retirement::Applied
        }
    }

    /// Returns the facts for one reserve.
    pub fn facts<'a>(&'a self, rulebook: &'a Rulebook, rule: &'a ReserveRule) -> Facts<'a> {
        Facts {
            rulebook,
            rule,
            today: self.today,
            site: &self.site,
            stock: &self.stock,
            patients: &self.patients,
            holds: &self.holds,
            deliveries: &self.deliveries,
        }
    }

    /// Returns the clearances in force under one rulebook, as the domain knows them.
    pub fn in_force(&self, rulebook: &Rulebook) -> Vec<InForce> {
        self.in_force
            .iter()
            .filter(|c| c.rulebook == rulebook.name.as_str())
            .map(|c| InForce {
                id: c.id.clone(),
                seq: c.seq,
                patient: c.patient.clone(),
                state: c.state,
            })
            .collect()
    }

    /// Returns the facts of every reserve with the clearances in force under it, by which what is
    /// held is ranked.
    pub fn rankings<'a>(&'a self, rules: &[(&'a Rulebook, &'a ReserveRule)]) -> Vec<Ranking<'a>> {
        rules
            .iter()
            .map(|(rulebook, rule)| (self.facts(rulebook, rule), self.in_force(rulebook)))
            .collect()
    }

    /// Returns the record of an expected patient of a CAR-T centre, also of one whose window is
    /// over: what is recorded late finds them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn expected(
        &self,
        conn: &mut Conn,
        patient: &PatientId,
    ) -> Result<Option<PatientRecord>, Error> {
        let loaded = self.records.iter().find(|r| r.patient.id == *patient);
        if loaded.is_some() || !self.site.car_t {
            return Ok(loaded.cloned());
        }
        let found = db::patients::find(conn, self.site.finess, patient)?;
        Ok(found.filter(|r| r.state == PatientState::Expected))
    }

    /// Returns the line of a lot that is on the shelf, or was found by name before.
    pub fn line(&self, lot: &LotId) -> Option<&StockLine> {
        self.stock.iter().find(|l| l.lot_id == *lot)
    }

    /// Returns the line of a lot, if the site has or had it: also of one that was emptied, which is
    /// known here from then on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find(&mut self, conn: &mut Conn, lot: &LotId) -> Result<Option<StockLine>, Error> {
        if self.line(lot).is_none()
            && let Some(line) = db::shelf::line(conn, self.site.finess, lot)?
        {
            self.recall(line);
        }
        Ok(self.line(lot).cloned())
    }

    /// Returns the line of a lot by its number, also of one that was emptied; where two expiries
    /// share the number, `expiry` says which.
    ///
    /// # Errors
    /// [`Refusal::UnknownLot`], or [`Refusal::WhichExpiry`] when it must be said.
    pub fn lot(
        &mut self,
        conn: &mut Conn,
        cip13: Cip13,
        lot: &LotNumber,
        expiry: Option<Day>,
    ) -> Result<StockLine, Error> {
        let meant = |l: &&StockLine| {
            l.cip13 == cip13 && l.lot == *lot && expiry.is_none_or(|e| l.expiry == e)
        };
        // with its expiry a lot is one; without, an emptied one may share the number
        if expiry.is_none() || !self.stock.iter().any(|l| meant(&l)) {
            for line in db::shelf::numbered(conn, self.site.finess, cip13, lot)? {
                self.recall(line);
            }
        }
        let lines: Vec<&StockLine> = self.stock.iter().filter(meant).collect();
        match lines.as_slice() {
            [] => Err(Refusal::UnknownLot {
                cip13,
                lot: lot.clone(),
            }
            .into()),
            [line] => Ok((*line).clone()),
            several => Err(Refusal::WhichExpiry {
                lot: lot.clone(),
                expiries: several.iter().map(|l| l.expiry).collect(),
            }
            .into()),
        }
    }

    /// Adds a line in its place, unless it is known: what is known may be ahead of the database.
    fn recall(&mut self, line: StockLine) {
        if self.line(&line.lot_id).is_some() {
            return;
        }
        let key = |l: &StockLine| (l.cip13, l.expiry, l.lot.clone(), l.lot_id.clone());
        let place = self.stock.partition_point(|l| key(l) < key(&line));
        self.stock.insert(place, line);
    }

    /// Counts movements in, as the database does; a lot that was not there is added.
    pub fn apply(&mut self, movements: &[Movement], new: Option<&Lot>) {
        for movement in movements {
            if let Some(lot) = new.filter(|l| l.id == movement.lot_id && self.line(&l.id).is_none())
            {
                let none = Units::ZERO;
                let (lot_id, cip13, lot, expiry) =
                    (lot.id.clone(), lot.cip13, lot.lot.clone(), lot.expiry);
                self.stock.push(StockLine {
                    lot_id,
                    cip13,
                    lot,
                    expiry,
                    usable: none,
                    quarantined: none,
                    held: none,
                });
            }
            if let Some(line) = self.stock.iter_mut().find(|l| l.lot_id == movement.lot_id) {
                line.apply(movement.effect);
            }
        }
    }

    /// Sets the holds of clearances, and what of each lot is held.
    pub fn set_holds(&mut self, holds: Vec<Hold>) {
        self.holds = holds;
        self.count_held();
    }

    /// Sets the holds of lines, and what of each lot is held.
    pub fn set_line_holds(&mut self, holds: Vec<LineHold>) {
        self.line_holds = holds;
        self.count_held();
    }

    /// Sets the holds of transfers, and what of each lot is held.
    pub fn set_transfer_holds(&mut self, holds: Vec<TransferHold>) {
        self.transfer_holds = holds;
        self.count_held();
    }

    fn count_held(&mut self) {
        for line in &mut self.stock {
            let lines = self.line_holds.iter();
            let lines = lines.filter(|h| h.lot_id == line.lot_id).map(|h| h.units);
            let clearances = self.holds.iter();
            let clearances = clearances
                .filter(|h| h.lot_id == line.lot_id)
                .map(|h| h.units);
            let transfers = self.transfer_holds.iter();
            let transfers = transfers
                .filter(|h| h.lot_id == line.lot_id)
                .map(|h| h.units);
            line.held = Units::sum(clearances.chain(lines).chain(transfers));
        }
    }
}

impl StockLine {
    /// Counts one effect in, never below zero; the database refuses what would be.
    pub(super) fn apply(&mut self, effect: Effect) {
        let add = |units: Units, n: i64| {
            Units::new(
                u32::try_from(i64::from(units.get()).saturating_add(n).max(0)).unwrap_or(u32::MAX),
            )
        };
        self.usable = add(self.usable, effect.usable);
        self.quarantined = add(self.quarantined, effect.quarantined);
    }
}
