//! What is not understood is refused with every fault and its place, and nothing is done.

mod addresses;
mod bodies;
mod languages;
mod movements;

use crate::service::MG400;
use serde_json::{Value, json};

fn receipt(changes: &Value) -> Value {
    let mut body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 1 });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
