//! The plan: an answer in, JSON out, the same bytes for the same case.
//!
//! [`write()`] returns a plan as `dotation plan` prints it. Beside the fields of the plan case's
//! description it has these:
//!
//! - `rulebook_sha256`: the hash of the rulebook's file, in lower-case hex;
//! - `rulebook_in_force`: whether the rulebook holds on the day of the plan, by its own dates;
//! - in each decision `change`, what would change it: `null`, or an object with, of a deferred claim,
//!   `units` (presentations and numbers that would have met it), `granted_before` and `last_granted` (how
//!   many claims ahead use what it needs, and the last of them), `deferred_before` (how many deferred
//!   claims would be served with them first) and `emergency_line` (`null`, or a name and telephone
//!   number); of a request out of the horizon, `planned_from`, the first day whose plan of the same
//!   horizon ranks it;
//! - in `incomplete`, `undecided`: how many claims of the pool were left undecided.
//!
//! [`reasons()`] reads its sentences back, [`Document`] all of it; [`verify`](verify()) and [`difference`](difference()) look at it.

mod difference;
mod document;
mod reasons;
mod verify;

pub use difference::{Change, Difference, What, difference};
pub use document::{Document, Key};
pub use reasons::reasons;
pub use verify::{Line, Mismatch, Verified, verify};

use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::plan::{Bounded, CaseRequest, Decision, Plan, PlannedDose, Status, Subject};
use crate::hands;
use crate::text::plan::{Made, emergency_line, given_up, why};
use crate::wire::json::quoted;
use crate::wire::plan_case::sha256;
use std::fmt::{Arguments, Display, Write as _};
use std::iter;

/// How many decisions are written in one piece. Choice: some hundred kilobytes, so that many hands
/// end at about the same time.
const PIECE: usize = 512;

/// What is made by itself, and then put together.
enum Piece<'p> {
    /// What stands before the decisions, with the name of the case.
    Head,
    /// Some of the decisions, the first of all among them or not.
    Decisions(bool, &'p [Decision]),
}

/// Returns a plan as JSON, a decision a line, with its last line end.
pub fn write(plan: &Plan, made: &Made<'_>, language: Language) -> String {
    pieces(plan, made, language).concat()
}

/// Returns what [`write()`] does in pieces, one to be put after the other: whoever sends them on needs
/// no room for a second whole.
///
/// Those of a large plan are made by [many hands](crate::hands), to the same bytes.
pub fn pieces(plan: &Plan, made: &Made<'_>, language: Language) -> Vec<String> {
    let rows = plan.decisions.chunks(PIECE).enumerate();
    let rows = rows.map(|(place, rows)| Piece::Decisions(place == 0, rows));
    let pieces: Vec<Piece<'_>> = iter::once(Piece::Head).chain(rows).collect();
    let make = |piece| piece_of(&piece, made, language);
    let mut pieces: Vec<String> = if plan.decisions.len() > PIECE {
        hands::each(pieces, make)
    } else {
        pieces.into_iter().map(make).collect()
    };
    pieces.push(tail(plan, made, language));
    pieces
}

/// What stands before the decisions.
fn head(made: &Made<'_>) -> String {
    let mut out = Out(String::new());
    let (case, book) = (made.case, made.book);
    out.put(format_args!("{{\n  \"as_of\": \"{}\"", case.as_of));
    out.put(format_args!(", \"rulebook\": \"{}\"", book.name));
    let hash = hex::encode(sha256(case, book));
    out.put(format_args!(", \"case_sha256\": \"{hash}\",\n"));
    let hash = hex::encode(book.hash);
    out.put(format_args!("  \"rulebook_sha256\": \"{hash}\""));
    let in_force = book.in_force(case.as_of);
    out.put(format_args!(", \"rulebook_in_force\": {in_force},\n"));
    out.begin("decisions");
    out.0
}

/// What stands after them.
fn tail(plan: &Plan, made: &Made<'_>, language: Language) -> String {
    let most = plan.transfers.len().saturating_add(8).saturating_mul(160);
    let mut out = Out(String::with_capacity(most));
    out.end(plan.decisions.is_empty());
    out.lines("transfers", &plan.transfers, |out, transfer| {
        out.text("{\"from\": ", site(made, transfer.from));
        out.text(", \"to\": ", site(made, transfer.to));
        out.lot(made, transfer.stock, transfer.units);
    });
    out.totals(plan);
    out.lines("incomplete", &plan.incomplete, |out, pool| {
        out.text("{\"pool\": ", &pool.pool);
        out.text(", \"reason\": ", &given_up(language, pool.undecided));
        out.put(format_args!(", \"undecided\": {}}}", pool.undecided));
    });
    let mut text = out.0;
    text.truncate(text.trim_end_matches([',', '\n']).len());
    text.push_str("\n}\n");
    text
}

fn piece_of(piece: &Piece<'_>, made: &Made<'_>, language: Language) -> String {
    match piece {
        Piece::Head => head(made),
        Piece::Decisions(first, rows) => {
            let mut out = Out(String::with_capacity(rows.len().saturating_mul(640)));
            for (place, decision) in rows.iter().enumerate() {
                out.next(*first && place == 0);
                out.decision(decision, made, language);
            }
            out.0
        }
    }
}

/// Marks what was written (a plan, or a difference) as binding nobody: `"binding": false`.
pub fn not_binding(mut written: String) -> String {
    let end = "\n}\n";
    written.truncate(written.strip_suffix(end).map_or(written.len(), str::len));
    written.push_str(",\n  \"binding\": false\n}\n");
    written
}

fn site<'a>(made: &Made<'a>, place: usize) -> &'a str {
    made.case.sites.get(place).map_or("", |s| s.id.as_str())
}

/// JSON on its way out.
struct Out(String);

impl Out {
    fn put(&mut self, what: Arguments<'_>) {
        // writing to a text cannot fail
        self.0.write_fmt(what).unwrap_or_default();
    }

    fn text(&mut self, before: &str, text: &str) {
        self.0.push_str(before);
        quoted(&mut self.0, text);
    }

    /// A list with a line a row.
    fn lines<T>(&mut self, key: &str, rows: &[T], row: impl Fn(&mut Self, &T)) {
        self.begin(key);
        for (place, value) in rows.iter().enumerate() {
            self.next(place == 0);
            row(self, value);
        }
        self.end(rows.is_empty());
    }

    /// A word that needs no escape.
    fn code(&mut self, before: &str, code: &str) {
        for part in [before, "\"", code, "\""] {
            self.0.push_str(part);
        }
    }

    fn begin(&mut self, key: &str) {
        self.put(format_args!("  \"{key}\": ["));
    }

    fn next(&mut self, first: bool) {
        self.0.push_str(if first { "\n    " } else { ",\n    " });
    }

    fn end(&mut self, empty: bool) {
        self.0.push_str(if empty { "],\n" } else { "\n  ],\n" });
    }

    fn list<T>(&mut self, rows: &[T], row: impl Fn(&mut Self, &T)) {
        self.0.push('[');
        for (place, value) in rows.iter().enumerate() {
            if place > 0 {
                self.0.push_str(", ");
            }
            row(self, value);
        }
        self.0.push(']');
    }

    fn decision(&mut self, decision: &Decision, made: &Made<'_>, language: Language) {
        let kind = match decision.subject {
            Subject::Request(_) => "request",
            Subject::Patient(_) | Subject::Floor(_) => "reserve",
        };
        self.text("{\"id\": ", &decision.id);
        self.code(", \"kind\": ", kind);
        let class = decision.class.and_then(|c| made.book.priorities.get(c));
        match class {
            Some(class) => self.code(", \"class\": ", class.name.as_str()),
            None => self.0.push_str(", \"class\": null"),
        }
        match decision.rank {
            Some(rank) => self.put(format_args!(", \"rank\": {rank}")),
            None => self.0.push_str(", \"rank\": null"),
        }
        self.code(", \"status\": ", decision.status.code());
        self.0.push_str(", \"warnings\": ");
        self.list(&decision.warnings, |out, code| out.text("", code.as_str()));
        self.0.push_str(", \"doses\": ");
        self.list(&decision.doses, |out, dose| out.dose(dose, made));
        let why = why(made, decision);
        self.text(", \"reason\": ", &why.sentence(language));
        self.text(", \"reason_code\": ", why.code());
        self.change(decision, made);
        self.0.push('}');
    }

    fn dose(&mut self, dose: &PlannedDose, made: &Made<'_>) {
        self.put(format_args!(
            "{{\"need_mg\": {}",
            Milligrams(dose.need.ug())
        ));
        self.0.push_str(", \"units\": ");
        self.list(&dose.units, |out, (place, units)| {
            let from = made.case.stock.get(*place).map_or(0, |s| s.site);
            out.text("{\"site\": ", site(made, from));
            out.lot(made, *place, *units);
        });
        self.0.push('}');
    }

    /// What identifies units, and how many there are; ends the object.
    fn lot(&mut self, made: &Made<'_>, place: usize, units: u32) {
        if let Some(stock) = made.case.stock.get(place) {
            self.code(", \"cip13\": ", stock.cip13.as_str());
            self.text(", \"lot\": ", &stock.lot);
            self.put(format_args!(", \"expiry\": \"{}\"", stock.expiry));
        }
        self.put(format_args!(", \"units\": {units}}}"));
    }

    fn change(&mut self, decision: &Decision, made: &Made<'_>) {
        self.0.push_str(", \"change\": ");
        match &decision.status {
            Status::Deferred(lack) if !lack.given_up => {
                self.0.push_str("{\"units\": ");
                self.list(&lack.units, |out, (cip13, units)| {
                    out.put(format_args!(
                        "{{\"cip13\": \"{cip13}\", \"units\": {units}}}"
                    ));
                });
                self.put(format_args!(
                    ", \"deferred_before\": {}",
                    lack.deferred_before
                ));
                self.put(format_args!(
                    ", \"granted_before\": {}, \"last_granted\": ",
                    lack.granted_before
                ));
                match &lack.last_granted {
                    None => self.0.push_str("null"),
                    Some(last) => self.text("", last),
                }
                self.0.push_str(", \"emergency_line\": ");
                match emergency_line(made, decision) {
                    None => self.0.push_str("null"),
                    Some(contact) => {
                        self.text("{\"name\": ", &contact.name);
                        self.text(", \"telephone\": ", &contact.telephone);
                        self.0.push('}');
                    }
                }
                self.0.push('}');
            }
            Status::OutOfHorizon => match planned_from(made, decision.subject) {
                Some(day) => self.put(format_args!("{{\"planned_from\": \"{day}\"}}")),
                None => self.0.push_str("null"),
            },
            Status::Granted
            | Status::Deferred(_)
            | Status::Refused
            | Status::Blocked(_)
            | Status::Unclassed => self.0.push_str("null"),
        }
    }

    fn totals(&mut self, plan: &Plan) {
        let totals = plan.totals;
        self.put(format_args!(
            "  \"totals\": {{\"granted\": {}, \"deferred\": {},\n",
            totals.granted, totals.deferred
        ));
        let count = |b: Bounded| {
            format!(
                "{{\"value\": {}, \"lower_bound\": {}}}",
                b.value, b.lower_bound
            )
        };
        self.put(format_args!(
            "             \"moved_units\": {{\"crs\": {}, \"reserves\": {}, \"all\": {}}},\n",
            count(totals.moved_crs),
            count(totals.moved_reserves),
            count(totals.moved_all)
        ));
        self.put(format_args!(
            "             \"wasted_mg\": {{\"value\": {}, \"lower_bound\": {}}}}},\n",
            Milligrams(totals.wasted_ug.value),
            Milligrams(totals.wasted_ug.lower_bound)
        ));
    }
}

/// The first day whose plan of the same horizon ranks a request that is due later.
fn planned_from(made: &Made<'_>, subject: Subject) -> Option<Day> {
    let Subject::Request(place) = subject else {
        return None;
    };
    let request: &CaseRequest = made.case.requests.get(place)?;
    let ahead = made.case.as_of.days_until(request.due);
    let wait = ahead.checked_sub(i64::from(made.case.horizon_days))?;
    Some(
        made.case
            .as_of
            .plus(u32::try_from(wait).ok()?.checked_add(1)?),
    )
}

/// Micrograms as a JSON number of milligrams, with a decimal at least: `800.0`, `358.8`.
struct Milligrams(u64);

impl Display for Milligrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0.div_euclid(1_000), self.0.rem_euclid(1_000));
        if rest == 0 {
            return write!(f, "{whole}.0");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::Milligrams;

    #[test]
    fn milligrams_are_numbers_with_a_decimal() {
        for (ug, text) in [
            (800_000, "800.0"),
            (358_800, "358.8"),
            (1, "0.001"),
            (0, "0.0"),
        ] {
            assert_eq!(Milligrams(ug).to_string(), text);
        }
    }
}
