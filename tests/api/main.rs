//! The service from outside: one binary, a file a story.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    unreachable_pub,
    reason = "a test that panics has failed, which is what it is for"
)]

#[macro_use]
mod support;
mod db_engine;
mod db_laws;
mod db_migrations;
