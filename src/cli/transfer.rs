use super::answer::Answer;
use super::failure::Failure;
use super::given;
use super::place::Place;
use super::plan::transfers_asked;
use crate::app::receive_transfer;
use crate::app::see::plans;
use crate::domain::code::Finess;
use crate::domain::id::TransferId;
use crate::domain::role::Role;
use crate::domain::transfer::{Transfer as Kept, TransferState};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Transfers: what approved plans send from one pharmacy to another
#[derive(Debug, Subcommand)]
pub(super) enum Transfer {
    List(ListTransfers),
    Receive(ReceiveTransfer),
}

const LIST: &str = "\
Examples:
  dotation transfer list
  dotation transfer list --site 750100125 --format json";

/// List the transfers, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListTransfers {
    /// Only what this site gives or receives
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
}

const RECEIVE: &str = "\
Examples:
  dotation transfer receive 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation transfer receive 017c9c48-f8e7-7247-8549-a57e897cbd3b --note 'cold chain checked, 5 °C'";

/// Say that a transfer has arrived: its units leave the giver, and are at the receiver
#[derive(Debug, Args)]
#[command(after_help = RECEIVE)]
pub(super) struct ReceiveTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// What is to be remembered with the movements; no names
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Transfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(command) => command.run(place),
            Self::Receive(command) => command.run(place),
        }
    }
}

impl ListTransfers {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let site = self.site;
        let found = opened.read(move |act| plans::transfers(act, site, None, None, 200))?;
        let json = found.iter().map(shape).collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note("There is no transfer yet: they come out of approved plans."));
        }
        let text = transfers_asked(&found, place.language());
        Ok(Answer::new(text.trim_start().to_owned(), json))
    }
}

impl ReceiveTransfer {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let id = TransferId::new(self.id);
        let asked = id.clone();
        let found = opened.read(move |act| plans::transfer(act, &asked))?;
        let note = self.note;
        let received = opened.write(vec![found.to, found.from], move |act| {
            receive_transfer::receive(act, &id, note.clone())
        })?;
        let transfer = received.transfer;
        let came = transfer
            .rows
            .iter()
            .filter(|row| row.state == TransferState::Received);
        let units: u32 = came.map(|row| row.units.get()).sum();
        let text = format!(
            "{units} units from {} are at {} now.\n",
            transfer.from, transfer.to
        );
        Ok(Answer::new(text, shape(&transfer)))
    }
}

fn shape(transfer: &Kept) -> Value {
    let rows = transfer.rows.iter().map(|row| {
        json!({
            "cip13": row.cip13.as_str(), "lot": row.lot.as_str(),
            "expiry": row.expiry.to_string(), "units": row.units.get(),
            "state": row.state.code(),
        })
    });
    json!({
        "id": transfer.id.as_str(), "plan": transfer.plan.as_str(),
        "from": transfer.from.as_str(), "to": transfer.to.as_str(),
        "state": transfer.state.code(), "rows": rows.collect::<Vec<_>>(),
    })
}
