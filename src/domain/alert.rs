//! What a pharmacist must hear: when an alert opens, gets worse, and closes.
//!
//! A kind of alert is a variant of [`AlertKind`], its sentence in `text`, and the reading that a
//! verb takes after a movement; everything else is here once.

mod step;

pub use step::{Step, step, step_ahead};

use super::calendar::{Day, Instant};
use super::code::Finess;
use super::id::AlertId;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// A CAR-T centre's shelf makes fewer reserve doses than it must keep.
    ReserveBelowMinimum,
    /// A GO is no longer covered.
    ClearanceBroken,
    /// A refusal was overridden.
    Override,
    /// A rulebook's notice has ended, or is about to.
    NoticeExpired,
    /// The neutrophil counts of patients who are treated are overdue.
    CountOverdue,
    /// A CAR-T centre can no longer count on resupply, and must keep more doses.
    ResupplyCompromised,
    /// A lot that is on the shelf, or was dispensed, is recalled.
    Recall,
    /// There is less of something than the minimum that the site set itself.
    StockBelowMinimum,
    /// Usable units of a lot expire within the site's notice, or have.
    LotExpiring,
    /// An infusion may not start.
    ClearanceRefused,
    /// The reserve will be short on a day to come.
    ReserveForecast,
    /// Nobody at a site can be written to.
    SiteUnreachable,
    /// The alerts of a site were not evaluated after its last movement.
    EvaluationLate,
    /// Somebody broke the glass: took access to a site that is not theirs.
    BreakGlass,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::ReserveBelowMinimum,
        Self::ClearanceBroken,
        Self::Override,
        Self::NoticeExpired,
        Self::CountOverdue,
        Self::ResupplyCompromised,
        Self::Recall,
        Self::StockBelowMinimum,
        Self::LotExpiring,
        Self::ClearanceRefused,
        Self::ReserveForecast,
        Self::SiteUnreachable,
        Self::EvaluationLate,
        Self::BreakGlass,
    ];

    /// Returns the code of the kind.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReserveBelowMinimum => "reserve-below-minimum",
            Self::ClearanceBroken => "clearance-broken",
            Self::Override => "override",
            Self::NoticeExpired => "notice-expired",
            Self::CountOverdue => "count-overdue",
            Self::ResupplyCompromised => "resupply-compromised",
            Self::Recall => "recall",
            Self::StockBelowMinimum => "stock-below-minimum",
            Self::LotExpiring => "lot-expiring",
            Self::ClearanceRefused => "clearance-refused",
            Self::ReserveForecast => "reserve-forecast",
            Self::SiteUnreachable => "site-unreachable",
            Self::EvaluationLate => "evaluation-late",
            Self::BreakGlass => "break-glass",
        }
    }

    /// Returns the kind of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// Returns in which capacity people hear of it.
    pub const fn heard_by(self) -> &'static [Capacity] {
        match self {
            // Choice: of a NO-GO the CAR-T unit has the answer itself, on its screen
            Self::ReserveBelowMinimum
            | Self::CountOverdue
            | Self::StockBelowMinimum
            | Self::LotExpiring
            | Self::ClearanceRefused
            | Self::ReserveForecast => &[Capacity::Pharmacist],
            Self::ClearanceBroken | Self::ResupplyCompromised => {
                &[Capacity::Pharmacist, Capacity::CarTUnit]
            }
            Self::Override | Self::SiteUnreachable => &[Capacity::Coordinator],
            Self::NoticeExpired | Self::Recall | Self::EvaluationLate | Self::BreakGlass => {
                &[Capacity::Pharmacist, Capacity::Coordinator]
            }
        }
    }

    /// Returns whether it closes as soon as somebody acknowledges it: it reports what was done, and
    /// nothing can make it untrue.
    pub const fn closes_when_acknowledged(self) -> bool {
        match self {
            Self::ReserveBelowMinimum
            | Self::ClearanceBroken
            | Self::NoticeExpired
            | Self::CountOverdue
            | Self::ResupplyCompromised
            | Self::Recall
            | Self::StockBelowMinimum
            | Self::LotExpiring
            | Self::ReserveForecast
            | Self::SiteUnreachable
            | Self::EvaluationLate => false,
            Self::Override | Self::ClearanceRefused | Self::BreakGlass => true,
        }
    }

    /// Returns whether the alerts of a site of this kind that change at once are told in one letter, which
    /// is about the first of them and names the others.
    ///
    /// Choice: on the day on which a service starts three hundred lots may be near their end, and three
    /// hundred letters are read by nobody.
    pub const fn is_told_together(self) -> bool {
        matches!(self, Self::LotExpiring)
    }

    /// Returns whether a letter about it can wait until quiet hours are over, and may be unsubscribed.
    ///
    /// Choice, for no document orders it. What cannot: a reserve below its minimum and a GO that is broken,
    /// since an infusion may start at any hour and its rescue doses are not there; a recall, whose units
    /// must not reach a patient meanwhile; an override and a broken glass, of which those who answer for the site
    /// are to hear at once; and all
    /// else that is about a reserve: that one will be short, or must be larger since resupply is in doubt, or
    /// that nobody watches it. All others are seen to in the hours of a pharmacy; where one of them takes doses from a reserve or a GO,
    /// that is heard by its own kind at once.
    pub const fn can_wait(self) -> bool {
        match self {
            Self::ReserveBelowMinimum
            | Self::ClearanceBroken
            | Self::Override
            | Self::Recall
            | Self::ResupplyCompromised
            | Self::ReserveForecast
            | Self::EvaluationLate
            | Self::BreakGlass => false,
            Self::NoticeExpired
            | Self::CountOverdue
            | Self::StockBelowMinimum
            | Self::LotExpiring
            | Self::ClearanceRefused
            | Self::SiteUnreachable => true,
        }
    }
}

/// In what capacity somebody receives letters of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capacity {
    /// As its pharmacist.
    Pharmacist,
    /// As its CAR-T unit.
    CarTUnit,
    /// As the coordinator of its network.
    Coordinator,
}

impl Capacity {
    /// Every capacity.
    pub const ALL: [Self; 3] = [Self::Pharmacist, Self::CarTUnit, Self::Coordinator];

    /// Returns the code of the capacity.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pharmacist => "pharmacist",
            Self::CarTUnit => "car-t-unit",
            Self::Coordinator => "coordinator",
        }
    }

    /// Returns the kinds of alerts that are heard in this capacity.
    pub fn hears(self) -> impl Iterator<Item = AlertKind> {
        let all = AlertKind::ALL.into_iter();
        all.filter(move |kind| kind.heard_by().contains(&self))
    }

    /// Returns the capacity of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// How far an alert has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// Nobody has seen to it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// It is over.
    Closed,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Closed];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Closed => "closed",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// What there is, and what there should be: doses possible and required, patients whose counts are up to
/// date and who are monitored, doses to be kept while resupply is assured and now, none and the units of
/// a lot that are recalled or expire, units or milligrams that are free and the site's minimum of them, and
/// so on by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What there is.
    pub found: i64,
    /// What there should be.
    pub expected: i64,
}

impl Reading {
    /// Nothing where nothing should be: what closes an alert whose cause has ended.
    pub const NOTHING: Self = Self {
        found: 0,
        expected: 0,
    };

    /// Returns whether there is less than there should be.
    pub const fn is_short(self) -> bool {
        self.found < self.expected
    }

    /// Returns whether this is worse than `before`: more is missing.
    pub const fn worse_than(self, before: Self) -> bool {
        self.expected - self.found > before.expected - before.found
    }
}

/// How the subject of an alert begins that is about a decision at the safety gate; its id follows.
pub const OF_SAFETY: &str = "safety/";

/// One alert, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its name.
    pub id: AlertId,
    /// Where.
    pub site: Finess,
    /// What it is about.
    pub kind: AlertKind,
    /// What of: a rulebook, a clearance, an act.
    pub subject: String,
    /// How far it has come.
    pub state: AlertState,
    /// What there is and should be.
    pub reading: Reading,
    /// Since when.
    pub opened_at: Instant,
    /// When reading or state last changed.
    pub changed_at: Instant,
    /// When and by whom it was acknowledged, and what they wrote.
    pub acknowledged: Option<(Instant, String, Option<String>)>,
    /// When it closed.
    pub closed_at: Option<Instant>,
    /// The day to come of which its letters told when it opened or last got worse, if it is about one.
    pub told_on: Option<Day>,
    /// Counts its edits.
    pub version: i64,
}

impl Alert {
    /// Returns whether it is about a decision at the safety gate, and not about a reserve.
    pub fn is_of_safety(&self) -> bool {
        self.subject.starts_with(OF_SAFETY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_stays_open_until_somebody_acknowledges_it() {
        for kind in AlertKind::ALL {
            assert_eq!(
                kind.closes_when_acknowledged(),
                [
                    AlertKind::Override,
                    AlertKind::ClearanceRefused,
                    AlertKind::BreakGlass
                ]
                .contains(&kind),
                "{kind:?}"
            );
            assert!(!kind.heard_by().is_empty());
        }
    }

    #[test]
    fn every_code_of_an_alert_reads_back() {
        for kind in AlertKind::ALL {
            assert_eq!(AlertKind::from_code(kind.code()), Some(kind));
        }
        for capacity in Capacity::ALL {
            assert_eq!(Capacity::from_code(capacity.code()), Some(capacity));
        }
        for state in AlertState::ALL {
            assert_eq!(AlertState::from_code(state.code()), Some(state));
        }
    }
}
