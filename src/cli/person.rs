mod identity;
mod told;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::access::passwords::Password;
use crate::app::edit_people::{self, Change, First, NewPerson, NewRole};
use crate::app::records::Account;
use crate::app::{Act, Error};
use crate::domain::code::Finess;
use crate::domain::id::{GrantId, PersonId};
use crate::domain::language::Language;
use crate::domain::person::RoleGrant;
use crate::domain::reason::Refusal;
use crate::domain::role::Role;
use crate::mail::address::EmailAddress;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;
use told::{row, shape, site};

/// People who sign in: added, listed, given roles, shut out
#[derive(Debug, Subcommand)]
pub(super) enum Person {
    Add(AddPerson),
    List(ListPeople),
    Roles(PersonRoles),
    Give(GiveRole),
    Take(TakeRole),
    Deactivate(Deactivate),
    Activate(Activate),
    Reset(Reset),
    #[command(subcommand)]
    Identity(identity::IdentityOf),
}

const ADD: &str = "\
Examples:
  dotation person add --name 'Anne Martin' --email anne.martin@chu.fr --role pharmacist --site 690000001
  dotation person add --name 'Paul Petit' --email paul.petit@chu.fr --role admin --all-sites
  dotation person add --name Admin --email admin@chu.fr --role admin --all-sites --password-file first.txt";

/// Add a person with one role, who is written a letter with a link to set a password
///
/// With --password-file no letter is written: for the first administrator, where no mail server is set yet.
/// More roles: dotation person give.
#[derive(Debug, Args)]
#[command(after_help = ADD)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["site", "all_sites"]))]
pub(super) struct AddPerson {
    /// As colleagues call them
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: String,
    /// Where they are written to, and how they sign in
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: String,
    /// Of their letters: fr or en [default: that of the settings]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,
    /// pharmacist, car-t-unit, prescriber, coordinator, admin or reader
    #[arg(long, value_name = "ROLE", value_parser = given::role)]
    role: Role,
    /// The site where the role is held, by its FINESS number
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// The role is held at every site, those to come included
    #[arg(long)]
    all_sites: bool,
    /// A file whose first line is their password; delete it afterwards
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

const LIST: &str = "\
Examples:
  dotation person list
  dotation person list --format json";

/// List everybody who can sign in, with their roles
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListPeople {}

const ROLES: &str = "\
Examples:
  dotation person roles anne.martin@chu.fr";

/// List the roles of a person, with the id that takes each
#[derive(Debug, Args)]
#[command(after_help = ROLES)]
pub(super) struct PersonRoles {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
}

const GIVE: &str = "\
Examples:
  dotation person give anne.martin@chu.fr --role prescriber --site 690000002
  dotation person give paul.petit@chu.fr --role coordinator --all-sites";

/// Give a person a role, at a site or at every site
#[derive(Debug, Args)]
#[command(after_help = GIVE)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["site", "all_sites"]))]
pub(super) struct GiveRole {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// pharmacist, car-t-unit, prescriber, coordinator, admin or reader
    #[arg(long, value_name = "ROLE", value_parser = given::role)]
    role: Role,
    /// The site where it is held, by its FINESS number
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// It is held at every site, those to come included
    #[arg(long)]
    all_sites: bool,
}

const TAKE: &str = "\
Examples:
  dotation person roles anne.martin@chu.fr
  dotation person take anne.martin@chu.fr 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11";

/// Take a role from a person, at once
#[derive(Debug, Args)]
#[command(after_help = TAKE)]
pub(super) struct TakeRole {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// The id of the role, as `dotation person roles` shows it
    #[arg(value_name = "ID")]
    id: String,
}

const DEACTIVATE: &str = "\
Examples:
  dotation person deactivate anne.martin@chu.fr";

/// Let a person sign in no more; they are signed out everywhere at once
#[derive(Debug, Args)]
#[command(after_help = DEACTIVATE)]
pub(super) struct Deactivate {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
}

const ACTIVATE: &str = "\
Examples:
  dotation person activate anne.martin@chu.fr";

/// Let a person sign in again
#[derive(Debug, Args)]
#[command(after_help = ACTIVATE)]
pub(super) struct Activate {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
}

const RESET: &str = "\
Examples:
  dotation person reset anne.martin@chu.fr
  dotation person reset anne.martin@chu.fr --second-factor";

/// Write a person a letter with a link to set a password, or take away a second factor that they lost
#[derive(Debug, Args)]
#[command(after_help = RESET)]
pub(super) struct Reset {
    /// Their address
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// Take their second factor away, and write no link: they set up another when they sign in
    #[arg(long)]
    second_factor: bool,
}

impl Person {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Add(command) => command.run(place),
            Self::List(ListPeople {}) => list(place),
            Self::Roles(command) => roles(place, command.email),
            Self::Give(command) => command.run(place),
            Self::Take(command) => command.run(place),
            Self::Deactivate(Deactivate { email }) => set_active(place, email, false),
            Self::Activate(Activate { email }) => set_active(place, email, true),
            Self::Reset(command) => command.run(place),
            Self::Identity(command) => command.run(place),
        }
    }
}

impl AddPerson {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let first = match &self.password_file {
            None => First::Invited,
            Some(file) => First::Set(hashed(file, &[&self.name, &self.email])?),
        };
        let opened = place.open()?;
        let invited = first == First::Invited;
        let new = NewPerson {
            name: self.name,
            email: self.email,
            language: self.language.unwrap_or(opened.settings.default_language),
            roles: vec![NewRole {
                role: self.role,
                site: self.site,
                until: None,
            }],
        };
        let (account, roles) = opened.write(Vec::new(), move |act| {
            let account = edit_people::add(act, &new, &first)?;
            edit_people::see(act, &account.person.id)
        })?;
        let said = if invited {
            "They are written a letter with a link, good for 24 hours, to set a password."
        } else {
            "They sign in with the password of the file: delete the file."
        };
        let text = format!("{} is added.\n", account.person.email);
        Ok(Answer::new(text, shape(&account, &roles)).note(said))
    }
}

/// The hash of the password that a file holds.
fn hashed(file: &std::path::Path, own: &[&str]) -> Result<String, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("--password-file: {shown}: {error}")))?;
    let password = Password::typed(text.lines().next().unwrap_or_default());
    let own: Vec<String> = own.iter().map(|word| (*word).to_owned()).collect();
    if let Err(weakness) = password.judged(&own) {
        let why = crate::text::access::weakness(Language::En, weakness);
        return Err(Failure::input(format!("--password-file: {shown}: {why}")));
    }
    password.hash().map_err(Failure::cannot)
}

/// How many people are read at a time.
const PAGE: i64 = 500;

fn list(place: &Place) -> Result<Answer, Failure> {
    let people = place.open()?.read(|act| {
        let mut all: Vec<(Account, Vec<RoleGrant>)> = Vec::new();
        loop {
            let last = all.last().map(|(account, _)| account.person.id.to_string());
            let page = edit_people::list(act, last.as_deref(), PAGE)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    })?;
    let json = people.iter().map(|(a, roles)| shape(a, roles)).collect();
    let rows: Vec<[String; 5]> = people.iter().map(row).collect();
    if rows.is_empty() {
        let none = Answer::new(String::new(), json);
        return Ok(none.note("Nobody can sign in yet. To add somebody: dotation person add --help"));
    }
    let names = ["ADDRESS", "NAME", "STATE", "SECOND FACTOR", "ROLES"];
    Ok(Answer::new(columns(names, &rows), json))
}

fn roles(place: &Place, email: String) -> Result<Answer, Failure> {
    let (account, roles) = place.open()?.read(move |act| named(act, &email))?;
    let rows: Vec<[String; 4]> = roles
        .iter()
        .map(|r| {
            [
                r.id.to_string(),
                r.role.code().to_owned(),
                site(r),
                r.given_by.clone(),
            ]
        })
        .collect();
    let names = ["ID", "ROLE", "SITE", "GIVEN BY"];
    Ok(Answer::new(columns(names, &rows), shape(&account, &roles)))
}

impl GiveRole {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let new = NewRole {
            role: self.role,
            site: self.site,
            until: None,
        };
        let (account, roles) = place.open()?.write(Vec::new(), move |act| {
            let id = id_of(act, &self.email)?;
            edit_people::give(act, &id, &new)?;
            edit_people::see(act, &id)
        })?;
        let text = format!("{} is {} now.\n", account.person.email, new.role.code());
        Ok(Answer::new(text, shape(&account, &roles)))
    }
}

impl TakeRole {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (account, roles) = place.open()?.write(Vec::new(), move |act| {
            let id = id_of(act, &self.email)?;
            edit_people::take(act, &id, &GrantId::new(self.id.as_str()))?;
            edit_people::see(act, &id)
        })?;
        let text = format!("The role is taken from {}.\n", account.person.email);
        Ok(Answer::new(text, shape(&account, &roles)))
    }
}

fn set_active(place: &Place, email: String, active: bool) -> Result<Answer, Failure> {
    let (account, roles) = place.open()?.write(Vec::new(), move |act| {
        let id = id_of(act, &email)?;
        let wanted = Change {
            active: Some(active),
            ..Change::default()
        };
        edit_people::change(act, &id, |_| true, &wanted)
    })?;
    let text = if active {
        format!("{} may sign in.\n", account.person.email)
    } else {
        format!("{} may sign in no more.\n", account.person.email)
    };
    Ok(Answer::new(text, shape(&account, &roles)))
}

impl Reset {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (factor, shown) = (self.second_factor, self.email.clone());
        place.open()?.write(Vec::new(), move |act| {
            let id = id_of(act, &self.email)?;
            if factor {
                edit_people::remove_second_factor(act, &id)
            } else {
                edit_people::reset(act, &id)
            }
        })?;
        let text = if factor {
            format!("The second factor of {shown} is taken away.\n")
        } else {
            format!("{shown} is written a letter with a link to set a password.\n")
        };
        Ok(Answer::new(text, json!({ "email": shown })))
    }
}

/// Who has an address.
fn named(act: &mut Act<'_>, email: &str) -> Result<(Account, Vec<RoleGrant>), Error> {
    let id = id_of(act, email)?;
    edit_people::see(act, &id)
}

fn id_of(act: &mut Act<'_>, email: &str) -> Result<PersonId, Error> {
    let found = edit_people::by_email(act, email)?;
    let unknown = || Refusal::Unknown {
        what: "person",
        name: email.to_owned(),
    };
    Ok(found.ok_or_else(unknown)?)
}

fn email(text: &str) -> Result<String, String> {
    EmailAddress::parse(text)
        .map(|address| address.to_string())
        .map_err(|error| error.to_string())
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| "expected fr or en".to_owned())
}
