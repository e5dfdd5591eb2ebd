//! `[[alternatives]]`, `[[exclusions]]` and `[[no_alternatives]]`: what else could be given.

use super::bilingual;
use super::circumstances;
use super::citation::Sources;
use crate::domain::rule::{
    Alternative, Evidence, Exclusion, Line, NoAlternative, PriorTreatments, Slug,
};
use crate::toml_file::{Spot, Table};
use std::collections::BTreeSet;

/// Reads the alternatives in the file's order, each code once, with the exclusions that name them.
/// `list` is the list of prior treatments.
pub(super) fn read(
    top: &Table<'_>,
    sources: &Sources,
    list: Option<&Option<PriorTreatments>>,
) -> Option<Vec<Alternative>> {
    let rows = top.rows("alternatives", 0, |row| {
        Some((alternative(row, sources)?, row.spot_of("code")))
    });
    let exclusions = exclusions(top, sources, list);
    let rows: Vec<(Alternative, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    for (row, spot) in &rows {
        if !seen.insert(&row.code) {
            let code = &row.code;
            let what = format_args!("an alternative before has the code {code}, expected another");
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    let mut read: Vec<Alternative> = rows.into_iter().map(|(row, _)| row).collect();
    for (code, exclusion, spot) in exclusions? {
        if let Some(alternative) = read.iter_mut().find(|a| a.code == code) {
            alternative.exclusions.push(exclusion);
        } else {
            let what =
                format_args!("no [[alternatives]] has the code {code}, expected one that has");
            return top.inconsistent_at(&spot, what);
        }
    }
    Some(read)
}

fn alternative(row: &Table<'_>, sources: &Sources) -> Option<Alternative> {
    let code = row.parsed("code", Slug::parse);
    let name = row.table("name", bilingual);
    let indications = row.list("indications", Slug::parse);
    let line = row.word("line", "\"first\" or \"after-failure\"", Line::from_code);
    let evidence = row.optional("evidence", |t, key| t.table(key, evidence));
    let citation = sources.cited(row);
    Some(Alternative {
        code: code?,
        name: name?,
        indications: indications?,
        line: line?,
        exclusions: Vec::new(),
        evidence: evidence?,
        citation: citation?,
    })
}

fn evidence(table: &Table<'_>) -> Option<Evidence> {
    let summary = bilingual(table);
    let doi = table.optional("doi", |t, key| t.parsed(key, doi));
    Some(Evidence {
        summary: summary?,
        doi: doi?,
    })
}

/// A digital object identifier: `10.`, the registrant, a slash, the rest (ISO 26324).
fn doi(text: &str) -> Result<String, String> {
    let fits = text.starts_with("10.")
        && text.contains('/')
        && text.chars().all(|c| c.is_ascii_graphic())
        && !text.contains(['"', '<', '>']);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no DOI, expected one as 10.1000/182"))
    }
}

fn exclusions(
    top: &Table<'_>,
    sources: &Sources,
    list: Option<&Option<PriorTreatments>>,
) -> Option<Vec<(Slug, Exclusion, Spot)>> {
    let rows = top.rows("exclusions", 0, |row| {
        let code = row.parsed("alternative", Slug::parse);
        let when = circumstances::some(row, list);
        let citation = sources.cited(row);
        let exclusion = Exclusion {
            when: when?,
            citation: citation?,
        };
        Some((code?, exclusion, row.spot_of("alternative")))
    });
    rows.into_iter().collect()
}

/// Reads `[[no_alternatives]]`; an indication that has some is none.
pub(super) fn none(
    top: &Table<'_>,
    sources: &Sources,
    alternatives: Option<&[Alternative]>,
) -> Option<Vec<NoAlternative>> {
    let rows = top.rows("no_alternatives", 0, |row| {
        let indication = row.parsed("indication", Slug::parse);
        let citation = sources.cited(row);
        let (indication, citation) = (indication?, citation?);
        let mut some = alternatives.unwrap_or_default().iter();
        if let Some(other) = some.find(|a| a.indications.contains(&indication)) {
            let code = &other.code;
            let what = format_args!("{code} is an alternative for {indication}, expected none");
            return row.inconsistent("indication", what);
        }
        Some(NoAlternative {
            indication,
            citation,
        })
    });
    rows.into_iter().collect()
}
