use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::edit_recipients::{self, Change, Hearing, NewRecipient};
use crate::app::records;
use crate::app::see::of_site;
use crate::domain::alert::{AlertKind, Capacity};
use crate::domain::code::Finess;
use crate::domain::hours::{Minute, QuietHours};
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::mail::EmailAddress;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who receives the letters of a site
#[derive(Debug, Subcommand)]
pub(super) enum Recipient {
    List(ListRecipients),
    Add(AddRecipient),
    Edit(EditRecipient),
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
    #[command(flatten)]
    hearing: HearingArgs,
}

#[derive(Debug, Args)]
struct HearingArgs {
    /// The kinds of alerts that they hear, of those of their capacity [default: all]
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = kind)]
    kinds: Option<Vec<AlertKind>>,
    /// When what can wait waits, by the clock of the site: 21:00-07:00, or none [default: none]
    #[arg(long, value_name = "HH:MM-HH:MM", value_parser = quiet)]
    quiet: Option<Quiet>,
    /// Whether they hear at 08:00, by the clock of the site, what is open: yes or no [default: yes]
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    digest: Option<bool>,
}

const EDIT: &str = "\
Examples:
  dotation recipient edit --site 690000001 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11 --quiet 21:00-07:00
  dotation recipient edit --site 690000001 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11 \\
      --kinds reserve-below-minimum,recall --digest no
  dotation recipient edit --site 690000001 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11 --active no";

/// Edit what somebody on the list of a site hears, and when; what is not said stays
///
/// A reserve below its minimum, a broken clearance, a recall and an override never wait for the end of
/// quiet hours. That an address refused letters is forgotten by any edit.
#[derive(Debug, Args)]
#[command(after_help = EDIT)]
pub(super) struct EditRecipient {
    /// The FINESS number of the site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// Their id, as `dotation recipient list` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The name of the person or the desk
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: Option<String>,
    /// Of their letters: fr or en
    #[arg(long, value_name = "LANGUAGE", value_parser = given::language)]
    language: Option<Language>,
    /// Whether they are written to: yes or no
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    active: Option<bool>,
    #[command(flatten)]
    hearing: HearingArgs,
}

/// Quiet hours, or none.
#[derive(Clone, Copy, Debug)]
struct Quiet(Option<QuietHours>);

fn quiet(text: &str) -> Result<Quiet, String> {
    if text == "none" {
        return Ok(Quiet(None));
    }
    let (from, to) = text
        .split_once('-')
        .ok_or("expected HH:MM-HH:MM, as 21:00-07:00, or none")?;
    let minute = |text: &str| Minute::parse(text).map_err(|error| error.to_string());
    let hours = QuietHours::new(minute(from)?, minute(to)?);
    let hours = hours.ok_or("they end when they begin; for no quiet hours: none")?;
    if hours.is_too_long() {
        return Err(format!(
            "they are longer than {} hours",
            QuietHours::LONGEST
        ));
    }
    Ok(Quiet(Some(hours)))
}

fn kind(text: &str) -> Result<AlertKind, String> {
    AlertKind::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = AlertKind::ALL.into_iter().map(AlertKind::code).collect();
        format!("expected one of {}", codes.join(", "))
    })
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

impl HearingArgs {
    /// The kinds that somebody in a capacity does not hear, if it is said which they do.
    fn silent(&self, capacity: Capacity) -> Result<Option<BTreeSet<AlertKind>>, Failure> {
        let Some(kinds) = &self.kinds else {
            return Ok(None);
        };
        let kinds = kinds.iter().copied().collect();
        let silent = edit_recipients::silent_beside(capacity, &kinds);
        silent.map(Some).map_err(|strange| {
            let codes = |kinds: &mut dyn Iterator<Item = AlertKind>| {
                let codes: Vec<&str> = kinds.map(AlertKind::code).collect();
                codes.join(", ")
            };
            Failure::input(format!(
                "as {} nobody hears {}; expected some of {}",
                capacity.code(),
                codes(&mut strange.into_iter()),
                codes(&mut capacity.hears())
            ))
        })
    }
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
            Self::Edit(command) => command.run(place),
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
            hearing: Hearing {
                silent: self.hearing.silent(self.capacity)?.unwrap_or_default(),
                quiet: self.hearing.quiet.and_then(|quiet| quiet.0),
                digest: self.hearing.digest.unwrap_or(true),
            },
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

impl EditRecipient {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (site, id) = (self.site, RecipientId::new(self.id.as_str()));
        let opened = place.open()?;
        let who = id.clone();
        let before = opened.read(move |act| edit_recipients::see(act, site, &who))?;
        let change = Change {
            name: self.name,
            language: self.language,
            position: None,
            active: self.active,
            silent: self.hearing.silent(before.capacity)?,
            quiet: self.hearing.quiet.map(|quiet| quiet.0),
            digest: self.hearing.digest,
        };
        let after = opened.write(vec![site], move |act| {
            edit_recipients::change(act, site, &id, &change)
        })?;
        let text = format!("{} hears {}.\n", after.name, heard(&after));
        Ok(Answer::new(text, shape(&after)))
    }
}

/// What somebody hears, in words.
fn heard(r: &records::Recipient) -> String {
    if !r.active {
        return "nothing: they are not written to".to_owned();
    }
    let kinds: Vec<&str> = r.kinds().into_iter().map(AlertKind::code).collect();
    let quiet = r.quiet.map_or_else(String::new, |quiet| {
        format!(
            ", what can wait not from {} to {}",
            quiet.from(),
            quiet.to()
        )
    });
    let digest = if r.digest {
        ", and each morning what is open"
    } else {
        ""
    };
    format!("{}{quiet}{digest}", kinds.join(", "))
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
        "active": r.active,
        "kinds": r.kinds().into_iter().map(AlertKind::code).collect::<Vec<_>>(),
        "quiet_hours": r.quiet.map(|q| json!({ "from": q.from().to_string(), "to": q.to().to_string() })),
        "digest": r.digest,
        "refused": r.refused.as_ref().map(|(at, because)| json!({ "at": at, "because": because })),
    })
}
