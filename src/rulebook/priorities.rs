//! `[[priorities]]`: the classes of the ranking, first served first.

use super::bilingual;
use super::citation::Sources;
use super::gates::when;
use crate::domain::rule::{ClaimKind, Contact, PriorityClass, ReserveRule, Slug};
use crate::toml_file::{Spot, Table};

/// What `claims` may say.
const CLAIMS: &str = "\"treatment\", \"reserve-infused\", \"reserve-scheduled\", \"reserve-floor\" \
                      or \"requests\"";

/// What `claims` says, before its conditions are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Treatment,
    Infused,
    Scheduled,
    Floor,
    Requests,
}

/// Reads the classes in their order and checks that they fit together; nothing when one has a
/// fault.
pub(super) fn read(
    top: &Table<'_>,
    sources: &Sources,
    reserve: Option<&Option<ReserveRule>>,
    contacts: &[Option<Contact>],
) -> Option<Vec<PriorityClass>> {
    let rows = top.rows("priorities", 0, |row| {
        let read = class(row, sources, reserve)?;
        if read.emergency_line && contacts.is_empty() {
            let what = "there is nobody to call, expected [[contacts]]";
            return row.inconsistent("emergency_line", what);
        }
        Some((read, row.spot_of("class"), row.spot_of("claims")))
    });
    let rows: Vec<(PriorityClass, Spot, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    for (place, (class, name, claims)) in rows.iter().enumerate() {
        let before = rows.get(..place).unwrap_or_default();
        if before.iter().any(|(other, ..)| other.name == class.name) {
            let what = format_args!(
                "a class before is called {}, expected another name",
                class.name
            );
            let _: Option<()> = top.inconsistent_at(name, what);
        }
        let once = !matches!(class.claims, ClaimKind::Requests(_));
        if once && before.iter().any(|(b, ..)| b.claims == class.claims) {
            let what = "a class before holds these claims, expected each but \"requests\" once";
            let _: Option<()> = top.inconsistent_at(claims, what);
        }
    }
    floor_comes_after(top, &rows);
    Some(rows.into_iter().map(|(class, ..)| class).collect())
}

/// A floor is what is missing to k after the doses for patients: it cannot come before them.
fn floor_comes_after(top: &Table<'_>, rows: &[(PriorityClass, Spot, Spot)]) {
    let place = |kind: &ClaimKind| rows.iter().position(|(class, ..)| class.claims == *kind);
    let Some(floor) = place(&ClaimKind::ReserveFloor) else {
        return;
    };
    let doses = [ClaimKind::ReserveInfused, ClaimKind::ReserveScheduled];
    if doses.iter().filter_map(place).any(|after| after > floor)
        && let Some((.., spot)) = rows.get(floor)
    {
        let what = "the floor comes before the doses of patients, expected it after the classes \
                    reserve-infused and reserve-scheduled";
        let _: Option<()> = top.inconsistent_at(spot, what);
    }
}

fn class(
    row: &Table<'_>,
    sources: &Sources,
    reserve: Option<&Option<ReserveRule>>,
) -> Option<PriorityClass> {
    let name = row.parsed("class", Slug::parse);
    let title = row.table("title", bilingual);
    let claims = claims(row, reserve);
    let emergency_line = row.optional("emergency_line", Table::flag);
    let citation = sources.cited(row);
    Some(PriorityClass {
        name: name?,
        title: title?,
        claims: claims?,
        emergency_line: emergency_line?.unwrap_or(false),
        citation: citation?,
    })
}

fn claims(row: &Table<'_>, reserve: Option<&Option<ReserveRule>>) -> Option<ClaimKind> {
    let word = row.word("claims", CLAIMS, |word| match word {
        "treatment" => Some(Word::Treatment),
        "reserve-infused" => Some(Word::Infused),
        "reserve-scheduled" => Some(Word::Scheduled),
        "reserve-floor" => Some(Word::Floor),
        "requests" => Some(Word::Requests),
        _ => None,
    });
    // conditions belong to requests; elsewhere they stay unasked for, which is a fault of its own
    let word = word?;
    if word == Word::Requests {
        return when(row, reserve).map(ClaimKind::Requests);
    }
    if reserve == Some(&None) {
        let what = "are about a reserve, expected a [reserve]";
        return row.inconsistent("claims", what);
    }
    Some(match word {
        Word::Treatment => ClaimKind::Treatment,
        Word::Infused => ClaimKind::ReserveInfused,
        Word::Scheduled => ClaimKind::ReserveScheduled,
        Word::Floor | Word::Requests => ClaimKind::ReserveFloor,
    })
}
