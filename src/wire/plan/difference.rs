//! What changed from one plan to another: for whom, and why.
//!
//! Written as JSON it is `{"same", "before", "after", "changes", "rank_only", "transfers"}`: of each
//! plan its day, rulebook, case and totals; a change a line that is not the same, with `what` (see
//! [`What`]), the two decisions without their sentences (`null` where there is none), and the
//! sentence that says why it is so now; how many lines have another rank and are the same otherwise;
//! and the transfers that came and went.

use super::Document;
use super::document::Key;
use crate::wire::json::{Node, quoted, write};
use std::fmt::Write as _;

/// What a change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It was not granted and is now.
    Gained,
    /// It was granted and is no longer.
    Lost,
    /// It was not in the plan before.
    Added,
    /// It is no longer in the plan.
    Removed,
    /// Its status is another one, and neither is granted.
    Status,
    /// It is granted with other units.
    Units,
    /// Something else: its class, its warnings, its reason.
    Other,
}

impl What {
    /// Returns the code: `gained`, `lost`, `added`, `removed`, `status`, `units`, `other`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Status => "status",
            Self::Units => "units",
            Self::Other => "other",
        }
    }
}

/// One line that is not the same.
#[derive(Clone, Debug)]
pub struct Change<'d> {
    /// Its kind and id.
    pub key: Key<'d>,
    /// What the change comes to.
    pub what: What,
    /// The decision before.
    pub before: Option<&'d Node<'d>>,
    /// The decision now.
    pub after: Option<&'d Node<'d>>,
}

/// What changed from one plan to another.
#[derive(Clone, Debug)]
pub struct Difference<'d> {
    /// The plan before.
    pub before: &'d Document<'d>,
    /// The plan now.
    pub after: &'d Document<'d>,
    /// The lines that changed: in the order of the plan now, then those that are gone.
    pub changes: Vec<Change<'d>>,
    /// How many lines have another rank and are the same otherwise.
    pub rank_only: usize,
    /// The transfers that came.
    pub sent: Vec<&'d Node<'d>>,
    /// The transfers that went.
    pub unsent: Vec<&'d Node<'d>>,
}

/// Compares two plans.
pub fn difference<'d>(before: &'d Document<'d>, after: &'d Document<'d>) -> Difference<'d> {
    let (old, new) = (before.by_key(), after.by_key());
    let mut changes = Vec::new();
    let mut rank_only: usize = 0;
    for (key, now) in after.decisions() {
        let then = old.get(&key).copied();
        match then.map_or(Some(What::Added), |then| what(then, now)) {
            Some(what) => changes.push(Change {
                key,
                what,
                before: then,
                after: Some(now),
            }),
            None if then.and_then(|t| t.get("rank")) != now.get("rank") => {
                rank_only = rank_only.saturating_add(1);
            }
            None => {}
        }
    }
    let gone = before.decisions().filter(|(key, _)| !new.contains_key(key));
    changes.extend(gone.map(|(key, then)| Change {
        key,
        what: What::Removed,
        before: Some(then),
        after: None,
    }));
    let (sent, unsent) = (
        only(after.field("transfers"), before.field("transfers")),
        only(before.field("transfers"), after.field("transfers")),
    );
    Difference {
        before,
        after,
        changes,
        rank_only,
        sent,
        unsent,
    }
}

/// What the change of a decision comes to, if it is one.
fn what(then: &Node<'_>, now: &Node<'_>) -> Option<What> {
    let status = |node: &Node<'_>| node.get("status").and_then(Node::text) == Some("granted");
    let same = |key: &str| match (then.get(key), now.get(key)) {
        (Some(then), Some(now)) => then.same(now),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    match (status(then), status(now)) {
        (false, true) => Some(What::Gained),
        (true, false) => Some(What::Lost),
        _ if !same("status") => Some(What::Status),
        _ if !same("doses") => Some(What::Units),
        _ if !(same("class") && same("warnings") && same("reason_code") && same("change")) => {
            Some(What::Other)
        }
        _ => None,
    }
}

/// The rows of one list that are not in another; rows are short lists of scalars.
fn only<'d>(rows: &'d Node<'d>, others: &Node<'_>) -> Vec<&'d Node<'d>> {
    let known: std::collections::BTreeSet<String> = others.list().iter().map(write).collect();
    let rows = rows.list().iter();
    rows.filter(|row| !known.contains(&write(row))).collect()
}

impl Difference<'_> {
    /// Whether nothing changed but ranks.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.sent.is_empty() && self.unsent.is_empty()
    }

    /// Returns the difference as JSON, a change a line, with its last line end.
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"same\": {},\n", self.is_empty());
        for (name, plan) in [("before", self.before), ("after", self.after)] {
            let keys = ["as_of", "rulebook", "case_sha256", "totals"];
            writeln!(out, "  \"{name}\": {},", part(plan.node(), &keys)).unwrap_or_default();
        }
        let changes: Vec<String> = self.changes.iter().map(Change::to_json).collect();
        writeln!(out, "  \"changes\": {},", lines(&changes)).unwrap_or_default();
        writeln!(out, "  \"rank_only\": {},", self.rank_only).unwrap_or_default();
        let rows = |rows: &[&Node<'_>]| -> String {
            let rows: Vec<String> = rows.iter().map(|row| write(row)).collect();
            lines(&rows)
        };
        let (sent, unsent) = (rows(&self.sent), rows(&self.unsent));
        writeln!(
            out,
            "  \"transfers\": {{\"added\": {sent}, \"removed\": {unsent}}}\n}}"
        )
        .unwrap_or_default();
        out
    }
}

impl Change<'_> {
    /// Returns why it is so now: the sentence of the decision now, or of the one that is gone.
    pub fn reason(&self) -> &str {
        let decision = self.after.or(self.before);
        let reason = decision.and_then(|d| d.get("reason"));
        reason.and_then(Node::text).unwrap_or_default()
    }

    fn to_json(&self) -> String {
        const KEYS: &[&str] = &[
            "class",
            "rank",
            "status",
            "warnings",
            "doses",
            "reason_code",
            "change",
        ];
        let side = |node: Option<&Node<'_>>| {
            node.map_or_else(|| "null".to_owned(), |node| part(node, KEYS))
        };
        let mut out = "{\"id\":".to_owned();
        quoted(&mut out, self.key.1);
        out.push_str(",\"kind\":");
        quoted(&mut out, self.key.0);
        write!(out, ",\"what\":\"{}\",\"before\":", self.what.code()).unwrap_or_default();
        out.push_str(&side(self.before));
        out.push_str(",\"after\":");
        out.push_str(&side(self.after));
        out.push_str(",\"reason\":");
        quoted(&mut out, self.reason());
        out.push('}');
        out
    }
}

/// Some of the fields of an object.
fn part(node: &Node<'_>, keys: &[&str]) -> String {
    let pairs = keys.iter().filter_map(|key| {
        let value = node.get(key)?.clone();
        Some(((*key).into(), value))
    });
    write(&Node::Object(pairs.collect()))
}

fn lines(rows: &[String]) -> String {
    if rows.is_empty() {
        return "[]".to_owned();
    }
    format!("[\n    {}\n  ]", rows.join(",\n    "))
}
