//! The safety gate: what was found of a patient, what people decided on it, and whether the medicine
//! may go.
//!
//! What warns asks for a confirmation; what would stop or refuse the treatment blocks, unless a
//! pharmacist overrides it with a reason. A decision covers the findings it names as long as the facts
//! are those that were seen: another count, and it is asked for again.

use super::assess::Finding;
use super::calendar::Instant;
use super::id::{GateDecisionId, RequestId};
use super::rule::Severity;
use std::collections::BTreeSet;

/// How many days a count may be old when a treatment starts.
///
/// Choice: four weeks; the documents ask for a count before the start and name no age of it.
pub const FRESH_DAYS: u32 = 28;

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateVerdict {
    /// The warnings are known, and the medicine may go.
    Confirmed,
    /// It may go although something speaks for a stop or against a start.
    Overridden,
}

impl GateVerdict {
    /// Every verdict.
    pub const ALL: [Self; 2] = [Self::Confirmed, Self::Overridden];

    /// Returns the code: `confirmed`, `overridden`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Overridden => "overridden",
        }
    }

    /// Returns the verdict of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }
}

/// One decision at the gate. It is never changed; who decides again adds another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateDecision {
    /// Which one.
    pub id: GateDecisionId,
    /// On which request.
    pub request: RequestId,
    /// What was decided.
    pub verdict: GateVerdict,
    /// The name of the rulebook that was applied.
    pub rulebook: String,
    /// SHA-256 of its file, hexadecimal.
    pub rulebook_hash: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// The findings it covers, by their codes.
    pub codes: BTreeSet<String>,
    /// SHA-256 of the facts that were seen, hexadecimal.
    pub seen: String,
    /// Why, in words; a confirmation gives none.
    pub reason: Option<String>,
}

/// Whether the medicine may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It may.
    Open,
    /// When these are confirmed.
    ToConfirm(BTreeSet<String>),
    /// Not unless a pharmacist overrides these.
    Blocked(BTreeSet<String>),
}

impl Passage {
    /// Returns the code: `open`, `to-confirm`, `blocked`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ToConfirm(_) => "to-confirm",
            Self::Blocked(_) => "blocked",
        }
    }
}

/// The findings that nobody has decided on, by their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What warns and is not confirmed.
    pub to_confirm: BTreeSet<String>,
    /// What would stop or refuse the treatment and is not overridden.
    pub blocking: BTreeSet<String>,
}

impl Left {
    /// Returns what is left of these findings after these decisions; `seen` stands for the facts as they
    /// are.
    pub fn of(findings: &[Finding<'_>], seen: &str, decisions: &[GateDecision]) -> Self {
        let covered = |code: &str, verdicts: &[GateVerdict]| {
            decisions.iter().any(|decision| {
                decision.seen == seen
                    && verdicts.contains(&decision.verdict)
                    && decision.codes.contains(code)
            })
        };
        let mut left = Self::default();
        for finding in findings {
            let code = finding.code;
            match finding.severity {
                Severity::Warn if !covered(code, &GateVerdict::ALL) => {
                    left.to_confirm.insert(code.to_owned());
                }
                Severity::Refuse | Severity::Stop if !covered(code, &[GateVerdict::Overridden]) => {
                    left.blocking.insert(code.to_owned());
                }
                Severity::Info | Severity::Warn | Severity::Refuse | Severity::Stop => {}
            }
        }
        left
    }

    /// Returns whether the medicine may go.
    pub fn passage(self) -> Passage {
        match (self.blocking.is_empty(), self.to_confirm.is_empty()) {
            (false, _) => Passage::Blocked(self.blocking),
            (true, false) => Passage::ToConfirm(self.to_confirm),
            (true, true) => Passage::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::assess::{
        ANC_STALE, Course, DatedCount, Patient, TREATMENT_STOPPED, at_the_gate,
    };
    use crate::domain::calendar::Day;
    use crate::domain::rule::{Bilingual, Citation};
    use crate::domain::testing::{neutrophils, slug};

    fn passage(found: &[(&str, Severity)], decided: &[(GateVerdict, &str, &str)]) -> Passage {
        let message = Bilingual {
            fr: String::new(),
            en: String::new(),
        };
        let citation = Citation {
            source: None,
            section: String::new(),
        };
        let findings: Vec<Finding<'_>> = found
            .iter()
            .map(|(code, severity)| Finding::row(code, *severity, &message, &citation))
            .collect();
        let decisions: Vec<GateDecision> = decided
            .iter()
            .map(|(verdict, code, seen)| GateDecision {
                id: GateDecisionId::new("d"),
                request: RequestId::new("r"),
                verdict: *verdict,
                rulebook: String::new(),
                rulebook_hash: String::new(),
                at: Instant::default(),
                by: String::new(),
                codes: BTreeSet::from([(*code).to_owned()]),
                seen: (*seen).to_owned(),
                reason: None,
            })
            .collect();
        Left::of(&findings, "now", &decisions).passage()
    }

    fn codes(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn what_is_only_to_be_known_lets_pass() {
        assert_eq!(passage(&[], &[]), Passage::Open);
        assert_eq!(passage(&[("i", Severity::Info)], &[]), Passage::Open);
    }

    /// A patient with one count, of 2500 /mm³.
    fn patient(course: Course, counted_on: Day) -> Patient {
        Patient {
            age_years: 34,
            indication: slug("takayasu"),
            course,
            administrations: Vec::new(),
            counts: vec![DatedCount {
                on: counted_on,
                per_mm3: 2_500,
            }],
            benign_ethnic_neutropenia: false,
            symptoms_of_infection: false,
            conditions: Vec::new(),
            prior_treatments: Vec::new(),
            disease_activity: None,
            co_medication: Vec::new(),
        }
    }

    #[test]
    fn a_count_is_fresh_for_four_weeks_when_a_treatment_starts() {
        let found = |course, days: u32| {
            let today = Day::of(2026, 3, 1).unwrap();
            let patient = patient(course, today.minus(days));
            let book = neutrophils();
            let assessment = at_the_gate(&book, &patient, today, true);
            let codes = assessment.findings.iter().map(|f| f.code.to_owned());
            codes.collect::<Vec<_>>()
        };
        assert!(found(Course::Initiation, 28).is_empty());
        assert_eq!(found(Course::Initiation, 29), [ANC_STALE]);
        let ongoing = Course::Ongoing { started_on: None };
        assert!(found(ongoing, 29).is_empty());
    }

    #[test]
    fn a_treatment_that_was_told_to_be_stopped_warns_who_goes_on_with_it() {
        let today = Day::of(2026, 3, 1).unwrap();
        let course = Course::Stopped {
            started_on: None,
            stopped_on: today.minus(40),
        };
        let patient = patient(course, today);
        let book = neutrophils();
        let assessment = at_the_gate(&book, &patient, today, true);
        let found = assessment.findings.iter();
        let found: Vec<_> = found.map(|f| (f.code, f.severity)).collect();
        assert_eq!(found, [(TREATMENT_STOPPED, Severity::Warn)]);
    }

    #[test]
    fn a_warning_asks_for_a_confirmation_of_what_is_so_now() {
        let found = [("w", Severity::Warn), ("v", Severity::Warn)];
        let (yes, over) = (GateVerdict::Confirmed, GateVerdict::Overridden);
        let left = |decided: &[(GateVerdict, &str, &str)]| passage(&found, decided);
        assert_eq!(left(&[]), Passage::ToConfirm(codes(&["v", "w"])));
        assert_eq!(
            left(&[(yes, "w", "now")]),
            Passage::ToConfirm(codes(&["v"]))
        );
        assert_eq!(
            left(&[(yes, "w", "now"), (over, "v", "now")]),
            Passage::Open
        );
        let before = [(yes, "w", "before"), (yes, "v", "now")];
        assert_eq!(left(&before), Passage::ToConfirm(codes(&["w"])));
    }

    #[test]
    fn a_stop_or_a_refusal_is_lifted_by_an_override_alone() {
        for severity in [Severity::Stop, Severity::Refuse] {
            let found = [("s", severity), ("w", Severity::Warn)];
            let (yes, over) = (GateVerdict::Confirmed, GateVerdict::Overridden);
            let blocked = Passage::Blocked(codes(&["s"]));
            assert_eq!(passage(&found, &[]), blocked);
            assert_eq!(passage(&found, &[(yes, "s", "now")]), blocked);
            assert_eq!(passage(&found, &[(over, "s", "before")]), blocked);
            let lifted = passage(&found, &[(over, "s", "now")]);
            assert_eq!(lifted, Passage::ToConfirm(codes(&["w"])));
        }
    }
}
