//! `plan verify`: whether a plan is what its case gives.

use super::read::{bytes_of, faults};
use super::{Lang, Planner, format, told};
use crate::cli::answer::{Answer, Format};
use crate::cli::failure::Failure;
use crate::cli::place::Place;
use crate::domain::language::Language;
use crate::domain::rule::Rulebook;
use crate::wire::plan::{Document, verify};
use crate::wire::plan_case;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  dotation plan verify plan.json --case case.json
  dotation plan verify plan.json --case case.json --format json

Exit codes: 0 all of it holds; 1 something does not; 2 the plan or the case cannot be read.";

/// Re-derive a plan from its case and say of each line that it holds, or what does not
///
/// Sentences may be in either language; fields that only this program writes may be missing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// The plan, as plan writes it; - for standard input
    #[arg(value_name = "PLAN.json")]
    plan: PathBuf,
    /// The case it was made from
    #[arg(long, value_name = "CASE.json")]
    case: PathBuf,
    /// The language of the table
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

impl Verify {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (given, case) = (bytes_of(&self.plan)?, bytes_of(&self.case)?);
        let books = Place::rulebooks(&place.settings()?)?;
        let ranking: Vec<&Rulebook> = books.iter().collect();
        let given = Document::read(&given).map_err(|e| faults(&self.plan, &e));
        let read = plan_case::read(&case, &ranking).map_err(|e| faults(&self.case, &e));
        let (given, read) = match (given, read) {
            (Ok(given), Ok(read)) => (given, read),
            (given, read) => return Err(all(given.err(), read.err())),
        };
        let planner = Planner { books: &books };
        let derived = planner.planned(&read.case, read.book, |plan, made| {
            Language::ALL.map(|language| crate::wire::plan::write(plan, made, language))
        });
        let derived = derived.iter().map(|text| Document::read(text.as_bytes()));
        let derived: Vec<Document<'_>> = derived
            .collect::<Result<_, _>>()
            .map_err(|e| faults(&self.case, &e))?;
        let verified = verify(&given, &derived);
        let written = match format(place) {
            Format::Json => format!("{:#}\n", verified.to_json()),
            Format::Text => told::verified(&verified, self.lang.into()),
        };
        Ok(Answer::exact(written, u8::from(!verified.holds())))
    }
}

/// Both failures in one.
fn all(first: Option<Failure>, second: Option<Failure>) -> Failure {
    match (first, second) {
        (Some(Failure::Input(mut lines)), Some(Failure::Input(more))) => {
            lines.extend(more);
            Failure::Input(lines)
        }
        (Some(only), _) | (None, Some(only)) => only,
        (None, None) => Failure::cannot("nothing was wrong and yet it could not be read"),
    }
}
