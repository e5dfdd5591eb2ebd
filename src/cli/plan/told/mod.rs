//! How plans, what was verified and what changed are written for people.

mod live;

pub(in crate::cli) use live::transfers_asked;
pub(super) use live::{decided, lines};

use crate::cli::answer::columns;
use crate::domain::language::Language;
use crate::domain::plan::{Bounded, Decision, Plan};
use crate::domain::quantity::Mg;
use crate::domain::rule::Slug;
use crate::text::plan::{Made, site_of, why};
use crate::wire::json::Node;
use crate::wire::plan::{Change, Difference, Mismatch, Verified};
use std::fmt::Write as _;

/// One of two words.
const fn say<'w>(language: Language, fr: &'w str, en: &'w str) -> &'w str {
    match language {
        Language::Fr => fr,
        Language::En => en,
    }
}

/// Adds to a text, which cannot fail.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).unwrap_or_default();
}

/// A line a decision, then the transfers and the sums.
pub(super) fn plan(plan: &Plan, made: &Made<'_>, language: Language) -> String {
    let rows: Vec<[String; 6]> = plan
        .decisions
        .iter()
        .map(|decision| row(decision, made, language))
        .collect();
    let names = match language {
        Language::Fr => ["RANG", "RÉPONSE", "DEMANDE", "SITE", "CLASSE", "POURQUOI"],
        Language::En => ["RANK", "ANSWER", "CLAIM", "SITE", "CLASS", "WHY"],
    };
    let mut text = columns(names, &rows);
    text.push('\n');
    text.push_str(&transfers(plan, made, language));
    text.push_str(&sums(plan, language));
    text
}

fn row(decision: &Decision, made: &Made<'_>, language: Language) -> [String; 6] {
    let class = decision.class.and_then(|c| made.book.priorities.get(c));
    let site = site_of(made.case, decision.subject).and_then(|s| made.case.sites.get(s));
    let codes: Vec<&str> = decision.warnings.iter().map(Slug::as_str).collect();
    let mut why = why(made, decision).sentence(language);
    if !codes.is_empty() {
        why = format!("{why} [{}]", codes.join(", "));
    }
    [
        decision
            .rank
            .map_or_else(|| "-".to_owned(), |r| r.to_string()),
        decision.status.code().to_owned(),
        decision.id.clone(),
        site.map_or_else(|| "-".to_owned(), |s| s.id.clone()),
        class.map_or_else(|| "-".to_owned(), |c| c.name.to_string()),
        why,
    ]
}

fn transfers(plan: &Plan, made: &Made<'_>, language: Language) -> String {
    if plan.transfers.is_empty() {
        return say(language, "Aucun transfert.\n", "No transfer.\n").to_owned();
    }
    let site = |place: usize| made.case.sites.get(place).map_or("-", |s| s.id.as_str());
    let rows: Vec<[String; 5]> = plan
        .transfers
        .iter()
        .filter_map(|transfer| {
            let stock = made.case.stock.get(transfer.stock)?;
            Some([
                site(transfer.from).to_owned(),
                site(transfer.to).to_owned(),
                transfer.units.to_string(),
                stock.cip13.to_string(),
                format!("{} ({})", stock.lot, stock.expiry),
            ])
        })
        .collect();
    let names = match language {
        Language::Fr => ["DE", "À", "UNITÉS", "CIP13", "LOT"],
        Language::En => ["FROM", "TO", "UNITS", "CIP13", "LOT"],
    };
    columns(names, &rows) + "\n"
}

fn sums(plan: &Plan, language: Language) -> String {
    let totals = plan.totals;
    let bounded = |b: Bounded| {
        let bound = say(language, "au moins", "at least");
        if b.value == b.lower_bound {
            b.value.to_string()
        } else {
            format!("{} ({bound} {})", b.value, b.lower_bound)
        }
    };
    let wasted = Mg::from_ug(totals.wasted_ug.value);
    let (moved, lost) = (bounded(totals.moved_all), wasted.to_string());
    let mut text = match language {
        Language::Fr => format!(
            "Accordées : {}. Différées : {}. Unités qui changent de site : {moved}. Au-delà des doses : {lost}.\n",
            totals.granted, totals.deferred
        ),
        Language::En => format!(
            "Granted: {}. Deferred: {}. Units that change site: {moved}. Above the doses: {lost}.\n",
            totals.granted, totals.deferred
        ),
    };
    for pool in &plan.incomplete {
        let reason = crate::text::plan::given_up(language, pool.undecided);
        put(&mut text, format_args!("{}: {reason}\n", pool.pool));
    }
    text
}

/// A line for each line of the plan, and what does not hold of it.
pub(super) fn verified(verified: &Verified, language: Language) -> String {
    let all = verified.lines.len();
    let wrong = verified.lines.iter().filter(|l| !l.mismatches.is_empty());
    let (wrong, holds) = (wrong.count(), say(language, "tient", "holds"));
    let mut text = match (verified.holds(), language) {
        (true, Language::Fr) => format!("Le plan tient ; lignes : {all}.\n"),
        (true, Language::En) => format!("The plan holds; lines: {all}.\n"),
        (false, Language::Fr) => {
            format!("Le plan ne tient pas ; lignes qui diffèrent : {wrong} sur {all}.\n")
        }
        (false, Language::En) => {
            format!("The plan does not hold; lines that differ: {wrong} of {all}.\n")
        }
    };
    for mismatch in &verified.whole {
        put(
            &mut text,
            format_args!("  {}\n", differs(mismatch, language)),
        );
    }
    for line in &verified.lines {
        let name = format!("{} {}", line.kind, line.id);
        if line.mismatches.is_empty() {
            put(&mut text, format_args!("{name}: {holds}\n"));
        }
        for mismatch in &line.mismatches {
            put(
                &mut text,
                format_args!("{name}: {}\n", differs(mismatch, language)),
            );
        }
    }
    text
}

fn differs(mismatch: &Mismatch, language: Language) -> String {
    let nothing = say(language, "rien", "nothing");
    let of = |text: &Option<String>| text.clone().unwrap_or_else(|| nothing.to_owned());
    let (field, given, derived) = (&mismatch.field, of(&mismatch.given), of(&mismatch.derived));
    match language {
        Language::Fr => format!("{field} : le plan dit {given}, le cas donne {derived}"),
        Language::En => format!("{field}: the plan says {given}, the case gives {derived}"),
    }
}

/// A line a change, then the transfers that came and went.
pub(super) fn difference(changed: &Difference<'_>, language: Language) -> String {
    let rows: Vec<[String; 5]> = changed
        .changes
        .iter()
        .map(|one| change(one, language))
        .collect();
    let (n, ranks) = (rows.len(), changed.rank_only);
    let mut text = match language {
        Language::Fr => {
            format!("Lignes qui changent : {n} (de rang seulement : {ranks} autres).\n")
        }
        Language::En => format!("Lines that change: {n} (in rank only: {ranks} others).\n"),
    };
    let names = match language {
        Language::Fr => ["CHANGEMENT", "DEMANDE", "AVANT", "APRÈS", "POURQUOI"],
        Language::En => ["CHANGE", "CLAIM", "BEFORE", "AFTER", "WHY"],
    };
    if n > 0 {
        text.push('\n');
        text.push_str(&columns(names, &rows));
    }
    let (sent, unsent) = (changed.sent.len(), changed.unsent.len());
    if sent + unsent > 0 {
        let (more, fewer) = match language {
            Language::Fr => ("de plus", "de moins"),
            Language::En => ("more", "fewer"),
        };
        let name = say(language, "Transferts ", "Transfers");
        put(
            &mut text,
            format_args!("\n{name}: {sent} {more}, {unsent} {fewer}.\n"),
        );
    }
    text
}

fn change(change: &Change<'_>, language: Language) -> [String; 5] {
    let side = |node: Option<&Node<'_>>| {
        let status = node.and_then(|n| n.get("status")).and_then(Node::text);
        status.unwrap_or("-").to_owned()
    };
    [
        change.what.code().to_owned(),
        change.key.1.to_owned(),
        side(change.before),
        side(change.after),
        explained(change, language),
    ]
}

/// Why a line is as it is now; of one that was lost also who has its units, where that is known.
fn explained(change: &Change<'_>, language: Language) -> String {
    let reason = change.reason();
    if change.went_to.is_empty() {
        return reason.to_owned();
    }
    let ahead = change.went_to.join(", ");
    let went = say(
        language,
        "Ce qu'elle avait sert maintenant, tout ou rien, qui passe avant",
        "What it had now serves, all or nothing, who stands ahead",
    );
    let colon = say(language, " :", ":");
    format!("{reason} {went}{colon} {ahead}.")
}
