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

mod access;
mod alerts;
mod bad_input;
mod clearance;
mod cut_off;
mod db_engine;
mod db_laws;
mod db_migrations;
mod db_writer;
mod editing;
mod first_story;
mod floor;
mod ledger;
mod letters;
mod letters_in_order;
mod mail;
mod post;
mod reach;
mod receiving;
mod repeating;
mod service;
mod shelf;
mod smtp;
mod start;
mod story;
mod tidy;
mod together;
mod told_times;
mod trail;
mod who_sees;
