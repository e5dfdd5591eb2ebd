//! May this patient start or go on, and when is the next count due.
//!
//! [`assess`] applies one rulebook to one patient: thresholds, start conditions and remarks give
//! findings, the schedules give the days of the next count, the catalogue what else could be given.
//! It knows no medicine. Every row that matches speaks; the decision is the gravest of what was said.

mod alternatives;
mod findings;
mod patient;
mod schedule;

pub use alternatives::{Openness, Weighed, weigh};
pub use findings::{Finding, Says};
pub use patient::{Course, DatedCount, Patient};
pub use schedule::Due;

use super::calendar::Day;
use super::gate::FRESH_DAYS;
use super::rule::{ChecklistItem, Rulebook, Severity, Slug, Treatment};
use schedule::Planned;

/// The code of a count whose last day has passed.
pub const ANC_OVERDUE: &str = "anc-overdue";

/// The code of a count that is old when a treatment starts.
pub const ANC_STALE: &str = "anc-stale";

/// Code of the warning that a treatment which is asked for as one that runs was told to be stopped.
///
/// Choice: no document speaks of it; who dispenses should know that two people said two things.
pub const TREATMENT_STOPPED: &str = "treatment-stopped";

/// The code of a rulebook that is applied outside of its time.
pub const NOT_IN_FORCE: &str = "rulebook-not-in-force";

/// What a rulebook says of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment<'r> {
    /// What was found, gravest first, then by code; each code once.
    pub findings: Vec<Finding<'r>>,
    /// The schedule of counts, where one runs.
    pub schedule: Option<&'r Slug>,
    /// When the next count is due, where one is.
    pub next: Option<Due>,
    /// What became of each alternative, in the rulebook's order; nothing where it has no list for the
    /// indication.
    pub alternatives: Option<Vec<Weighed<'r>>>,
    /// What to see to.
    pub checklist: &'r [ChecklistItem],
}

impl Assessment<'_> {
    /// Returns the gravest that was found: nothing at all is as much as something to know.
    pub fn severity(&self) -> Severity {
        let found = self.findings.first().map(|finding| finding.severity);
        found.unwrap_or(Severity::Info)
    }

    /// Returns the decision's code: `allow`, `warn`, `refuse` (do not start) or `stop`.
    pub fn decision(&self) -> &'static str {
        match self.severity() {
            Severity::Info => "allow",
            Severity::Warn => Severity::Warn.code(),
            Severity::Refuse => Severity::Refuse.code(),
            Severity::Stop => Severity::Stop.code(),
        }
    }

    /// Whether nothing else can be given: none of the alternatives is open. Nothing where there is no
    /// list.
    pub fn no_alternative(&self) -> Option<bool> {
        let all = self.alternatives.as_ref()?;
        Some(!all.iter().any(|one| one.status == Openness::Open))
    }
}

/// Applies a rulebook to a patient on a day; `in_force` says whether the rulebook holds on it.
///
/// A count after `as_of` does not count: the reader of a case refuses it.
pub fn assess<'r>(
    book: &'r Rulebook,
    patient: &Patient,
    as_of: Day,
    in_force: bool,
) -> Assessment<'r> {
    let mut findings = findings::of(book, patient, as_of);
    let (planned, interruption) = schedule::plan(book, patient, as_of, &findings);
    findings.extend(interruption);
    let mut next = planned.due;
    if findings.iter().any(Finding::asks_for_a_count_now) {
        next = Some(Due {
            from: as_of,
            to: as_of,
        });
    } else if let (Some(due), Some(citation)) = (next, planned.citation)
        && due.is_over(as_of)
    {
        findings.push(Finding::overdue(citation));
    }
    if !in_force {
        findings.push(Finding::not_in_force());
    }
    Assessment {
        findings: findings::in_order(findings),
        schedule: planned.code,
        next,
        alternatives: weigh(book, &patient.about()),
        checklist: &book.safety.checklist,
    }
}

/// Applies a rulebook to a patient whom a medicine is about to be given: as [`assess`], and a count
/// of more than [`FRESH_DAYS`] days warns when the treatment is to start, and so does a treatment that was
/// told to be stopped: who gives it then goes on with it.
pub fn at_the_gate<'r>(
    book: &'r Rulebook,
    patient: &Patient,
    as_of: Day,
    in_force: bool,
) -> Assessment<'r> {
    let assessment = assess(book, patient, as_of, in_force);
    let starts = patient.course.treatment() == Treatment::Initiation;
    let latest = patient.latest(as_of).map(|count| count.on);
    let stale = latest
        .filter(|on| on.plus(FRESH_DAYS) < as_of)
        .filter(|_| starts && !book.thresholds.is_empty());
    let stopped = match patient.course {
        Course::Stopped { stopped_on, .. } => Some(stopped_on),
        Course::Initiation | Course::Ongoing { .. } | Course::Interrupted { .. } => None,
    };
    let more = stale.map(Finding::stale).into_iter();
    let more = more.chain(stopped.map(Finding::stopped));
    let findings = assessment.findings.into_iter().chain(more);
    Assessment {
        findings: findings::in_order(findings.collect()),
        ..assessment
    }
}

impl Due {
    /// Whether its last day has passed.
    pub fn is_over(self, as_of: Day) -> bool {
        as_of > self.to
    }
}

impl Planned<'_> {
    const NOTHING: Self = Self {
        code: None,
        due: None,
        citation: None,
    };
}
