//! The room that decides. Pure: values in, values out.
//!
//! It does no input or output, knows no clock, no randomness, no SQL and no JSON, and so it
//! cannot fail for reasons outside of its arguments.
#![deny(clippy::float_arithmetic)]

pub mod calendar;
pub mod code;
pub mod dose;
pub mod language;
pub mod presentation;
pub mod quantity;
pub mod rule;
pub mod slug;
