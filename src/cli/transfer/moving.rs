//! Sent, received, returned.

use super::said::{self, Fate};
use super::steps::open;
use super::told;
use crate::app::record::Particulars;
use crate::app::transfer::{Receipt, Sending, TakenBack, receive, send, take_back};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::place::{self, Place};
use crate::domain::calendar::Instant;
use crate::domain::id::TransferId;
use crate::domain::ledger::LossReason;
use crate::domain::transfer::FmdState;
use clap::Args;

/// What is told beside any movement of a transfer.
#[derive(Debug, Args)]
struct Beside {
    /// What a scanner typed of a pack; once for each
    #[arg(long = "scan", value_name = "TEXT")]
    scans: Vec<String>,
    /// What is to be remembered with the movements; no names
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// When it happened, if not now
    #[arg(long, value_name = "TIME", value_parser = said::instant)]
    at: Option<Instant>,
}

impl Beside {
    fn told(&self) -> Particulars {
        Particulars {
            note: self.note.clone(),
            happened_at: self.at,
            ..Particulars::default()
        }
    }
}

const SEND: &str = "\
Examples:
  dotation transfer send 017c9c48-f8e7-7247-8549-a57e897cbd3b --cold-chain --fmd-active
  dotation transfer send 017c9c48-f8e7-7247-8549-a57e897cbd3b --cold-chain --decommissioned-at 2021-10-19T16:00:00+02:00";

/// Say that a transfer has left the pharmacy that gives: its units are in nobody's stock
#[derive(Debug, Args)]
#[command(after_help = SEND)]
pub(in crate::cli) struct SendTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// It is between 2 and 8 °C: without this it does not leave
    #[arg(long, required = true)]
    cold_chain: bool,
    /// The packs' unique identifiers are active
    #[arg(
        long,
        required_unless_present = "decommissioned_at",
        conflicts_with = "decommissioned_at"
    )]
    fmd_active: bool,
    /// When the packs' unique identifiers were decommissioned here
    #[arg(long, value_name = "TIME", value_parser = said::instant)]
    decommissioned_at: Option<Instant>,
    #[command(flatten)]
    beside: Beside,
}

const RECEIVE: &str = "\
Examples:
  dotation transfer receive 017c9c48-f8e7-7247-8549-a57e897cbd3b --cold-chain
  dotation transfer receive 017c9c48-f8e7-7247-8549-a57e897cbd3b --cold-chain \\
    --lot 3400957464318:C7=usable:1,missing:1 --lost-by breakage --note 'the box was open'

Without --lot and --scan, all that is to come has arrived; without --cold-chain it is quarantined.";

/// Say that a transfer has arrived: in full, in part, or refused at the door
#[derive(Debug, Args)]
#[command(after_help = RECEIVE)]
pub(in crate::cli) struct ReceiveTransfer {
    /// Its id, as dotation transfer list shows it or a scanner reads it from its sheet
    #[arg(value_name = "ID")]
    id: String,
    /// It came between 2 and 8 °C
    #[arg(long)]
    cold_chain: bool,
    /// What became of a lot, CIP13:LOT=FATE:UNITS,...: usable, quarantined, refused or missing; once for each
    #[arg(long = "lot", value_name = "LOT", value_parser = said::fate)]
    lots: Vec<Fate>,
    /// How the missing were lost: breakage, expiry, cold-chain, theft or missing
    #[arg(long, value_name = "REASON", value_parser = said::lost_by)]
    lost_by: Option<LossReason>,
    #[command(flatten)]
    beside: Beside,
}

const RETURN: &str = "\
Examples:
  dotation transfer return 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation transfer return 017c9c48-f8e7-7247-8549-a57e897cbd3b --cold-chain --lot 3400957464318:C7=usable:2

Without --lot, all that was refused is back, and is quarantined; without --cold-chain all is.";

/// Say that what was refused at the door is back at the pharmacy that gave it
#[derive(Debug, Args)]
#[command(after_help = RETURN)]
pub(in crate::cli) struct ReturnTransfer {
    /// Its id, as dotation transfer list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Confirm that it came back between 2 and 8 °C
    #[arg(long)]
    cold_chain: bool,
    /// What became of a lot, CIP13:LOT=FATE:UNITS,...: usable, quarantined or missing; once for each
    #[arg(long = "lot", value_name = "LOT", value_parser = said::fate)]
    lots: Vec<Fate>,
    /// How the missing were lost: breakage, expiry, cold-chain, theft or missing
    #[arg(long, value_name = "REASON", value_parser = said::lost_by)]
    lost_by: Option<LossReason>,
    #[command(flatten)]
    beside: Beside,
}

impl SendTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let today = place::today(place.now, &opened.settings)?;
        let decommissioned = self.decommissioned_at;
        let sending = Sending {
            fmd: decommissioned.map_or(FmdState::NotDecommissioned, |at| {
                FmdState::Decommissioned { at }
            }),
            packs: said::packs(&self.beside.scans, today)?,
            told: self.beside.told(),
        };
        let done = opened.write(sites, move |act| send(act, &id, &sending))?;
        Ok(told::answer(&done.transfer, "Sent"))
    }
}

impl ReceiveTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let today = place::today(place.now, &opened.settings)?;
        let lots = self.lots.into_iter();
        let lots: Vec<_> = lots
            .map(|lot| lot.arrived(self.lost_by))
            .collect::<Result<_, _>>()?;
        let receipt = Receipt {
            lots: (!lots.is_empty()).then_some(lots),
            packs: said::packs(&self.beside.scans, today)?,
            cold_chain: self.cold_chain,
            told: self.beside.told(),
        };
        let cold_chain = self.cold_chain;
        let done = opened.write(sites, move |act| receive(act, &id, &receipt))?;
        let answer = told::answer(&done.transfer, "Received");
        if cold_chain {
            return Ok(answer);
        }
        Ok(answer.note("Without --cold-chain, what arrived is quarantined."))
    }
}

impl ReturnTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let id = TransferId::new(self.id);
        let (opened, sites) = open(place, &id)?;
        let today = place::today(place.now, &opened.settings)?;
        let lots = self.lots.into_iter();
        let lots: Vec<_> = lots
            .map(|lot| lot.back(self.lost_by))
            .collect::<Result<_, _>>()?;
        let taken = TakenBack {
            lots: (!lots.is_empty()).then_some(lots),
            cold_chain: self.cold_chain,
            packs: said::packs(&self.beside.scans, today)?,
            told: self.beside.told(),
        };
        let done = opened.write(sites, move |act| take_back(act, &id, &taken))?;
        let answer = told::answer(&done.transfer, "Taken back");
        Ok(match done.transfer.reactivable_until() {
            Some(until) => answer.note(format!(
                "The packs' unique identifiers can be reactivated here until {}.",
                until.to_rfc3339()
            )),
            None => answer,
        })
    }
}
