use super::answer::Answer;
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::personal::{self, Reason};
use crate::domain::code::Finess;
use crate::domain::role::Role;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

/// What is held on a patient: taken out, erased
#[derive(Debug, Subcommand)]
pub(super) enum Patient {
    Export(Export),
    Erase(Erase),
}

const EXPORT: &str = "\
Examples:
  dotation patient export P-0427 --site 690000001 > p-0427.json";

/// Write all that is held on a patient, as JSON
///
/// Every row of every table that holds their id, what is personal included, and the ids of the plans that
/// speak of them. For whoever exercises a right of access (GDPR, art. 15). That it was taken out is on the
/// audit trail. Safety copies and sheets that were printed are not looked into.
#[derive(Debug, Args)]
#[command(after_help = EXPORT)]
pub(super) struct Export {
    /// The site's word for the patient
    #[arg(value_name = "PSEUDONYM")]
    pseudonym: String,
    /// The site whose word it is
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
}

const ERASE: &str = "\
Examples:
  dotation patient erase P-0427 --site 690000001 --reason asked
  dotation patient erase P-0427 --site 690000001 --reason mistake

Exit codes: 0 erased, 3 refused: the data are needed still, and why.";

/// Erase what is personal of a patient, for good
///
/// Pseudonym, weight, days, requests' contents, counts, treatments, and what plans were made from that speak
/// of them. The ledger, the plans and the audit trail keep an id and a hash that nobody can reckon back, and
/// still verify. Refused while they are expected, have an open request or a treatment under way, or units are
/// held for them. Safety copies that were made before still hold it until they are removed.
#[derive(Debug, Args)]
#[command(after_help = ERASE)]
pub(super) struct Erase {
    /// The site's word for the patient
    #[arg(value_name = "PSEUDONYM")]
    pseudonym: String,
    /// The site whose word it is
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// Why
    #[arg(long, value_enum)]
    reason: Why,
}

/// Why data are erased; no words of one's own, for the audit trail keeps it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Why {
    /// The person asked for it
    Asked,
    /// They should not have been entered
    Mistake,
}

impl Patient {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        match self {
            Self::Export(Export { pseudonym, site }) => {
                let held = opened.write(vec![site], move |act| {
                    personal::take_out(act, site, &pseudonym)
                })?;
                Ok(Answer::exact(format!("{held:#}\n"), 0))
            }
            Self::Erase(Erase {
                pseudonym,
                site,
                reason,
            }) => {
                let reason = match reason {
                    Why::Asked => Reason::Asked,
                    Why::Mistake => Reason::Mistake,
                };
                let erased = opened.write(vec![site], move |act| {
                    personal::erase(act, site, &pseudonym, reason)
                })?;
                let text = format!(
                    "Erased: {} rows, and what {} plans were made from.\n",
                    erased.rows, erased.plans
                );
                let json = json!({ "rows": erased.rows, "plans": erased.plans });
                Ok(Answer::new(text, json).note(
                    "note: safety copies that were made before still hold it until they are removed",
                ))
            }
        }
    }
}
