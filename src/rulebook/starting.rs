//! `[[start_conditions]]`, `[[remarks]]`, `[prior_treatments]` and `[[checklist]]`: what must be so
//! for a treatment to start, and what is said of one.

use super::bilingual;
use super::circumstances;
use super::citation::Sources;
use crate::domain::rule::{
    ChecklistItem, PriorTreatments, Remark, Severity, Slug, StartCondition, StartWay, Treatment,
};
use crate::toml_file::Table;
use std::collections::BTreeSet;

/// Reads `[prior_treatments]`, each code once.
pub(super) fn prior_treatments(table: &Table<'_>, sources: &Sources) -> Option<PriorTreatments> {
    let codes = table.list("codes", Slug::parse);
    let citation = sources.cited(table);
    let codes = codes?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = codes.iter().find(|code| !seen.insert(*code)) {
        let what = format_args!("names {twice} twice, expected each treatment once");
        return table.inconsistent("codes", what);
    }
    Some(PriorTreatments {
        codes,
        citation: citation?,
    })
}

/// Reads `[[start_conditions]]`: rows of one code stand together and are the ways to meet it, the
/// first says what a refusal does; `list` is the list of prior treatments.
pub(super) fn conditions(
    top: &Table<'_>,
    sources: &Sources,
    list: Option<&Option<PriorTreatments>>,
) -> Option<Vec<StartCondition>> {
    let rows = top.rows("start_conditions", 0, |row| {
        let code = row.parsed("code", Slug::parse);
        let message = row.optional("message", |t, key| t.table(key, bilingual));
        let when = circumstances::some(row, list);
        let citation = sources.cited(row);
        let (when, citation) = (when?, citation?);
        Some((code?, message?, StartWay { when, citation }, row.spot()))
    });
    let mut conditions: Vec<StartCondition> = Vec::new();
    for (code, message, way, spot) in rows.into_iter().collect::<Option<Vec<_>>>()? {
        let known = conditions.iter().any(|c| c.code == code);
        match (conditions.last_mut().filter(|c| c.code == code), message) {
            (Some(condition), None) => condition.ways.push(way),
            (None, Some(message)) if !known => conditions.push(StartCondition {
                code,
                message,
                ways: vec![way],
            }),
            (None, None) if !known => {
                let what = format_args!("the first row of {code} has no message, expected one");
                return top.inconsistent_at(&spot, what);
            }
            (Some(_), Some(_)) => {
                let what =
                    format_args!("{code} has a message already, expected none in further rows");
                return top.inconsistent_at(&spot, what);
            }
            (None, _) => {
                let what = format_args!("rows of {code} stand before, expected them side by side");
                return top.inconsistent_at(&spot, what);
            }
        }
    }
    Some(conditions)
}

/// Reads `[[remarks]]` in the file's order; `list` is the list of prior treatments.
pub(super) fn remarks(
    top: &Table<'_>,
    sources: &Sources,
    list: Option<&Option<PriorTreatments>>,
) -> Option<Vec<Remark>> {
    let rows = top.rows("remarks", 0, |row| {
        let code = row.parsed("code", Slug::parse);
        let treatment = row.optional("treatment", treatment);
        let when = circumstances::some(row, list);
        let severity = severity(row);
        let count_now = row.optional("count_now", Table::flag);
        let message = row.table("message", bilingual);
        let citation = sources.cited(row);
        Some(Remark {
            code: code?,
            treatment: treatment?,
            when: when?,
            severity: severity?,
            count_now: count_now?.unwrap_or(false),
            message: message?,
            citation: citation?,
        })
    });
    rows.into_iter().collect()
}

/// Reads `[[checklist]]` in the file's order.
pub(super) fn checklist(top: &Table<'_>, sources: &Sources) -> Option<Vec<ChecklistItem>> {
    let rows = top.rows("checklist", 0, |row| {
        let text = row.table("text", bilingual);
        let citation = sources.cited(row);
        Some(ChecklistItem {
            text: text?,
            citation: citation?,
        })
    });
    rows.into_iter().collect()
}

/// Reads how grave a row is.
pub(super) fn severity(row: &Table<'_>) -> Option<Severity> {
    row.word(
        "severity",
        "\"info\", \"warn\", \"refuse\" or \"stop\"",
        Severity::from_code,
    )
}

/// Reads for which treatments a row is.
pub(super) fn treatment(row: &Table<'_>, key: &str) -> Option<Treatment> {
    row.word(key, "\"ongoing\" or \"initiation\"", Treatment::from_code)
}
