//! What changed from one plan to another: for whom, and why.
//!
//! More stock can defer a claim that was granted: a claim ahead that asks for all or nothing can now be
//! met, and takes what it had. Of a claim that was lost the difference says who has its units now.
//!
//! Written as JSON it is `{"same", "before", "after", "changes", "rank_only", "transfers"}`: of each
//! plan its day, rulebook, case and totals; a change a line that is not the same, with `what` (see
//! [`What`]), the two decisions without their sentences (`null` where there is none), and the
//! sentence that says why it is so now; how many lines have another rank and are the same otherwise;
//! and the transfers that came and went.

use super::Document;
use super::document::Key;
use crate::wire::json::{Node, quoted, write};
use std::collections::BTreeMap;
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
    /// Of a claim that was lost: the ids of those ranked ahead that have units of the lots it had, and had
    /// fewer of them before. At most three, the first ranked first.
    pub went_to: Vec<&'d str>,
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
                went_to: Vec::new(),
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
        went_to: Vec::new(),
    }));
    say_where_it_went(&mut changes, before, after);
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

/// A lot at a site, as a plan names it, written down.
fn lots<'n>(decision: &'n Node<'_>) -> impl Iterator<Item = (String, u64)> + 'n {
    let doses = decision.get("doses").map_or(&[][..], Node::list).iter();
    let units = doses.flat_map(|dose| dose.get("units").map_or(&[][..], Node::list));
    units.map(|row| {
        let number = row.get("units").map(write);
        let number = number.and_then(|n| n.parse().ok()).unwrap_or(0);
        (part(row, &["site", "cip13", "lot", "expiry"]), number)
    })
}

/// Notes of each lost claim who has its units now.
fn say_where_it_went<'d>(
    changes: &mut [Change<'d>],
    before: &'d Document<'d>,
    after: &'d Document<'d>,
) {
    if changes.iter().all(|c| c.what != What::Lost) {
        return;
    }
    let mut now: BTreeMap<String, Vec<(Key<'d>, u64)>> = BTreeMap::new();
    for (key, decision) in after.decisions() {
        for (lot, units) in lots(decision) {
            now.entry(lot).or_default().push((key, units));
        }
    }
    let old = before.by_key();
    let had = |key: &Key<'_>, lot: &str| -> u64 {
        let then = old.get(key).into_iter().flat_map(|then| lots(then));
        then.filter(|(of, _)| of == lot).map(|(_, n)| n).sum()
    };
    let places: BTreeMap<Key<'d>, usize> = after.decisions().map(|(key, _)| key).zip(0..).collect();
    for change in changes.iter_mut().filter(|c| c.what == What::Lost) {
        let Some(then) = change.before else {
            continue;
        };
        let own = places.get(&change.key).copied().unwrap_or(usize::MAX);
        let mut ahead: Vec<(usize, &'d str)> = Vec::new();
        for (lot, _) in lots(then) {
            for (key, _) in now.get(&lot).into_iter().flatten() {
                let place = places.get(key).copied().unwrap_or(usize::MAX);
                let holds: u64 = now
                    .get(&lot)
                    .into_iter()
                    .flatten()
                    .filter(|(of, _)| of == key)
                    .map(|(_, n)| n)
                    .sum();
                if place < own && holds > had(key, &lot) {
                    ahead.push((place, key.1));
                }
            }
        }
        ahead.sort_unstable();
        ahead.dedup();
        change.went_to = ahead.into_iter().take(3).map(|(_, id)| id).collect();
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
        if !self.went_to.is_empty() {
            out.push_str(",\"went_to\":[");
            for (place, id) in self.went_to.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                quoted(&mut out, id);
            }
            out.push(']');
        }
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
