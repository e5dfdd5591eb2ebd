use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given::{self, Until};
use super::place::Place;
use crate::app::give_access::{self, NewToken};
use crate::app::records::{Reach, TokenRecord};
use crate::app::see::commons;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::role::Role;
use chrono::{SecondsFormat, TimeZone as _};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Access to the service: given, listed, revoked
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    Create(CreateToken),
    List(ListTokens),
    Revoke(RevokeToken),
}

const CREATE: &str = "\
Examples:
  dotation token create --name 'PUI Édouard-Herriot' --role pharmacist --site 690000001
  dotation token create --name 'Dr Martin' --role car-t-unit --site 690000001 --expires 2027-06-30
  dotation token create --name admin --role admin --all-sites > admin.token";

/// Give access: prints the token, this once
///
/// Only its hash is kept: whoever loses a token is given another one. Hand it over by a way that
/// others cannot read.
#[derive(Debug, Args)]
#[command(after_help = CREATE)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["sites", "all_sites"]))]
pub(super) struct CreateToken {
    /// Whose it is: the name stands in the audit trail beside the id
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: String,
    /// pharmacist, car-t-unit, prescriber, coordinator, admin or reader
    #[arg(long, value_name = "ROLE", value_parser = given::role)]
    role: Role,
    /// A site where it holds, by its FINESS number; once for each site
    #[arg(long = "site", value_name = "FINESS", value_parser = given::finess)]
    sites: Vec<Finess>,
    /// It holds at every site, those to come included
    #[arg(long)]
    all_sites: bool,
    /// The last day on which it works, or the hour at which it stops [default: a year from now]
    #[arg(long, value_name = "DAY", value_parser = given::until)]
    expires: Option<Until>,
}

const LIST: &str = "\
Examples:
  dotation token list
  dotation token list --format json";

/// List every token that was given, without the tokens themselves
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListTokens {}

const REVOKE: &str = "\
Examples:
  dotation token list
  dotation token revoke 0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11";

/// Take access away, at once
#[derive(Debug, Args)]
#[command(after_help = REVOKE)]
pub(super) struct RevokeToken {
    /// The id of the token, as `dotation token list` shows it; not the token itself
    #[arg(value_name = "ID")]
    id: String,
}

impl Token {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Create(command) => command.run(place),
            Self::List(ListTokens {}) => list_tokens(place),
            Self::Revoke(command) => command.run(place),
        }
    }
}

impl CreateToken {
    fn run(mut self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        self.sites.sort();
        self.sites.dedup();
        let zone = opened.settings.time_zone;
        let new = NewToken {
            name: self.name,
            role: self.role,
            reach: if self.all_sites {
                Reach::Everywhere
            } else {
                Reach::Sites(self.sites)
            },
            expires_at: self.expires.map(|until| end(until, zone)),
        };
        let (record, token) = opened.write(Vec::new(), move |act| give_access::give(act, &new))?;
        let mut json = shape(&record, place.now);
        if let Some(members) = json.as_object_mut() {
            members.insert("token".to_owned(), Value::String(token.clone()));
        }
        let note = format!(
            "{} may act as {} at {}{}. Its id is {}.\nThe token is shown this once: keep it where others cannot read it.",
            record.name,
            record.role.code(),
            sites(&record.reach),
            record
                .expires_at
                .map_or_else(String::new, |at| format!(", until {}", written(at))),
            record.id,
        );
        Ok(Answer::new(format!("{token}\n"), json).note(note))
    }
}

impl RevokeToken {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        if self.id.starts_with(give_access::PREFIX) {
            return Err(Failure::input(
                "this is a token, and not the id of one. Whoever sees it can use it: look up its \
                 id with `dotation token list` and revoke it by that",
            ));
        }
        let id = TokenId::new(self.id.as_str());
        place
            .open()?
            .write(Vec::new(), move |act| give_access::revoke(act, &id))?;
        let json = json!({ "id": self.id, "revoked": true });
        Ok(Answer::new(
            format!("Token {} is revoked.\n", self.id),
            json,
        ))
    }
}

fn list_tokens(place: &Place) -> Result<Answer, Failure> {
    let tokens = place.open()?.read(commons::all_tokens)?;
    let json = tokens.iter().map(|t| shape(t, place.now)).collect();
    let rows: Vec<[String; 6]> = tokens.iter().map(|t| row(t, place.now)).collect();
    if rows.is_empty() {
        let none = Answer::new(String::new(), json);
        return Ok(none.note("No access was given yet. To give it: dotation token create --help"));
    }
    let names = ["ID", "NAME", "ROLE", "SITES", "STATE", "EXPIRES"];
    Ok(Answer::new(columns(names, &rows), json))
}

/// The moment from which a token no longer works: for a day, the first of the day after.
fn end(until: Until, zone: Tz) -> Instant {
    match until {
        Until::Hour(at) => at,
        Until::Day(day) => midnight(day.plus(1), zone),
    }
}

/// The first moment of a day; where clocks leap over midnight, the universal one.
fn midnight(day: Day, zone: Tz) -> Instant {
    let midnight = day.date().and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

fn state(token: &TokenRecord, now: Instant) -> &'static str {
    if token.revoked_at.is_some() {
        "revoked"
    } else if token.expires_at.is_some_and(|at| at <= now) {
        "expired"
    } else {
        "in use"
    }
}

fn sites(reach: &Reach) -> String {
    match reach {
        Reach::Everywhere => "every site".to_owned(),
        Reach::Sites(sites) => {
            let sites: Vec<&str> = sites.iter().map(Finess::as_str).collect();
            sites.join(", ")
        }
    }
}

fn row(token: &TokenRecord, now: Instant) -> [String; 6] {
    [
        token.id.to_string(),
        token.name.clone(),
        token.role.code().to_owned(),
        sites(&token.reach),
        state(token, now).to_owned(),
        token.expires_at.map_or_else(|| "-".to_owned(), written),
    ]
}

fn shape(token: &TokenRecord, now: Instant) -> Value {
    let sites = token
        .reach
        .sites()
        .map(|sites| sites.iter().map(Finess::as_str).collect::<Vec<_>>());
    json!({
        "id": token.id.as_str(),
        "name": token.name,
        "role": token.role.code(),
        "sites": sites,
        "all_sites": sites.is_none(),
        "state": state(token, now).replace(' ', "-"),
        "created_at": written(token.created_at),
        "expires_at": token.expires_at.map(written),
        "revoked_at": token.revoked_at.map(written),
    })
}

fn written(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_works_to_the_end_of_its_last_day_where_the_sites_are() {
        let check = |day: &str, expected: &str| {
            let day = Until::Day(Day::parse(day).unwrap());
            assert_eq!(written(end(day, chrono_tz::Europe::Paris)), expected);
        };
        check("2027-06-30", "2027-06-30T22:00:00Z");
        check("2027-12-31", "2027-12-31T23:00:00Z");
    }
}
