//! When the next count is due.

use super::findings::Finding;
use super::patient::{Course, Patient};
use crate::domain::calendar::Day;
use crate::domain::rule::{
    AfterInterruption, Anchor, Citation, Monitoring, Phase, Rhythm, Rulebook, Segment, Slug, Span,
};

/// The days of the next count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The first day it may be made.
    pub from: Day,
    /// The last day it should be.
    pub to: Day,
}

/// The schedule that holds, and the count it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned<'r> {
    pub(super) code: Option<&'r Slug>,
    pub(super) due: Option<Due>,
    pub(super) citation: Option<&'r Citation>,
}

/// Returns the schedule of a patient, and what an interruption adds to the findings.
pub(super) fn plan<'r>(
    book: &'r Rulebook,
    patient: &Patient,
    as_of: Day,
    findings: &[Finding<'_>],
) -> (Planned<'r>, Option<Finding<'r>>) {
    let desk = Desk {
        rules: &book.safety.monitoring,
        patient,
        as_of,
        findings,
    };
    match patient.course {
        Course::Initiation => (Planned::NOTHING, None),
        Course::Ongoing { .. } => (desk.running(as_of), None),
        Course::Stopped { stopped_on, .. } => (desk.after_stop(stopped_on), None),
        Course::Interrupted {
            started_on,
            interrupted_on,
            resumes_on,
        } => desk.interrupted(started_on, interrupted_on, resumes_on.unwrap_or(as_of)),
    }
}

/// The rules and the patient, side by side.
struct Desk<'r, 'p> {
    rules: &'r Monitoring,
    patient: &'p Patient,
    as_of: Day,
    findings: &'p [Finding<'p>],
}

impl<'r> Desk<'r, '_> {
    /// The schedule of a treatment that runs, as it is on `day`.
    fn running(&self, day: Day) -> Planned<'r> {
        let mut since = self.patient.course.started_on();
        for segment in self.segments() {
            match &segment.rhythm {
                Rhythm::Opening {
                    anchor,
                    from_days,
                    to_days,
                } => match self.opening(*anchor, *from_days, *to_days) {
                    Opening::Unknown(code) => {
                        return Planned {
                            code: code.then_some(&segment.code),
                            ..Planned::NOTHING
                        };
                    }
                    Opening::Due(due) => return planned(segment, Some(due)),
                    Opening::Done(from) => since = Some(from),
                },
                Rhythm::Repeating {
                    while_,
                    every,
                    at_most,
                } if self.holds(while_, day) => {
                    let next = self.next(since, *every, at_most.unwrap_or(*every));
                    return planned(segment, next);
                }
                Rhythm::Repeating { .. } | Rhythm::AfterStop { .. } => {}
            }
        }
        Planned::NOTHING
    }

    fn segments(&self) -> impl Iterator<Item = &'r Segment> {
        let indication = &self.patient.indication;
        self.rules.segments.iter().filter(|s| s.is_for(indication))
    }

    fn opening(&self, anchor: Anchor, from_days: u32, to_days: u32) -> Opening {
        let day = match anchor {
            Anchor::Start => self.patient.course.started_on(),
            Anchor::SecondAdministration => self.second_administration(),
        };
        let Some(day) = day else {
            return Opening::Unknown(anchor == Anchor::SecondAdministration);
        };
        let from = day.plus(from_days);
        if self.latest_since(from).is_some() {
            return Opening::Done(from);
        }
        Opening::Due(Due {
            from,
            to: day.plus(to_days),
        })
    }

    fn second_administration(&self) -> Option<Day> {
        let mut days = self.patient.administrations.clone();
        days.sort_unstable();
        days.get(1).copied()
    }

    /// Whether a repeating schedule is the one of `day`.
    fn holds(&self, phase: &Phase, day: Day) -> bool {
        let Phase {
            from_treated_days,
            before_treated_days,
            neutropenic,
            found,
        } = phase;
        let treated = self
            .patient
            .course
            .started_on()
            .map(|on| on.days_until(day));
        let bound = |n: &Option<u32>, fits: fn(i64, i64) -> bool| {
            n.is_none_or(|n| treated.is_some_and(|treated| fits(treated, n.into())))
        };
        bound(from_treated_days, |treated, n| treated >= n)
            && bound(before_treated_days, |treated, n| treated < n)
            && neutropenic.is_none_or(|asked| asked == self.is_neutropenic())
            && found.as_ref().is_none_or(|code| self.found(code))
    }

    /// So long after the latest count since a day: the start, or the first day of the opening count
    /// that was made; without one, the first count's day.
    fn next(&self, since: Option<Day>, every: Span, at_most: Span) -> Option<Due> {
        let latest = match since {
            Some(since) => self.latest_since(since),
            None => self.patient.latest(self.as_of).map(|count| count.on),
        };
        if let Some(latest) = latest {
            return Some(Due {
                from: every.after(latest),
                to: at_most.after(latest),
            });
        }
        let start = self.patient.course.started_on()?;
        let day = start.plus(self.rules.first_count.as_ref()?.after_days);
        Some(Due { from: day, to: day })
    }

    /// The day of the latest count on or after a day.
    fn latest_since(&self, first: Day) -> Option<Day> {
        let latest = self.patient.latest(self.as_of).map(|count| count.on);
        latest.filter(|on| *on >= first)
    }

    /// Whether a count since the start makes a history of neutropenia.
    fn is_neutropenic(&self) -> bool {
        let (Some(rule), Some(start)) = (&self.rules.neutropenia, self.patient.course.started_on())
        else {
            return false;
        };
        let bound = if self.patient.benign_ethnic_neutropenia {
            rule.below_benign_ethnic
        } else {
            rule.below
        };
        let mut counts = self.patient.counts.iter();
        counts.any(|count| count.per_mm3 < bound && (start..=self.as_of).contains(&count.on))
    }

    fn found(&self, code: &Slug) -> bool {
        self.findings.iter().any(|f| f.code == code.as_str())
    }

    /// The first of the days after a stop on or after which no count was made.
    fn after_stop(&self, stopped_on: Day) -> Planned<'r> {
        for segment in self.segments() {
            let Rhythm::AfterStop { every_days, times } = segment.rhythm else {
                continue;
            };
            let days = (1..=times).map(|n| stopped_on.plus(every_days.saturating_mul(n)));
            let mut left = days.filter(|day| self.latest_since(*day).is_none());
            return left.next().map_or(Planned::NOTHING, |day| {
                planned(segment, Some(Due { from: day, to: day }))
            });
        }
        Planned::NOTHING
    }

    /// The schedule of a treatment that pauses.
    ///
    /// Where the rulebook has rows for interruptions the schedule before is that of the day it began,
    /// and no count is asked for before the treatment goes on; where it has none, or was told to stop
    /// for good, the schedule runs as if there were no pause.
    fn interrupted(
        &self,
        started_on: Option<Day>,
        interrupted_on: Day,
        resumes_on: Day,
    ) -> (Planned<'r>, Option<Finding<'r>>) {
        let as_if = || (self.running(self.as_of), None);
        let stopped = self.segments().any(|segment| match &segment.rhythm {
            Rhythm::Repeating { while_, .. } => {
                while_.found.as_ref().is_some_and(|code| self.found(code))
            }
            Rhythm::Opening { .. } | Rhythm::AfterStop { .. } => false,
        });
        let (Some(started_on), false) = (started_on, stopped) else {
            return as_if();
        };
        let treated = started_on.days_until(interrupted_on);
        let length = interrupted_on.days_until(resumes_on);
        let neutropenic = self.is_neutropenic();
        let mut rows = self.rules.interruptions.iter();
        let Some(row) = rows.find(|row| row.is_for(treated, length, neutropenic)) else {
            return as_if();
        };
        let before = match &row.then {
            AfterInterruption::Previous => self.running(interrupted_on),
            AfterInterruption::Schedule(code) => self.named(code),
        };
        let due = before.due.map(|due| Due {
            from: due.from.max(resumes_on),
            to: due.to.max(resumes_on),
        });
        (Planned { due, ..before }, Some(Finding::interruption(row)))
    }

    /// The first repeating schedule of a code, whatever it asks for otherwise.
    fn named(&self, code: &Slug) -> Planned<'r> {
        for segment in self.segments().filter(|s| s.code == *code) {
            if let Rhythm::Repeating { every, at_most, .. } = &segment.rhythm {
                let since = self.patient.course.started_on();
                let next = self.next(since, *every, at_most.unwrap_or(*every));
                return planned(segment, next);
            }
        }
        Planned::NOTHING
    }
}

/// What an opening count is worth.
enum Opening {
    /// Nobody knows from when to count its days; whether its schedule runs all the same.
    Unknown(bool),
    /// It is to be made.
    Due(Due),
    /// It was made, on or after this day.
    Done(Day),
}

const fn planned(segment: &Segment, due: Option<Due>) -> Planned<'_> {
    Planned {
        code: Some(&segment.code),
        due,
        citation: Some(&segment.citation),
    }
}
