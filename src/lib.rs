//! **Dotation** keeps the right doses of a scarce medicine in the right hospital pharmacy.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "a test that panics has failed, which is what it is for"
    )
)]

pub mod db;
pub mod domain;
