//! A plan: one decision for each request and each reserved dose, and what has to travel.

use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::quantity::Mg;
use crate::domain::rule::Slug;

/// Who is served, with which units, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// By rank, then the unranked by id.
    pub decisions: Vec<Decision>,
    /// What leaves one site for another, by the sites and the lot.
    pub transfers: Vec<Transfer>,
    /// The sums.
    pub totals: Totals,
    /// Pools where a search was given up.
    pub incomplete: Vec<Incomplete>,
}

/// What was decided of one request or reserved dose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The request's id; for a reserve the patient's or site's, with the number of the dose where
    /// doses are claimed one by one.
    pub id: String,
    /// What it is for.
    pub subject: Subject,
    /// The place of its class in the rulebook's list; unranked ones have none.
    pub class: Option<usize>,
    /// Its place in the one order of all pools, from 1.
    pub rank: Option<u32>,
    /// What was decided.
    pub status: Status,
    /// Codes of what to watch, sorted.
    pub warnings: Vec<Slug>,
    /// What it is made of; empty unless granted.
    pub doses: Vec<PlannedDose>,
}

/// What a decision is about: a place in one of the case's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A request.
    Request(usize),
    /// Doses reserved for a CAR-T patient.
    Patient(usize),
    /// A dose of a site's floor.
    Floor(usize),
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It can be met together with everything granted before.
    Granted,
    /// It cannot.
    Deferred(Lack),
    /// Nobody starts while the notice is in force.
    Refused,
    /// The count says that the treatment is to stop: the code of the row.
    Blocked(Slug),
    /// It is due on the horizon or after.
    OutOfHorizon,
    /// No class of the rulebook takes it.
    Unclassed,
}

impl Status {
    /// Returns the word of plans.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Deferred(_) => "deferred",
            Self::Refused | Self::Unclassed => "refused",
            Self::Blocked(_) => "blocked",
            Self::OutOfHorizon => "out-of-horizon",
        }
    }
}

/// What a deferred claim lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// Units that would have met it together with everything granted before it; one way of
    /// several. They would serve the deferred claims before it first.
    pub units: Vec<(Cip13, u32)>,
    /// How many claims of its pool and route that stand before it are deferred too.
    pub deferred_before: u32,
    /// How many claims of its pool and route stand before it and are granted: they use what it needs.
    pub granted_before: u32,
    /// The id of the last of them.
    pub last_granted: Option<String>,
    /// Whether the search was given up, so that nobody knows whether it could be met.
    pub given_up: bool,
}

/// One dose of a granted claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDose {
    /// The dose, before any rounding down.
    pub need: Mg,
    /// The day its units must be in date.
    pub on: Day,
    /// Its units, by place in the case's stock, each place once.
    pub units: Vec<(usize, u32)>,
}

/// Units of one stock row that go to another site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transfer {
    /// The place of the giving site.
    pub from: usize,
    /// The place of the receiving site.
    pub to: usize,
    /// The place in the case's stock.
    pub stock: usize,
    /// How many units.
    pub units: u32,
}

/// The sums of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Granted decisions, reserves included.
    pub granted: u32,
    /// Deferred decisions, reserves included.
    pub deferred: u32,
    /// Units that leave their site for treatments.
    pub moved_crs: Bounded,
    /// Units that leave their site for reserves.
    pub moved_reserves: Bounded,
    /// Units that leave their site for anything.
    pub moved_all: Bounded,
    /// Micrograms above the needs of doses made of vials.
    pub wasted_ug: Bounded,
}

/// A figure, and the least that it could be in any plan of the same grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounded {
    /// What it is.
    pub value: u64,
    /// What is proved: no plan that does as well in the figures before has less.
    pub lower_bound: u64,
}

/// A pool where a search was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The site, the network, or `all`.
    pub pool: String,
    /// How many claims were left undecided.
    pub undecided: u32,
}
