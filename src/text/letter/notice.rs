//! What a letter says of a rulebook that ends.

use super::Facts;
use crate::domain::calendar::Day;

/// The rulebook that ends, and its last day.
pub(super) fn rows(
    facts: &Facts<'_>,
    [name, last]: [&'static str; 2],
    day: impl Fn(Day) -> String,
) -> Vec<(&'static str, String)> {
    let mut rows = vec![(name, facts.alert.subject.clone())];
    let ends = facts.rulebook.and_then(|book| book.valid_to);
    rows.extend(ends.map(|ends| (last, day(ends))));
    rows
}
