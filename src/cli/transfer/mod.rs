mod moving;
mod propose;
mod said;
mod steps;
mod told;

use super::answer::Answer;
use super::failure::Failure;
use super::given;
use super::place::Place;
use super::plan::transfers_asked;
use crate::app::see::transfers;
use crate::domain::code::Finess;
use crate::domain::id::TransferId;
use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::domain::transfer::TransferState;
use crate::text::transfer_sheet;
use clap::{Args, Subcommand};

/// Transfers: what pharmacies send to each other
#[derive(Debug, Subcommand)]
pub(super) enum Transfer {
    List(ListTransfers),
    Show(ShowTransfer),
    Propose(propose::ProposeTransfer),
    Ask(steps::AskTransfer),
    Accept(steps::AcceptTransfer),
    Decline(steps::DeclineTransfer),
    Cancel(steps::CancelTransfer),
    Send(moving::SendTransfer),
    Receive(moving::ReceiveTransfer),
    Return(moving::ReturnTransfer),
    Sheet(PrintSheet),
}

const LIST: &str = "\
Examples:
  dotation transfer list
  dotation transfer list --site 750100125 --state sent --format json";

/// List the transfers, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListTransfers {
    /// Only what this site gives or receives
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// Only in this state: asked, accepted, sent, returning, received or cancelled
    #[arg(long, value_name = "STATE", value_parser = said::state)]
    state: Option<TransferState>,
}

const SHOW: &str = "\
Examples:
  dotation transfer show 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation transfer show 017c9c48-f8e7-7247-8549-a57e897cbd3b --format json";

/// Show a transfer: who did what and when, and what became of each unit
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
}

const SHEET: &str = "\
Examples:
  dotation transfer sheet 017c9c48-f8e7-7247-8549-a57e897cbd3b > sheet.html
  dotation transfer sheet 017c9c48-f8e7-7247-8549-a57e897cbd3b --lang en > sheet.html";

/// Write the sheet that travels with a transfer: a page of HTML, to be printed on A4
#[derive(Debug, Args)]
#[command(after_help = SHEET)]
pub(super) struct PrintSheet {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// In which language: fr or en
    #[arg(long, value_name = "LANG", value_parser = given::language, default_value = "fr")]
    lang: Language,
}

impl Transfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Propose(command) => command.run(place),
            Self::Ask(command) => command.run(place),
            Self::Accept(command) => command.run(place),
            Self::Decline(command) => command.run(place),
            Self::Cancel(command) => command.run(place),
            Self::Send(command) => command.run(place),
            Self::Receive(command) => command.run(place),
            Self::Return(command) => command.run(place),
            Self::Sheet(command) => command.run(place),
        }
    }
}

impl ListTransfers {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let (site, state) = (self.site, self.state);
        let found = opened.read(move |act| transfers::transfers(act, site, state, None, 200))?;
        let json = found.iter().map(told::shape).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none
                .note("There is no such transfer: plans ask for them, or dotation transfer ask."));
        }
        let text = transfers_asked(&found, place.language());
        let text = text
            .trim_start()
            .split_once('\n')
            .map_or("", |(_, rest)| rest);
        Ok(Answer::new(text.to_owned(), json))
    }
}

impl ShowTransfer {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let id = TransferId::new(self.id);
        let (found, words) = opened.read(move |act| transfers::with_words(act, &id))?;
        let text = told::in_full(&found, &words);
        Ok(Answer::new(text, told::with_words(&found, &words)))
    }
}

impl PrintSheet {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let id = TransferId::new(self.id);
        let sheet = opened.read(move |act| transfers::sheet(act, &id))?;
        Ok(Answer::exact(transfer_sheet::page(&sheet, self.lang), 0))
    }
}
