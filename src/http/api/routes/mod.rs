//! The table of all routes: every address, who may, and how it is described.

mod asked;
mod commons;
mod heard;
mod of_site;

use super::route::Route;

/// The query parameters of every list that comes in pages.
const PAGE: &[(&str, &str)] = &[
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// Returns the routes of the API.
pub fn table() -> Vec<Route> {
    let rooms = [
        commons::routes(),
        of_site::routes(),
        asked::routes(),
        heard::routes(),
    ];
    rooms.into_iter().flatten().collect()
}
