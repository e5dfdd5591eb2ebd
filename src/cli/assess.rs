use super::answer::{Answer, Format};
use super::failure::Failure;
use super::place::Place;
use super::plan::{Lang, bytes_of, faults, format};
use crate::app::assess_case;
use crate::domain::assess::{Assessment, Due, Finding};
use crate::domain::language::Language;
use crate::text;
use crate::wire::assess_case::{Read, write};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  dotation assess case.json                        lines on a terminal, else JSON
  dotation assess - --format json < case.json
  dotation assess case.json --lang en

A case names a rulebook, a day and a patient, of whom only what the rulebook needs is told:
  {\"rulebook\": \"clozapine-2025-09\", \"as_of\": \"2026-06-27\",
   \"patient\": {\"id\": \"p-1\", \"age_years\": 41, \"indication\": \"schizophrenia\",
               \"treatment\": \"ongoing\", \"started_on\": \"2026-01-05\",
               \"anc\": [{\"on\": \"2026-06-20\", \"per_mm3\": 1400}]}}

Exit codes: 0 assessed, whatever the outcome; 2 the case is invalid: each line names the place, the
value and what was expected, and nothing is written to standard output.";

/// Say whether a patient may start or go on, and when the next count is due
///
/// Applies one rulebook to one patient: what was found, gravest first, each with its source; the
/// schedule of neutrophil counts; what else could be given. The same case gives the same bytes, in
/// whatever order its lists stand. Needs no database, and keeps nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Assess {
    /// The case, as JSON; - for standard input
    #[arg(value_name = "CASE.json")]
    case: PathBuf,
    /// The language of the sentences
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

impl Assess {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let bytes = bytes_of(&self.case)?;
        let rules = Place::rulebooks(&place.settings()?)?;
        let language = self.lang.into();
        let written = assess_case::with(&rules, &bytes, |read, assessment| match format(place) {
            Format::Json => write(assessment, read.book, read.as_of, language),
            Format::Text => told(assessment, read, language),
        });
        let written = written.map_err(|e| faults(&self.case, &e))?;
        Ok(Answer::exact(written, 0))
    }
}

/// An assessment for people: the decision, what was found, what comes next.
fn told(assessment: &Assessment<'_>, read: &Read<'_>, language: Language) -> String {
    let mut lines = vec![text::assess::decision(assessment.severity(), language).to_owned()];
    for finding in &assessment.findings {
        lines.push(found(finding, read, language));
        lines.push(format!(
            "      {}",
            text::assess::source(finding, read.book, language)
        ));
    }
    let next = assessment.next.map(|due| days(due, read, language));
    lines.extend(next);
    for one in assessment.alternatives.iter().flatten() {
        let name = one.alternative.name.of(language);
        let status = text::assess::openness(one.status, language);
        lines.push(format!("  {name}{} {status}", colon(language)));
        let evidence = one.alternative.evidence.as_ref();
        lines.extend(evidence.map(|e| format!("      {}", text::assess::evidence(e, language))));
    }
    if let Some(none) = assessment.no_alternative() {
        lines.push(text::assess::no_alternative(none, language).to_owned());
    }
    for item in assessment.checklist {
        lines.push(format!("  [ ] {}", item.text.of(language)));
    }
    lines.push(format!(
        "{}, {}",
        read.book.name,
        text::assess::validity(read.book, language)
    ));
    lines.iter().fold(String::new(), |mut text, line| {
        // writing to a text cannot fail
        writeln!(text, "{line}").unwrap_or_default();
        text
    })
}

fn found(finding: &Finding<'_>, read: &Read<'_>, language: Language) -> String {
    let severity = text::assess::severity(finding.severity, language);
    let message = text::assess::message(finding, read.book, language);
    let colon = colon(language);
    format!("  {severity}{colon} {message} [{}]", finding.code)
}

/// A colon, which French sets apart.
const fn colon(language: Language) -> &'static str {
    match language {
        Language::Fr => " :",
        Language::En => ":",
    }
}

fn days(due: Due, read: &Read<'_>, language: Language) -> String {
    text::assess::next_count(due, due.is_over(read.as_of), language)
}
