//! What a verification found, for people and for machines.

use crate::cli::answer::columns;
use crate::trail::Report;
use serde_json::{Value, json};

/// For people: what holds, chain by chain; then what does not; then what is not proved.
pub(super) fn report(report: &Report) -> String {
    let rows: Vec<[String; 3]> = report
        .chains
        .iter()
        .map(|chain| {
            let proved = chain.proved.as_ref();
            [
                chain.chain.clone(),
                format!("{} to {}", chain.first, chain.last),
                match (proved, report.with_key, chain.unsigned()) {
                    (Some(p), true, 0) => format!("to line {} of {}", p.seq, short(&p.at)),
                    (Some(p), true, after) => format!(
                        "to line {} of {}; {after} after it are chained, not signed",
                        p.seq,
                        short(&p.at)
                    ),
                    (_, _, after) => format!("{after} are chained; none is proved"),
                },
            ]
        })
        .collect();
    let mut text = columns(["CHAIN", "LINES", "PROVED"], &rows);
    let mut lines = Vec::new();
    if let Some((number, at, hash)) = &report.last {
        let at = short(at);
        lines.push(format!("\nThe last statement is {number}, of {at}: {hash}"));
    }
    let parts = not_proved(report);
    lines.extend(parts.iter().map(|part| format!("Not proved: {part}")));
    lines.extend(report.faults.iter().map(|fault| format!("WRONG: {fault}")));
    if report.more_faults > 0 {
        lines.push(format!("WRONG: and {} more", report.more_faults));
    }
    lines.push(if report.holds() {
        "All of it holds.\n".to_owned()
    } else {
        "IT DOES NOT HOLD.\n".to_owned()
    });
    text.push_str(&lines.join("\n"));
    text
}

fn short(at: &str) -> String {
    at.split('.').next().unwrap_or(at).to_owned() + "Z"
}

/// What nobody can say by what was looked at.
fn not_proved(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    if !report.with_key {
        parts.push("who wrote it; no signature was verified, for no key was given".to_owned());
    }
    if let Some(chain) = &report.scope.chain {
        parts.push(format!("other chains than {chain}, which are not here"));
    }
    if report.scope.from_later {
        parts.push("lines before the first one of each chain here".to_owned());
    }
    if report.scope.to_earlier {
        parts.push("lines after the last one of each chain here".to_owned());
    }
    parts
}

/// For machines.
pub(super) fn as_json(report: &Report) -> Value {
    let chains = report.chains.iter().map(|chain| {
        json!({
            "chain": chain.chain, "first": chain.first, "last": chain.last, "hash": chain.hash,
            "proved_to": chain.proved.as_ref().map(|p| p.seq),
            "statement": chain.proved.as_ref().map(|p| p.statement),
            "signed_at": chain.proved.as_ref().map(|p| p.at.clone()),
            "not_signed": chain.unsigned(),
        })
    });
    let faults = report
        .faults
        .iter()
        .map(|fault| json!({ "code": fault.code(), "message": fault.to_string() }));
    let last = report
        .last
        .as_ref()
        .map(|(number, at, hash)| json!({ "statement": number, "at": at, "hash": hash }));
    json!({
        "holds": report.holds(),
        "with_key": report.with_key,
        "lines": report.lines,
        "statements": report.statements,
        "last_statement": last,
        "chains": chains.collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(),
        "more_faults": report.more_faults,
        "not_proved": not_proved(report),
    })
}
