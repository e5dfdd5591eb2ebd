//! What a neutrophil count says.

use super::words::{Words, begun};
use crate::domain::rule::{CountRange, Severity, Slug, ThresholdRow, Treatment};

pub(super) fn rows(words: &Words<'_>, rows: &[ThresholdRow]) -> Vec<String> {
    rows.iter().map(|row| one(words, row)).collect()
}

fn one(words: &Words<'_>, row: &ThresholdRow) -> String {
    let mut of = vec![count(words, row.count)];
    let treatment = row.treatment.map(|treatment| match treatment {
        Treatment::Ongoing => words.pick("traitement en cours", "ongoing treatment"),
        Treatment::Initiation => words.pick("traitement à débuter", "treatment that is to start"),
    });
    of.extend(treatment.map(str::to_owned));
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

const fn severity(words: &Words<'_>, severity: Severity) -> &'static str {
    match severity {
        Severity::Info => words.pick("information", "information"),
        Severity::Warn => words.pick("avertissement", "warning"),
        Severity::Refuse => words.pick("ne pas débuter", "not to start"),
        Severity::Stop => words.pick("arrêt", "stop"),
    }
}
