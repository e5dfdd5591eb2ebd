//! When the next count is due, in words.

use super::thresholds::severity;
use super::words::Words;
use crate::domain::rule::{
    AfterInterruption, Anchor, FirstCount, InterruptionRow, Neutropenia, Phase, Rhythm, Segment,
    Span,
};

pub(super) fn neutropenia(words: &Words<'_>, rule: Option<&Neutropenia>) -> Vec<String> {
    let one = |rule: &Neutropenia| {
        let (below, benign) = (rule.below, rule.below_benign_ethnic);
        words.both(
            format!("Un nombre de moins de {below} par mm³ depuis le début (moins de {benign} en cas de neutropénie bénigne ethnique) fait un antécédent de neutropénie."),
            format!("A count of fewer than {below} per mm³ since the start (fewer than {benign} with a benign ethnic neutropenia) makes a history of neutropenia."),
        )
    };
    rule.map(one).into_iter().collect()
}

pub(super) fn first_count(words: &Words<'_>, rule: Option<&FirstCount>) -> Vec<String> {
    let one = |rule: &FirstCount| {
        let days = rule.after_days;
        words.both(
            format!("Sans numération depuis le début : la première {days} jours après le début."),
            format!("With no count since the start: the first {days} days after the start."),
        )
    };
    rule.map(one).into_iter().collect()
}

pub(super) fn schedule(words: &Words<'_>, rows: &[Segment]) -> Vec<String> {
    let one = |row: &Segment| {
        let indications: Vec<&str> = row
            .indications
            .iter()
            .map(|i| words.indication(i))
            .collect();
        let whom = if indications.is_empty() {
            String::new()
        } else {
            let named = indications.join(", ");
            words.both(format!(" ({named})"), format!(" ({named})"))
        };
        let (code, rhythm) = (&row.code, rhythm(words, &row.rhythm));
        words.both(
            format!("{code}{whom} : {rhythm}."),
            format!("{code}{whom}: {rhythm}."),
        )
    };
    rows.iter().map(one).collect()
}

fn rhythm(words: &Words<'_>, rhythm: &Rhythm) -> String {
    match rhythm {
        Rhythm::Opening {
            anchor,
            from_days,
            to_days,
        } => {
            let anchor = match anchor {
                Anchor::Start => words.pick("le début", "the start"),
                Anchor::SecondAdministration => {
                    words.pick("la deuxième administration", "the second administration")
                }
            };
            if to_days == from_days && *from_days == 0 {
                return words.both(
                    format!("une numération le jour de {anchor}"),
                    format!("one count on the day of {anchor}"),
                );
            }
            words.both(
                format!("une numération, {from_days} à {to_days} jours après {anchor}"),
                format!("one count, {from_days} to {to_days} days after {anchor}"),
            )
        }
        Rhythm::Repeating {
            while_,
            every,
            at_most,
        } => {
            let every = match at_most {
                Some(most) => words.both(
                    format!(
                        "une numération {} à {} après la précédente",
                        span(words, *every),
                        span(words, *most)
                    ),
                    format!(
                        "a count {} to {} after the one before",
                        span(words, *every),
                        span(words, *most)
                    ),
                ),
                None => words.both(
                    format!("une numération {} après la précédente", span(words, *every)),
                    format!("a count {} after the one before", span(words, *every)),
                ),
            };
            format!("{every}{}", phase(words, while_))
        }
        Rhythm::AfterStop { every_days, times } => words.both(
            format!(
                "après l'arrêt du traitement, {times} numérations à {every_days} jours d'intervalle"
            ),
            format!("after the treatment was stopped, {times} counts {every_days} days apart"),
        ),
    }
}

fn span(words: &Words<'_>, span: Span) -> String {
    match span {
        Span::Days(days) => words.both(format!("{days} jours"), format!("{days} days")),
        Span::Months(months) => words.both(format!("{months} mois"), format!("{months} months")),
    }
}

fn phase(words: &Words<'_>, phase: &Phase) -> String {
    let mut of = history(
        words,
        phase.from_treated_days,
        phase.before_treated_days,
        phase.neutropenic,
    );
    of.extend(phase.found.as_ref().map(|code| {
        words.both(
            format!("tant que « {code} » est constaté"),
            format!("while {code} is found"),
        )
    }));
    of.iter().fold(String::new(), |said, one| said + ", " + one)
}

/// What was before: so many days of treatment, a neutropenia or none.
fn history(
    words: &Words<'_>,
    from: Option<u32>,
    before: Option<u32>,
    neutropenic: Option<bool>,
) -> Vec<String> {
    let mut of = Vec::new();
    of.extend(from.map(|days| {
        words.both(
            format!("à partir du jour {days} de traitement"),
            format!("from day {days} of treatment on"),
        )
    }));
    of.extend(before.map(|days| {
        words.both(
            format!("avant le jour {days} de traitement"),
            format!("before day {days} of treatment"),
        )
    }));
    of.extend(neutropenic.map(|had| {
        if had {
            words.pick(
                "avec un antécédent de neutropénie",
                "with a history of neutropenia",
            )
        } else {
            words.pick(
                "sans antécédent de neutropénie",
                "without a history of neutropenia",
            )
        }
        .to_owned()
    }));
    of
}

pub(super) fn interruptions(words: &Words<'_>, rows: &[InterruptionRow]) -> Vec<String> {
    let one = |row: &InterruptionRow| {
        let (from, below) = (row.from_length_days, row.below_length_days);
        let mut of = vec![match (from, below) {
            (None, None) => words
                .pick(
                    "interruption de toute durée",
                    "an interruption of any length",
                )
                .to_owned(),
            (Some(from), None) => words.both(
                format!("interruption de {from} jours et plus"),
                format!("an interruption of {from} days and more"),
            ),
            (None, Some(below)) => words.both(
                format!("interruption de moins de {below} jours"),
                format!("an interruption of fewer than {below} days"),
            ),
            (Some(from), Some(below)) => words.both(
                format!("interruption de {from} à moins de {below} jours"),
                format!("an interruption of {from} to fewer than {below} days"),
            ),
        }];
        of.extend(history(
            words,
            row.from_treated_days,
            row.before_treated_days,
            row.neutropenic,
        ));
        let then = match &row.then {
            AfterInterruption::Previous => words
                .pick("le schéma antérieur reprend", "the former schedule goes on")
                .to_owned(),
            AfterInterruption::Schedule(code) => {
                words.both(format!("schéma {code}"), format!("schedule {code}"))
            }
        };
        let of = super::words::begun(&of.join(", "));
        let (severity, message) = (severity(words, row.severity), words.bilingual(&row.message));
        words.both(
            format!("{of} : {then} ; {severity} « {message} »"),
            format!("{of}: {then}; {severity} \"{message}\""),
        )
    };
    rows.iter().map(one).collect()
}
