//! The program as a user runs it: arguments and files in, bytes and exit code out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

mod administer;
mod ahead;
mod assess;
mod audit;
mod configure;
mod copies;
mod count_doses;
mod counts;
mod desk;
mod identities;
mod import;
mod letters;
mod log;
mod people;
mod plan;
mod planned;
mod post;
mod request;
mod rulebook;
mod sheets;
mod shelf;
mod situation;
mod transfers;
mod treatments;
