//! The days of a treatment, and what is wrong with them.

use super::TreatmentState;
use crate::domain::assess::Course;
use crate::domain::calendar::Day;

/// The days of a treatment as they were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub started_on: Option<Day>,
    /// Since when it pauses.
    pub interrupted_on: Option<Day>,
    /// When it is to go on.
    pub resumes_on: Option<Day>,
    /// When it was stopped for good.
    pub stopped_on: Option<Day>,
}

/// A day that cannot be, and the field it was told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misdated {
    /// The field: `started_on`.
    pub field: &'static str,
    /// What is wrong.
    pub wrong: WrongDay,
}

/// What is wrong with a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongDay {
    /// The state, or the rulebook for this indication, cannot do without it.
    #[error("is missing: a treatment in this state is reckoned from it")]
    Missing,
    /// A treatment in this state has no such day.
    #[error("{found} is no day of a treatment in this state")]
    NotOfTheState {
        /// What was told.
        found: Day,
    },
    /// It is still to come.
    #[error("{found} is to come: it is {today} at the site")]
    ToCome {
        /// What was told.
        found: Day,
        /// The day at the site.
        today: Day,
    },
    /// It follows another day, and is told before it.
    #[error("{found} is before {first}, which it follows")]
    Before {
        /// What was told.
        found: Day,
        /// The day it follows.
        first: Day,
    },
}

impl Days {
    /// Returns the days of a course.
    pub const fn of(course: Course) -> Self {
        let none = Self {
            started_on: None,
            interrupted_on: None,
            resumes_on: None,
            stopped_on: None,
        };
        match course {
            Course::Initiation => none,
            Course::Ongoing { started_on } => Self { started_on, ..none },
            Course::Interrupted {
                started_on,
                interrupted_on,
                resumes_on,
            } => Self {
                started_on,
                interrupted_on: Some(interrupted_on),
                resumes_on,
                ..none
            },
            Course::Stopped {
                started_on,
                stopped_on,
            } => Self {
                started_on,
                stopped_on: Some(stopped_on),
                ..none
            },
        }
    }

    /// Returns how far a treatment has come; `needs_start` says whether its rulebook can say nothing without
    /// its first day. Only the day it goes on may be to come.
    ///
    /// # Errors
    /// Every day that is wrong, in the order of the fields.
    pub fn course(
        self,
        state: TreatmentState,
        needs_start: bool,
        today: Day,
    ) -> Result<Course, Vec<Misdated>> {
        let mut wrong = Wrong(Vec::new());
        let Self {
            started_on,
            interrupted_on,
            resumes_on,
            stopped_on,
        } = self;
        let started = ("started_on", started_on);
        let interrupted = ("interrupted_on", interrupted_on);
        let resumes = ("resumes_on", resumes_on);
        let stopped = ("stopped_on", stopped_on);
        let course = match state {
            TreatmentState::Planned => {
                wrong.unused([started, interrupted, resumes, stopped]);
                Some(Course::Initiation)
            }
            TreatmentState::Ongoing => {
                wrong.past(started, needs_start, None, today);
                wrong.unused([interrupted, resumes, stopped]);
                Some(Course::Ongoing { started_on })
            }
            TreatmentState::Interrupted => {
                wrong.past(started, needs_start, None, today);
                wrong.past(interrupted, true, started_on, today);
                wrong.after(resumes, interrupted_on);
                wrong.unused([stopped]);
                interrupted_on.map(|interrupted_on| Course::Interrupted {
                    started_on,
                    interrupted_on,
                    resumes_on,
                })
            }
            TreatmentState::Stopped => {
                wrong.past(started, false, None, today);
                wrong.unused([interrupted, resumes]);
                wrong.past(stopped, true, started_on, today);
                stopped_on.map(|stopped_on| Course::Stopped {
                    started_on,
                    stopped_on,
                })
            }
        };
        course.filter(|_| wrong.0.is_empty()).ok_or(wrong.0)
    }
}

/// A field and what was told in it.
type Field = (&'static str, Option<Day>);

struct Wrong(Vec<Misdated>);

impl Wrong {
    fn push(&mut self, field: &'static str, wrong: WrongDay) {
        self.0.push(Misdated { field, wrong });
    }

    fn unused<const N: usize>(&mut self, fields: [Field; N]) {
        for (field, day) in fields {
            if let Some(found) = day {
                self.push(field, WrongDay::NotOfTheState { found });
            }
        }
    }

    /// Notes a day that is to come, before the one it follows, or not there and needed.
    fn past(&mut self, (field, day): Field, needed: bool, first: Option<Day>, today: Day) {
        match day {
            None if needed => self.push(field, WrongDay::Missing),
            None => {}
            Some(found) if found > today => self.push(field, WrongDay::ToCome { found, today }),
            Some(_) => self.after((field, day), first),
        }
    }

    fn after(&mut self, (field, day): Field, first: Option<Day>) {
        if let (Some(found), Some(first)) = (day, first)
            && found < first
        {
            self.push(field, WrongDay::Before { found, first });
        }
    }
}
