use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::edit_recipients::{self, NewRecipient};
use crate::app::records;
use crate::app::see::of_site;
use crate::domain::alert::Capacity;
use crate::domain::code::Finess;
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::mail::EmailAddress;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Who receives the letters of a site
#[derive(Debug, Subcommand)]
pub(super) enum Recipient {
    List(ListRecipients),
    Add(AddRecipient),
    Remove(RemoveRecipient),
}

const LIST: &str = "\
Examples:
  dotation recipient list --site 690000001";

/// List who receives the letters of a site
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListRecipients {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const ADD: &str = "\
Examples:
  dotation recipient add --site 690000001 --capacity pharmacist --name 'Garde PUI' \\
      --email garde.pui@chu-lyon.fr
  dotation recipient add --site 690000001 --capacity car-t-unit --name 'Unité CAR-T' \\
      --email car-t@chu-lyon.fr --language en";

/// Add somebody to those who receive the letters of a site
#[derive(Debug, Args)]
#[command(after_help = ADD)]
pub(super) struct AddRecipient {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// What they hear of: pharmacist, car-t-unit or coordinator
    #[arg(long, value_name = "CAPACITY", value_parser = capacity)]
    capacity: Capacity,
    /// The name of the person or the desk
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: String,
    /// The address
    #[arg(long, value_name = "ADDRESS", value_parser = given::email)]
    email: EmailAddress,
    /// Of their letters: fr or en [default: the language that is set, else fr]
    #[arg(long, value_name = "LANGUAGE", value_parser = given::language)]
    language: Option<Language>,
}

const REMOVE: &str = "\
Examples:
  dotation recipient remove --site 690000001 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11";

/// Take somebody off the list of a site
#[derive(Debug, Args)]
#[command(after_help = REMOVE)]
pub(super) struct RemoveRecipient {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// Their id, as `dotation recipient list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

fn capacity(text: &str) -> Result<Capacity, String> {
    Capacity::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = Capacity::ALL.into_iter().map(Capacity::code).collect();
        format!("expected one of {}", codes.join(", "))
    })
}

impl Recipient {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(command) => command.run(place),
            Self::Add(command) => command.run(place),
            Self::Remove(command) => command.run(place),
        }
    }
}

impl ListRecipients {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let all = place
            .open()?
            .read(move |act| of_site::recipients(act, self.site))?;
        let json = all.iter().map(shape).collect();
        if all.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note(format!(
                "Nobody receives the letters of {}. To add somebody: dotation recipient add --help",
                self.site
            )));
        }
        let row = |r: &records::Recipient| {
            let language = r.language.code().to_owned();
            [
                r.id.to_string(),
                r.capacity.code().to_owned(),
                r.name.clone(),
                r.email.clone(),
                language,
            ]
        };
        let rows: Vec<[String; 5]> = all.iter().map(row).collect();
        let names = ["ID", "CAPACITY", "NAME", "ADDRESS", "LANGUAGE"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

impl AddRecipient {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let new = NewRecipient {
            capacity: self.capacity,
            name: self.name,
            email: self.email.as_str().to_owned(),
            language: self.language.unwrap_or(opened.settings.default_language),
        };
        let site = self.site;
        let added = opened.write(vec![site], move |act| edit_recipients::add(act, site, &new))?;
        let text = format!(
            "{} receives the letters of {site} from now on. To try the address: dotation mail test {}\n",
            added.name, added.email
        );
        Ok(Answer::new(text, shape(&added)))
    }
}

impl RemoveRecipient {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (site, id) = (self.site, RecipientId::new(self.id.as_str()));
        place.open()?.write(vec![site], move |act| {
            edit_recipients::remove(act, site, &id)
        })?;
        let text = format!("{} receives no more letters of {site}.\n", self.id);
        Ok(Answer::new(
            text,
            json!({ "id": self.id, "site": site.as_str(), "removed": true }),
        ))
    }
}

fn shape(r: &records::Recipient) -> Value {
    json!({
        "id": r.id.as_str(),
        "site": r.site.as_str(),
        "capacity": r.capacity.code(),
        "name": r.name,
        "email": r.email,
        "language": r.language.code(),
        "position": r.position,
    })
}
