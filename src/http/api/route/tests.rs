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

/// A new one is a decision: whether nothing is written and nobody is read of.
#[test]
fn few_routes_leave_no_line_on_the_audit_trail_though_they_write_or_read_of_patients() {
    let told: Vec<String> = table()
        .iter()
        .filter(|route| route.why_no_line().is_some())
        .map(|route| format!("{} {}", route.method, route.pattern))
        .collect();
    assert_eq!(
        told,
        [
            "POST /sites/{finess}/scans",
            "POST /assessments",
            "GET /plans",
            "POST /plans/preview",
            "POST /plans/what-if",
        ]
    );
    let all = table();
    let must = all.iter().filter(|route| route.must_leave_a_line()).count();
    assert!(must > 70, "{must} of {} must leave a line", all.len());
}
