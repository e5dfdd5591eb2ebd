//! `[[gates]]`: what keeps requests out of the ranking.

use super::citation::Sources;
use crate::domain::rule::{Gate, GateRule, Predicate, ReserveRule, Slug};
use crate::toml_file::Table;

/// Reads the gates in the order of asking; nothing when one has a fault.
pub(super) fn read(
    top: &Table<'_>,
    sources: &Sources,
    reserve: Option<&Option<ReserveRule>>,
) -> Option<Vec<Gate>> {
    let rows = top.rows("gates", 0, |row| {
        let when = when(row, reserve);
        let then = then(row, sources);
        let citation = sources.cited(row);
        Some(Gate {
            when: when?,
            then: then?,
            citation: citation?,
        })
    });
    rows.into_iter().collect()
}

/// `then = "freeze"`, or `neutrophils = "…"` with the name of the rulebook whose rows hold.
fn then(row: &Table<'_>, sources: &Sources) -> Option<GateRule> {
    let then = row.optional("then", |t, key| {
        t.word(key, "\"freeze\"", |word| {
            (word == "freeze").then_some(GateRule::Freeze)
        })
    });
    let rows = row.optional("neutrophils", |t, key| t.parsed(key, Slug::parse));
    if let Some(Some(name)) = &rows {
        sources.named.counts(row, "neutrophils", name);
    }
    match (then?, rows?) {
        (Some(then), None) => Some(then),
        (None, Some(name)) => Some(GateRule::Neutrophils(name)),
        (Some(_), Some(_)) => {
            row.inconsistent("neutrophils", "stands beside then, expected one of the two")
        }
        (None, None) => row.inconsistent(
            "then",
            "is missing, expected \"freeze\", or neutrophils = \"…\" with a rulebook's name",
        ),
    }
}

/// Reads conditions, each by its name; those about the reserve's indication need a reserve.
pub(super) fn when(
    row: &Table<'_>,
    reserve: Option<&Option<ReserveRule>>,
) -> Option<Vec<Predicate>> {
    let when = row.list("when", |word| {
        Predicate::from_code(word).ok_or_else(|| {
            let known: Vec<&str> = Predicate::ALL.iter().map(|p| p.code()).collect();
            format!(
                "{word:?} is no condition, expected one of {}",
                known.join(", ")
            )
        })
    })?;
    let about_reserve = [Predicate::ReserveIndication, Predicate::OtherIndication];
    match reserve {
        Some(None) if when.iter().any(|p| about_reserve.contains(p)) => row.inconsistent(
            "when",
            "asks for the reserve's indication, expected a [reserve]",
        ),
        Some(_) | None => Some(when),
    }
}
