//! The trail from its first line to its last, some lines at a time.
//!
//! Each step is a read of its own: a line that is there stays as it is, so that no view of the database need
//! be held open however long the trail is or slow whoever reads it.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db::audit::{chains, statements};
use crate::domain::calendar::{Day, Instant};
use crate::trail::export::{self, End, Part};
use crate::trail::{Check, Head, Line, Scope, Signed};
use std::collections::VecDeque;

/// How far a walk has come.
#[derive(Debug, Default)]
pub struct Walk {
    part: Part,
    stage: Stage,
    end: End,
    /// The last line of each chain that was come by.
    heads: Vec<Head>,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Begin,
    /// After the statement of a number.
    Statements(i64),
    /// The chains that are left, each after which line and up to which.
    Chains(VecDeque<(String, i64, i64)>),
    Over,
}

/// What stands next on the way.
#[derive(Debug)]
pub enum Step {
    /// Nothing yet.
    Begin,
    /// Some statements; all of them come before the first line.
    Statements(Vec<Signed>),
    /// Some lines of one chain.
    Lines(Vec<Line>),
    /// The end, with how much there was.
    End(End),
}

impl Walk {
    /// Begins.
    pub const fn new(part: Part) -> Self {
        Self {
            part,
            stage: Stage::Begin,
            end: End {
                statements: 0,
                lines: 0,
            },
            heads: Vec::new(),
        }
    }

    /// Takes the next step; nothing after the end.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn step(&mut self, act: &mut Act<'_>) -> Result<Option<Step>, Error> {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        match &mut self.stage {
            Stage::Begin => {
                self.stage = Stage::Statements(0);
                Ok(Some(Step::Begin))
            }
            Stage::Statements(after) => {
                let some = statements::some_after(act.conn, *after)?;
                match some.last() {
                    Some(last) => *after = last.number,
                    // their ends are looked up after the last statement: no line that it names is left out
                    None => self.stage = Stage::Chains(chains_of(act, &self.part)?),
                }
                self.end.statements = self.end.statements.saturating_add(count(some.len()));
                Ok(Some(Step::Statements(some)))
            }
            Stage::Chains(left) => {
                let Some((chain, after, most)) = left.front_mut() else {
                    self.stage = Stage::Over;
                    return Ok(Some(Step::End(self.end)));
                };
                let some = chains::some_after(act.conn, chain, *after, *most)?;
                match some.last() {
                    Some(last) if last.seq < *most => *after = last.seq,
                    Some(_) | None => drop(left.pop_front()),
                }
                if let Some(last) = some.last() {
                    let (chain, hash) = (last.entry.chain.clone(), last.hash.clone());
                    let seq = last.seq;
                    self.heads.retain(|head| head.chain != chain);
                    self.heads.push(Head { chain, seq, hash });
                }
                self.end.lines = self.end.lines.saturating_add(count(some.len()));
                Ok(Some(Step::Lines(some)))
            }
            Stage::Over => Ok(None),
        }
    }

    /// Takes the next step as the text of a file; nothing after the end.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn text(&mut self, act: &mut Act<'_>) -> Result<Option<String>, Error> {
        let step = self.step(act)?;
        Ok(step.map(|step| match step {
            Step::Begin => export::head(&self.part.head(act.now)),
            Step::Statements(some) => some.iter().map(export::statement).collect(),
            Step::Lines(some) => some.iter().map(export::line).collect(),
            Step::End(end) => export::end(end),
        }))
    }

    /// Tells the next step to a verification; returns whether there may be more.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn tell(&mut self, act: &mut Act<'_>, check: &mut Check) -> Result<bool, Error> {
        match self.step(act)? {
            Some(Step::Begin) => {}
            Some(Step::Statements(some)) => some.iter().for_each(|one| check.statement(one)),
            Some(Step::Lines(some)) => some.iter().for_each(|one| check.line(one)),
            Some(Step::End(_)) | None => return Ok(false),
        }
        Ok(true)
    }

    /// Returns what part of the trail it is, for a verification.
    pub fn scope(&self) -> Scope {
        Scope {
            chain: self.part.chain.clone(),
            from_later: self.part.from.is_some(),
            to_earlier: self.part.to.is_some(),
        }
    }

    /// Returns the last line of each chain so far.
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// Returns how much there was so far.
    pub const fn so_far(&self) -> End {
        self.end
    }
}

fn chains_of(act: &mut Act<'_>, part: &Part) -> Result<VecDeque<(String, i64, i64)>, Error> {
    let begin = |day: Day| -> Option<Instant> { Some(day.date().and_hms_opt(0, 0, 0)?.and_utc()) };
    let from = part.from.and_then(begin);
    let to = part.to.and_then(|day| begin(day.plus(1)));
    let mut chains = VecDeque::new();
    for head in chains::heads(act.conn)? {
        if part.chain.as_ref().is_some_and(|only| *only != head.chain) {
            continue;
        }
        let (after, most) = bounds(act, &head, (from, to))?;
        chains.push_back((head.chain, after, most));
    }
    Ok(chains)
}

fn bounds(
    act: &mut Act<'_>,
    head: &Head,
    (from, to): (Option<Instant>, Option<Instant>),
) -> Result<(i64, i64), Error> {
    Ok(chains::bounds(act.conn, head, from, to)?)
}
