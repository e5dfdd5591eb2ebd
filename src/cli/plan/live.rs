//! Plans of the service's own database: made, kept, shown, approved.

use super::{Lang, format, not_in_force, told};
use crate::app::approve_plan::{self, Approval};
use crate::app::live_case::{Scope, Terms};
use crate::app::make_plan;
use crate::app::see::plans;
use crate::cli::answer::{Answer, Format, columns};
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::{Opened, Place};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::PlanId;
use crate::domain::language::Language;
use crate::domain::line::{Line, LineState};
use crate::domain::plan::Transfers;
use crate::domain::role::Role;
use crate::domain::rule::Slug;
use crate::domain::transfer::Transfer;
use crate::text::plan::line_said;
use crate::wire::plan::Document;
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const MAKE: &str = "\
Examples:
  dotation plan make --network ght-seine               shown, and nothing is kept
  dotation plan make --network ght-seine --keep        kept, so that it can be approved
  dotation plan make --site 750100125 --site 750100216 --transfers none
  dotation plan make --network ght-seine --format json the plan and its case";

/// Plan the sites of the database: shown, or kept to be approved
///
/// A plan that is kept freezes its inputs, the rulebook and the seed of the day's lottery, which is
/// drawn with the first plan of the day that is kept.
#[derive(Debug, Args)]
#[command(after_help = MAKE)]
pub(super) struct Make {
    /// All sites of this network
    #[arg(long, value_name = "NETWORK", value_parser = given::slug)]
    network: Option<Slug>,
    /// One of these sites, by its FINESS number; may be repeated
    #[arg(long, value_name = "FINESS", value_parser = given::finess, conflicts_with = "network")]
    #[arg(required_unless_present = "network")]
    site: Vec<Finess>,
    /// By which rulebook [default: the only one that ranks requests]
    #[arg(long, value_name = "NAME")]
    rulebook: Option<String>,
    /// Which of the sites share their stock
    #[arg(long, value_enum, default_value_t)]
    transfers: Sharing,
    /// How many days ahead requests are planned
    #[arg(long, value_name = "DAYS", default_value_t = Terms::HORIZON_DAYS)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=366))]
    horizon: u32,
    /// By how many percent a request's dose may be rounded down to fit whole vials
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=20))]
    round_down: u32,
    /// Keep the plan
    #[arg(long)]
    keep: bool,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

/// Which sites share their stock.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Sharing {
    /// Each serves its own
    None,
    /// Those of one network
    #[default]
    Network,
    /// All
    All,
}

const LIST: &str = "\
Examples:
  dotation plan list
  dotation plan list --site 750100125 --format json";

/// List the plans that were kept, the latest first: at most 200
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListPlans {
    /// Only those that cover this site
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
}

const SHOW: &str = "\
Examples:
  dotation plan show ID                                 what became of each line
  dotation plan show ID --format json > plan.json       what it says, byte for byte
  dotation plan show ID --case > case.json              what it was made from
  dotation plan verify plan.json --case case.json       whether the one follows from the other";

/// Show a plan that was kept, with what became of each line
#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(super) struct Show {
    /// Its id, as dotation plan list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The case that it was made from, instead
    #[arg(long)]
    case: bool,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

const APPROVE: &str = "\
Examples:
  dotation plan approve ID                              all that is granted
  dotation plan approve ID --line LINE --line LINE      only these
  dotation plan approve ID --leave-out LINE='in hospital elsewhere'
  dotation plan approve ID --confirm anc-unknown        the warning is known, for all that have it

Each line is weighed again; one that the facts no longer allow is refused, and the others go through.
LINE is the id of a decision, as dotation plan show shows it.";

/// Approve a plan, whole or line by line
#[derive(Debug, Args)]
#[command(after_help = APPROVE)]
pub(super) struct Approve {
    /// Its id, as dotation plan list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// A line to approve; may be repeated [default: all that are granted]
    #[arg(long, value_name = "LINE")]
    line: Vec<String>,
    /// A line to leave out, and why; may be repeated
    #[arg(long, value_name = "LINE=REASON", value_parser = left_out)]
    leave_out: Vec<(String, String)>,
    /// A warning of the safety rulebook that is known, by its code; once for each
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    confirm: Vec<Slug>,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

fn left_out(text: &str) -> Result<(String, String), String> {
    let (line, reason) = text
        .split_once('=')
        .ok_or("expected LINE=REASON: the id of a decision, and why it is left out")?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err("expected a reason of 1 to 500 characters after the =".to_owned());
    }
    Ok((line.to_owned(), reason.to_owned()))
}

impl Make {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let scope = match self.network {
            Some(network) => Scope::Network(network),
            None => Scope::Sites(self.site.into_iter().collect()),
        };
        let terms = Terms {
            scope,
            rulebook: self.rulebook,
            transfers: match self.transfers {
                Sharing::None => Transfers::None,
                Sharing::Network => Transfers::Network,
                Sharing::All => Transfers::All,
            },
            horizon_days: self.horizon,
            rounding_down_pct: self.round_down,
        };
        let language = self.lang.into();
        if self.keep {
            let scope = terms.scope.clone();
            let sites = opened.read(move |act| make_plan::sites(act, &scope))?;
            let kept = opened.write(sites, move |act| make_plan::keep(act, &terms, language))?;
            let id = &kept.plan.id;
            let text = table(&kept.document, &kept.lines, language)?;
            let answer = match format(place) {
                Format::Text => Answer::exact(text, 0),
                Format::Json => Answer::exact(kept.document, 0),
            };
            let answer = answer.note(format!(
                "The plan was kept as {id}. To approve it: dotation plan approve {id}"
            ));
            let about = (&kept.plan.rulebook, kept.plan.day);
            return noted(answer, &opened, about, language);
        }
        let seen = opened.read(move |act| make_plan::preview(act, &terms, language))?;
        let patients = seen.patients.clone();
        opened.write(Vec::new(), move |act| {
            make_plan::note_reading(act, &patients)
        })?;
        let about = (&seen.rulebook, seen.day);
        let answer = match format(place) {
            Format::Text => Answer::exact(table(&seen.document, &seen.lines, language)?, 0),
            Format::Json => {
                let (case, plan) = (&seen.case, &seen.document);
                let mut written = format!("{{\n\"binding\": false,\n\"plan\": {plan},\n\"case\": ");
                written.push_str(case);
                written.push_str("\n}\n");
                Answer::exact(written, 0)
            }
        }
        .note("Nothing was kept: with --keep the plan can be approved.");
        noted(answer, &opened, about, language)
    }
}

/// With a note when the rulebook is not in force on the day of the plan.
fn noted(
    answer: Answer,
    opened: &Opened,
    (name, day): (&Slug, Day),
    language: Language,
) -> Result<Answer, Failure> {
    let books = Place::rulebooks(&opened.settings)?;
    let note = not_in_force(&books, name, day, language);
    Ok(note.into_iter().fold(answer, Answer::note))
}

impl ListPlans {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let site = self.site;
        let found = opened.read(move |act| plans::plans(act, site, None, 200))?;
        let json = found
            .iter()
            .map(|p| {
                json!({
                    "id": p.id.as_str(), "network": p.network, "day": p.day.to_string(),
                    "rulebook": p.rulebook.as_str(), "transfers": p.transfers.code(),
                    "case_sha256": p.case_sha256, "made_at": p.made_at.to_rfc3339(),
                    "version": p.version,
                })
            })
            .collect();
        if found.is_empty() {
            let none = Answer::new(String::new(), json);
            return Ok(none.note("No plan was kept yet. To keep one: dotation plan make --help"));
        }
        let rows: Vec<[String; 5]> = found
            .iter()
            .map(|p| {
                [
                    p.id.to_string(),
                    p.day.to_string(),
                    p.network.clone(),
                    p.rulebook.to_string(),
                    if p.version > 1 { "yes" } else { "no" }.to_owned(),
                ]
            })
            .collect();
        let names = ["ID", "DAY", "NETWORK", "RULEBOOK", "APPROVED"];
        let mut answer = Answer::new(columns(names, &rows), json);
        answer.exact =
            (place.format == Some(Format::Json)).then(|| vec![format!("{:#}\n", answer.json)]);
        Ok(answer)
    }
}

impl Show {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let id = PlanId::new(self.id);
        let of = id.clone();
        let seen = opened.read(move |act| plans::plan(act, &of))?;
        let about = seen.about();
        opened.write(Vec::new(), move |act| plans::note(act, &id, &about))?;
        let language = self.lang.into();
        Ok(match (self.case, format(place)) {
            (true, _) => Answer::exact(format!("{}\n", seen.payload.frozen), 0),
            (false, Format::Json) => Answer::exact(seen.document(language).to_owned(), 0),
            (false, Format::Text) => {
                let mut text = table(seen.document(language), &seen.lines, language)?;
                text.push_str(&told::transfers_asked(&seen.transfers, language));
                Answer::exact(text, 0)
            }
        })
    }
}

impl Approve {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Coordinator);
        let id = PlanId::new(self.id);
        let named: BTreeSet<String> = self.line.into_iter().collect();
        let approval = Approval {
            approve: (!named.is_empty()).then_some(named),
            leave_out: self.leave_out.into_iter().collect::<BTreeMap<_, _>>(),
            confirm: self.confirm.iter().map(ToString::to_string).collect(),
            hold_for: TimeDelta::hours(i64::from(opened.settings.plan_hold_hours)),
        };
        let frozen = opened.read(move |act| approve_plan::prepare(act, &id))?;
        let done = opened.write(frozen.sites(), move |act| {
            approve_plan::approve(act, &frozen, &approval)
        })?;
        let language = self.lang.into();
        let text = told::decided(&done.lines, &done.transfers, language);
        let refused = done
            .lines
            .iter()
            .any(|l| l.state == Some(LineState::Refused));
        let json = json!({
            "id": done.plan.id.as_str(), "version": done.plan.version,
            "lines": done.lines.iter().map(|l| line(l, language)).collect::<Vec<_>>(),
            "transfers": done.transfers.iter().map(transfer).collect::<Vec<_>>(),
        });
        let written = match place.format.unwrap_or_default() {
            Format::Text => text,
            Format::Json => format!("{json:#}\n"),
        };
        let answer = Answer::exact(written, 0);
        Ok(if refused {
            answer.note("Some lines were refused. Where the safety rulebook warns, dotation request safety ID says of what: approve with --confirm; else plan again.")
        } else {
            answer
        })
    }
}

fn line(line: &Line, language: Language) -> Value {
    json!({
        "id": line.name, "kind": line.kind(), "site": line.site.as_str(), "rank": line.rank,
        "state": line.state.map(LineState::code), "why": line.why,
        "said": line_said(line, language),
        "held_until": line.expires_at.map(|at| at.to_rfc3339()),
    })
}

fn transfer(transfer: &Transfer) -> Value {
    let rows = transfer.rows.iter().map(|row| {
        json!({ "cip13": row.cip13.as_str(), "lot": row.lot.as_str(),
                "expiry": row.expiry.to_string(), "units": row.units.get() })
    });
    json!({
        "id": transfer.id.as_str(), "from": transfer.from.as_str(), "to": transfer.to.as_str(),
        "state": transfer.state.code(), "rows": rows.collect::<Vec<_>>(),
    })
}

/// A line a decision, with what became of it.
fn table(document: &str, lines: &[Line], language: Language) -> Result<String, Failure> {
    let read = Document::read(document.as_bytes())
        .map_err(|faults| Failure::cannot(format!("a plan that is none: {faults}")))?;
    Ok(told::lines(&read, lines, language))
}
