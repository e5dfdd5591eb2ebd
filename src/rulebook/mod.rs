//! Reads rulebooks: a TOML file in, a [`domain::rule::Rulebook`](Rulebook) out, or everything that
//! is wrong with the file at once.
//!
//! It decides nothing about patients and knows no medicine: what it reads is in
//! `config/rulebooks/`. Each kind of rule has a file here, which reads its tables and checks that
//! they fit together; a new kind is such a file and a line in [`read`]. Start with [`Rulebooks`].

mod alternatives;
mod between;
mod circumstances;
mod citation;
mod collection;
mod doses;
mod gates;
mod indications;
mod monitoring;
mod outline;
mod presentations;
mod priorities;
mod reserve;
mod starting;
mod thresholds;
mod unit_doses;

pub use collection::{Rulebooks, read_file};

use crate::domain::calendar::Day;
use crate::domain::rule::{
    Bilingual, Contact, IndicationRule, Rulebook, Safety, Slug, ThresholdRow,
};
use crate::toml_file::{self, Fault, Faults, Table};
use citation::Sources;
use outline::{Outline, Reference};
use sha2::{Digest as _, Sha256};

/// The ending of a rulebook's file: its name and this are the file's name.
const ENDING: &str = ".toml";

/// Reads the rulebook in `bytes`; `file` is its path, which faults show and whose last part is
/// the rulebook's name and `.toml`.
///
/// # Errors
/// [`Faults`] with every fault of the file, each with its line and column.
pub fn read(file: &str, bytes: &[u8]) -> Result<Rulebook, Faults> {
    reading(file, bytes).rulebook
}

/// What became of one file.
struct Reading {
    rulebook: Result<Rulebook, Faults>,
    /// What other files are compared with, also when this one has faults.
    outline: Outline,
    /// What is odd and no fault.
    odd: Vec<Fault>,
}

fn reading(file: &str, bytes: &[u8]) -> Reading {
    let hash = Sha256::digest(bytes).into();
    let mut outline = Outline {
        name: stem(file).to_owned(),
        ..Outline::default()
    };
    let mut odd = Vec::new();
    let read = |top: &Table<'_>| rulebook(top, (file, hash), &mut outline, &mut odd);
    let rulebook = toml_file::read(file, bytes, read);
    Reading {
        rulebook,
        outline,
        odd,
    }
}

/// What is read goes into the outline as well, whether or not the rest has a fault.
fn rulebook(
    top: &Table<'_>,
    (file, hash): (&str, [u8; 32]),
    outline: &mut Outline,
    odd: &mut Vec<Fault>,
) -> Option<Rulebook> {
    let name = name(top, file);
    let medicine = top.text("medicine");
    let title = top.table("title", bilingual);
    let jurisdiction = top.word("jurisdiction", "a country's two capital letters", country);
    let valid_from = top.day("valid_from", Day::parse);
    let valid_to = top.optional("valid_to", |t, key| t.day(key, Day::parse));
    not_before(top, valid_from, valid_to.flatten());
    let superseded_by = top.optional("superseded_by", |t, key| t.parsed(key, Slug::parse));
    if let Some(Some(next)) = &superseded_by {
        outline.superseded_by = Some(Reference::of(top, "superseded_by", next));
    }
    outline.medicine.clone_from(&medicine);
    outline.jurisdiction.clone_from(&jurisdiction);
    outline.valid_from = valid_from;
    let mut sources = Sources::read(top);
    let contacts = top.rows("contacts", 0, |row| contact(row, &sources));
    let presentations = presentations::read(top, &sources);
    let doses = doses::read(top, &sources);
    let reserve = top.optional("reserve", |t, key| {
        t.table(key, |table| {
            reserve::read(table, &sources, doses.as_deref(), presentations.as_deref())
        })
    });
    let indications = indications::read(top, &sources);
    let unit_doses = unit_doses::read(top, &sources, presentations.as_deref(), reserve.as_ref());
    let gates = gates::read(top, &sources, reserve.as_ref());
    let priorities = priorities::read(top, &sources, reserve.as_ref(), &contacts);
    let thresholds = thresholds::read(top, &sources);
    let safety = safety(top, &sources, thresholds.as_deref());
    let safety_rulebook = top.optional("safety_rulebook", |t, key| t.parsed(key, Slug::parse));
    if let Some(Some(name)) = &safety_rulebook {
        outline.safety_rulebook = Some(Reference::of(top, "safety_rulebook", name));
    }
    let silent = safety.as_ref().map(Safety::is_empty);
    outline.assesses = thresholds
        .as_ref()
        .zip(silent)
        .map(|(rows, silent)| !rows.is_empty() || !silent);
    if let (Some(indications), Some(doses), Some(priorities)) = (&indications, &doses, &priorities)
    {
        indications::fit(top, indications, doses, reserve.as_ref(), priorities);
    }
    outline.has_thresholds = thresholds.as_ref().map(|rows| !rows.is_empty());
    let codes = |rows: &Vec<IndicationRule>| rows.iter().map(|i| i.code.clone()).collect();
    outline.indications = indications.as_ref().map(codes);
    outline.named = std::mem::take(&mut sources.named);
    odd.extend(sources.not_cited());
    Some(Rulebook {
        name: name?,
        hash,
        medicine: medicine?,
        title: title?,
        jurisdiction: jurisdiction?,
        valid_from: valid_from?,
        valid_to: valid_to?,
        superseded_by: superseded_by?,
        sources: sources.into_all()?,
        contacts: contacts.into_iter().collect::<Option<_>>()?,
        presentations: presentations?,
        doses: doses?,
        reserve: reserve?,
        indications: indications?,
        gates: gates?,
        priorities: priorities?,
        unit_doses: unit_doses?,
        thresholds: thresholds?,
        safety: safety?,
        safety_rulebook: safety_rulebook?,
    })
}

/// Reads what is about one patient, the thresholds aside.
fn safety(
    top: &Table<'_>,
    sources: &Sources,
    thresholds: Option<&[ThresholdRow]>,
) -> Option<Safety> {
    let prior_treatments = top.optional("prior_treatments", |t, key| {
        t.table(key, |table| starting::prior_treatments(table, sources))
    });
    let start_conditions = starting::conditions(top, sources, prior_treatments.as_ref());
    let remarks = starting::remarks(top, sources, prior_treatments.as_ref());
    let codes = match (thresholds, &start_conditions, &remarks) {
        (Some(rows), Some(conditions), Some(remarks)) => Some(
            rows.iter()
                .map(|row| &row.code)
                .chain(conditions.iter().map(|condition| &condition.code))
                .chain(remarks.iter().map(|remark| &remark.code))
                .collect(),
        ),
        _ => None,
    };
    let monitoring = monitoring::read(top, sources, codes.as_ref());
    let alternatives = alternatives::read(top, sources, prior_treatments.as_ref());
    let no_alternatives = alternatives::none(top, sources, alternatives.as_deref());
    let checklist = starting::checklist(top, sources);
    Some(Safety {
        start_conditions: start_conditions?,
        remarks: remarks?,
        prior_treatments: prior_treatments?,
        monitoring: monitoring?,
        alternatives: alternatives?,
        no_alternatives: no_alternatives?,
        checklist: checklist?,
    })
}

fn name(top: &Table<'_>, file: &str) -> Option<Slug> {
    let name = top.parsed("name", Slug::parse)?;
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if last.strip_suffix(ENDING) == Some(name.as_str()) {
        Some(name)
    } else {
        let what = format_args!("the rulebook {name} stands in {last}, expected {name}{ENDING}");
        top.inconsistent("name", what)
    }
}

/// The file's name without its folder and ending.
fn stem(file: &str) -> &str {
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    last.strip_suffix(ENDING).unwrap_or(last)
}

fn not_before(top: &Table<'_>, first: Option<Day>, last: Option<Day>) {
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        let what = format_args!("{last} is before valid_from, expected {first} or later");
        let _: Option<()> = top.inconsistent("valid_to", what);
    }
}

fn contact(row: &Table<'_>, sources: &Sources) -> Option<Contact> {
    let purpose = row.table("purpose", bilingual);
    let name = row.text("name");
    let telephone = row.text("telephone");
    let citation = sources.cited(row);
    Some(Contact {
        purpose: purpose?,
        name: name?,
        telephone: telephone?,
        citation: citation?,
    })
}

fn bilingual(table: &Table<'_>) -> Option<Bilingual> {
    let fr = table.text("fr");
    let en = table.text("en");
    Some(Bilingual { fr: fr?, en: en? })
}

fn country(letters: &str) -> Option<String> {
    let fits = letters.len() == 2 && letters.bytes().all(|b| b.is_ascii_uppercase());
    fits.then(|| letters.to_owned())
}

#[cfg(test)]
mod tests;
