//! Assesses a patient whom somebody describes: nothing is read of the database, nothing is kept.

use crate::domain::assess::{Assessment, assess};
use crate::domain::language::Language;
use crate::domain::rule::Rulebook;
use crate::rulebook::Rulebooks;
use crate::wire::assess_case::{Read, read, write};
use crate::wire::plan_case::CaseFaults;

/// Applies the rulebook that a case names to its patient, and writes the assessment as JSON.
///
/// # Errors
/// Everything that is wrong with the case.
pub fn of_case(rules: &Rulebooks, bytes: &[u8], language: Language) -> Result<String, CaseFaults> {
    with(rules, bytes, |read, assessment| {
        write(assessment, read.book, read.as_of, language)
    })
}

/// Applies the rulebook that a case names to its patient; `told` makes of it what is wanted.
///
/// # Errors
/// Everything that is wrong with the case.
pub fn with<T>(
    rules: &Rulebooks,
    bytes: &[u8],
    told: impl FnOnce(&Read<'_>, &Assessment<'_>) -> T,
) -> Result<T, CaseFaults> {
    let books: Vec<&Rulebook> = rules.iter().collect();
    let read = read(bytes, &books)?;
    let in_force = rules.in_force(read.book, read.as_of);
    let assessment = assess(read.book, &read.patient, read.as_of, in_force);
    Ok(told(&read, &assessment))
}

#[cfg(test)]
mod tests;
