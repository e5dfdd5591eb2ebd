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
pub(crate) const LARGE: usize = 256 * 1024;

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
pub(crate) fn read<'b>(bytes: &[u8], books: &[&'b Rulebook]) -> Option<Read<'b>> {
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
