//! What else could be given: the list before a request is filed, and what became of each after.

use crate::app::see::alternatives::{self, SeenAlternative, SeenList};
use crate::app::see::requests::SeenRequest;
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::language::Language;
use crate::domain::request::Tried;
use crate::domain::rule::{Rulebook, Slug};
use crate::text;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write as _;

const LIST: &str = "\
Examples:
  dotation request alternatives --indication takayasu
  dotation request alternatives --indication immune-thrombocytopenia --rulebook immune-thrombocytopenia";

/// List what else could be given for an indication: what a request declares with --tried
///
/// With what is known of each. Where no rulebook has a list, a request says why there is nothing else.
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(in crate::cli) struct ListAlternatives {
    /// What is treated
    #[arg(long, value_name = "WORD", value_parser = given::slug)]
    indication: Slug,
    /// By which rulebook [default: the only one that ranks]
    #[arg(long, value_name = "NAME")]
    rulebook: Option<String>,
}

impl ListAlternatives {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (indication, language) = (self.indication, place.language());
        let rules = Place::rulebooks(&place.settings()?)?;
        let books: Vec<&Rulebook> = rules.iter().collect();
        let found = match &self.rulebook {
            Some(name) => books.iter().find(|book| book.name.as_str() == name),
            None => books.iter().find(|book| book.ranks()),
        };
        let several = books.iter().filter(|book| book.ranks()).count() > 1;
        let found = found.filter(|_| self.rulebook.is_some() || !several);
        let Some(book) = found else {
            let known: Vec<_> = books.iter().map(|book| book.name.as_str()).collect();
            let known = known.join(", ");
            return Err(Failure::input(format!("--rulebook: there are: {known}")));
        };
        let listed = alternatives::listed(&rules, book, &indication, place.now);
        let json = json!({
            "rulebook": book.name.as_str(),
            "indication": indication.as_str(),
            "alternatives_listed": listed.as_ref().map(|listed| shape(listed, None)),
        });
        let mut text = String::new();
        match &listed {
            None => line(
                &mut text,
                "No rulebook has a list: say --no-alternative-because.",
            ),
            Some(listed) if listed.all.is_empty() => {
                line(&mut text, text::assess::no_alternative(true, language));
            }
            Some(listed) => listed.all.iter().for_each(|one| {
                let code = &one.alternative.code;
                let name = one.alternative.name.of(language);
                line(&mut text, &format!("{code}: {name}"));
                known(&mut text, one, language);
            }),
        }
        Ok(Answer::new(text, json))
    }
}

/// A list by the names that the API has.
pub(super) fn shape(listed: &SeenList, tried: Option<&[Tried]>) -> Value {
    let item = |one: &SeenAlternative| {
        let of = &one.alternative;
        let mut item = json!({
            "code": of.code.as_str(),
            "name_fr": of.name.fr,
            "name_en": of.name.en,
            "line": of.line.code(),
            "evidence": of.evidence.as_ref().map(|evidence| json!({
                "summary_fr": evidence.summary.fr,
                "summary_en": evidence.summary.en,
                "doi": evidence.doi,
            })),
            "source": one.source,
            "not_for": one.not_for,
            "conditions": of.conditions().iter().map(|c| c.as_str()).collect::<Vec<_>>(),
        });
        if let (Some(status), Some(tried), Some(item)) = (one.status, tried, item.as_object_mut()) {
            let of_it = tried.iter().filter(|tried| tried.code == of.code);
            item.insert("status".to_owned(), status.code().into());
            item.insert("tried".to_owned(), of_it.map(declared).collect());
        }
        item
    };
    json!({
        "rulebook": listed.rulebook.as_str(),
        "rulebook_sha256": hex::encode(listed.sha256),
        "rulebook_in_force": listed.in_force,
        "items": listed.all.iter().map(item).collect::<Vec<_>>(),
    })
}

/// What was declared, by the names that the API has.
pub(super) fn declared(tried: &Tried) -> Value {
    json!({
        "code": tried.code.as_str(),
        "outcome": tried.outcome.code(),
        "note": tried.note,
        "declared_by": tried.declared_by,
        "declared_at": tried.declared_at,
    })
}

/// What is left of a request, in lines: from what that follows, what became of each, what is known.
pub(super) fn told(seen: &SeenRequest, language: Language) -> String {
    let wanted = &seen.request.wanted;
    let list = seen.alternatives.list.as_ref();
    let said = text::request::left(
        seen.alternatives.left,
        wanted.alternatives,
        list.map(|list| (&list.rulebook, list.in_force)),
        language,
    );
    let mut text = format!("{:<10} {said}\n", "Instead");
    if let Some(reason) = &wanted.alternatives_reason {
        line(&mut text, &format!("{:<10} {reason}", ""));
    }
    let list = seen.alternatives.list.iter().flat_map(|list| &list.all);
    for one in list {
        let name = one.alternative.name.of(language);
        let status = one
            .status
            .map(|status| text::assess::openness(status, language));
        let status = status.unwrap_or_default();
        line(&mut text, &format!("{:<10} {name}: {status}", ""));
        let of_it = |tried: &&Tried| tried.code == one.alternative.code;
        for tried in wanted.tried.iter().filter(of_it) {
            line(&mut text, &format!("{:<10}   {}", "", became(tried)));
        }
        known(&mut text, one, language);
    }
    text
}

fn became(tried: &Tried) -> String {
    let note = tried.note.as_ref();
    let note = note.map_or_else(String::new, |note| format!(" ({note})"));
    let at = tried.declared_at.format("%Y-%m-%dT%H:%M:%SZ");
    let (outcome, by) = (tried.outcome.code(), &tried.declared_by);
    format!("{outcome}{note}, declared by {by}, {at}")
}

/// What is known of an alternative's effect.
fn known(text: &mut String, one: &SeenAlternative, language: Language) {
    if let Some(evidence) = &one.alternative.evidence {
        let evidence = text::assess::evidence(evidence, language);
        line(text, &format!("{:<10}   {evidence}", ""));
    }
}

fn line(text: &mut String, said: &str) {
    // writing to a text cannot fail
    writeln!(text, "{said}").unwrap_or_default();
}
