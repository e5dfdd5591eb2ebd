//! What else could be given: the lists of rulebooks, and what became of each for a request.

use super::ask::Ask;
use super::rulebooks;
use crate::app::see::alternatives::{self, SeenAlternative, SeenAlternatives, SeenList};
use crate::domain::assess::Openness;
use crate::domain::calendar::Instant;
use crate::domain::request::Tried;
use crate::domain::rule::Slug;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters.
pub const FILTERS: &[(&str, &str)] = &[("indication", "What is treated; it must be said.")];

/// What can be declared of an indication's alternatives.
#[derive(Serialize, ToSchema)]
pub struct AlternativesShape {
    /// The rulebook that was asked.
    rulebook: String,
    /// What is treated.
    indication: String,
    /// The list of that rulebook, or of the one that it names for safety: what became of each is declared
    /// in `tried` of a request. `null` where neither has one: the prescriber states why there is none.
    alternatives_listed: Option<ListShape>,
}

/// A rulebook's list of alternatives.
#[derive(Serialize, ToSchema)]
pub struct ListShape {
    /// The rulebook that has it.
    rulebook: String,
    /// SHA-256 of its file.
    rulebook_sha256: String,
    /// Whether it is in force today.
    rulebook_in_force: bool,
    /// Each, in the rulebook's order; none where the rulebook says that nothing else can be given.
    items: Vec<AlternativeShape>,
}

/// Something that could be given instead.
#[derive(Serialize, ToSchema)]
pub struct AlternativeShape {
    code: String,
    name_fr: String,
    name_en: String,
    /// `first`, or `after-failure` of something else.
    line: &'static str,
    /// What is known of its effect.
    evidence: Option<EvidenceShape>,
    /// The document and the section that name it.
    source: String,
    /// The sections that say whom it is not for.
    not_for: Vec<String>,
    /// The words for `conditions` of a request at which those look.
    conditions: Vec<String>,
    /// Whether it is open to the request's patient: `exhausted`, `excluded` or `open`; absent from a
    /// rulebook's own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// What was declared of it; absent from a rulebook's own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<Vec<TriedShape>>,
}

/// What a study found.
#[derive(Serialize, ToSchema)]
pub struct EvidenceShape {
    summary_fr: String,
    summary_en: String,
    /// Digital object identifier of the study: its page is <https://doi.org/> and this.
    doi: Option<String>,
}

/// What became of an alternative, and who declared it.
#[derive(Clone, Serialize, ToSchema)]
pub struct TriedShape {
    /// Which one.
    code: String,
    /// `failed`, `contraindicated`, `unsuitable`, `unavailable` or `not-tried`.
    outcome: &'static str,
    /// More about it.
    note: Option<String>,
    /// Id of the token that declared it.
    declared_by: String,
    #[schema(value_type = String, format = DateTime)]
    declared_at: Instant,
}

/// `GET /rulebooks/{name}/alternatives`
///
/// # Errors
/// 400 without an indication, or with one that the rulebook does not know; 404 when there is no rulebook
/// of that name.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let asked = query.needed("indication", Slug::parse);
    let book = rulebooks::named(&ask, "name")?;
    if let Some(indication) = &asked
        && book.ranks()
        && book.indication(indication.as_str()).is_none()
    {
        let known = book.indications.iter().map(|rule| rule.code.to_string());
        let known = known.collect::<Vec<_>>().join(", ");
        let said = Said::new(
            format!("is none of the rulebook's words: {known}"),
            format!("n'est pas un mot du référentiel : {known}"),
        );
        query.refuse("indication", said);
    }
    query.finish()?;
    let indication = asked.as_ref();
    let listed = indication.and_then(|of| alternatives::listed(ask.rules(), book, of, ask.now));
    Ok(HttpResponse::Ok().json(AlternativesShape {
        rulebook: book.name.to_string(),
        indication: indication.map(ToString::to_string).unwrap_or_default(),
        alternatives_listed: listed.map(|listed| shape(listed, None)),
    }))
}

/// The list from which it follows whether something is left for a request's patient.
pub(super) fn of_request(seen: SeenAlternatives, tried: &[Tried]) -> Option<ListShape> {
    seen.list.map(|listed| shape(listed, Some(tried)))
}

/// What was declared.
pub(super) fn declared(tried: &Tried) -> TriedShape {
    TriedShape {
        code: tried.code.to_string(),
        outcome: tried.outcome.code(),
        note: tried.note.clone(),
        declared_by: tried.declared_by.clone(),
        declared_at: tried.declared_at,
    }
}

fn shape(listed: SeenList, tried: Option<&[Tried]>) -> ListShape {
    let items = listed.all.into_iter().map(|one| item(one, tried));
    ListShape {
        rulebook: listed.rulebook.to_string(),
        rulebook_sha256: hex::encode(listed.sha256),
        rulebook_in_force: listed.in_force,
        items: items.collect(),
    }
}

fn item(one: SeenAlternative, tried: Option<&[Tried]>) -> AlternativeShape {
    let of = one.alternative;
    let conditions = of.conditions().into_iter().map(ToString::to_string);
    AlternativeShape {
        conditions: conditions.collect(),
        status: one.status.map(Openness::code),
        tried: tried.map(|tried| {
            let of_it = tried.iter().filter(|tried| tried.code == of.code);
            of_it.map(declared).collect()
        }),
        code: of.code.to_string(),
        name_fr: of.name.fr,
        name_en: of.name.en,
        line: of.line.code(),
        evidence: of.evidence.map(|evidence| EvidenceShape {
            summary_fr: evidence.summary.fr,
            summary_en: evidence.summary.en,
            doi: evidence.doi,
        }),
        source: one.source,
        not_for: one.not_for,
    }
}
