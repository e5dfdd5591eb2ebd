//! Every sentence that a person reads, in French and in English.
//!
//! Reasons are data ([`crate::domain::reason`]); here an exhaustive match makes a sentence of each,
//! so that a new reason asks for its sentences at compile time. It decides nothing.

pub mod access;
pub mod assess;
pub mod count;
pub mod en;
pub mod fault;
pub mod fr;
pub mod letter;
pub mod letter_page;
pub mod password_page;
pub mod plan;
pub mod provider_page;
pub mod request;
pub mod rulebook;
pub mod shape;
mod shelf;
pub mod situation;
pub mod transfer_sheet;
mod treatment;
pub mod trial;

use crate::domain::language::Language;
use crate::domain::quantity::Doses;
use crate::domain::reason::Refusal;
use crate::domain::rule::Resupply;

pub use fault::Bilingual;

/// Returns the sentence for a refusal.
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    match language {
        Language::Fr => fr::refusal(refusal),
        Language::En => en::refusal(refusal),
    }
}

/// Returns the sentence for a clearance, in French and in English: how many doses were asked for,
/// how many are missing, and why that many.
pub fn clearance(doses: Doses, missing: Doses, resupply: Resupply, go: bool) -> (String, String) {
    (
        fr::clearance(doses, missing, resupply, go),
        en::clearance(doses, missing, resupply, go),
    )
}
