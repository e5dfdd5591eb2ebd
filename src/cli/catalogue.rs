use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::{Opened, Place};
use crate::app::edit_catalogue::{self, NewPresentation};
use crate::app::records::Listed;
use crate::app::see::commons;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Mg, Units};
use crate::domain::reason::Refusal;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// The catalogue: the presentations that sites can keep
#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    List(ListCatalogue),
    Add(AddPresentation),
}

const LIST: &str = "\
Examples:
  dotation catalogue list
  dotation catalogue list --format json";

/// List the catalogue
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListCatalogue {}

const ADD: &str = "\
Examples:
  dotation import bdpm CIS_bdpm.txt CIS_CIP_bdpm.txt
  dotation catalogue add --cip 3400957464547 --mg 400
  dotation catalogue add --cip 3400930145524 --mg 162 --route sc --units-per-box 4
  dotation catalogue add --from-rulebooks";

/// Put a presentation on the catalogue
///
/// What is not said is looked up in the public medicines database that was imported (dotation
/// import bdpm). How much a vial holds is never looked up: it is read off the box.
#[derive(Debug, Args)]
#[command(after_help = ADD)]
pub(super) struct AddPresentation {
    /// The code on its box: CIP13, thirteen digits
    #[arg(long, value_name = "CIP13", value_parser = given::cip13, required_unless_present = "from_rulebooks")]
    cip: Option<Cip13>,
    /// How much of the active substance one vial, syringe or pen holds
    #[arg(long, value_name = "MG", value_parser = given::mg, allow_negative_numbers = true, required_unless_present = "from_rulebooks")]
    mg: Option<Mg>,
    /// How it is given: iv, sc or oral
    #[arg(long, value_name = "ROUTE", value_parser = given::route)]
    route: Option<Route>,
    /// How many single vials, syringes or pens one box holds
    #[arg(long, value_name = "COUNT", value_parser = given::units, allow_negative_numbers = true)]
    units_per_box: Option<Units>,
    /// Its name
    #[arg(long, value_name = "TEXT", value_parser = given::name)]
    label: Option<String>,
    /// Put every presentation that a rulebook speaks of on the catalogue, as the rulebook has it
    #[arg(long, conflicts_with_all = ["cip", "mg", "route", "units_per_box", "label"])]
    from_rulebooks: bool,
}

impl Catalogue {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(ListCatalogue {}) => list_catalogue(place),
            Self::Add(command) => command.run(place),
        }
    }
}

impl AddPresentation {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (Some(cip13), Some(strength)) = (self.cip, self.mg) else {
            return add_ruled(place);
        };
        let new = NewPresentation {
            cip13,
            label: self.label,
            strength,
            route: self.route,
            units_per_box: self.units_per_box,
        };
        let opened = place.open()?;
        let asked = new.clone();
        let added = opened
            .write(Vec::new(), move |act| edit_catalogue::add(act, &asked))
            .map_err(|failure| explained(failure, &opened, &new))?;
        let p = &added.presentation;
        let text = format!(
            "{} was put on the catalogue: {}, {} a unit, {}, {} a box{}.\n",
            p.cip13,
            p.label,
            p.strength,
            p.route,
            p.units_per_box,
            added
                .cis
                .as_ref()
                .map_or_else(String::new, |cis| format!(" (CIS {cis})")),
        );
        Ok(Answer::new(text, shape(&added)))
    }
}

fn add_ruled(place: &Place) -> Result<Answer, Failure> {
    let opened = place.open()?;
    let added = opened.write(Vec::new(), |act| {
        let before = commons::catalogue(act)?;
        edit_catalogue::add_ruled(act)?;
        let after = commons::catalogue(act)?;
        let new = after.into_iter().filter(|listed| {
            !before
                .iter()
                .any(|b| b.presentation.cip13 == listed.presentation.cip13)
        });
        Ok(new.collect::<Vec<Listed>>())
    })?;
    let text = match added.len() {
        0 => "The catalogue has every presentation of the rulebooks already.\n".to_owned(),
        _ => table(&added),
    };
    Ok(Answer::new(text, added.iter().map(shape).collect()))
}

/// Says by which options the things are said that must be said.
fn explained(failure: Failure, opened: &Opened, new: &NewPresentation) -> Failure {
    let Failure::Refused(refusal @ Refusal::MustBeSaid { cip13, what }, None) = failure else {
        return failure;
    };
    let published = match opened.read(move |act| Ok(commons::presentation(act, cip13)?.1.is_some()))
    {
        Ok(published) => published,
        Err(failure) => return failure,
    };
    let option = |what: &str| format!("--{}", what.replace('_', "-"));
    let hint = if published {
        format!("Read it off the box and say it with {}.", option(what))
    } else {
        let unsaid = [
            ("label", new.label.is_none()),
            ("route", new.route.is_none()),
            ("units_per_box", new.units_per_box.is_none()),
        ];
        let unsaid: Vec<String> = unsaid
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| option(name))
            .collect();
        format!(
            "{cip13} is not in the public medicines database as it was imported here. Compare it with \
             the box and import a recent edition (dotation import bdpm), or say: {}.",
            unsaid.join(", ")
        )
    };
    Failure::Refused(refusal, Some(hint))
}

fn list_catalogue(place: &Place) -> Result<Answer, Failure> {
    let all = place.open()?.read(commons::catalogue)?;
    let json = all.iter().map(shape).collect();
    if all.is_empty() {
        let none = Answer::new(String::new(), json);
        return Ok(none.note("The catalogue is empty. To add to it: dotation catalogue add --help"));
    }
    Ok(Answer::new(table(&all), json))
}

fn table(all: &[Listed]) -> String {
    let rows: Vec<[String; 6]> = all.iter().map(row).collect();
    columns(["CIP13", "CIS", "UNIT", "ROUTE", "A BOX", "LABEL"], &rows)
}

fn row(listed: &Listed) -> [String; 6] {
    let p = &listed.presentation;
    [
        p.cip13.to_string(),
        listed.cis.clone().unwrap_or_else(|| "-".to_owned()),
        p.strength.to_string(),
        p.route.to_string(),
        p.units_per_box.to_string(),
        p.label.clone(),
    ]
}

fn shape(listed: &Listed) -> Value {
    let p = &listed.presentation;
    json!({
        "cip13": p.cip13.as_str(),
        "cis": listed.cis,
        "label": p.label,
        "strength_ug": p.strength.ug(),
        "route": p.route.code(),
        "units_per_box": p.units_per_box.get(),
    })
}
