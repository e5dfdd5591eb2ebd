//! Whether a plan is what its case gives, line by line.

use super::Document;
use super::document::Key;
use crate::wire::json::{Node, write};
use serde_json::{Value, json};

/// The fields that may be left out: another program need not write them.
const EXTRAS: &[&str] = &[
    "rulebook_sha256",
    "rulebook_in_force",
    "change",
    "undecided",
];

/// Fields of the whole plan that are looked at one by one elsewhere.
const LISTS: &[&str] = &["decisions", "incomplete"];

/// A value of a plan that is not what its case gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The field.
    pub field: String,
    /// What the plan says, as JSON; nothing when it says nothing.
    pub given: Option<String>,
    /// What the case gives; nothing when it gives no such thing.
    pub derived: Option<String>,
}

/// What was found of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `request` or `reserve`.
    pub kind: String,
    /// The line's id.
    pub id: String,
    /// What does not hold; the line holds when it is empty.
    pub mismatches: Vec<Mismatch>,
}

/// What was found of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What does not hold of the plan as a whole.
    pub whole: Vec<Mismatch>,
    /// Its lines in the order of the re-derived plan, then those that it has too many.
    pub lines: Vec<Line>,
}

impl Verified {
    /// Whether all of it holds.
    pub fn holds(&self) -> bool {
        self.whole.is_empty() && self.lines.iter().all(|line| line.mismatches.is_empty())
    }
}

impl Verified {
    /// Returns what was found as JSON: `holds`, `whole`, and `lines` with `kind`, `id`, `holds` and
    /// `mismatches`, each a `field` with what the `plan` says and what was `derived`.
    pub fn to_json(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            json!({
                "kind": line.kind,
                "id": line.id,
                "holds": line.mismatches.is_empty(),
                "mismatches": mismatches_as_json(&line.mismatches),
            })
        });
        json!({
            "holds": self.holds(),
            "whole": mismatches_as_json(&self.whole),
            "lines": lines.collect::<Vec<_>>(),
        })
    }
}

fn mismatches_as_json(all: &[Mismatch]) -> Vec<Value> {
    let of = |text: &Option<String>| {
        let text = text.as_deref();
        text.map_or(Value::Null, |t| {
            serde_json::from_str(t).unwrap_or_else(|_| t.into())
        })
    };
    let one =
        |m: &Mismatch| json!({ "field": m.field, "plan": of(&m.given), "derived": of(&m.derived) });
    all.iter().map(one).collect()
}

/// Compares a plan with the one that its case gives, which is `derived` in every language: a
/// sentence holds when it is that of any of them. Numbers are compared by their value.
pub fn verify(given: &Document<'_>, derived: &[Document<'_>]) -> Verified {
    let Some(first) = derived.first() else {
        return Verified {
            whole: Vec::new(),
            lines: Vec::new(),
        };
    };
    let nodes =
        |key: &str| -> Vec<Node<'_>> { derived.iter().map(|d| d.field(key).clone()).collect() };
    let tops: Vec<&Node<'_>> = derived.iter().map(Document::node).collect();
    let mut whole = mismatches(given.node(), &tops, LISTS);
    let incomplete = nodes("incomplete");
    let told = given.field("incomplete");
    if !incomplete.iter().any(|of| of.same(told)) {
        whole.push(mismatch("incomplete", Some(told), incomplete.first()));
    }
    let keys = |document: &Document<'_>| -> Vec<String> {
        let keys = document
            .decisions()
            .map(|((kind, id), _)| format!("{kind} {id}"));
        keys.collect()
    };
    let by_key = given.by_key();
    let others: Vec<_> = derived.iter().map(Document::by_key).collect();
    let mut lines: Vec<Line> = Vec::new();
    for (key, node) in first.decisions() {
        let same: Vec<&Node<'_>> = others
            .iter()
            .filter_map(|of| of.get(&key).copied())
            .collect();
        let found = match by_key.get(&key) {
            Some(row) => mismatches(row, &same, &[]),
            None => vec![mismatch("status", None, node.get("status"))],
        };
        lines.push(line(key, found));
    }
    let ours = first.by_key();
    let strangers = given.decisions().filter(|(key, _)| !ours.contains_key(key));
    let strangers: Vec<Line> = strangers
        .map(|(key, row)| line(key, vec![mismatch("status", row.get("status"), None)]))
        .collect();
    let complete = strangers.is_empty() && by_key.len() == ours.len();
    if complete && keys(given) != keys(first) {
        whole.push(Mismatch {
            field: "decisions".to_owned(),
            given: Some("another order".to_owned()),
            derived: Some("by rank, then the unranked by id".to_owned()),
        });
    }
    lines.extend(strangers);
    Verified { whole, lines }
}

fn line((kind, id): Key<'_>, mismatches: Vec<Mismatch>) -> Line {
    Line {
        kind: kind.to_owned(),
        id: id.to_owned(),
        mismatches,
    }
}

fn mismatch(field: &str, given: Option<&Node<'_>>, derived: Option<&Node<'_>>) -> Mismatch {
    Mismatch {
        field: field.to_owned(),
        given: given.map(write),
        derived: derived.map(write),
    }
}

/// The fields of an object that are in none of `derived`, in the order of the first of them.
fn mismatches(given: &Node<'_>, derived: &[&Node<'_>], but: &[&str]) -> Vec<Mismatch> {
    let (Node::Object(ours), Some(Node::Object(theirs))) = (given, derived.first()) else {
        return vec![mismatch("", Some(given), derived.first().copied())];
    };
    let mut found = Vec::new();
    for (key, value) in theirs {
        let stands = given.get(key);
        let held = match stands {
            Some(stands) => derived
                .iter()
                .any(|d| d.get(key).is_some_and(|value| value.same(stands))),
            None => EXTRAS.contains(&key.as_ref()),
        };
        if !held && !but.contains(&key.as_ref()) {
            found.push(mismatch(key, stands, Some(value)));
        }
    }
    for (place, (key, value)) in ours.iter().enumerate() {
        let twice = ours.iter().take(place).any(|(before, _)| before == key);
        if twice || derived.iter().all(|d| d.get(key).is_none()) {
            found.push(mismatch(key, Some(value), None));
        }
    }
    found
}
