//! HL7 FHIR R4 as laboratories send it: an `Observation` of a neutrophil count, or a `Bundle` of them.
//!
//! What is read: `status`, `code`, `effectiveDateTime`, `valueQuantity`, and of the patient nothing but
//! `subject.identifier.value`, which must be the pseudonym. A resource that is something else, that holds
//! a name, or that means something we do not know, is refused and not passed over: half of a file is no
//! file.
//!
//! Source: HL7 FHIR R4 (4.0.1), Observation, Bundle, Quantity; LOINC 751-8 (neutrophils in blood,
//! automated count) and 26499-4 (neutrophils in blood); UCUM for units.

mod observation;

#[cfg(test)]
mod tests;

use crate::wire::counts::{At, Fault, Row, Wrong};
use crate::wire::json::{self, Node, Pointer};
use std::collections::BTreeSet;

/// Whose counts they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Each observation says it by `subject.identifier.value`.
    Subject,
    /// The address said it by this pseudonym; no subject is read.
    Said(String),
}

/// Reads an `Observation` or a `Bundle` of them, in the order of the file.
///
/// # Errors
/// Every fault with its JSON pointer; then nothing of it is to be used.
pub fn read(bytes: &[u8], whose: &Whose) -> Result<Vec<Row>, Vec<Fault>> {
    let node = json::read(bytes).map_err(|error| {
        vec![Fault {
            at: At::Pointer(String::new()),
            wrong: Wrong::Json(error.to_string()),
        }]
    })?;
    let mut reading = Reading {
        whose,
        faults: Vec::new(),
        rows: Vec::new(),
    };
    reading.keys(&node, &Pointer::Top);
    reading.top(&node);
    if reading.faults.is_empty() {
        Ok(reading.rows)
    } else {
        Err(reading.faults)
    }
}

/// A file while it is being read.
struct Reading<'w> {
    whose: &'w Whose,
    rows: Vec<Row>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn fault(&mut self, at: &Pointer<'_>, wrong: Wrong) {
        let at = At::Pointer(at.to_string());
        self.faults.push(Fault { at, wrong });
    }

    /// Two values under one name are two stories: which is told depends on the reader.
    fn keys(&mut self, node: &Node<'_>, at: &Pointer<'_>) {
        match node {
            Node::Object(pairs) => {
                let mut seen = BTreeSet::new();
                for (key, value) in pairs {
                    if !seen.insert(key.as_ref()) {
                        let key = key.chars().take(40).collect();
                        self.fault(at, Wrong::TwiceKey(key));
                    }
                    self.keys(value, &Pointer::Key(at, key));
                }
            }
            Node::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    self.keys(value, &Pointer::Place(at, place));
                }
            }
            Node::Null | Node::Flag(_) | Node::Number(_) | Node::Text(_) => {}
        }
    }

    fn top(&mut self, node: &Node<'_>) {
        let top = Pointer::Top;
        match (kind(node), self.whose) {
            (Some("Bundle"), Whose::Subject) => {
                let entries = Pointer::Key(&top, "entry");
                for (place, entry) in list(node, "entry").iter().enumerate() {
                    let at = Pointer::Place(&entries, place);
                    let at = Pointer::Key(&at, "resource");
                    self.resource(entry.get("resource").unwrap_or(&Node::Null), &at);
                }
            }
            _ => self.resource(node, &top),
        }
    }

    fn resource(&mut self, node: &Node<'_>, at: &Pointer<'_>) {
        if kind(node) != Some("Observation") {
            let found = kind(node).unwrap_or_default().chars().take(40).collect();
            return self.fault(&Pointer::Key(at, "resourceType"), Wrong::Resource(found));
        }
        self.observation(node, at);
    }
}

fn kind<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.get("resourceType")?.text()
}

/// The values of a list under a key; none when there is no such list.
fn list<'n, 't>(node: &'n Node<'t>, key: &str) -> &'n [Node<'t>] {
    node.get(key).map_or(&[], Node::list)
}
