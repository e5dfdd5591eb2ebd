//! `dotation request safety`: what the safety rulebook says before the medicine goes, and what is
//! decided on it.

use crate::app::safety::{Verdict, decide};
use crate::app::see::{
    self,
    safety::{self, SeenSafety},
};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::cli::plan::Lang;
use crate::domain::gate::Passage;
use crate::domain::id::RequestId;
use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::domain::rule::Slug;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const EXAMPLES: &str = "\
Examples:
  dotation request safety ID
  dotation request safety ID --confirm anc-unknown
  dotation request safety ID --override-reason 'haematologist agrees, counted weekly'

What warns is confirmed by its code; what speaks against the treatment is overridden by a pharmacist
with a written reason, which the coordinator hears of. A decision holds as long as the facts are those
that were seen: another count, and it is asked for again.";

/// Say what the safety rulebook says of a request's patient, or decide on it
///
/// Reading it is written on the audit trail, as on the web.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct SafetyOfRequest {
    /// The request's id, as dotation request list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// A warning that is known, by its code; once for each
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    confirm: Vec<Slug>,
    /// Why the medicine may go although something speaks against it, in a line; no names
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    override_reason: Option<String>,
    /// The language of the sentences
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

impl SafetyOfRequest {
    pub(in crate::cli) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?.acting_as(Role::Pharmacist);
        let (id, language) = (RequestId::new(self.id), self.lang.into());
        let verdict = Verdict {
            confirm: self.confirm.iter().map(ToString::to_string).collect(),
            override_reason: self.override_reason,
        };
        if verdict != Verdict::default() {
            let of = id.clone();
            let seen = opened.read(move |act| safety::of_request(act, &of, language))?;
            let of = id.clone();
            opened.write(vec![seen.site], move |act| decide(act, &of, &verdict))?;
        }
        let seen = opened.write(Vec::new(), move |act| {
            let seen = safety::of_request(act, &id, language)?;
            let patients = BTreeSet::from([seen.patient.to_string()]);
            see::note_reading(act, seen.site, "safety", &patients)?;
            Ok(seen)
        })?;
        Ok(Answer::new(text(&seen, language), shape(&seen)))
    }
}

fn shape(seen: &SeenSafety) -> Value {
    let assessment = seen.assessment.as_deref();
    let assessment: Option<Value> = assessment.and_then(|text| serde_json::from_str(text).ok());
    let decisions = seen.decisions.iter().map(|one| {
        json!({
            "id": one.id.as_str(), "verdict": one.verdict.code(), "codes": one.codes,
            "rulebook": one.rulebook, "rulebook_sha256": one.rulebook_hash,
            "at": one.at.to_rfc3339(), "by": one.by, "reason": one.reason,
        })
    });
    json!({
        "request": seen.request.as_str(),
        "as_of": seen.as_of.to_string(),
        "rulebook": seen.rulebook,
        "passage": seen.passage.code(),
        "open_findings": open(&seen.passage),
        "assessment": assessment,
        "decisions": decisions.collect::<Vec<_>>(),
    })
}

fn open(passage: &Passage) -> Vec<&str> {
    match passage {
        Passage::Open => Vec::new(),
        Passage::ToConfirm(codes) | Passage::Blocked(codes) => {
            codes.iter().map(String::as_str).collect()
        }
    }
}

fn text(seen: &SeenSafety, language: Language) -> String {
    let mut text = String::new();
    let mut put = |line: std::fmt::Arguments<'_>| {
        // writing to a text cannot fail
        text.write_fmt(line).unwrap_or_default();
        text.push('\n');
    };
    let codes = open(&seen.passage).join(", ");
    put(format_args!(
        "{}",
        crate::text::assess::passage(&seen.passage, &codes, language)
    ));
    let assessment = seen.assessment.as_deref().unwrap_or("{}");
    let read: Value = serde_json::from_str(assessment).unwrap_or_default();
    let findings = read.get("findings").and_then(Value::as_array);
    for finding in findings.into_iter().flatten() {
        let word = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
        put(format_args!(
            "  {}: {} [{}]",
            word("severity"),
            word("message"),
            word("code")
        ));
        put(format_args!("      {}", word("source")));
    }
    for one in &seen.decisions {
        let codes: Vec<&str> = one.codes.iter().map(String::as_str).collect();
        let why = one.reason.as_deref().unwrap_or_default();
        let (verdict, at) = (one.verdict.code(), one.at.to_rfc3339());
        put(format_args!(
            "  {at} {verdict} {} ({}) {why}",
            codes.join(", "),
            one.by
        ));
    }
    text
}
