//! Who is served: the allocation of a scarce medicine, exact and the same for everybody.
//!
//! **In priority order, a claim is granted if and only if it can be met together with every claim
//! already granted: with whole units, in date, none used twice.** Nobody ranked lower ever costs a
//! higher-ranked claim a unit, and nothing usable is left idle while an eligible claim could be met
//! with it. The granted set is therefore unique; which lots and transfers realise it is chosen to
//! move and to waste as little as possible.
//!
//! Start with [`plan()`]: [`pool`] deals the case out to the sites that share, [`claim`] says who asks
//! for what in which class, [`grant`] decides each claim in its turn, [`realise`] chooses the units.
//! Pools share nothing; with [`Planner`] whoever calls can have them decided at the same time.

mod case;
mod claim;
mod grant;
mod lottery;
mod outcome;
mod pool;
mod realise;
mod solve;

pub use case::{Case, CasePatient, CaseRequest, CaseSite, CaseStock, Form, Transfers};
pub use claim::Books;
pub use outcome::{
    Bounded, Decision, Incomplete, Lack, Plan, PlannedDose, Status, Subject, Totals, Transfer,
};
pub use pool::Pool;
pub use solve::{Granted, Planner, PoolPlan, merge, plan, ranked};

#[cfg(test)]
mod tests;
