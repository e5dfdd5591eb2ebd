//! How far the treatment of a case has come, and the days that belong to it.

use crate::domain::assess::Course;
use crate::domain::calendar::Day;
use crate::domain::rule::{Rulebook, Slug};
use crate::wire::plan_case::Fields;

/// The words of `treatment`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Initiation,
    Ongoing,
    Interrupted,
    Stopped,
}

impl Word {
    fn from_code(code: &str) -> Option<Self> {
        match code {
            "initiation" => Some(Self::Initiation),
            "ongoing" => Some(Self::Ongoing),
            "interrupted" => Some(Self::Interrupted),
            "stopped" => Some(Self::Stopped),
            _ => None,
        }
    }
}

/// A day of a case: nothing when it could not be read, and maybe it is not there.
type Told = Option<Option<Day>>;

/// The days of a treatment as they were written; those it does not use may say anything.
struct Days {
    started: Told,
    interrupted: Told,
    resumes: Told,
    stopped: Told,
}

/// Reads the treatment and its days; `indication` and `book` say whether it needs its start.
pub(super) fn read(
    fields: &Fields<'_, '_>,
    book: Option<&Rulebook>,
    as_of: Option<Day>,
    indication: Option<&Slug>,
) -> Option<Course> {
    let word = fields.word(
        "treatment",
        "\"initiation\", \"ongoing\", \"interrupted\" or \"stopped\"",
        Word::from_code,
    );
    let day = |key| fields.optional(key, Fields::past_day);
    let days = Days {
        started: day("started_on"),
        interrupted: day("interrupted_on"),
        resumes: day("resumes_on"),
        stopped: day("stopped_on"),
    };
    let needs_start = book.is_some_and(|book| book.safety.monitoring.needs_start(indication));
    course(fields, word?, &days, needs_start, as_of)
}

fn course(
    fields: &Fields<'_, '_>,
    word: Word,
    days: &Days,
    needs_start: bool,
    as_of: Option<Day>,
) -> Option<Course> {
    let started = || match days.started {
        Some(None) if needs_start => fields.missing("started_on", "the day the treatment started"),
        told => in_time(fields, "started_on", told, as_of),
    };
    match word {
        Word::Initiation => Some(Course::Initiation),
        Word::Ongoing => Some(Course::Ongoing {
            started_on: started()?,
        }),
        Word::Interrupted => {
            let started_on = started();
            let interrupted_on = ended(fields, "interrupted_on", days.interrupted, as_of);
            let ordered = (
                not_before(
                    fields,
                    "interrupted_on",
                    interrupted_on,
                    started_on.flatten(),
                ),
                not_before(fields, "resumes_on", days.resumes.flatten(), interrupted_on),
            );
            ordered.0.and(ordered.1)?;
            Some(Course::Interrupted {
                started_on: started_on?,
                interrupted_on: interrupted_on?,
                resumes_on: days.resumes?,
            })
        }
        Word::Stopped => {
            let started_on = in_time(fields, "started_on", days.started, as_of);
            let stopped_on = ended(fields, "stopped_on", days.stopped, as_of);
            not_before(fields, "stopped_on", stopped_on, started_on.flatten())?;
            Some(Course::Stopped {
                started_on: started_on?,
                stopped_on: stopped_on?,
            })
        }
    }
}

/// A day that the treatment cannot do without.
fn ended(fields: &Fields<'_, '_>, key: &str, told: Told, as_of: Option<Day>) -> Option<Day> {
    match in_time(fields, key, told, as_of)? {
        Some(day) => Some(day),
        None => fields.missing(key, "a day as YYYY-MM-DD: the treatment names it"),
    }
}

/// Notes a day that is still to come.
fn in_time(fields: &Fields<'_, '_>, key: &str, told: Told, as_of: Option<Day>) -> Told {
    match (told?, as_of) {
        (Some(day), Some(as_of)) if day > as_of => {
            fields.wrong_again(key, format!("a day up to as_of, {as_of}"))
        }
        (day, _) => Some(day),
    }
}

/// Notes a day that is before another that it follows.
fn not_before(
    fields: &Fields<'_, '_>,
    key: &str,
    day: Option<Day>,
    first: Option<Day>,
) -> Option<()> {
    match (day, first) {
        (Some(day), Some(first)) if day < first => {
            fields.wrong_again(key, format!("{first} or later"))
        }
        (Some(_) | None, _) => Some(()),
    }
}
