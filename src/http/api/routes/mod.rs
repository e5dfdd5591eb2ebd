//! The table of all routes: every address, who may, and how it is described.

mod asked;
mod assessed;
mod belonging;
mod commons;
mod counted;
mod glass;
mod heard;
mod identified;
mod imported;
mod of_site;
mod planned;
mod sent;
mod shelved;
mod situation;
mod watched;

use super::route::Route;

/// How many rows a page of a list has.
const LIMIT: (&str, &str) = (
    "limit",
    "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
);

/// Where a page of a list begins.
const CURSOR: (&str, &str) = ("cursor", "`next_cursor` of the page before.");

/// The query parameters of every list that comes in pages.
const PAGE: &[(&str, &str)] = &[LIMIT, CURSOR];

/// How a write is refused whose body names the version that it is about.
const OVERTAKEN: &[(&str, &str)] = &[("412", "It was changed meanwhile: `version` is no more.")];

/// Returns the routes of the API.
pub fn table() -> Vec<Route> {
    let rooms = [
        commons::routes(),
        belonging::of_oneself(),
        belonging::of_second_factors(),
        belonging::of_people(),
        glass::routes(),
        identified::routes(),
        of_site::routes(),
        asked::routes(),
        assessed::routes(),
        counted::routes(),
        counted::monitored(),
        planned::routes(),
        sent::routes(),
        heard::routes(),
        imported::routes(),
        shelved::recalled(),
        shelved::warmed(),
        shelved::counted(),
        situation::routes(),
        watched::routes(),
    ];
    rooms.into_iter().flatten().collect()
}
