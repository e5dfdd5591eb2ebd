//! What the description says must be so.

use super::super::routes::table;
use std::collections::BTreeMap;

#[test]
fn shapes_of_one_name_are_one_shape() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (name, schema) in table().into_iter().flat_map(|r| r.schemas) {
        let schema = serde_json::to_string(&schema).unwrap();
        let first = seen.entry(name.clone()).or_insert_with(|| schema.clone());
        assert_eq!(*first, schema, "two shapes are called {name}");
    }
}
