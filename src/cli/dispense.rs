use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::dispense::{Claim, Dispensed, dispense};
use crate::app::record::Particulars;
use crate::app::safety::Verdict;
use crate::app::see::requests;
use crate::domain::id::RequestId;
use crate::domain::role::Role;
use crate::domain::rule::Slug;
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  dotation dispense --request 017c9c48-f8e7-7247-8549-a57e897cbd3b
  dotation dispense --request 017c9c48-f8e7-7247-8549-a57e897cbd3b --note 'given in the day hospital'
  dotation dispense --request 017c9c48-f8e7-7247-8549-a57e897cbd3b --confirm anc-low

What the safety rulebook says is shown by dotation request safety ID.";

/// Dispense what an approved plan holds for a request
///
/// All of it leaves the site's shelf for the request's patient. The request is then served, and one of
/// a treatment that goes on proposes the next.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dispense {
    /// The request, by its id, as dotation request list shows it
    #[arg(long, value_name = "ID")]
    request: String,
    /// What is to be remembered with the movement; no names
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// A warning of the safety rulebook that is known, by its code; once for each
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    confirm: Vec<Slug>,
    /// Why it leaves although the safety rulebook speaks against it, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>, conflicts_with = "note")]
    override_reason: Option<String>,
}

impl Dispense {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let id = RequestId::new(self.request);
        let asked = id.clone();
        let site = opened.read(move |act| requests::request(act, &asked))?;
        let site = site.request.site;
        let order = Dispensed {
            lines: Vec::new(),
            pseudonym: None,
            claim: Claim::Request(
                id,
                Verdict {
                    confirm: self.confirm.iter().map(ToString::to_string).collect(),
                    override_reason: self.override_reason.clone(),
                },
            ),
            told: Particulars {
                note: self.note.or(self.override_reason),
                ..Particulars::default()
            },
        };
        let done = opened.write(vec![site], move |act| dispense(act, site, &order))?;
        let rows: Vec<[String; 4]> = done
            .movements
            .iter()
            .map(|movement| {
                let line = done.state.line(&movement.lot_id);
                [
                    movement.seq.to_string(),
                    line.map_or_else(|| "-".to_owned(), |l| l.cip13.to_string()),
                    line.map_or_else(|| "-".to_owned(), |l| l.lot.to_string()),
                    movement.effect.usable.unsigned_abs().to_string(),
                ]
            })
            .collect();
        let json = rows
            .iter()
            .map(|[seq, cip13, lot, units]| {
                json!({ "site": site.as_str(), "seq": seq.parse::<i64>().ok(), "cip13": cip13,
                        "lot": lot, "units": units.parse::<u32>().ok() })
            })
            .collect();
        let names = ["MOVEMENT", "CIP13", "LOT", "UNITS"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}
