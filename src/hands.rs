//! Many hands: work shared between the processors of the machine, its answers in the order of the
//! work.
//!
//! `domain` decides on the caller's thread and knows no other; here its pools are decided at the
//! same time. Who does what is left to chance, what comes out is not.

use crate::domain::plan::{self, Books, Case, Granted, Plan, Planner};
use crate::domain::rule::Rulebook;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The most threads at one work. Choice: what a plan takes besides its pools is done by one.
const MOST: usize = 8;

/// From how many requests on a case is planned by many hands.
///
/// Choice: a smaller one is planned within the time that it takes to begin.
const LARGE: usize = 500;

/// Plans a case as [`plan::plan`] does, to the byte, on all processors where it is large.
pub fn plan<'a>(case: &Case, book: &'a Rulebook, of: Books<'a>) -> Plan {
    if case.requests.len() < LARGE {
        return plan::plan(case, book, of);
    }
    let planner = Planner::new(case, book, of);
    plan::merge(each(planner.pools(), |pool| planner.decide(&pool)))
}

/// Says which claims of a case a plan grants, the first ranked first; with which units is not asked, which
/// is most of the work of a plan.
pub fn granted<'a>(case: &Case, book: &'a Rulebook, of: Books<'a>) -> Vec<Granted> {
    let planner = Planner::new(case, book, of);
    let pools = planner.pools();
    if case.requests.len() < LARGE {
        return plan::ranked(pools.iter().map(|pool| planner.grant(pool)).collect());
    }
    plan::ranked(each(pools, |pool| planner.grant(&pool)))
}

/// Does each piece of work, and returns the answers in the order of the pieces.
///
/// # Panics
/// When a piece does.
pub fn each<W: Send, A: Send>(work: Vec<W>, act: impl Fn(W) -> A + Sync) -> Vec<A> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let hands = processors.min(MOST).min(work.len());
    if hands < 2 {
        return work.into_iter().map(act).collect();
    }
    let queue = Mutex::new(work.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let hand = || {
        let mut done = Vec::new();
        while let Some((place, piece)) = next() {
            done.push((place, act(piece)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..hands).map(|_| scope.spawn(hand)).collect();
        let mut done = hand();
        for other in others {
            match other.join() {
                Ok(of_other) => done.extend(of_other),
                Err(panic) => resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_work() {
        let work: Vec<u64> = (0..1_000).collect();
        let slow = |n: u64| (0..(n * 7_919) % 1_000).fold(n, |n, _| std::hint::black_box(n));
        assert_eq!(each(work.clone(), slow), work);
        assert_eq!(each(Vec::new(), slow), Vec::<u64>::new());
        assert_eq!(each(vec![3], slow), vec![3]);
    }

    #[test]
    #[should_panic(expected = "a piece that fails")]
    fn a_panic_is_not_lost() {
        each(vec![1, 2, 3, 4], |n| assert!(n < 4, "a piece that fails"));
    }
}
