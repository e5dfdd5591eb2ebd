//! What moves on a shelf, how it is undone, and how the ledger is read.

mod moving;
mod packs;
mod reading;
mod undoing;

use crate::service::MG400;
use serde_json::{Value, json};

fn out(cip13: &str, units: u32) -> Value {
    json!({ "kind": "dispensing", "cip13": cip13, "units": units })
}

fn of(kind: &str, lot: &str, rest: &Value) -> Value {
    let mut body = json!({ "kind": kind, "cip13": MG400, "lot": lot });
    for (name, value) in rest.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn undo(id: &str) -> Value {
    json!({ "kind": "reversal", "movement": id, "note": "typed twice" })
}
