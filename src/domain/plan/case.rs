//! A case: everything a plan is made from, read and checked.
//!
//! Lists stand in the order of their names, whatever order they were given in, and refer to one
//! another by their place; so the same case gives the same plan.

use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Grams, Mg};
use crate::domain::rule::{Alternatives, Asked, Resupply, Risk, Slug, Treatment};

/// Everything a plan is made from.
///
/// [`Case::sorted`] puts the lists in order; a door that reads one has checked that ids are
/// distinct and that what a row names exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The day of the plan, D.
    pub as_of: Day,
    /// H: a day is inside the horizon when it is before D + H; at least 1.
    pub horizon_days: u32,
    /// The rulebook it is planned by.
    pub rulebook: Slug,
    /// Which sites share their stock.
    pub transfers: Transfers,
    /// Fixes the order between equals.
    pub lottery_seed: String,
    /// By how much a request's dose may be rounded down, in percent: 0 to 20.
    pub rounding_down_pct: u32,
    /// The pharmacies, by id.
    pub sites: Vec<CaseSite>,
    /// What they have, by site, presentation, lot and expiry, each once.
    pub stock: Vec<CaseStock>,
    /// Patients before or after an infusion of CAR-T cells, by id.
    pub patients: Vec<CasePatient>,
    /// What is asked for, by id.
    pub requests: Vec<CaseRequest>,
}

/// Which sites share their stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transfers {
    /// None: each serves its own.
    None,
    /// Those of one network.
    Network,
    /// All.
    All,
}

impl Transfers {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::None, Self::Network, Self::All];

    /// Returns the word of cases: `none`, `network`, `all`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Network => "network",
            Self::All => "all",
        }
    }

    /// Returns the value of a word, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.code() == code)
    }
}

/// A pharmacy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSite {
    /// Its name in the case; a FINESS number in real use.
    pub id: String,
    /// The network it shares with.
    pub network: String,
    /// Whether it keeps a reserve.
    pub car_t: bool,
    /// Whether it can count on resupply.
    pub resupply: Resupply,
    /// The size of a dose of its floor.
    pub reference_dose: Mg,
}

/// Units of one lot at one pharmacy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseStock {
    /// The pharmacy's place in the list of sites.
    pub site: usize,
    /// Of which presentation.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: String,
    /// The last day on which they may be used.
    pub expiry: Day,
    /// How many.
    pub units: u32,
}

/// A patient before or after an infusion of CAR-T cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePatient {
    /// The patient's name in the case.
    pub id: String,
    /// The pharmacy's place in the list of sites.
    pub site: usize,
    /// The patient's weight.
    pub weight: Grams,
    /// The day of the infusion.
    pub infusion_on: Day,
    /// Doses already given for this infusion's CRS.
    pub doses_given: Doses,
}

/// What is asked for one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRequest {
    /// The request's name in the case.
    pub id: String,
    /// The pharmacy's place in the list of sites.
    pub site: usize,
    /// What is treated.
    pub indication: Slug,
    /// Whether a medicines committee approved the patient as if the indication were listed.
    pub approved_exception: bool,
    /// Whether the treatment runs already.
    pub treatment: Treatment,
    /// Whether something else could be given.
    pub alternatives: Alternatives,
    /// What an interruption puts at stake.
    pub risk: Risk,
    /// The patient's age in whole years.
    pub age_years: u32,
    /// The patient's weight, where the dose needs it or it is known.
    pub weight: Option<Grams>,
    /// The day it is due.
    pub due: Day,
    /// How it is given, and how much is asked for.
    pub form: Form,
    /// The latest neutrophil count per mm³, when known.
    pub anc_per_mm3: Option<u32>,
}

/// How a request is given, and how much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One dose made of whole vials.
    Vials {
        /// The route.
        route: Route,
        /// What a prescriber wrote in place of the dose by weight.
        prescribed: Option<Mg>,
        /// The place of the CAR-T patient who is treated for CRS.
        patient: Option<usize>,
    },
    /// Single units, each a dose.
    Units {
        /// The route.
        route: Route,
        /// How many, at least 1.
        units: u32,
    },
}

impl CaseRequest {
    /// Returns what the rules look at.
    pub const fn asked(&self) -> Asked<'_> {
        Asked {
            indication: &self.indication,
            approved_exception: self.approved_exception,
            treatment: self.treatment,
            alternatives: self.alternatives,
            risk: self.risk,
            age_years: self.age_years,
        }
    }
}

impl Case {
    /// Puts every list in the order of its names, and adds up stock rows that differ in their
    /// number only.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let sites = order(&self.sites, |s| &s.id);
        let patients = order(&self.patients, |p| &p.id);
        for stock in &mut self.stock {
            stock.site = new_place(&sites, stock.site);
        }
        for patient in &mut self.patients {
            patient.site = new_place(&sites, patient.site);
        }
        for request in &mut self.requests {
            request.site = new_place(&sites, request.site);
            if let Form::Vials {
                patient: Some(place),
                ..
            } = &mut request.form
            {
                *place = new_place(&patients, *place);
            }
        }
        self.sites.sort_by(|a, b| a.id.cmp(&b.id));
        self.patients.sort_by(|a, b| a.id.cmp(&b.id));
        self.requests.sort_by(|a, b| a.id.cmp(&b.id));
        self.stock.sort();
        self.stock.dedup_by(|next, kept| {
            let same = (next.site, next.cip13, &next.lot, next.expiry)
                == (kept.site, kept.cip13, &kept.lot, kept.expiry);
            if same {
                kept.units = kept.units.saturating_add(next.units);
            }
            same
        });
        self
    }
}

/// Returns for each place its new one when a list is sorted by its ids.
fn order<T>(list: &[T], id: impl Fn(&T) -> &String) -> Vec<usize> {
    let mut places: Vec<usize> = (0..list.len()).collect();
    places.sort_by_key(|i| list.get(*i).map(&id));
    let mut new = vec![0; list.len()];
    for (now, before) in places.into_iter().enumerate() {
        if let Some(slot) = new.get_mut(before) {
            *slot = now;
        }
    }
    new
}

fn new_place(new: &[usize], before: usize) -> usize {
    new.get(before).copied().unwrap_or(before)
}
