//! What is found of a patient: a finding for every row that matches.

use super::{ANC_OVERDUE, ANC_STALE, NOT_IN_FORCE, Patient, TREATMENT_STOPPED};
use crate::domain::calendar::Day;
use crate::domain::rule::{
    Bilingual, Citation, CountOf, Counted, InterruptionRow, Rulebook, Severity, ThresholdRow,
    Treatment, all_hold,
};

/// One thing that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding<'r> {
    /// Its stable code: that of the row, or one of this module's own.
    pub code: &'r str,
    /// How grave it is.
    pub severity: Severity,
    /// What it says, and where that stands.
    pub says: Says<'r>,
    count_now: bool,
}

/// What a finding says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says<'r> {
    /// The words of a row of the rulebook.
    Row {
        /// What it says to a pharmacist.
        message: &'r Bilingual,
        /// Where it stands.
        citation: &'r Citation,
    },
    /// The next count is overdue.
    Overdue {
        /// Where the schedule stands.
        citation: &'r Citation,
    },
    /// The latest count is old, and the treatment is to start.
    Stale {
        /// Its day.
        on: Day,
    },
    /// The treatment was told to be stopped, and is asked for as one that runs.
    Stopped {
        /// Since when.
        on: Day,
    },
    /// The rulebook is not in force on this day, or another has taken its place.
    NotInForce,
}

impl<'r> Finding<'r> {
    pub(in crate::domain) const fn row(
        code: &'r str,
        severity: Severity,
        message: &'r Bilingual,
        citation: &'r Citation,
    ) -> Self {
        Self {
            code,
            severity,
            says: Says::Row { message, citation },
            count_now: false,
        }
    }

    pub(super) fn interruption(row: &'r InterruptionRow) -> Self {
        Self::row(row.code.as_str(), row.severity, &row.message, &row.citation)
    }

    pub(super) const fn overdue(citation: &'r Citation) -> Self {
        Self {
            code: ANC_OVERDUE,
            severity: Severity::Warn,
            says: Says::Overdue { citation },
            count_now: false,
        }
    }

    pub(super) const fn stale(on: Day) -> Self {
        Self {
            code: ANC_STALE,
            severity: Severity::Warn,
            says: Says::Stale { on },
            count_now: false,
        }
    }

    pub(super) const fn stopped(on: Day) -> Self {
        Self {
            code: TREATMENT_STOPPED,
            severity: Severity::Warn,
            says: Says::Stopped { on },
            count_now: false,
        }
    }

    pub(super) const fn not_in_force() -> Self {
        Self {
            code: NOT_IN_FORCE,
            severity: Severity::Info,
            says: Says::NotInForce,
            count_now: false,
        }
    }

    pub(super) const fn asks_for_a_count_now(&self) -> bool {
        self.count_now
    }
}

/// Returns what thresholds, start conditions and remarks say, in no order.
pub(super) fn of<'r>(book: &'r Rulebook, patient: &Patient, as_of: Day) -> Vec<Finding<'r>> {
    let mut findings = Vec::new();
    thresholds(book, patient, as_of, &mut findings);
    let (about, list) = (patient.about(), book.safety.prior_codes());
    let treatment = patient.course.treatment();
    if treatment == Treatment::Initiation {
        let unmet = book.safety.start_conditions.iter();
        findings.extend(unmet.filter(|c| !c.is_met(&about, list)).filter_map(|c| {
            let citation = &c.ways.first()?.citation;
            let code = c.code.as_str();
            Some(Finding::row(code, Severity::Refuse, &c.message, citation))
        }));
    }
    for remark in &book.safety.remarks {
        if remark.treatment.is_none_or(|t| t == treatment) && all_hold(&remark.when, &about, list) {
            findings.push(Finding {
                count_now: remark.count_now,
                ..Finding::row(
                    remark.code.as_str(),
                    remark.severity,
                    &remark.message,
                    &remark.citation,
                )
            });
        }
    }
    findings
}

fn thresholds<'r>(
    book: &'r Rulebook,
    patient: &Patient,
    as_of: Day,
    findings: &mut Vec<Finding<'r>>,
) {
    let counted = |of, per_mm3| Counted {
        treatment: patient.course.treatment(),
        indication: &patient.indication,
        benign_ethnic_neutropenia: patient.benign_ethnic_neutropenia,
        of,
        per_mm3,
    };
    let latest = patient.latest(as_of);
    let is_earlier = |on: Day| latest.is_some_and(|latest| on < latest.on);
    let speaks = |row: &ThresholdRow| match row.of {
        CountOf::Latest => row.matches(&counted(CountOf::Latest, latest.map(|c| c.per_mm3))),
        CountOf::Earlier => {
            let mut earlier = patient.counts.iter().filter(|c| is_earlier(c.on));
            earlier.any(|c| row.matches(&counted(CountOf::Earlier, Some(c.per_mm3))))
        }
    };
    for row in book.thresholds.iter().filter(|row| speaks(row)) {
        let code = row.code.as_str();
        findings.push(Finding::row(
            code,
            row.severity,
            &row.message,
            &row.citation,
        ));
    }
}

/// Returns findings gravest first, then by code; of one code the gravest.
pub(super) fn in_order(mut findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.code.cmp(b.code)));
    let mut once: Vec<Finding<'_>> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !once.iter().any(|seen| seen.code == finding.code) {
            once.push(finding);
        }
    }
    once
}
