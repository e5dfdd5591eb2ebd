//! The room that decides. Pure: values in, values out.
//!
//! It does no input or output, knows no clock, no randomness, no SQL and no JSON, and so it
//! cannot fail for reasons outside of its arguments.
#![deny(clippy::float_arithmetic)]

pub mod alert;
pub mod calendar;
pub mod cis;
pub mod clearance;
pub mod code;
pub mod dose;
pub mod id;
pub mod language;
pub mod ledger;
pub mod presentation;
pub mod quantity;
pub mod reason;
pub mod reserve;
pub mod role;
pub mod rule;
pub mod scan;
pub mod site;
pub mod slug;
#[cfg(test)]
mod testing;
