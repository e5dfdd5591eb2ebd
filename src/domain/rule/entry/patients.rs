//! The rules about one patient as entries: keys, and fields as the file spells them.

use super::List;
use super::kinds::{if_any, joined, some};
use crate::domain::rule::{
    AfterInterruption, Alternative, Anchor, Bilingual, ChecklistItem, Circumstance, Evidence,
    Exclusion, FirstCount, InterruptionRow, Monitoring, Neutropenia, NoAlternative, Phase,
    PriorTreatments, Remark, Rhythm, Safety, Segment, Slug, Span, StartCondition, StartWay,
    Treatment,
};

/// Everything that is about one patient, in the order of a page.
pub(super) fn safety<'a>(list: &mut List<'a>, safety: &'a Safety) {
    let Safety {
        start_conditions: conditions,
        remarks: all,
        prior_treatments,
        monitoring: counts,
        alternatives: others,
        no_alternatives,
        checklist: items,
    } = safety;
    if let Some(PriorTreatments { codes, citation }) = prior_treatments {
        list.rule("prior_treatments", "", [("codes", joined(codes))], citation);
    }
    start_conditions(list, conditions);
    remarks(list, all);
    monitoring(list, counts);
    alternatives(list, others);
    for NoAlternative {
        indication,
        citation,
    } in no_alternatives
    {
        list.rule("no_alternatives", indication, [], citation);
    }
    for (number, ChecklistItem { text, citation }) in (1_u32..).zip(items) {
        let Bilingual { fr, en } = text;
        let fields = [("text.fr", some(fr)), ("text.en", some(en))];
        list.rule("checklist", number, fields, citation);
    }
}

/// One entry a way: a row of the file.
fn start_conditions<'a>(list: &mut List<'a>, rows: &'a [StartCondition]) {
    for StartCondition {
        code,
        message: Bilingual { fr, en },
        ways,
    } in rows
    {
        for (place, StartWay { when, citation }) in ways.iter().enumerate() {
            let said = |text: &str| if_any((place == 0).then_some(text));
            let fields = [
                ("when", circumstances(when)),
                ("message.fr", said(fr)),
                ("message.en", said(en)),
            ];
            list.rule("start_conditions", code, fields, citation);
        }
    }
}

fn remarks<'a>(list: &mut List<'a>, rows: &'a [Remark]) {
    for Remark {
        code,
        treatment,
        when,
        severity,
        count_now,
        message: Bilingual { fr, en },
        citation,
    } in rows
    {
        let fields = [
            ("treatment", if_any(treatment.map(Treatment::code))),
            ("when", circumstances(when)),
            ("severity", some(severity.code())),
            ("count_now", if_any(count_now.then_some(true))),
            ("message.fr", some(fr)),
            ("message.en", some(en)),
        ];
        list.rule("remarks", code, fields, citation);
    }
}

fn monitoring<'a>(list: &mut List<'a>, monitoring: &'a Monitoring) {
    let Monitoring {
        neutropenia,
        first_count,
        segments,
        interruptions: rows,
    } = monitoring;
    if let Some(rule) = neutropenia {
        let Neutropenia {
            below,
            below_benign_ethnic,
            citation,
        } = rule;
        let fields = [
            ("below", some(below)),
            ("below_benign_ethnic", some(below_benign_ethnic)),
        ];
        list.rule("neutropenia", "", fields, citation);
    }
    if let Some(rule) = first_count {
        let FirstCount {
            after_days,
            citation,
        } = rule;
        list.rule(
            "first_count",
            "",
            [("after_days", some(after_days))],
            citation,
        );
    }
    for Segment {
        code,
        indications,
        rhythm: of,
        citation,
    } in segments
    {
        let mut fields = rhythm(of);
        if let Some(first) = fields.first_mut() {
            *first = ("indications", joined(indications));
        }
        list.rule("schedule", code, fields, citation);
    }
    interruptions(list, rows);
}

/// The fields of a rhythm; the first is kept free.
fn rhythm(rhythm: &Rhythm) -> [(&'static str, Option<String>); 9] {
    let mut fields = [const { ("", None) }; 9];
    let mut put = |place: usize, name, value| {
        if let Some(field) = fields.get_mut(place) {
            *field = (name, value);
        }
    };
    match rhythm {
        Rhythm::Opening {
            anchor,
            from_days,
            to_days,
        } => {
            put(1, "first_after", some(Anchor::code(*anchor)));
            put(2, "from_days", some(from_days));
            put(3, "to_days", some(to_days));
        }
        Rhythm::Repeating {
            while_:
                Phase {
                    from_treated_days,
                    before_treated_days,
                    neutropenic,
                    found,
                },
            every,
            at_most,
        } => {
            let (days, months) = span(Some(*every));
            put(1, "while_found", if_any(found.as_ref()));
            put(2, "from_treated_days", if_any(*from_treated_days));
            put(3, "before_treated_days", if_any(*before_treated_days));
            put(4, "neutropenic", if_any(*neutropenic));
            put(5, "every_days", days);
            put(6, "every_months", months);
            put(7, "at_most_days", span(*at_most).0);
        }
        Rhythm::AfterStop { every_days, times } => {
            put(1, "times_after_stop", some(times));
            put(2, "every_days", some(every_days));
        }
    }
    fields
}

/// Days, or months.
fn span(span: Option<Span>) -> (Option<String>, Option<String>) {
    match span {
        Some(Span::Days(days)) => (some(days), None),
        Some(Span::Months(months)) => (None, some(months)),
        None => (None, None),
    }
}

fn interruptions<'a>(list: &mut List<'a>, rows: &'a [InterruptionRow]) {
    for InterruptionRow {
        code,
        from_treated_days,
        before_treated_days,
        neutropenic,
        from_length_days,
        below_length_days,
        then,
        severity,
        message: Bilingual { fr, en },
        citation,
    } in rows
    {
        let schedule = match then {
            AfterInterruption::Previous => "previous",
            AfterInterruption::Schedule(code) => code.as_str(),
        };
        let fields = [
            ("from_treated_days", if_any(*from_treated_days)),
            ("before_treated_days", if_any(*before_treated_days)),
            ("neutropenic", if_any(*neutropenic)),
            ("from_length_days", if_any(*from_length_days)),
            ("below_length_days", if_any(*below_length_days)),
            ("schedule", some(schedule)),
            ("severity", some(severity.code())),
            ("message.fr", some(fr)),
            ("message.en", some(en)),
        ];
        list.rule("interruptions", code, fields, citation);
    }
}

/// The alternatives, then whom each is not for.
fn alternatives<'a>(list: &mut List<'a>, rows: &'a [Alternative]) {
    for Alternative {
        code,
        name: Bilingual { fr, en },
        indications,
        line,
        exclusions: _,
        evidence,
        citation,
    } in rows
    {
        let of = |text: fn(&Evidence) -> Option<String>| evidence.as_ref().and_then(text);
        let fields = [
            ("name.fr", some(fr)),
            ("name.en", some(en)),
            ("indications", joined(indications)),
            ("line", some(line.code())),
            ("evidence.fr", of(|e| some(&e.summary.fr))),
            ("evidence.en", of(|e| some(&e.summary.en))),
            ("evidence.doi", of(|e| e.doi.clone())),
        ];
        list.rule("alternatives", code, fields, citation);
    }
    for Alternative {
        code, exclusions, ..
    } in rows
    {
        for Exclusion { when, citation } in exclusions {
            list.rule(
                "exclusions",
                code,
                [("when", circumstances(when))],
                citation,
            );
        }
    }
}

/// The circumstances as the file spells them, side by side.
fn circumstances(when: &[Circumstance]) -> Option<String> {
    joined(when.iter().map(circumstance))
}

fn circumstance(one: &Circumstance) -> String {
    let words = |key: &str, words: &[Slug]| {
        let words: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
        format!("{key} = [{}]", words.join(", "))
    };
    match one {
        Circumstance::AgeAtLeast(years) => format!("age_at_least = {years}"),
        Circumstance::AgeBelow(years) => format!("age_below = {years}"),
        Circumstance::Indication(of) => words("indications", of),
        Circumstance::OtherIndication(of) => words("except", of),
        Circumstance::BenignEthnicNeutropenia(has) => {
            format!("benign_ethnic_neutropenia = {has}")
        }
        Circumstance::SymptomsOfInfection => "symptoms_of_infection = true".to_owned(),
        Circumstance::Condition(of) => words("conditions", of),
        Circumstance::CoMedication(of) => words("co_medication", of),
        Circumstance::DiseaseActivity(of) => words("disease_activity", of),
        Circumstance::Contraindicated(of) => words("contraindicated", of),
        Circumstance::FailedAtLeast(least) => format!("failed_at_least = {least}"),
        Circumstance::NoneSuits => "none_suits = true".to_owned(),
    }
}
