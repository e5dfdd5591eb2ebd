//! Tests through the doors of the service, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed, which is what it is for"
)]

mod mail;
mod smtp;
