//! The transfers of a site that are not over, for the sheet.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::db::transfers::Filter;
use crate::domain::code::{Cip13, Finess};
use crate::domain::quantity::Units;
use crate::domain::transfer::{Transfer, TransferRow, TransferState};
use crate::text::situation::UnderWay;
use std::collections::BTreeMap;

/// Transfers that are read at a time.
const PAGE: i64 = 200;

/// The states in which something of a transfer is still to be done.
const UNDER_WAY: [TransferState; 4] = [
    TransferState::Asked,
    TransferState::Accepted,
    TransferState::Sent,
    TransferState::Returning,
];

/// Returns what a site gives or receives and is not accounted for, by transfer.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn transfers(
    act: &mut Act<'_>,
    site: Finess,
    label: impl Fn(&Cip13) -> String,
) -> Result<Vec<UnderWay>, Error> {
    let names: BTreeMap<Finess, String> = db::sites::list(act.conn, None)?
        .into_iter()
        .map(|site| (site.finess, site.name))
        .collect();
    let mut all = Vec::new();
    for state in UNDER_WAY {
        for transfer in in_state(act, site, state)? {
            let gives = transfer.from == site;
            let other = if gives { transfer.to } else { transfer.from };
            let name = names.get(&other).map_or("", String::as_str);
            for row in transfer.rows.iter().filter(|row| left(row) > Units::ZERO) {
                all.push(UnderWay {
                    gives,
                    other: format!("{name} ({other})"),
                    label: label(&row.cip13),
                    lot: row.lot.to_string(),
                    units: left(row),
                    state: row.state,
                });
            }
        }
    }
    all.dedup_by(|next, first| {
        let same = next.gives == first.gives
            && next.other == first.other
            && next.label == first.label
            && next.lot == first.lot
            && next.state == first.state;
        if same {
            first.units = first.units.saturating_add(next.units);
        }
        same
    });
    Ok(all)
}

/// Units of a row that are still to be sent, to come or to come back.
fn left(row: &TransferRow) -> Units {
    if row.state.not_sent() {
        return row.units;
    }
    row.to_come().saturating_add(row.going_back())
}

fn in_state(act: &mut Act<'_>, site: Finess, state: TransferState) -> Result<Vec<Transfer>, Error> {
    let filter = Filter {
        sites: Some(vec![site]),
        state: Some(state),
    };
    let mut all: Vec<Transfer> = Vec::new();
    loop {
        let last = all.last().map(|transfer| transfer.id.to_string());
        let page = db::transfers::page(act.conn, &filter, last.as_deref(), PAGE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
