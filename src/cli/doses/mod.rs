mod told;

use super::answer::Answer;
use super::failure::Failure;
use super::given::{self, Dose, Vials};
use super::place::{Place, today};
use crate::domain::calendar::Day;
use crate::domain::dose::{self, Grants, MOST_NEEDS, Need, Take, Unsolved, Vial};
use crate::domain::language::Language;
use crate::domain::quantity::{Doses, Grams, Mg, Units};
use crate::domain::rule::{Rulebook, Slug, Standing};
use crate::text::rulebook::{Retirement, notice};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  dotation doses --vials 400x1 --vials 80x1 --dose 240mg --dose 240mg
  dotation doses --rulebook roactemra-2021-10-14 --vials 200x4 --vials 80x3 \\
      --weight 61kg --weight 29.9kg --indication crs
  dotation doses --vials 400x2@2022-06-30 --dose 240mg@2021-11-08 --on 2021-10-20

An answer that not all doses can be made is an answer: the exit code is 0.";

/// Say how many doses vials can make: which ones, out of which vials, all at once
///
/// Exact: a dose is made of whole vials that are in date on its day, and no vial is shared between
/// doses. Doses are granted in the order they are given. Needs no database.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["doses", "weights"]))]
pub(super) struct DosesCommand {
    /// Vials of one strength in milligrams and how many, maybe with their last day: 80x3@2022-06-30
    #[arg(long, value_name = "MGxCOUNT[@EXPIRY]", value_parser = given::vials, allow_hyphen_values = true, required = true)]
    vials: Vec<Vials>,
    /// A dose to be made, maybe on a day: 240mg@2021-11-08; once for each dose
    #[arg(long = "dose", value_name = "MG[@DAY]", value_parser = given::dose, allow_hyphen_values = true)]
    doses: Vec<Dose>,
    /// The weight of a patient, whose dose the rulebook says: 61kg; once for each patient
    #[arg(long = "weight", value_name = "KG", value_parser = given::weight, allow_hyphen_values = true, requires = "indication")]
    weights: Vec<Grams>,
    /// What the patients are treated for, by its name in the rulebook: crs
    #[arg(long, value_name = "NAME", value_parser = given::slug, requires = "weights")]
    indication: Option<Slug>,
    /// The rulebook that says doses [default: the only one that gives doses]
    #[arg(long, value_name = "NAME", value_parser = given::slug)]
    rulebook: Option<Slug>,
    /// The day of doses that name none [default: today]
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    on: Option<Day>,
}

/// What was asked, in domain's types.
struct Question {
    rulebook: Option<Rulebook>,
    /// How that stands on the day of the doses.
    standing: Option<Standing>,
    needs: Vec<Need>,
    /// Named by their places in the list.
    vials: Vec<Vial<usize>>,
    /// For what, when doses are said by weight.
    indication: Option<Slug>,
    /// Whether any day was named, so that days are worth showing.
    dated: bool,
}

/// What is answered.
struct Found {
    grants: Grants<usize>,
    /// For each different need, how many of it alone.
    alone: Vec<(Need, Doses)>,
    /// What would have to be added for all to be made; nothing when all can be.
    shortfall: Vec<(Mg, Units)>,
}

impl DosesCommand {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let question = self.question(place)?;
        let found = question.answer()?;
        let answer = Answer::new(told::text(&question, &found), told::json(&question, &found));
        let notes = question.strange_vials().into_iter();
        Ok(notes
            .chain(question.strange_indication())
            .chain(question.not_in_force(place.language()))
            .fold(answer, Answer::note))
    }

    fn question(self, place: &Place) -> Result<Question, Failure> {
        let settings = place.settings()?;
        let day = self.on.map_or_else(|| today(place.now, &settings), Ok)?;
        let (rulebook, standing) = match (&self.rulebook, self.weights.is_empty()) {
            (None, true) => (None, None),
            (named, _) => {
                let rules = Place::rulebooks(&settings)?;
                let book = chosen(&rules, named.as_ref())?;
                let standing = rules.standing(&book, day);
                (Some(book), Some(standing))
            }
        };
        let dated = self.on.is_some()
            || self.doses.iter().any(|dose| dose.on.is_some())
            || self.vials.iter().any(|vials| vials.expiry.is_some());
        let said = self.doses.iter().map(|dose| Need {
            mg: dose.mg,
            on: dose.on.unwrap_or(day),
        });
        let mut needs: Vec<Need> = said.collect();
        if let (Some(book), Some(indication)) = (&rulebook, &self.indication) {
            for weight in &self.weights {
                let mg = by_weight(book, indication, *weight)?;
                needs.push(Need { mg, on: day });
            }
        }
        let far = day.plus(u32::MAX);
        let vials = self.vials.iter().enumerate().map(|(lot, vials)| Vial {
            lot,
            strength: vials.strength,
            expiry: vials.expiry.unwrap_or(far),
            units: vials.units,
        });
        Ok(Question {
            vials: vials.collect(),
            rulebook,
            standing,
            needs,
            indication: self.indication,
            dated,
        })
    }
}

impl Question {
    fn answer(&self) -> Result<Found, Failure> {
        let grants =
            dose::grant(&self.needs, &self.vials, Take::SoonestExpiry).map_err(unsolved)?;
        let mut different = self.needs.clone();
        different.sort();
        different.dedup();
        let alone = different
            .into_iter()
            .map(|need| Ok((need, dose::most(need, &self.vials)?)))
            .collect::<Result<_, Unsolved>>()
            .map_err(unsolved)?;
        let shortfall = dose::shortfall(&self.needs, &self.vials, &self.strengths())
            .map_err(unsolved)?
            .unwrap_or_default();
        Ok(Found {
            grants,
            alone,
            shortfall,
        })
    }

    /// The strengths that could be added: those there are, or those the rulebook would use.
    fn strengths(&self) -> Vec<Mg> {
        let mut strengths: Vec<Mg> = match &self.rulebook {
            Some(book) => ruled_strengths(book),
            None => self.vials.iter().map(|vial| vial.strength).collect(),
        };
        strengths.sort();
        strengths.dedup();
        strengths
    }

    /// Whose rulebook is not in force on the day; a retirement is not looked up, which needs no database.
    fn not_in_force(&self, language: Language) -> Option<String> {
        let (book, standing) = self.rulebook.as_ref().zip(self.standing.as_ref())?;
        let said = notice(language, &book.name, standing, Retirement::Applied)?;
        Some(format!("note: {said}"))
    }

    /// And in an indication that the rulebook does not name, which gets the dose of all others.
    fn strange_indication(&self) -> Option<String> {
        let (book, indication) = self.rulebook.as_ref().zip(self.indication.as_ref())?;
        let known = named(book);
        (!known.contains(&indication.as_str())).then(|| {
            format!(
                "note: {} does not name {indication} and gives it the dose of all indications that it \
                 does not name; it names {}",
                book.name,
                known.join(", ")
            )
        })
    }

    /// A slip of the keyboard shows in a strength that the medicine does not have.
    fn strange_vials(&self) -> Vec<String> {
        let Some(book) = &self.rulebook else {
            return Vec::new();
        };
        let known = ruled_strengths(book);
        let strange = self
            .vials
            .iter()
            .filter(|vial| !known.contains(&vial.strength));
        strange
            .map(|vial| {
                format!(
                    "note: {} has no presentation of {} that makes these doses",
                    book.name, vial.strength
                )
            })
            .collect()
    }
}

/// The indications that a rulebook names in its table of doses.
fn named(book: &Rulebook) -> Vec<&str> {
    let rows = book.doses.iter();
    let mut named: Vec<&str> = rows
        .filter_map(|row| row.indication.as_ref())
        .map(Slug::as_str)
        .collect();
    named.dedup();
    named
}

/// The strengths that doses are made of: by the route of the reserve, where there is one.
fn ruled_strengths(book: &Rulebook) -> Vec<Mg> {
    let all = book.presentations.iter().map(|ruled| &ruled.presentation);
    let route = book.reserve.as_ref().map(|rule| rule.route);
    all.filter(|p| route.is_none_or(|route| p.route == route))
        .map(|p| p.strength)
        .collect()
}

fn chosen(rules: &crate::rulebook::Rulebooks, named: Option<&Slug>) -> Result<Rulebook, Failure> {
    let dosing = || rules.iter().filter(|book| !book.doses.is_empty());
    let found = match (named, dosing().count()) {
        (Some(name), _) => rules.get(name),
        (None, 1) => dosing().next(),
        (None, _) => None,
    };
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = dosing().map(|book| book.name.as_str()).collect();
        let what = match named {
            Some(name) => format!("--rulebook: there is no rulebook {name}"),
            None => "--rulebook: which one is meant is not said".to_owned(),
        };
        Failure::input(format!("{what}; expected one of {}", names.join(", ")))
    })
}

fn by_weight(book: &Rulebook, indication: &Slug, weight: Grams) -> Result<Mg, Failure> {
    book.dose(indication, weight).ok_or_else(|| {
        Failure::input(format!(
            "--indication: {} gives no dose by weight for {indication}; expected one of {}",
            book.name,
            named(book).join(", ")
        ))
    })
}

/// What is too large was given; what was not found within the limits could not be done.
fn unsolved(error: Unsolved) -> Failure {
    match error {
        Unsolved::Strengths { .. } => Failure::input(format!("--vials: {error}")),
        Unsolved::Needs { .. } | Unsolved::Mass { .. } => {
            Failure::input(format!("--dose: {error}"))
        }
        Unsolved::VialsADose { .. } => Failure::input(format!(
            "--dose: {error}; expected a dose of at most so many vials: was a strength or a dose mistyped?"
        )),
        Unsolved::Steps { .. } => Failure::Cannot(error.into()),
    }
}
