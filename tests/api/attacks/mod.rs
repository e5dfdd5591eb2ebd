//! An attacker's hour, from the description of the API: every text field, every parameter, every id. What an
//! attacker tries at the door itself (sizes, times, smuggling) is in `wire`; at the sign-in, in `belonging`.

mod ids;
mod words;

use crate::service::App;
use serde_json::Value;

/// An operation of the description: method, address below the API, and the shape of its body.
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) query: Vec<String>,
}

/// Every operation that the service describes, with the document for what its shapes refer to.
pub(super) fn operations(app: &App) -> (Vec<Operation>, Value) {
    let described = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    let mut all = Vec::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned();
            let query = parameters.unwrap_or_default().into_iter();
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                body: operation
                    .pointer("/requestBody/content/application~1json/schema")
                    .cloned(),
                query: query
                    .filter(|p| p["in"] == "query")
                    .map(|p| p["name"].as_str().unwrap().to_owned())
                    .collect(),
            });
        }
    }
    (all, described)
}

/// A value of a shape, every text of which is `text`.
pub(super) fn filled(document: &Value, shape: &Value, text: &str, depth: u8) -> Value {
    if let Some(reference) = shape["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        return filled(document, document.pointer(pointer).unwrap(), text, depth);
    }
    for of in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = shape[of].as_array() {
            let some = all.iter().find(|s| s["type"] != "null");
            return some.map_or(Value::Null, |s| filled(document, s, text, depth));
        }
    }
    let type_ = &shape["type"];
    let kind = type_.as_array().map_or(Some(type_), |kinds| {
        kinds.iter().find(|kind| **kind != "null")
    });
    match kind.and_then(Value::as_str) {
        Some("string") => Value::from(text),
        Some("integer" | "number") => Value::from(1),
        Some("boolean") => Value::from(false),
        Some("array") if depth > 0 => {
            Value::from(vec![filled(document, &shape["items"], text, depth - 1)])
        }
        Some("object") if depth > 0 => {
            let members = shape["properties"].as_object().cloned().unwrap_or_default();
            members
                .iter()
                .map(|(name, shape)| (name.clone(), filled(document, shape, text, depth - 1)))
                .collect()
        }
        _ => Value::Null,
    }
}
