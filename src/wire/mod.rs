//! The room of shapes: files and messages from outside into the types of `domain`, and back.
//!
//! What stands here reads bytes that somebody else wrote, names every fault with its place, and
//! hands on values that need no second check. It opens no file, decides nothing about medicines
//! and knows no database. Start with [`bdpm`], the public medicines database, or with
//! [`plan_case`] and [`plan`], the question and the answer of an allocation, or with [`assess_case`],
//! both of one patient.

pub mod assess_case;
pub mod bdpm;
pub mod counts;
pub mod fhir;
pub mod import;
pub mod json;
pub mod plan;
pub mod plan_case;
pub mod rulebook;
pub mod sheet;
