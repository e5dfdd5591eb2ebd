//! A minimum that a pharmacist set for a site: units of a presentation, or milligrams of a route.

use crate::domain::alert::Reading;
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::ledger::StockLine;
use crate::domain::presentation::{Presentation, Route};
use crate::domain::quantity::{Mg, Units};
use crate::domain::rule::Slug;
use std::fmt;

/// The most milligrams that a minimum may ask for: a thousand million, a tonne.
///
/// Choice: the largest mass that doses are made of ([`crate::domain::dose::MOST_MASS`]).
pub const MOST_MG: u32 = 1_000_000_000;

/// What a minimum is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A presentation: units are counted.
    Presentation(Cip13),
    /// A route of the medicine that a rulebook is about: milligrams are counted, for those of two
    /// substances do not add up.
    Route {
        /// The rulebook, whose presentations of the route are counted.
        rulebook: Slug,
        /// The route.
        route: Route,
    },
}

impl Subject {
    /// Returns the subject that a text names: a CIP13, or a rulebook, a colon and a route.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(cip13) = Cip13::parse(text) {
            return Some(Self::Presentation(cip13));
        }
        let (rulebook, route) = text.split_once(':')?;
        Some(Self::Route {
            rulebook: Slug::parse(rulebook).ok()?,
            route: Route::from_code(route)?,
        })
    }

    /// Returns what it is measured in.
    pub const fn measured(&self) -> Measured {
        match self {
            Self::Presentation(_) => Measured::Units,
            Self::Route { .. } => Measured::Mg,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Presentation(cip13) => write!(f, "{cip13}"),
            Self::Route { rulebook, route } => write!(f, "{rulebook}:{}", route.code()),
        }
    }
}

/// What a minimum is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measured {
    /// Single units.
    Units,
    /// Whole milligrams.
    Mg,
}

impl Measured {
    /// Returns the code: `units` or `mg`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Mg => "mg",
        }
    }

    /// Returns the most that a minimum may ask for.
    pub const fn most(self) -> u32 {
        match self {
            Self::Units => Units::MOST,
            Self::Mg => MOST_MG,
        }
    }
}

/// A minimum of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// What of.
    pub subject: Subject,
    /// How much there must be, free and in date: units or milligrams, as the subject is
    /// [measured](Subject::measured); at least 1.
    pub minimum: u32,
    /// Counts its edits.
    pub version: i64,
}

/// Returns what there is of the subject of a minimum, free and in date on `today`, and what there
/// should be. Of a route, `given` are the presentations that count; milligrams are rounded down to
/// whole ones, the minimum being whole.
pub fn reading<'p>(
    threshold: &Threshold,
    stock: &[StockLine],
    given: impl Fn(Cip13) -> Option<&'p Presentation>,
    today: Day,
) -> Reading {
    let in_date = stock.iter().filter(|l| l.expiry >= today);
    let found = match &threshold.subject {
        Subject::Presentation(cip13) => {
            let free = in_date.filter(|l| l.cip13 == *cip13).map(StockLine::free);
            i64::from(Units::sum(free).get())
        }
        Subject::Route { route, .. } => {
            let masses = in_date.filter_map(|line| {
                let presentation = given(line.cip13).filter(|p| p.route == *route)?;
                Some(presentation.strength.times(u64::from(line.free().get())))
            });
            let sum = masses.fold(Mg::ZERO, Mg::saturating_add);
            i64::try_from(sum.ug() / 1_000).unwrap_or(i64::MAX)
        }
    };
    Reading {
        found,
        expected: i64::from(threshold.minimum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{Centre, cip, slug};

    fn of(subject: Subject, minimum: u32, centre: &Centre) -> (i64, i64, bool) {
        let threshold = Threshold {
            subject,
            minimum,
            version: 1,
        };
        let given = |cip13| centre.rulebook.presentation(cip13);
        let reading = reading(&threshold, &centre.stock, given, centre.today);
        (reading.found, reading.expected, reading.is_short())
    }

    fn iv() -> Subject {
        Subject::Route {
            rulebook: slug("roactemra-2021-10-14"),
            route: Route::Intravenous,
        }
    }

    #[test]
    fn free_units_in_date_are_counted_and_no_others() {
        let centre = Centre::new()
            .vials(400, 60, 3)
            .vials(400, 0, 1)
            .vials(400, -1, 5)
            .vials(80, 60, 7)
            .patient("a", 60_000, 2)
            .hold("a", 1, "400-60", 2);
        let of_400 = Subject::Presentation(cip(400));
        assert_eq!(of(of_400.clone(), 2, &centre), (2, 2, false));
        assert_eq!(of(of_400, 3, &centre), (2, 3, true));
    }

    #[test]
    fn milligrams_of_a_route_are_those_of_its_presentations() {
        let centre = Centre::new()
            .vials(400, 60, 1)
            .vials(80, 60, 2)
            .vials(162, 60, 9);
        assert_eq!(of(iv(), 560, &centre), (560, 560, false));
        assert_eq!(of(iv(), 561, &centre), (560, 561, true));
    }

    #[test]
    fn the_name_of_a_subject_reads_back() {
        for subject in [Subject::Presentation(cip(80)), iv()] {
            assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }
        for odd in ["", "iv", "3400957464540", "roactemra:", ":iv", "a:b"] {
            assert_eq!(Subject::parse(odd), None, "{odd}");
        }
    }
}
