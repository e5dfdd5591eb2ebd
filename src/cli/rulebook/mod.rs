mod told;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::{Place, today};
use super::plan::Lang;
use crate::app::notices;
use crate::app::records::NoticeAct;
use crate::domain::calendar::Day;
use crate::domain::role::Role;
use crate::domain::rule::{Rulebook, Slug};
use crate::rulebook::{Rulebooks, read_file};
use crate::text;
use crate::wire;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::Path;

/// Rulebooks: the rules by which everything is decided, each with its source
#[derive(Debug, Subcommand)]
pub(super) enum RulebookCommand {
    List(ListRulebooks),
    Show(ShowRulebook),
    Diff(DiffRulebooks),
    Retire(RetireNotice),
    Reinstate(ReinstateNotice),
}

const LIST: &str = "\
Examples:
  dotation rulebook list
  dotation rulebook list --format json";

/// List the rulebooks that are loaded, and how each stands today
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListRulebooks {}

const SHOW: &str = "\
Examples:
  dotation rulebook show roactemra-2021-10-14
  dotation rulebook show roactemra-neutrophils --lang en
  dotation rulebook show ./my-rules/clozapine-2025-09.toml";

/// Show a rulebook as a page: every rule in a sentence, with the document and the place that say so
///
/// Needs no database.
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowRulebook {
    /// Its name, or a file that holds one and need not be loaded
    #[arg(value_name = "NAME|FILE.toml")]
    name: String,
    /// The language of the page
    #[arg(long, visible_alias = "language", value_enum, default_value_t)]
    lang: Lang,
}

const DIFF: &str = "\
Examples:
  dotation rulebook diff lemtrada-2019-04 lemtrada-2020-01
  dotation rulebook diff roactemra-2021-10-14 ./my-rules/roactemra-2021-10-14.toml --format json

Exit codes: 0 compared, whatever the answer; 2 one of them is no rulebook.";

/// Say what changed from one rulebook to another: rules added, removed, changed
///
/// Rules are the same when their kind and their code or key are. Needs no database.
#[derive(Debug, Args)]
#[command(after_help = DIFF)]
pub(super) struct DiffRulebooks {
    /// The rulebook before: its name, or a file
    #[arg(value_name = "BEFORE")]
    before: String,
    /// The rulebook now: its name, or a file
    #[arg(value_name = "AFTER")]
    after: String,
    /// The language of the sentences
    #[arg(long, visible_alias = "language", value_enum, default_value_t)]
    lang: Lang,
}

const RETIRE: &str = "\
Examples:
  dotation rulebook retire roactemra-2021-10-14 --reason \"supply is back: letter of 3 March 2022\"";

/// Retire a rulebook that has ended: it protects no reserve and freezes no initiation any more
///
/// A notice that has ended goes on being applied until a coordinator retires it. Only one that has
/// ended, or that another took the place of, can be retired. Written on the audit trail.
#[derive(Debug, Args)]
#[command(after_help = RETIRE)]
pub(super) struct RetireNotice {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// Why, in words; about the document, never about a patient
    #[arg(long, value_name = "WORDS", value_parser = given::line::<500>)]
    reason: String,
}

const REINSTATE: &str = "\
Examples:
  dotation rulebook reinstate roactemra-2021-10-14 --reason \"retired by mistake\"";

/// Take back that a rulebook was retired: it is applied again
#[derive(Debug, Args)]
#[command(after_help = REINSTATE)]
pub(super) struct ReinstateNotice {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// Why, in words; about the document, never about a patient
    #[arg(long, value_name = "WORDS", value_parser = given::line::<500>)]
    reason: String,
}

impl RulebookCommand {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let settings = place.settings()?;
        let rules = Place::rulebooks(&settings)?;
        match self {
            Self::List(ListRulebooks {}) => Ok(list(&rules, today(place.now, &settings)?)),
            Self::Show(command) => command.run(&rules),
            Self::Diff(command) => command.run(&rules),
            Self::Retire(RetireNotice { name, reason }) => {
                decide(place, name, NoticeAct::Retired, reason)
            }
            Self::Reinstate(ReinstateNotice { name, reason }) => {
                decide(place, name, NoticeAct::Reinstated, reason)
            }
        }
    }
}

fn list(rules: &Rulebooks, today: Day) -> Answer {
    let in_force = |book: &Rulebook| book.in_force(today);
    let line = |book: &Rulebook| {
        [
            book.name.to_string(),
            book.medicine.clone(),
            book.valid_from.to_string(),
            book.valid_to.map_or_else(String::new, |d| d.to_string()),
            rules.standing(book, today).code().to_owned(),
        ]
    };
    let lines: Vec<_> = rules.iter().map(line).collect();
    let names = ["NAME", "MEDICINE", "FROM", "TO", "STANDING"];
    let item = |book: &Rulebook| {
        json!({
            "name": book.name.as_str(),
            "medicine": book.medicine,
            "title_fr": book.title.fr,
            "title_en": book.title.en,
            "jurisdiction": book.jurisdiction,
            "valid_from": book.valid_from.to_string(),
            "valid_to": book.valid_to.map(|d| d.to_string()),
            "in_force": in_force(book),
            "standing": rules.standing(book, today).code(),
            "superseded_by": book.superseded_by.as_ref().map(Slug::as_str),
            "sha256": hex::encode(book.hash),
        })
    };
    let items: Vec<Value> = rules.iter().map(item).collect();
    Answer::new(columns(names, &lines), json!({ "items": items }))
}

impl ShowRulebook {
    fn run(self, rules: &Rulebooks) -> Result<Answer, Failure> {
        let book = found(&self.name, rules)?;
        let language = self.lang.into();
        let page = text::rulebook::page(&book, rules.iter(), language);
        let shape = wire::rulebook::page(&book, rules.iter(), language);
        Ok(Answer::new(
            told::page(&book, &page, language),
            as_json(shape)?,
        ))
    }
}

impl DiffRulebooks {
    fn run(self, rules: &Rulebooks) -> Result<Answer, Failure> {
        let (before, after) = (found(&self.before, rules)?, found(&self.after, rules)?);
        let language = self.lang.into();
        let all: Vec<&Rulebook> = rules.iter().collect();
        let changed = text::rulebook::difference(&before, &after, &all, language);
        let shape = wire::rulebook::difference(&before, &after, &all, language);
        Ok(Answer::new(
            told::difference(&before, &after, &changed, language),
            as_json(shape)?,
        ))
    }
}

fn decide(place: &Place, name: String, what: NoticeAct, reason: String) -> Result<Answer, Failure> {
    let opened = place.open()?.acting_as(Role::Coordinator);
    let sites = opened.read(notices::sites)?;
    let all = sites.clone();
    let decided = opened.write(sites, move |act| {
        notices::decide(act, &name, what, &reason, &all)
    })?;
    let (name, ended) = (&decided.rulebook, decided.ended_on);
    let text = match what {
        NoticeAct::Retired => format!(
            "{name} (ended on {ended}) is retired: it protects no reserve and freezes no initiation any more.\n"
        ),
        NoticeAct::Reinstated => format!("{name} (ended on {ended}) is applied again.\n"),
    };
    let json = json!({
        "rulebook": name.as_str(), "act": what.code(), "ended_on": ended.to_string(),
        "at": decided.at.to_rfc3339(), "by": decided.by, "reason": decided.reason,
    });
    Ok(Answer::new(text, json))
}

fn as_json(shape: impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(shape).map_err(|error| Failure::Cannot(error.into()))
}

/// A name that is loaded; or a file, which has a folder or an ending in its name.
fn found(named: &str, rules: &Rulebooks) -> Result<Rulebook, Failure> {
    let path = Path::new(named);
    if named.contains(['/', '\\']) || path.extension().is_some_and(|e| e == "toml") {
        return Ok(read_file(path)?);
    }
    let book = Slug::parse(named).ok().and_then(|slug| rules.get(&slug));
    book.cloned().ok_or_else(|| {
        let names: Vec<&str> = rules.iter().map(|b| b.name.as_str()).collect();
        let expected = match rules.nearest(named) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "expected one of {}, or a file: ./{named}.toml",
                names.join(", ")
            ),
        };
        Failure::input(format!("there is no rulebook {named:?}; {expected}"))
    })
}
