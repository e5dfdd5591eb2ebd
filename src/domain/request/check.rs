//! Whether a request that was filled in can be: every misfit at once.
//!
//! What comes out of [`Draft::check`] makes a valid request of a plan's case, whatever the day.

mod alternatives;

use super::draft::{Draft, Told};
use super::misfit::{Misfit, Wrong};
use super::{Count, MOST_UNITS, Wanted};
use crate::domain::calendar::{Day, Instant};
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::rule::{IndicationRule, ReserveRule, Rulebook, Treatment};

/// The greatest age in whole years. Choice: nobody was older (122 years, in 1997); more is a slip.
const MOST_YEARS: u32 = 130;
/// The most days between two administrations. Choice: a treatment given once a year.
const MOST_INTERVAL: u32 = 365;
/// The most cells per cubic millimetre. Choice: ten times the highest counts of leukaemia.
const MOST_CELLS: u32 = 1_000_000;

/// What a draft is checked against; what is not known is not checked.
#[derive(Clone, Debug)]
pub struct Against<'a> {
    /// The rulebook that ranks it.
    pub book: Option<&'a Rulebook>,
    /// The rulebook that this names for safety, if it names one.
    pub safety: Option<&'a Rulebook>,
    /// The site's own day.
    pub today: Option<Day>,
    /// The last dispensing to the patient by that route, as the ledger has it.
    pub recorded: Told<Day>,
    /// Who fills it in: the id of their token.
    pub by: &'a str,
    /// When.
    pub now: Instant,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is asked for, when all of it fits and could be read.
    pub wanted: Option<Wanted>,
    /// Everything that does not fit, in the order of the fields.
    pub misfits: Vec<Misfit>,
}

impl Draft {
    /// Returns what is asked for, or everything that does not fit.
    pub fn check(&self, against: &Against<'_>) -> Checked {
        let mut check = Check {
            draft: self,
            against,
            misfits: Vec::new(),
        };
        let wanted = check.wanted();
        let Check { misfits, .. } = check;
        Checked {
            wanted: wanted.filter(|_| misfits.is_empty()),
            misfits,
        }
    }
}

struct Check<'a> {
    draft: &'a Draft,
    against: &'a Against<'a>,
    misfits: Vec<Misfit>,
}

/// What a dose is made of.
#[derive(Clone, Copy, Default)]
struct Form {
    weight: Option<Grams>,
    units: Option<Units>,
    prescribed: Option<Mg>,
}

impl<'a> Check<'a> {
    fn wrong<T>(&mut self, field: &'static str, wrong: Wrong) -> Option<T> {
        self.misfits.push(Misfit { field, wrong });
        None
    }

    /// A field that must be filled in.
    fn needed<T: Clone>(&mut self, field: &'static str, told: &Told<T>, or: Wrong) -> Option<T> {
        if told.is_nothing() {
            return self.wrong(field, or);
        }
        told.value().cloned()
    }

    /// A number within its bounds.
    fn within(&mut self, field: &'static str, found: i64, least: u32, most: u32) -> Option<u32> {
        match u32::try_from(found) {
            Ok(n) if (least..=most).contains(&n) => Some(n),
            Ok(_) | Err(_) => self.wrong(field, Wrong::Bounds { found, least, most }),
        }
    }

    /// A number that need not be there, within its bounds.
    fn number(&mut self, field: &'static str, told: &Told<i64>, most: u32) -> Option<u32> {
        let least = u32::from(field != "anc_per_mm3");
        self.within(field, *told.value()?, least, most)
    }

    /// A day that is not to come.
    fn past(&mut self, field: &'static str, told: &Told<Day>) -> Option<Day> {
        let found = *told.value()?;
        match self.against.today {
            Some(today) if found > today => self.wrong(field, Wrong::InTheFuture { found, today }),
            Some(_) | None => Some(found),
        }
    }

    fn wanted(&mut self) -> Option<Wanted> {
        let draft = self.draft;
        let indication = self.indication();
        let reserve = indication.and_then(|i| self.against.book?.treated_now(i));
        let route = self.route(reserve);
        let treatment = self.needed("treatment", &draft.treatment, Wrong::Missing);
        let alternatives = self.alternatives(indication);
        let risk = self.needed("risk", &draft.risk, Wrong::Missing);
        let age = self.needed("age_years", &draft.age_years, Wrong::Missing);
        let age_years = age.and_then(|n| self.within("age_years", n, 0, MOST_YEARS));
        let form = route.and_then(|route| self.form(route, indication));
        let last_given_on = self.past("last_administration_on", &draft.last_given_on);
        let interval_days = self.interval(treatment, reserve);
        let due_by_hand = self.due(treatment, indication, reserve);
        let count = self.count();
        let (form, alternatives) = (form?, alternatives?);
        Some(Wanted {
            indication: indication?.code.clone(),
            route: route?,
            treatment: treatment?,
            alternatives: alternatives.left,
            alternatives_reason: draft.alternatives_reason.value().cloned(),
            tried: alternatives.tried,
            conditions: alternatives.conditions,
            risk: risk?,
            approved_exception: draft.approved_exception,
            age_years: age_years?,
            weight: form.weight,
            units: form.units,
            prescribed: form.prescribed,
            interval_days,
            last_given_on,
            due_by_hand,
            count,
        })
        .filter(|_| self.against.today.is_some() && !draft.has_unread())
    }

    fn indication(&mut self) -> Option<&'a IndicationRule> {
        let code = self.needed("indication", &self.draft.indication, Wrong::Missing)?;
        let book = self.against.book?;
        let rule = book.indication(&code);
        if rule.is_none() {
            let known = book
                .indications
                .iter()
                .map(|i| i.code.to_string())
                .collect();
            let found = code.chars().take(60).collect();
            return self.wrong("indication", Wrong::Unlisted { found, known });
        }
        rule
    }

    /// A route of the rulebook; of what is treated now, the only one.
    fn route(&mut self, reserve: Option<&ReserveRule>) -> Option<Route> {
        let found = self.needed("route", &self.draft.route, Wrong::Missing)?;
        let book = self.against.book?;
        if !book.has_route(found) {
            let known = book.routes().map(|route| route.code().to_owned()).collect();
            let found = found.code().to_owned();
            return self.wrong("route", Wrong::Unlisted { found, known });
        }
        if let Some(rule) = reserve.filter(|rule| rule.route != found) {
            let (expected, indication) = (rule.route, rule.indication.clone());
            let wrong = Wrong::OtherRoute {
                found,
                expected,
                indication,
            };
            return self.wrong("route", wrong);
        }
        Some(found)
    }

    /// What a dose by that route is made of.
    fn form(&mut self, route: Route, indication: Option<&IndicationRule>) -> Option<Form> {
        let draft = self.draft;
        let book = self.against.book?;
        if book.is_by_units(route) {
            if !draft.prescribed.is_nothing() {
                let _: Option<()> = self.wrong("prescribed_mg", Wrong::NotByMass);
            }
            let missing = Wrong::UnitsMissing { most: MOST_UNITS };
            let told = self.needed("units", &draft.units, missing)?;
            let units = self.within("units", told, 1, MOST_UNITS)?;
            return Some(Form {
                weight: draft.weight.value().copied(),
                units: Some(Units::new(units)),
                prescribed: None,
            });
        }
        if !draft.units.is_nothing() {
            let _: Option<()> = self.wrong("units", Wrong::NotByUnits);
        }
        let weight = self.needed("weight_g", &draft.weight, Wrong::WeightMissing);
        let prescribed = draft.prescribed.value().copied();
        let code = &indication?.code;
        if let Some(found) = prescribed {
            let most = book.most_prescribed(code);
            if found > most {
                return self.wrong("prescribed_mg", Wrong::TooMuch { found, most });
            }
        } else if weight.is_some_and(|w| book.dose(code, w).is_none()) {
            let indication = code.clone();
            return self.wrong("indication", Wrong::NoDose { indication });
        }
        Some(Form {
            weight: Some(weight?),
            units: None,
            prescribed,
        })
    }

    fn interval(
        &mut self,
        treatment: Option<Treatment>,
        reserve: Option<&ReserveRule>,
    ) -> Option<u32> {
        let told = &self.draft.interval_days;
        if let Some(rule) = reserve {
            if !told.is_nothing() {
                let indication = rule.indication.clone();
                return self.wrong("interval_days", Wrong::NoInterval { indication });
            }
            return None;
        }
        // what is treated is not known: neither is whether it repeats
        let knows = self.against.book.is_some() && !self.draft.indication.is_unread();
        if treatment == Some(Treatment::Ongoing) && told.is_nothing() && knows {
            let most = MOST_INTERVAL;
            return self.wrong("interval_days", Wrong::IntervalMissing { most });
        }
        self.number("interval_days", told, MOST_INTERVAL)
    }

    /// The day set by hand, where it is or must be.
    fn due(
        &mut self,
        treatment: Option<Treatment>,
        indication: Option<&IndicationRule>,
        reserve: Option<&ReserveRule>,
    ) -> Option<(Day, Option<String>)> {
        let draft = self.draft;
        let reason = draft.due_reason.value().cloned();
        if let Some(rule) = reserve {
            let today = self.against.today?;
            let found = draft.due.value().copied().unwrap_or(today);
            if found > today {
                let indication = rule.indication.clone();
                let wrong = Wrong::NotNow {
                    found,
                    today,
                    indication,
                };
                return self.wrong("due", wrong);
            }
            return Some((found, reason));
        }
        match (treatment, draft.due.value()) {
            (Some(Treatment::Ongoing), Some(_))
                if draft.due_reason.is_nothing() && indication.is_some() =>
            {
                self.wrong("due_reason", Wrong::ReasonMissing)
            }
            (_, Some(day)) => Some((*day, reason)),
            (_, None) if draft.due.is_unread() => None,
            (Some(Treatment::Initiation), None) if indication.is_some() => {
                self.wrong("due", Wrong::StartMissing)
            }
            (_, None) => {
                if !draft.due_reason.is_nothing() {
                    let _: Option<()> = self.wrong("due_reason", Wrong::ReasonAlone);
                }
                let unknown =
                    draft.last_given_on.is_nothing() && self.against.recorded.is_nothing();
                if treatment == Some(Treatment::Ongoing) && unknown && indication.is_some() {
                    return self.wrong("last_administration_on", Wrong::LastMissing);
                }
                None
            }
        }
    }

    fn count(&mut self) -> Option<Count> {
        let draft = self.draft;
        let on = self.past("anc_on", &draft.anc_on);
        if draft.anc_per_mm3.is_nothing() && !draft.anc_on.is_nothing() {
            return self.wrong("anc_per_mm3", Wrong::Missing);
        }
        let per_mm3 = self.number("anc_per_mm3", &draft.anc_per_mm3, MOST_CELLS)?;
        Some(Count { per_mm3, on })
    }
}
