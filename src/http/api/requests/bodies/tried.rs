//! What is sent of alternatives: what became of each, and why none is left.

use super::{RequestEdit, put};
use crate::domain::request::{Declaration, Draft};
use crate::domain::rule::{Outcome, Slug};
use crate::http::api::fields::{code, required, words};
use crate::http::body::Object;
use crate::http::problem::Faults;
use serde::Deserialize;
use utoipa::ToSchema;

/// What became of an alternative.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedBody {
    /// Which one, by its code on the rulebook's list.
    #[schema(value_type = String, required = true)]
    code: Option<String>,
    /// `failed` (a full course, well conducted, did not help), `contraindicated`, `unsuitable`,
    /// `unavailable` or `not-tried`.
    #[schema(value_type = String, required = true)]
    outcome: Option<String>,
    /// More about it, at most 500 characters.
    note: Option<String>,
}

impl TriedBody {
    fn read(&self, place: usize, faults: &mut Faults) -> Option<Declaration> {
        let at = |field| format!("/tried/{place}/{field}");
        let declared = required(faults, &at("code"), self.code.as_deref());
        let outcome = required(faults, &at("outcome"), self.outcome.as_deref());
        let outcome = outcome.and_then(|text| {
            let known = Outcome::ALL.map(Outcome::code);
            code(faults, &at("outcome"), text, Outcome::from_code, &known)
        });
        let note = self.note.as_deref();
        let note = note.map(|text| words(faults, &at("note"), text, 500));
        Some(Declaration {
            code: declared?.to_owned(),
            outcome: outcome?,
            note: note.map_or(Some(None), |read| read.map(Some))?,
        })
    }
}

impl RequestEdit {
    /// Puts what was said of the alternatives into a draft.
    pub(super) fn fill_alternatives(&self, draft: &mut Draft, faults: &mut Faults) {
        if let (Some(None), Some(before)) = (&self.alternatives, &mut draft.before) {
            before.alternatives = None;
        }
        let reason = self.alternatives_reason.as_ref();
        put(&mut draft.alternatives_reason, reason, |text| {
            words(faults, "/alternatives_reason", text, 500)
        });
        put(&mut draft.tried, self.tried.as_ref(), |all| {
            let read = all.iter().enumerate();
            let read: Vec<_> = read
                .map(|(place, Object(one))| one.read(place, faults))
                .collect();
            read.into_iter().collect()
        });
        put(&mut draft.conditions, self.conditions.as_ref(), |all| {
            let read = all.iter().enumerate().map(|(place, code)| {
                faults.take(format!("/conditions/{place}"), Slug::parse(code))
            });
            let read: Vec<_> = read.collect();
            read.into_iter().collect()
        });
    }
}
