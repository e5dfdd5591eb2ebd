//! What is not understood is refused with every fault and its place, and nothing is done.

mod addresses;
mod bodies;
mod languages;
mod movements;
mod shapes;

use crate::service::MG400;
use serde_json::{Value, json};

fn receipt(changes: &Value) -> Value {
    let mut body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 1 });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A key that no other request has.
fn fresh_key() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static KEYS: AtomicU64 = AtomicU64::new(1);
    format!("fresh-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}
