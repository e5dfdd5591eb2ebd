//! A plan that somebody else holds: read back, to be verified or compared.

use crate::wire::json::{self, Node, Pointer};
use crate::wire::plan_case::{CaseFaults, Found};
use std::collections::BTreeMap;

/// What a line of a plan is about: its kind (`request`, `reserve`) and its id.
pub type Key<'n> = (&'n str, &'n str);

/// A plan as JSON, of which as much is known as verifying and comparing need: that it is an object
/// with lists, and that every decision has a kind and an id of its own.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    node: Node<'t>,
}

impl<'t> Document<'t> {
    /// Reads a plan.
    ///
    /// # Errors
    /// [`CaseFaults`] when it is no JSON, or no plan.
    pub fn read(bytes: &'t [u8]) -> Result<Self, CaseFaults> {
        let node = json::read(bytes).map_err(|e| {
            let found = format!("{} at line {}, column {}", e.found, e.line, e.column);
            CaseFaults::one("", found, e.expected)
        })?;
        let found = Found::default();
        shaped(&node, &found);
        let faults = found.into_faults();
        if faults.as_slice().is_empty() {
            Ok(Self { node })
        } else {
            Err(faults)
        }
    }

    /// Returns a field of the whole plan.
    pub fn field(&self, key: &str) -> &Node<'t> {
        self.node.get(key).unwrap_or(&Node::Null)
    }

    /// Returns the plan.
    pub const fn node(&self) -> &Node<'t> {
        &self.node
    }

    /// Returns the decisions in their order.
    pub fn decisions(&self) -> impl Iterator<Item = (Key<'_>, &Node<'t>)> {
        let rows = self.field("decisions").list().iter();
        rows.filter_map(|row| Some((key(row)?, row)))
    }

    /// Returns the decisions by kind and id.
    pub fn by_key(&self) -> BTreeMap<Key<'_>, &Node<'t>> {
        self.decisions().collect()
    }
}

fn key<'n>(row: &'n Node<'_>) -> Option<Key<'n>> {
    Some((row.get("kind")?.text()?, row.get("id")?.text()?))
}

/// Notes what makes a value no plan.
fn shaped(node: &Node<'_>, found: &Found) {
    let top = Pointer::Top;
    if !matches!(node, Node::Object(_)) {
        let _: Option<()> = found.note(&top, Some(node), "a plan: an object");
        return;
    }
    for name in ["as_of", "rulebook", "case_sha256"] {
        let value = node.get(name);
        if value.and_then(Node::text).is_none() {
            let _: Option<()> = found.note(&Pointer::Key(&top, name), value, "a text");
        }
    }
    for name in ["decisions", "transfers"] {
        let value = node.get(name);
        if !matches!(value, Some(Node::List(_))) {
            let _: Option<()> = found.note(&Pointer::Key(&top, name), value, "a list");
        }
    }
    let mut seen = BTreeMap::new();
    let above = Pointer::Key(&top, "decisions");
    let rows = node.get("decisions").map_or(&[][..], Node::list);
    for (place, row) in rows.iter().enumerate() {
        let at = Pointer::Place(&above, place);
        match key(row) {
            None => {
                let expected = "a decision with kind and id";
                let _: Option<()> = found.note(&at, Some(row), expected);
            }
            Some(key) if seen.insert(key, place).is_some() => {
                let expected = "each kind and id once";
                let id = row.get("id");
                let _: Option<()> = found.note(&Pointer::Key(&at, "id"), id, expected);
            }
            Some(_) => {}
        }
    }
}
