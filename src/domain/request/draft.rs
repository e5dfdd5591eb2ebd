//! A request as somebody filled it in, field by field.

use super::Wanted;
use super::tried::{Declaration, Tried};
use crate::domain::calendar::Day;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::rule::{Alternatives, Risk, Slug, Treatment};

/// A field as somebody filled it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// It was left empty.
    Nothing,
    /// It cannot be read, which somebody was told already.
    Unread,
    /// What was told.
    Is(T),
}

impl<T> Told<T> {
    /// Returns what was told, if anything; nothing told is no misfit.
    pub fn of(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Is)
    }

    /// Returns what a reader made of a field that was filled in: nothing when it could not be read.
    pub fn read(value: Option<T>) -> Self {
        value.map_or(Self::Unread, Self::Is)
    }

    /// Returns the same, borrowed.
    pub const fn as_ref(&self) -> Told<&T> {
        match self {
            Self::Nothing => Told::Nothing,
            Self::Unread => Told::Unread,
            Self::Is(value) => Told::Is(value),
        }
    }

    pub(super) const fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Nothing | Self::Unread => None,
        }
    }

    pub(super) const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    pub(super) const fn is_unread(&self) -> bool {
        matches!(self, Self::Unread)
    }
}

/// A request as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What is treated.
    pub indication: Told<String>,
    /// How it is given.
    pub route: Told<Route>,
    /// Whether the treatment runs already.
    pub treatment: Told<Treatment>,
    /// Whether something else could be given; where a rulebook lists the alternatives it follows from
    /// what became of each, and need not be told.
    pub alternatives: Told<Alternatives>,
    /// Why nothing else could, in the prescriber's words.
    pub alternatives_reason: Told<String>,
    /// What became of the alternatives of a rulebook's list.
    pub tried: Told<Vec<Declaration>>,
    /// What is known of the patient: `pregnancy`.
    pub conditions: Told<Vec<Slug>>,
    /// What an interruption puts at stake.
    pub risk: Told<Risk>,
    /// Whether a committee decided as if the indication were listed.
    pub approved_exception: bool,
    /// Whole years, from 0 to 130.
    pub age_years: Told<i64>,
    /// The patient's weight.
    pub weight: Told<Grams>,
    /// Single units, from 1 to 10000.
    pub units: Told<i64>,
    /// What replaces the dose by weight.
    pub prescribed: Told<Mg>,
    /// Days from one administration to the next, from 1 to 365.
    pub interval_days: Told<i64>,
    /// The last administration.
    pub last_given_on: Told<Day>,
    /// The day set by hand.
    pub due: Told<Day>,
    /// Why it was.
    pub due_reason: Told<String>,
    /// The latest neutrophil count, cells per cubic millimetre.
    pub anc_per_mm3: Told<i64>,
    /// Its day.
    pub anc_on: Told<Day>,
    /// What stood there before, when a request is edited.
    pub before: Option<Before>,
}

/// What stood on a request before it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Whether something else could be given; nothing once that is taken away.
    pub alternatives: Option<Alternatives>,
    /// Whether it said why not, or did not need to.
    pub stated: bool,
    /// What was declared.
    pub tried: Vec<Tried>,
}

impl From<&Wanted> for Draft {
    fn from(w: &Wanted) -> Self {
        let number = |n: Option<u32>| Told::of(n.map(i64::from));
        let by_hand = w.due_by_hand.as_ref();
        Self {
            indication: Told::Is(w.indication.to_string()),
            route: Told::Is(w.route),
            treatment: Told::Is(w.treatment),
            // what stood there is no claim of whoever edits something else
            alternatives: Told::Nothing,
            alternatives_reason: Told::of(w.alternatives_reason.clone()),
            tried: Told::Is(w.tried.iter().map(Declaration::from).collect()),
            conditions: Told::Is(w.conditions.clone()),
            risk: Told::Is(w.risk),
            approved_exception: w.approved_exception,
            age_years: number(Some(w.age_years)),
            weight: Told::of(w.weight),
            units: number(w.units.map(Units::get)),
            prescribed: Told::of(w.prescribed),
            interval_days: number(w.interval_days),
            last_given_on: Told::of(w.last_given_on),
            due: Told::of(by_hand.map(|(day, _)| *day)),
            due_reason: Told::of(by_hand.and_then(|(_, why)| why.clone())),
            anc_per_mm3: number(w.count.map(|count| count.per_mm3)),
            anc_on: Told::of(w.count.and_then(|count| count.on)),
            before: Some(Before {
                alternatives: Some(w.alternatives),
                stated: w.alternatives != Alternatives::None || w.alternatives_reason.is_some(),
                tried: w.tried.clone(),
            }),
        }
    }
}

impl Draft {
    /// Returns a draft in which nothing is filled in.
    pub const fn empty() -> Self {
        Self {
            indication: Told::Nothing,
            route: Told::Nothing,
            treatment: Told::Nothing,
            alternatives: Told::Nothing,
            alternatives_reason: Told::Nothing,
            tried: Told::Nothing,
            conditions: Told::Nothing,
            risk: Told::Nothing,
            approved_exception: false,
            age_years: Told::Nothing,
            weight: Told::Nothing,
            units: Told::Nothing,
            prescribed: Told::Nothing,
            interval_days: Told::Nothing,
            last_given_on: Told::Nothing,
            due: Told::Nothing,
            due_reason: Told::Nothing,
            anc_per_mm3: Told::Nothing,
            anc_on: Told::Nothing,
            before: None,
        }
    }

    /// Whether a field could not be read.
    pub(super) fn has_unread(&self) -> bool {
        self.indication.is_unread()
            || self.route.is_unread()
            || self.treatment.is_unread()
            || self.alternatives.is_unread()
            || self.alternatives_reason.is_unread()
            || self.tried.is_unread()
            || self.conditions.is_unread()
            || self.risk.is_unread()
            || self.age_years.is_unread()
            || self.weight.is_unread()
            || self.units.is_unread()
            || self.prescribed.is_unread()
            || self.interval_days.is_unread()
            || self.last_given_on.is_unread()
            || self.due.is_unread()
            || self.due_reason.is_unread()
            || self.anc_per_mm3.is_unread()
            || self.anc_on.is_unread()
    }
}
