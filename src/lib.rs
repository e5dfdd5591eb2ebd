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

pub mod app;
pub mod cli;
pub mod clock;
pub mod db;
pub mod demo;
pub mod domain;
pub mod http;
pub mod mail;
pub mod rulebook;
pub mod server;
pub mod settings;
pub mod telemetry;
pub mod text;
pub mod toml_file;
pub mod wire;
