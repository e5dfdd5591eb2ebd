//! An assessment as JSON: one line, its fields in the contract's order.

use crate::domain::assess::{Assessment, Due, Finding, Says, Weighed};
use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::rule::Rulebook;
use crate::text;
use crate::wire::json::quoted;
use std::fmt::Write as _;

/// Returns an assessment of `book` on a day, with its sentences in a language.
pub fn write(
    assessment: &Assessment<'_>,
    book: &Rulebook,
    as_of: Day,
    language: Language,
) -> String {
    let mut out = String::with_capacity(1_024);
    put(&mut out, "{\"decision\":", assessment.decision());
    out.push_str(",\"findings\":");
    list(&mut out, &assessment.findings, |out, finding| {
        put_finding(out, finding, book, language);
    });
    out.push_str(",\"schedule\":");
    match assessment.schedule {
        Some(code) => quoted(&mut out, code.as_str()),
        None => out.push_str("null"),
    }
    out.push_str(",\"next_anc\":");
    put_due(&mut out, assessment.next, as_of);
    out.push_str(",\"alternatives\":");
    match &assessment.alternatives {
        Some(all) => list(&mut out, all, |out, one| {
            put_alternative(out, one, language);
        }),
        None => out.push_str("null"),
    }
    out.push_str(",\"no_alternative\":");
    out.push_str(match assessment.no_alternative() {
        Some(true) => "true",
        Some(false) => "false",
        None => "null",
    });
    out.push_str(",\"checklist\":");
    list(&mut out, assessment.checklist, |out, item| {
        quoted(out, item.text.of(language));
    });
    put(&mut out, ",\"rulebook_sha256\":", &hex::encode(book.hash));
    out.push_str(",\"rulebook_in_force\":");
    let not = |finding: &Finding<'_>| finding.says == Says::NotInForce;
    let in_force = !assessment.findings.iter().any(not);
    out.push_str(if in_force { "true" } else { "false" });
    out.push_str("}\n");
    out
}

fn put(out: &mut String, key: &str, text: &str) {
    out.push_str(key);
    quoted(out, text);
}

fn list<T>(out: &mut String, all: &[T], one: impl Fn(&mut String, &T)) {
    out.push('[');
    for (place, item) in all.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        one(out, item);
    }
    out.push(']');
}

fn put_finding(out: &mut String, finding: &Finding<'_>, book: &Rulebook, language: Language) {
    put(out, "{\"code\":", finding.code);
    put(out, ",\"severity\":", finding.severity.code());
    put(
        out,
        ",\"message\":",
        &text::assess::message(finding, book, language),
    );
    let source = text::assess::source(finding, book, language);
    put(out, ",\"source\":", &source);
    out.push('}');
}

fn put_due(out: &mut String, due: Option<Due>, as_of: Day) {
    let Some(due) = due else {
        return out.push_str("null");
    };
    // writing to a text cannot fail
    write!(
        out,
        "{{\"from\":\"{}\",\"to\":\"{}\",\"overdue\":{}}}",
        due.from,
        due.to,
        due.is_over(as_of)
    )
    .unwrap_or_default();
}

fn put_alternative(out: &mut String, one: &Weighed<'_>, language: Language) {
    put(out, "{\"code\":", one.alternative.code.as_str());
    put(out, ",\"status\":", one.status.code());
    if let Some(evidence) = &one.alternative.evidence {
        put(
            out,
            ",\"evidence\":",
            &text::assess::evidence(evidence, language),
        );
    }
    out.push('}');
}
