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

#[macro_use]
mod support;

mod db_engine;
mod db_laws;
mod db_migrations;
mod db_writer;
mod first_story;
mod ledger;
mod mail;
mod service;
mod shelf;
mod post;
mod receiving;
mod smtp;
mod start;
mod tidy;
