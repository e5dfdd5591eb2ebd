mod live;
mod read;
mod told;
mod verify;

use super::answer::{Answer, Format};
use super::failure::Failure;
use super::place::Place;
use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::plan::{Case, Plan};
use crate::domain::rule::{Rulebook, Slug};
use crate::hands;
use crate::rulebook::Rulebooks;
use crate::text::plan::Made;
use crate::text::rulebook::{Retirement, notice};
use crate::wire::plan::{Document, difference, pieces, write};
use crate::wire::plan_case;
use clap::{Args, Subcommand, ValueEnum};
pub(super) use read::{bytes_of, faults};
pub(super) use told::transfers_asked;

use read::{Progress, lines_of};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  dotation plan case.json                          a table on a terminal, else JSON
  dotation plan - --format json < case.json > plan.json
  dotation plan case.json --what-if change.json    only what would be different, for whom, and why
  dotation plan verify plan.json --case case.json  re-derive a plan, line by line
  dotation plan compare before.json after.json     what changed from one plan to another
  dotation plan make --network ght-seine --keep    plan the database, to be approved

A change for --what-if is an object; each field may be left out:
  {\"add_stock\": [{\"site\": \"750100125\", \"cip13\": \"3400957464547\", \"lot\": \"N1\",
                  \"expiry\": \"2022-06-30\", \"units\": 10}],
   \"remove_stock\": [], \"remove_sites\": [\"750100126\"], \"remove_requests\": [],
   \"resupply\": {\"750100125\": \"compromised\"}, \"dose_rounding_down_pct\": 10,
   \"horizon_days\": 28, \"transfers\": \"all\"}

Exit codes: 0 plan made, 2 the case is invalid: each line names the place, the value and what was
expected, and nothing is written to standard output.";

/// Say who is served with what there is, and why
///
/// In priority order, a claim is granted if and only if it can be met together with every claim
/// already granted: with whole units, in date, none used twice. The same case gives the same bytes,
/// in whatever order its lists stand. Needs no database; make, list, show and approve plan that of the
/// service.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true)]
pub(super) struct PlanCommand {
    #[command(subcommand)]
    other: Option<Other>,
    /// The case, as JSON; - for standard input
    #[arg(value_name = "CASE.json", required = true)]
    case: Option<PathBuf>,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// A change of the case: answer what would be different
    #[arg(long, value_name = "FILE")]
    what_if: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Other {
    Make(live::Make),
    List(live::ListPlans),
    Show(live::Show),
    Approve(live::Approve),
    Verify(verify::Verify),
    Compare(Compare),
}

const COMPARE: &str = "\
Examples:
  dotation plan compare monday.json tuesday.json
  dotation plan compare monday.json tuesday.json --format json

Exit codes: 0 compared, whatever the answer; 2 one of them is no plan.";

/// Say what changed from one plan to another: for whom, and why
#[derive(Debug, Args)]
#[command(after_help = COMPARE)]
pub(super) struct Compare {
    /// The plan before, as plan writes it; - for standard input
    #[arg(value_name = "BEFORE.json")]
    before: PathBuf,
    /// The plan now
    #[arg(value_name = "AFTER.json")]
    after: PathBuf,
    /// The language of the table
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

/// The language of what is read.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Lang {
    /// French
    #[default]
    Fr,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Fr => Self::Fr,
            Lang::En => Self::En,
        }
    }
}

/// JSON, unless something else is asked for or people are reading.
pub(super) fn format(place: &Place) -> Format {
    let reading = std::io::stdout().is_terminal();
    let usual = if reading { Format::Text } else { Format::Json };
    place.format.unwrap_or(usual)
}

impl PlanCommand {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match (self.other, self.case) {
            (Some(Other::Make(command)), _) => command.run(place),
            (Some(Other::List(command)), _) => command.run(place),
            (Some(Other::Show(command)), _) => command.run(place),
            (Some(Other::Approve(command)), _) => command.run(place),
            (Some(Other::Verify(command)), _) => command.run(place),
            (Some(Other::Compare(command)), _) => command.run(place),
            (None, Some(case)) => made(place, &case, self.lang.into(), self.what_if.as_deref()),
            (None, None) => Err(Failure::input("CASE.json: is missing, expected a file")),
        }
    }
}

fn made(
    place: &Place,
    file: &Path,
    language: Language,
    change: Option<&Path>,
) -> Result<Answer, Failure> {
    let bytes = bytes_of(file)?;
    let books = Place::rulebooks(&place.settings()?)?;
    let progress = Progress::begin(bytes.len());
    let desk = Planner { books: &books };
    progress.step("reading the case");
    let ranking: Vec<&Rulebook> = books.iter().collect();
    let read = plan_case::read(&bytes, &ranking).map_err(|e| faults(file, &e))?;
    let Some(change) = change else {
        progress.step("planning");
        let written = desk.planned(&read.case, read.book, |plan, made| match format(place) {
            Format::Json => pieces(plan, made, language),
            Format::Text => vec![told::plan(plan, made, language)],
        });
        progress.end();
        let note = match format(place) {
            // the document says so itself
            Format::Json => None,
            Format::Text => not_in_force(&books, &read.book.name, read.case.as_of, language),
        };
        leave(read);
        let made = Answer::pieces(written, 0);
        return Ok(note.into_iter().fold(made, Answer::note));
    };
    let asked = bytes_of(change)?;
    let next = plan_case::what_if(&read.case, read.book, &asked).map_err(|e| faults(change, &e))?;
    progress.step("planning as it is");
    let before = desk.json(&read.case, read.book, language);
    progress.step("planning what if");
    let after = desk.json(&next, read.book, language);
    progress.end();
    let (before, after) = both(
        (before.as_bytes(), "the plan as it is"),
        (after.as_bytes(), "the plan what if"),
    )?;
    Ok(compared(place, &before, &after, language))
}

/// What a reader of a plan must know of its rulebook, when it is not in force on the day. A retirement
/// refuses a plan of the service, and says nothing of a case.
fn not_in_force(books: &Rulebooks, name: &Slug, day: Day, language: Language) -> Option<String> {
    let book = books.get(name)?;
    let said = notice(
        language,
        name,
        &books.standing(book, day),
        Retirement::Applied,
    )?;
    Some(format!("note: {said}"))
}

/// Gives nothing back: a plan and its case lie in a hundred thousand places, and the command ends soon.
fn leave<T>(large: T) {
    std::mem::forget(large);
}

/// Plans, with the rulebooks that gates name at hand.
pub(super) struct Planner<'b> {
    books: &'b Rulebooks,
}

impl Planner<'_> {
    fn planned<T>(
        &self,
        case: &Case,
        book: &Rulebook,
        told: impl FnOnce(&Plan, &Made<'_>) -> T,
    ) -> T {
        let of = |name: &Slug| self.books.get(name);
        let made = Made {
            case,
            book,
            of: &of,
        };
        let plan = hands::plan(case, book, &of);
        let told = told(&plan, &made);
        leave(plan);
        told
    }

    fn json(&self, case: &Case, book: &Rulebook, language: Language) -> String {
        self.planned(case, book, |plan, made| write(plan, made, language))
    }
}

impl Compare {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (before, after) = (bytes_of(&self.before)?, bytes_of(&self.after)?);
        let read = both(
            (&before, &self.before.display().to_string()),
            (&after, &self.after.display().to_string()),
        );
        let (before, after) = read?;
        Ok(compared(place, &before, &after, self.lang.into()))
    }
}

/// Reads two plans, and says what is wrong with either.
fn both<'t>(
    (before, first): (&'t [u8], &str),
    (after, second): (&'t [u8], &str),
) -> Result<(Document<'t>, Document<'t>), Failure> {
    match (Document::read(before), Document::read(after)) {
        (Ok(before), Ok(after)) => Ok((before, after)),
        (before, after) => {
            let wrong = [(before.err(), first), (after.err(), second)];
            let lines = wrong
                .into_iter()
                .filter_map(|(e, name)| Some(lines_of(name, &e?)));
            Err(Failure::Input(lines.flatten().collect()))
        }
    }
}

/// Answers what is different between two plans.
fn compared(
    place: &Place,
    before: &Document<'_>,
    after: &Document<'_>,
    language: Language,
) -> Answer {
    let changed = difference(before, after);
    let written = match format(place) {
        Format::Json => changed.to_json(),
        Format::Text => told::difference(&changed, language),
    };
    Answer::exact(written, 0)
}
