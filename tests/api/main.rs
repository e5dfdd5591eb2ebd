//! The service seen from outside, and its sources seen from above.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

mod mail;
mod post;
mod smtp;
mod start;
mod tidy;
