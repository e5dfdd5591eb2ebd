//! Which pharmacies could send what another needs.

use crate::app::transfer::propose::{Need, Proposal, propose};
use crate::cli::answer::{Answer, columns};
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{ClearanceId, PlanId};
use crate::domain::quantity::Units;
use crate::domain::role::Role;
use clap::Args;
use serde_json::{Value, json};

const PROPOSE: &str = "\
Examples:
  dotation transfer propose --to 750100125 --cip 3400957464318 --units 4
  dotation transfer propose --to 750100125 --clearance 017c9c48-f8e7-7247-8549-a57e897cbd3b

Who can send all of it stands first, then whose units expire first. None gives what it holds for somebody,
or a dose of its own reserve.";

/// Say which pharmacies of the network could send what a site needs
#[derive(Debug, Args)]
#[command(after_help = PROPOSE)]
pub(in crate::cli) struct ProposeTransfer {
    /// Who is to receive
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    to: Finess,
    /// Of which presentation
    #[arg(long, value_name = "CIP13", value_parser = given::cip13, requires = "units")]
    cip: Option<Cip13>,
    /// How many units
    #[arg(long, value_name = "N", value_parser = given::units, requires = "cip")]
    units: Option<Units>,
    /// Instead: a NO-GO of the site, for the vials that it lacks now
    #[arg(long, value_name = "ID", conflicts_with_all = ["cip", "plan"])]
    clearance: Option<String>,
    /// Instead: a plan, with --line
    #[arg(long, value_name = "ID", requires = "line", conflicts_with = "cip")]
    plan: Option<String>,
    /// The id of a decision of the plan, for what was cancelled, refused or lost on its way to it
    #[arg(long, value_name = "ID", requires = "plan")]
    line: Option<String>,
}

impl ProposeTransfer {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let free = self.cip.zip(self.units);
        let line = self.plan.zip(self.line);
        let need = match (free, self.clearance, line) {
            (Some((cip13, units)), _, _) => Need::Free(cip13, units),
            (None, Some(id), _) => Need::Clearance(ClearanceId::new(id)),
            (None, None, Some((plan, line))) => Need::Line(PlanId::new(plan), line),
            (None, None, None) => {
                let what =
                    "say what is needed: --cip and --units, --clearance, or --plan and --line";
                return Err(Failure::input(what));
            }
        };
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let to = self.to;
        let (wanted, found) = opened.read(move |act| propose(act, to, &need))?;
        let json = json!({
            "site": to.as_str(),
            "needed": wanted.iter().map(|w| json!({
                "cip13": w.of.iter().map(Cip13::as_str).collect::<Vec<_>>(),
                "units": w.units.get(), "in_date_on": w.on.to_string(),
            })).collect::<Vec<_>>(),
            "proposals": found.iter().map(shape).collect::<Vec<_>>(),
        });
        if wanted.is_empty() {
            return Ok(Answer::new("Nothing is needed.\n".to_owned(), json));
        }
        if found.is_empty() {
            let none = "No pharmacy of the network could send any of it.\n";
            return Ok(Answer::new(none.to_owned(), json));
        }
        let rows: Vec<[String; 6]> = found.iter().flat_map(lines).collect();
        let names = ["SITE", "NAME", "UNITS", "CIP13", "LOT", "ALL OF IT"];
        Ok(Answer::new(columns(names, &rows), json))
    }
}

fn lines(found: &Proposal) -> Vec<[String; 6]> {
    let rows = found.rows.iter().map(|(line, units)| {
        [
            found.site.to_string(),
            found.name.clone(),
            units.to_string(),
            line.cip13.to_string(),
            format!("{} ({})", line.lot, line.expiry),
            if found.complete { "yes" } else { "no" }.to_owned(),
        ]
    });
    rows.collect()
}

fn shape(found: &Proposal) -> Value {
    let rows = found.rows.iter().map(|(line, units)| {
        json!({ "cip13": line.cip13.as_str(), "lot": line.lot.as_str(),
                "expiry": line.expiry.to_string(), "units": units.get() })
    });
    json!({
        "site": found.site.as_str(), "name": found.name, "complete": found.complete,
        "rows": rows.collect::<Vec<_>>(),
    })
}
