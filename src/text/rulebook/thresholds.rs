//! What a neutrophil count says.

use super::patients::treatment;
use super::words::{Words, begun};
use crate::domain::rule::{CountOf, CountRange, Severity, Slug, ThresholdRow};

pub(super) fn rows(words: &Words<'_>, rows: &[ThresholdRow]) -> Vec<String> {
    rows.iter().map(|row| one(words, row)).collect()
}

fn one(words: &Words<'_>, row: &ThresholdRow) -> String {
    let mut of = vec![count(words, row.count)];
    if row.of == CountOf::Earlier {
        let earlier = words.pick("à une date antérieure", "on an earlier day");
        of.push(earlier.to_owned());
    }
    of.extend(row.treatment.map(|t| treatment(words, t).to_owned()));
    of.extend(row.benign_ethnic_neutropenia.map(|has| {
        if has {
            words.pick("neutropénie bénigne ethnique", "benign ethnic neutropenia")
        } else {
            words.pick(
                "sans neutropénie bénigne ethnique",
                "no benign ethnic neutropenia",
            )
        }
        .to_owned()
    }));
    if !row.except.is_empty() {
        let named: Vec<&str> = row
            .except
            .iter()
            .map(|i: &Slug| words.indication(i))
            .collect();
        let named = named.join(", ");
        of.push(words.both(format!("sauf {named}"), format!("except {named}")));
    }
    let (of, severity) = (begun(&of.join(", ")), severity(words, row.severity));
    let message = words.bilingual(&row.message);
    words.both(
        format!("{of} : {severity} « {message} »"),
        format!("{of}: {severity} \"{message}\""),
    )
}

fn count(words: &Words<'_>, range: CountRange) -> String {
    let per = words.pick("neutrophiles par mm³", "neutrophils per mm³");
    match range {
        CountRange::Unknown
        | CountRange::Known {
            at_least: None,
            below: None,
        } => words
            .pick(
                "aucun nombre de neutrophiles connu",
                "no neutrophil count known",
            )
            .to_owned(),
        CountRange::Known {
            at_least: Some(least),
            below: None,
        } => words.both(
            format!("{least} {per} et plus"),
            format!("{least} {per} and more"),
        ),
        CountRange::Known {
            at_least: None,
            below: Some(bound),
        } => words.both(
            format!("moins de {bound} {per}"),
            format!("fewer than {bound} {per}"),
        ),
        CountRange::Known {
            at_least: Some(least),
            below: Some(bound),
        } => words.both(
            format!("de {least} à moins de {bound} {per}"),
            format!("{least} to fewer than {bound} {per}"),
        ),
    }
}

pub(super) const fn severity(words: &Words<'_>, severity: Severity) -> &'static str {
    match severity {
        Severity::Info => words.pick("information", "information"),
        Severity::Warn => words.pick("avertissement", "warning"),
        Severity::Refuse => words.pick("ne pas débuter", "not to start"),
        Severity::Stop => words.pick("arrêt", "stop"),
    }
}
