//! The sentences of a plan, without the rest of it.

use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Answer<'t> {
    #[serde(borrow)]
    decisions: Vec<Row<'t>>,
}

#[derive(Deserialize)]
struct Row<'t> {
    #[serde(borrow)]
    kind: Cow<'t, str>,
    #[serde(borrow)]
    id: Cow<'t, str>,
    #[serde(borrow)]
    reason: Option<Cow<'t, str>>,
}

/// Returns why a plan decided as it did about requests, by their names: those of `names` that it speaks
/// of.
///
/// The rest of the plan, ten megabytes of a national one, is passed over: [`Document`](super::Document)
/// makes a tree of all of it.
///
/// # Errors
/// When `answer` is no JSON, or no plan.
pub fn reasons(
    answer: &str,
    names: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, serde_json::Error> {
    let Answer { decisions } = serde_json::from_str(answer)?;
    let asked = decisions
        .into_iter()
        .filter(|row| row.kind == "request" && names.contains(&*row.id));
    Ok(asked
        .filter_map(|row| Some((row.id.into_owned(), row.reason?.into_owned())))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_the_requests_that_are_asked_for_are_read() {
        let plan = r#"{ "as_of": "2021-10-20", "decisions": [
            { "id": "a", "kind": "request", "doses": [{ "units": [] }], "reason": "N\"1" },
            { "id": "b", "kind": "request", "reason": "not asked" },
            { "id": "c", "kind": "reserve", "reason": "no request" },
            { "id": "d", "kind": "request" } ], "transfers": [] }"#;
        let found = reasons(plan, &["a", "c", "d", "e"].into()).unwrap();
        assert_eq!(found, [("a".to_owned(), "N\"1".to_owned())].into());
        assert!(reasons("{}", &BTreeSet::new()).is_err());
        assert!(reasons(plan.trim_end_matches('}'), &BTreeSet::new()).is_err());
    }
}
