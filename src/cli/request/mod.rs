mod alternatives;
mod file;
mod safety;
mod shown;

use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::{Opened, Place};
use crate::app::see::requests::{self, SeenRequest};
use crate::app::{Act, Error, file_request, see};
use crate::domain::code::Finess;
use crate::domain::id::RequestId;
use crate::domain::request::{Request as Kept, RequestState};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Requests: what prescribers ask for, and where it stands
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    File(Box<file::FileRequest>),
    List(ListRequests),
    Show(ShowRequest),
    Withdraw(WithdrawRequest),
    Confirm(ConfirmRequest),
    Safety(safety::SafetyOfRequest),
    Alternatives(alternatives::ListAlternatives),
}

const LIST: &str = "\
Examples:
  dotation request list
  dotation request list --site 750100125 --state open --format json";

/// List the requests, in the order of filing
///
/// Reading them is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListRequests {
    /// Only of this site, by its FINESS number
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// Only in this state: proposed, open, served or withdrawn
    #[arg(long, value_name = "STATE", value_parser = given::request_state)]
    state: Option<RequestState>,
}

const SHOW: &str = "\
Examples:
  dotation request show 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation request show 017c9c48-f8e7-7247-8549-a57e897cbd3b --format json";

/// Show a request: what is asked for, where it stands and why, and how it came there
///
/// Reading it is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowRequest {
    /// Its id, as dotation request list shows it
    #[arg(value_name = "ID")]
    id: String,
}

const WITHDRAW: &str = "\
Examples:
  dotation request withdraw 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason remission";

/// Take back a request that is open or proposed
#[derive(Debug, Args)]
#[command(after_help = WITHDRAW)]
pub(super) struct WithdrawRequest {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line; it is erased with the patient's record
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

const CONFIRM: &str = "\
Examples:
  dotation request list --state proposed
  dotation request confirm 017c9c48-f8e7-7247-8549-a57e897cbd3b";

/// Confirm a request that a dispensing proposed: plans look at it from now on
#[derive(Debug, Args)]
#[command(after_help = CONFIRM)]
pub(super) struct ConfirmRequest {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
}

impl Request {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::File(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Withdraw(command) => command.run(place),
            Self::Confirm(command) => command.run(place),
            Self::Safety(command) => command.run(place),
            Self::Alternatives(command) => command.run(place),
        }
    }
}

/// How many requests are read at a time.
const PAGE: i64 = 500;

impl ListRequests {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (site, state) = (self.site, self.state);
        let all = read_and_note(&place.open()?, move |act| {
            let mut all: Vec<SeenRequest> = Vec::new();
            loop {
                let last = all.last().map(|seen| seen.request.id.to_string());
                let page = requests::requests(act, site, state, last.as_deref(), PAGE)?;
                if page.is_empty() {
                    return Ok(all);
                }
                all.extend(page);
            }
        })?;
        if all.is_empty() {
            let none = Answer::new(String::new(), json!([]));
            return Ok(
                none.note("There is no such request. To file one: dotation request file --help")
            );
        }
        let names = [
            "ID",
            "SITE",
            "PATIENT",
            "STATE",
            "INDICATION",
            "DUE",
            "RANK",
            "STATUS",
        ];
        let rows: Vec<[String; 8]> = all.iter().map(row).collect();
        let json = all.iter().map(shown::shape).collect();
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn row(seen: &SeenRequest) -> [String; 8] {
    let none = || "-".to_owned();
    let (request, standing) = (&seen.request, seen.standing.as_ref());
    [
        request.id.to_string(),
        request.site.to_string(),
        seen.pseudonym.clone().unwrap_or_else(none),
        request.state.code().to_owned(),
        request.wanted.indication.to_string(),
        seen.due.map_or_else(none, |day| day.to_string()),
        standing
            .and_then(|s| s.rank)
            .map_or_else(none, |rank| rank.to_string()),
        standing.map_or_else(none, |s| {
            s.state
                .map_or_else(|| s.status.clone(), |state| state.code().to_owned())
        }),
    ]
}

impl ShowRequest {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = RequestId::new(self.id);
        let found = read_and_note(&place.open()?, move |act| {
            Ok(vec![requests::request(act, &id)?])
        })?;
        let (mut text, mut json) = (String::new(), Value::Null);
        for seen in &found {
            text = shown::text(seen, place.language());
            json = shown::shape(seen);
        }
        Ok(Answer::new(text, json))
    }
}

impl WithdrawRequest {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let (id, reason) = (RequestId::new(self.id), self.reason);
        let opened = place.open()?;
        let asked = id.clone();
        let sites = opened.read(move |act| file_request::sites_of(act, &asked))?;
        let locked = sites.clone();
        let ended = opened.write(sites, move |act| {
            file_request::withdraw(act, &id, &reason, &locked)
        })?;
        Ok(Answer::new(
            format!("Request {} was withdrawn.\n", ended.id),
            receipt(&ended),
        ))
    }
}

impl ConfirmRequest {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = RequestId::new(self.id);
        let opened = place.open()?;
        let site = site_of(&opened, &id)?;
        let open = opened.write(vec![site], move |act| file_request::confirm(act, &id, None))?;
        Ok(Answer::new(
            format!("Request {} is open.\n", open.id),
            receipt(&open),
        ))
    }
}

/// The site of a request, which a write to it locks.
fn site_of(opened: &Opened, id: &RequestId) -> Result<Finess, Failure> {
    let id = id.clone();
    opened.read(move |act| file_request::site_of(act, &id))
}

/// Reads requests, and writes on the audit trail whose were read.
fn read_and_note(
    opened: &Opened,
    look: impl Fn(&mut Act<'_>) -> Result<Vec<SeenRequest>, Error> + Send + 'static,
) -> Result<Vec<SeenRequest>, Failure> {
    opened.write(Vec::new(), move |act| {
        let found = look(act)?;
        let mut patients: BTreeMap<Finess, BTreeSet<String>> = BTreeMap::new();
        for Kept { site, patient, .. } in found.iter().map(|seen| &seen.request) {
            let of_site = patients.entry(*site).or_default();
            of_site.insert(patient.to_string());
        }
        for (site, patients) in &patients {
            see::note_reading(act, *site, "requests", patients)?;
        }
        Ok(found)
    })
}

fn receipt(request: &Kept) -> Value {
    json!({
        "id": request.id.as_str(),
        "site": request.site.as_str(),
        "state": request.state.code(),
        "version": request.version,
    })
}
