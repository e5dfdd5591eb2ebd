//! Decisions that were weighed, one page each: what was chosen, what was tried that was worse.
#[doc = include_str!("0001-one-binary-two-databases.md")]
pub mod one_binary_two_databases {}
#[doc = include_str!("0002-what-the-reserve-counts.md")]
pub mod what_the_reserve_counts {}
#[doc = include_str!("0003-answers-hold-nothing-personal.md")]
pub mod answers_hold_nothing_personal {}
#[doc = include_str!("0004-what-a-release-says-of-the-patient.md")]
pub mod what_a_release_says_of_the_patient {}
#[doc = include_str!("0005-when-a-dose-was-given.md")]
pub mod when_a_dose_was_given {}
#[doc = include_str!("0006-how-the-database-becomes-a-case.md")]
pub mod how_the_database_becomes_a_case {}
#[doc = include_str!("0007-safety-copies.md")]
pub mod safety_copies {}
#[doc = include_str!("0010-what-proves-the-audit-trail.md")]
pub mod what_proves_the_audit_trail {}
#[doc = include_str!("0011-what-is-kept-where.md")]
pub mod what_is_kept_where {}
#[doc = include_str!("0013-the-wire.md")]
pub mod the_wire {}
