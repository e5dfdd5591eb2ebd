//! Asked for, accepted, declined, cancelled.

use super::said::{self, Legal};
use super::told;
use crate::app::record::Particulars;
use crate::app::see::transfers;
use crate::app::transfer::{AskedFor, AskedRow, Asking, accept, ask, cancel, decline};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::{Opened, Place};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{ClearanceId, TransferId};
use crate::domain::role::Role;
use clap::Args;

const ASK: &str = "\
Examples:
  dotation transfer ask --from 750100126 --to 750100125 --row 3400957464318=4
  dotation transfer ask --from 750100126 --to 750100125 --row 3400957464547:B1=2 --reason 'the delivery is late'

Who could send it, dotation transfer propose says.";

/// Ask another pharmacy for units: they are held there until it answers
#[derive(Debug, Args)]
#[command(after_help = ASK)]
pub(in crate::cli) struct AskTransfer {
    /// Who is to give
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    from: Finess,
    /// Who is to receive
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    to: Finess,
    /// What is asked for, CIP13=UNITS or CIP13:LOT=UNITS; once for each. Without a lot, what expires first
    #[arg(long = "row", value_name = "ROW", value_parser = said::row, required = true)]
    rows: Vec<AskedRow>,
    /// The NO-GO of the receiver that it is to turn
    #[arg(long, value_name = "ID")]
    clearance: Option<String>,
    #[command(flatten)]
    legal: Legal,
    /// Why, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: Option<String>,
}

const ACCEPT: &str = "\
Examples:
  dotation transfer accept 017c9c48-f8e7-7247-8549-a57e897cbd3b --ars-authorisation 2021-75-118
  dotation transfer accept 017c9c48-f8e7-7247-8549-a57e897cbd3b --imperative-need 2021-10-20T09:30:00+02:00";

/// Accept to send a transfer, for the pharmacy that gives
#[derive(Debug, Args)]
#[command(after_help = ACCEPT)]
pub(in crate::cli) struct AcceptTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    legal: Legal,
    /// When it was accepted, if not now
    #[arg(long, value_name = "TIME", value_parser = said::instant)]
    at: Option<Instant>,
}

const DECLINE: &str = "\
Examples:
  dotation transfer decline 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'needed here this week'";

/// Decline to send a transfer, for the pharmacy that gives: its units are free again
#[derive(Debug, Args)]
#[command(after_help = DECLINE)]
pub(in crate::cli) struct DeclineTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: String,
}

const CANCEL: &str = "\
Examples:
  dotation transfer cancel 017c9c48-f8e7-7247-8549-a57e897cbd3b --reason 'the delivery came'";

/// Cancel a transfer that was not sent, for the pharmacy that was to receive it
#[derive(Debug, Args)]
#[command(after_help = CANCEL)]
pub(in crate::cli) struct CancelTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    reason: Option<String>,
}

/// Opens the database as a pharmacist, and finds the sites of a transfer.
pub(super) fn open(place: &Place, id: &TransferId) -> Result<(Opened, Vec<Finess>), Failure> {
    let opened = place.open()?.acting_as(Role::Pharmacist);
    let wanted = id.clone();
    let found = opened.read(move |act| transfers::transfer(act, &wanted))?;
    Ok((opened, vec![found.from, found.to]))
}

impl AskTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let asking = Asking {
            from: self.from,
            to: self.to,
            purpose: self.clearance.map_or(AskedFor::Free, |id| {
                AskedFor::Clearance(ClearanceId::new(id))
            }),
            rows: self.rows,
            legal: self.legal.basis(),
            words: self.reason,
        };
        if asking.from == asking.to {
            return Err(Failure::input("--to: is the same pharmacy as --from"));
        }
        let sites = vec![asking.to, asking.from];
        let made = opened.write(sites, move |act| ask(act, &asking))?;
        Ok(told::answer(&made, &format!("Asked for as {}", made.id)))
    }
}

impl AcceptTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let told = Particulars {
            happened_at: self.at,
            ..Particulars::default()
        };
        let legal = self.legal.basis();
        let done = opened.write(sites, move |act| accept(act, &id, legal.clone(), &told))?;
        Ok(told::answer(&done, "Accepted"))
    }
}

impl DeclineTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let why = self.reason;
        let done = opened.write(sites, move |act| decline(act, &id, why.clone()))?;
        Ok(told::answer(&done, "Declined"))
    }
}

impl CancelTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let why = self.reason;
        let done = opened.write(sites, move |act| cancel(act, &id, why.clone()))?;
        Ok(told::answer(&done, "Cancelled"))
    }
}
