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
mod added_at_once;
mod ahead;
mod alerts;
mod arriving;
mod assessments;
mod attacks;
mod bad_input;
mod bad_week;
mod belonging;
mod clearance;
mod copies;
mod counts;
mod cut_off;
mod days;
mod db_engine;
mod db_laws;
mod db_migrations;
mod db_writer;
mod described;
mod editing;
mod emptied;
mod erasing;
mod faults;
mod first_story;
mod floor;
mod growing;
mod hearing;
mod hot_path;
mod importing;
mod inventories;
mod kills;
mod known;
mod ledger;
mod left_behind;
mod letters;
mod letters_in_order;
mod mail;
mod monitoring;
mod notices;
mod oidc;
mod plan;
mod plan_case;
mod plan_other;
mod planning;
mod post;
mod reach;
mod recalls;
mod receiving;
mod repeating;
mod requests;
mod retried;
mod rulebooks;
mod service;
mod shelf;
mod signed;
mod situation;
mod smtp;
mod start;
mod statements;
mod story;
mod supplying;
mod tidy;
mod together;
mod told;
mod told_times;
mod trail;
mod transfers;
mod two_books;
mod unheard;
mod who_sees;
mod wire;
