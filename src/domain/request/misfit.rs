//! What is wrong with a request that was filled in: which field, and why. French is in `text`.

use crate::domain::calendar::Day;
use crate::domain::presentation::Route;
use crate::domain::quantity::Mg;
use crate::domain::rule::Slug;

/// A field that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which field, as the doors call it: `weight_g`.
    pub field: &'static str,
    /// What is wrong with it.
    pub wrong: Wrong,
}

impl Misfit {
    /// Returns the JSON pointer of what is wrong: `/weight_g`, `/tried/2/code`.
    pub fn pointer(&self) -> String {
        if let Wrong::NotListed { place, .. } = self.wrong {
            return format!("/{}/{place}/code", self.field);
        }
        format!("/{}", self.field)
    }
}

/// What is wrong with a field; each is a sentence about the field named beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// Not a word of the rulebook, or no rulebook that ranks.
    #[error("{found:?} is not one of: {}", known.join(", "))]
    Unlisted {
        /// What stood there, cut to sixty characters.
        found: String,
        /// What there is.
        known: Vec<String>,
    },
    /// More than one rulebook ranks, and none was named.
    #[error("is missing: say by which rulebook it is ranked; there are: {}", known.join(", "))]
    WhichRulebook {
        /// What there is.
        known: Vec<String>,
    },
    /// A number out of bounds.
    #[error("is {found}, expected a whole number from {least} to {most}")]
    Bounds {
        /// What stood there.
        found: i64,
        /// The least.
        least: u32,
        /// The greatest.
        most: u32,
    },
    /// More than any dose of the indication.
    #[error("is {found}, expected at most {most}: the greatest dose of the indication")]
    TooMuch {
        /// What was prescribed.
        found: Mg,
        /// The greatest dose.
        most: Mg,
    },
    /// A day that has not come.
    #[error("{found} is after today, {today}")]
    InTheFuture {
        /// What stood there.
        found: Day,
        /// The site's own day.
        today: Day,
    },
    /// Units, where a dose is made of vials.
    #[error("has no place where a dose is made of vials: leave it out")]
    NotByUnits,
    /// A prescribed mass, where units are asked for.
    #[error("has no place where single units are asked for: leave it out")]
    NotByMass,
    /// No units, where units are asked for.
    #[error("is missing: by this route single units are asked for, from 1 to {most}")]
    UnitsMissing {
        /// The most.
        most: u32,
    },
    /// No weight, where a dose is made by weight.
    #[error("is missing: a dose made of vials needs the weight, in grams")]
    WeightMissing,
    /// No interval, where a treatment runs.
    #[error("is missing: how many days from one administration to the next, from 1 to {most}")]
    IntervalMissing {
        /// The most.
        most: u32,
    },
    /// An interval, where each dose is asked for by itself.
    #[error("has no place here: {indication} is treated now, each dose by a request of its own")]
    NoInterval {
        /// What is treated.
        indication: Slug,
    },
    /// No day, where a treatment is to start.
    #[error("is missing: the day on which the treatment is to start")]
    StartMissing,
    /// Nothing from which the day could be computed.
    #[error(
        "is missing, and no dispensing to this patient is recorded: say when it was last given, \
         or set `due` with `due_reason`"
    )]
    LastMissing,
    /// A day set by hand without a reason.
    #[error(
        "is missing: `due` follows from the last administration; to set it by hand takes a reason"
    )]
    ReasonMissing,
    /// A reason without a day.
    #[error("has no place without `due`")]
    ReasonAlone,
    /// Another route than the only one.
    #[error("is {found}, expected {expected}: {indication} is treated by that route only")]
    OtherRoute {
        /// What stood there.
        found: Route,
        /// The only one.
        expected: Route,
        /// What is treated.
        indication: Slug,
    },
    /// A day to come, for what is treated now.
    #[error("is {found}, expected {today} or before: {indication} is treated now")]
    NotNow {
        /// What stood there.
        found: Day,
        /// The site's own day.
        today: Day,
        /// What is treated.
        indication: Slug,
    },
    /// Declared of what is not on the list.
    #[error("{found:?} is none of the alternatives that the rulebook lists: {}", known.join(", "))]
    NotListed {
        /// Its place among what was declared, from 0.
        place: usize,
        /// What stood there, cut to sixty characters.
        found: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Declared where no rulebook lists alternatives.
    #[error(
        "has no place here: no rulebook lists alternatives for {indication}; say in \
         `alternatives_reason` why there is none"
    )]
    NoList {
        /// What is treated.
        indication: Slug,
    },
    /// Declared where the rulebook says that there is nothing else.
    #[error("has no place here: by the rulebook nothing else can be given for {indication}")]
    EmptyList {
        /// What is treated.
        indication: Slug,
    },
    /// None, where some are open.
    #[error(
        "is none, but still open are: {}; leave it out, and say in `tried` what became of each",
        open.join(", ")
    )]
    StillOpen {
        /// Their codes.
        open: Vec<String>,
    },
    /// Available, where none is open.
    #[error("is available, but nothing of the rulebook's list is open: leave it out")]
    NoneOpen,
    /// No alternative, where no rulebook says so, without a word of why.
    #[error(
        "is missing: no rulebook lists the alternatives for this indication; say why there is none"
    )]
    StatementMissing,
    /// A list that is too long.
    #[error("has {found} entries, expected {most} at most")]
    TooMany {
        /// How many there are.
        found: usize,
        /// The most.
        most: usize,
    },
    /// The rulebook has no dose by weight for it.
    #[error("{indication} has no dose by weight in this rulebook: say `prescribed_mg`")]
    NoDose {
        /// What is treated.
        indication: Slug,
    },
}
