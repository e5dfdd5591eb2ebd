//! The room of verbs: one file for each thing that people do here.
//!
//! A door reads a request into domain types and calls one verb in one transaction: the verb loads
//! facts, lets [`crate::domain`] decide, and lets [`crate::db`] keep what was decided. What follows
//! every change (holds made again, alerts, letters) is in [`after`], in the same transaction.
//!
//! Start reading at [`Service`], then [`dispense`].

pub mod access;
pub mod acknowledge_alert;
pub mod act;
pub mod after;
mod apart;
pub mod approve_plan;
pub mod ask_clearance;
pub mod assess_case;
pub mod audit_trail;
pub mod break_glass;
pub mod caller;
pub mod count_units;
mod crs;
pub mod digest;
pub mod dispense;
mod each;
pub mod edit_catalogue;
pub mod edit_deliveries;
pub mod edit_patients;
pub mod edit_people;
pub mod edit_recipients;
pub mod edit_sites;
pub mod edit_thresholds;
pub mod end_clearance;
pub mod enter_counts;
pub mod error;
pub mod escalate;
pub mod evaluate;
pub mod excursions;
pub mod fall_back;
pub mod file_request;
pub mod forecast;
pub mod give_access;
pub mod hear;
mod hearers;
pub mod import_bdpm;
pub mod import_sheet;
pub mod import_stock;
pub mod inventory;
mod last_given;
pub mod letter_links;
pub mod link_identity;
pub mod live_case;
pub mod lose_units;
pub mod make_plan;
pub mod monitor;
pub mod notices;
pub mod once;
pub mod operations;
pub mod personal;
pub mod plan_lines;
pub mod post_letters;
pub mod protect;
pub mod quarantine;
pub mod reach;
pub mod recalls;
pub mod receive_units;
pub mod record;
pub mod records;
mod refused;
mod rehold;
mod resupply;
pub mod retention;
pub mod retry_letters;
pub mod reverse;
pub mod safety;
pub mod schedule;
pub mod see;
pub mod service;
pub mod sessions;
pub mod set_password;
mod shelf;
pub mod sign_in;
pub mod site_state;
pub mod sweep_lines;
mod tell_readers;
pub mod tell_treatment;
pub mod transfer;
pub mod turn_day;
pub mod watch_copies;
pub mod watch_service;

pub use act::{Act, Caller};
pub use error::Error;
pub use once::{Answer, Decided, Keyed};
pub use service::Service;
