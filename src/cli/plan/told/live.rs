//! How plans of the database, and what became of their lines, are written for people.

use super::{put, say};
use crate::cli::answer::columns;
use crate::domain::language::Language;
use crate::domain::line::{Line, LineState};
use crate::domain::transfer::Transfer;
use crate::text::plan::line_said;
use crate::wire::json::Node;
use crate::wire::plan::Document;
use std::collections::HashMap;

/// A line a decision: its rank, answer, name and site, what became of it, and why.
pub(in crate::cli::plan) fn lines(
    document: &Document<'_>,
    lines: &[Line],
    language: Language,
) -> String {
    let known: HashMap<&str, &Line> = lines.iter().map(|l| (l.name.as_str(), l)).collect();
    let rows: Vec<[String; 6]> = document
        .decisions()
        .map(|((_, id), node)| {
            let line = known.get(id);
            let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or("-").to_owned();
            let said = line.and_then(|line| line_said(line, language));
            [
                line.and_then(|l| l.rank)
                    .map_or_else(|| "-".to_owned(), |rank| rank.to_string()),
                text("status"),
                line.and_then(|l| l.state)
                    .map_or("-", LineState::code)
                    .to_owned(),
                line.map_or_else(|| "-".to_owned(), |l| l.site.to_string()),
                id.to_owned(),
                said.map_or_else(
                    || text("reason"),
                    |said| format!("{} — {said}", text("reason")),
                ),
            ]
        })
        .collect();
    let names = match language {
        Language::Fr => ["RANG", "RÉPONSE", "ISSUE", "SITE", "LIGNE", "POURQUOI"],
        Language::En => ["RANK", "ANSWER", "OUTCOME", "SITE", "LINE", "WHY"],
    };
    columns(names, &rows)
}

/// What was decided of lines, and what is asked for from other pharmacies.
pub(in crate::cli::plan) fn decided(
    lines: &[Line],
    transfers: &[Transfer],
    language: Language,
) -> String {
    let rows: Vec<[String; 4]> = lines
        .iter()
        .map(|line| {
            let why = line_said(line, language).or_else(|| line.why.clone());
            [
                line.state.map_or("-", LineState::code).to_owned(),
                line.site.to_string(),
                line.name.clone(),
                why.unwrap_or_default(),
            ]
        })
        .collect();
    let names = match language {
        Language::Fr => ["ISSUE", "SITE", "LIGNE", "POURQUOI"],
        Language::En => ["OUTCOME", "SITE", "LINE", "WHY"],
    };
    let mut text = columns(names, &rows);
    text.push_str(&transfers_asked(transfers, language));
    text
}

/// What plans ask for from other pharmacies, a line a lot; nothing when they ask for nothing.
pub(in crate::cli) fn transfers_asked(transfers: &[Transfer], language: Language) -> String {
    if transfers.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 7]> = transfers
        .iter()
        .flat_map(|transfer| {
            transfer.rows.iter().map(|row| {
                [
                    transfer.id.to_string(),
                    transfer.from.to_string(),
                    transfer.to.to_string(),
                    row.units.to_string(),
                    row.cip13.to_string(),
                    format!("{} ({})", row.lot, row.expiry),
                    row.state.code().to_owned(),
                ]
            })
        })
        .collect();
    let names = match language {
        Language::Fr => ["TRANSFERT", "DE", "À", "UNITÉS", "CIP13", "LOT", "ÉTAT"],
        Language::En => ["TRANSFER", "FROM", "TO", "UNITS", "CIP13", "LOT", "STATE"],
    };
    let mut text = String::new();
    put(
        &mut text,
        format_args!("\n{}\n", say(language, "À envoyer :", "To be sent:")),
    );
    text.push_str(&columns(names, &rows));
    text
}
