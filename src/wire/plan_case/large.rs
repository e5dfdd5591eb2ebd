//! Large cases: their long lists are read by many hands, row by row, and no tree is made of them.
//!
//! Only a case without any fault is read so. Where the least thing is wrong, or only unusual, nothing
//! comes out, and the one reading that names every fault begins from the start.

use super::fields::{Fields, Found};
use super::{FIELDS, Read, case};
use crate::domain::plan::CaseRequest;
use crate::domain::rule::Rulebook;
use crate::hands;
use crate::wire::json::{self, Outline, Pointer};

/// From how many bytes on a case is large. Choice: what is smaller is read in two milliseconds.
const LARGE: usize = 256 * 1024;

/// The lists that are long.
const LONG: [&str; 2] = ["stock", "requests"];

/// How many rows are read in one piece. Choice: a millisecond or so, so that all hands end together.
const PIECE: usize = 512;

/// Where the rows of a case's long lists stand.
#[derive(Clone, Copy)]
pub(super) enum Rows<'o> {
    /// With everything else.
    Within,
    /// Beside it, as text.
    Beside(&'o Outline<'o>),
}

/// Reads a large case without a fault; nothing of any other.
pub(super) fn read<'b>(bytes: &[u8], books: &[&'b Rulebook]) -> Option<Read<'b>> {
    if bytes.len() < LARGE {
        return None;
    }
    let outline = json::outline(bytes, &LONG)?;
    let found = Found::default();
    let read = |top: &Fields<'_, '_>| case(top, books, Rows::Beside(&outline));
    let read = Fields::of(&outline.top, Pointer::Top, FIELDS, &found, read).flatten()?;
    let faultless = found.into_faults().as_slice().is_empty();
    (faultless && distinct(&read.case.requests)).then_some(read)
}

/// Whether no two requests, sorted by their ids, have the same.
fn distinct(requests: &[CaseRequest]) -> bool {
    let pairs = requests.iter().zip(requests.iter().skip(1));
    pairs.into_iter().all(|(a, b)| a.id != b.id)
}

impl Rows<'_> {
    /// Reads the rows of a list as [`Fields::rows`] does; beside everything else, without a word of what
    /// is wrong.
    pub(super) fn of<T: Send>(
        self,
        top: &Fields<'_, '_>,
        key: &str,
        known: &[&str],
        read: impl Fn(&Fields<'_, '_>) -> Option<T> + Sync,
    ) -> Option<Vec<T>> {
        let Self::Beside(outline) = self else {
            return top.rows(key, known, read);
        };
        top.pass_over(key);
        let (_, texts) = outline.lists.iter().find(|(name, _)| *name == key)?;
        let piece = |texts: &[&str]| {
            let found = Found::default();
            let rows = json::rows(texts).map(|row| {
                let row = row?;
                Fields::of(&row, Pointer::Top, known, &found, &read).flatten()
            });
            let rows: Option<Vec<T>> = rows.collect();
            rows.filter(|_| found.into_faults().as_slice().is_empty())
        };
        let pieces = hands::each(texts.chunks(PIECE).collect(), piece);
        let mut rows = Vec::with_capacity(texts.len());
        for piece in pieces {
            rows.extend(piece?);
        }
        Some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebooks;
    use crate::wire::plan_case::{CaseFaults, read_node};
    use std::fmt::Write as _;

    /// A case of so many requests that it is large, and as much stock.
    fn large() -> String {
        let mut text = String::from(
            "{\"requests\": [{\"id\": \"the first } of \\\"all\\\"\", \"site\": \"s-0\", \"indication\": \"uveitis\", \
             \"route\": \"iv\", \"treatment\": \"ongoing\", \"alternatives\": \"none\", \"risk\": \"vital\", \
             \"age_years\": 40, \"weight_g\": 60000, \"due\": \"2021-10-22\", \"anc_per_mm3\": null}",
        );
        for n in 0..1_200 {
            write!(
                text,
                ",\n{{\"id\": \"r-{n}\", \"site\": \"s-{}\", \"indication\": \"takayasu\", \"route\": \"iv\", \
                 \"treatment\": \"ongoing\", \"alternatives\": \"none\", \"risk\": \"vital\", \"age_years\": 34, \
                 \"weight_g\": {}, \"due\": \"2021-10-22\", \"anc_per_mm3\": 3500}}",
                n % 9,
                50_000 + n
            )
            .unwrap();
        }
        text += "], \"stock\": [";
        for n in 0..1_200 {
            let comma = if n == 0 { "" } else { "," };
            write!(
                text,
                "{comma}{{\"site\": \"s-{}\", \"cip13\": \"3400957464547\", \"lot\": \"L{n}\", \
                 \"expiry\": \"2022-06-30\", \"units\": 5}}",
                n % 9
            )
            .unwrap();
        }
        text += "], \"as_of\": \"2021-10-20\", \"horizon_days\": 28, \"rulebook\": \"roactemra-2021-10-14\", \
                 \"transfers\": \"network\", \"lottery_seed\": \"a\", \"car_t_patients\": [], \"sites\": [";
        for n in 0..9 {
            let comma = if n == 0 { "" } else { "," };
            write!(
                text,
                "{comma}{{\"id\": \"s-{n}\", \"network\": \"n\", \"car_t\": false, \"resupply\": \"assured\"}}"
            )
            .unwrap();
        }
        text + "]}"
    }

    /// Reads a text at once and row by row; says whether many hands could.
    fn both(text: &str) -> (bool, Result<crate::domain::plan::Case, CaseFaults>) {
        let rulebooks = Rulebooks::built_in().unwrap();
        let books: Vec<&Rulebook> = rulebooks.iter().collect();
        let by_hands = read(text.as_bytes(), &books).is_some();
        let any = crate::wire::plan_case::read(text.as_bytes(), &books).map(|read| read.case);
        let tree = json::read(text.as_bytes()).unwrap();
        let by_one = read_node(&tree, &books).map(|read| read.case);
        assert_eq!(any, by_one);
        (by_hands, any)
    }

    #[test]
    fn a_large_case_is_read_by_many_hands_to_the_same() {
        let plain = large().replace("the first }", "the first");
        assert!(plain.len() > LARGE);
        let (by_hands, read) = both(&plain);
        assert!(by_hands);
        let case = read.unwrap();
        assert_eq!((case.requests.len(), case.stock.len()), (1_201, 1_200));
        // a brace in a text is unusual, and no fault
        let (by_hands, read) = both(&large());
        assert!(!by_hands && read.is_ok());
    }

    #[test]
    fn a_large_case_with_faults_is_told_all_of_them() {
        let plain = large().replace("the first }", "the first");
        for (from, to, faults) in [
            ("\"weight_g\": 50700", "\"weight_g\": -1", 1),
            ("\"id\": \"r-1000\"", "\"id\": \"r-10\"", 1),
            ("\"lot\": \"L1111\"", "\"lot\": \"\", \"colour\": 1", 2),
            ("\"site\": \"s-8\"", "\"site\": \"s-9\"", 266),
            ("\"horizon_days\": 28", "\"horizon_days\": 0", 1),
            ("\"sites\": [", "\"stock\": [], \"sites\": [", 1),
            ("\"stock\": [", "\"stocks\": [", 2),
            ("\"units\": 5}", "\"units\": 4000000}", 1),
        ] {
            assert!(plain.contains(from), "{from}");
            let (by_hands, read) = both(&plain.replace(from, to));
            assert!(!by_hands, "{to}");
            assert_eq!(read.unwrap_err().as_slice().len(), faults, "{to}");
        }
    }
}
