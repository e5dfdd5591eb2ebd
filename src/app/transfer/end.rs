//! A transfer will not be sent: the giver declines, or the receiver no longer wants it.

use super::{audit, let_go, locked, may_take};
use crate::app::act::Act;
use crate::app::after;
use crate::app::error::Error;
use crate::app::plan_lines::{break_line, close_if_done};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::id::{LineId, TransferId};
use crate::domain::role::Action;
use crate::domain::transfer::{ClosedAs, Step, Transfer, TransferState};
use serde_json::json;
use std::collections::BTreeSet;

/// The giver declines a transfer, with a reason: its units are free again. The lines of a plan that wait
/// for it are broken, so that their requests are planned anew.
///
/// # Errors
/// Refused when there is no such transfer, the caller keeps no stock at the giver, or it was sent or closed.
pub fn decline(act: &mut Act<'_>, id: &TransferId, why: String) -> Result<Transfer, Error> {
    let transfer = locked(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.from))?;
    may_take(&transfer, Step::Decline)?;
    end(act, transfer, ClosedAs::Declined, Some(why))
}

/// The receiver or a coordinator cancels a transfer that was not sent: see [`decline`].
///
/// # Errors
/// Refused when there is no such transfer, the caller may not ask for transfers at the receiver, or it was
/// sent or closed.
pub fn cancel(act: &mut Act<'_>, id: &TransferId, why: Option<String>) -> Result<Transfer, Error> {
    let transfer = locked(act, id)?;
    act.caller.check(Action::AskTransfers, Some(transfer.to))?;
    may_take(&transfer, Step::Cancel)?;
    end(act, transfer, ClosedAs::Cancelled, why)
}

/// Ends a transfer that was not sent: see [`decline`].
///
/// # Errors
/// When the database cannot be written.
pub(super) fn end(
    act: &mut Act<'_>,
    mut transfer: Transfer,
    as_what: ClosedAs,
    words: Option<String>,
) -> Result<Transfer, Error> {
    let mut giver = SiteState::load(act, transfer.from)?;
    let mut receiver = SiteState::load(act, transfer.to)?;
    let_go(act, &mut giver, &transfer.id)?;
    let mut lines: BTreeSet<LineId> = BTreeSet::new();
    for row in &mut transfer.rows {
        if row.state.not_sent() {
            row.state = TransferState::Cancelled;
            lines.extend(row.line.as_ref().map(|l| l.line.clone()));
        }
    }
    close_if_done(act, &mut transfer, as_what);
    db::transfers::update(act.conn, &transfer)?;
    for line in &lines {
        break_line(act, &mut giver, line, as_what.breaks_line_as())?;
        break_line(act, &mut receiver, line, as_what.breaks_line_as())?;
    }
    let words = db::transfers::Words {
        closed_words: words,
        ..db::transfers::Words::default()
    };
    db::transfers::add_words(act.conn, &transfer.id, words)?;
    let action = match as_what {
        ClosedAs::Declined => "transfer.decline",
        ClosedAs::Cancelled | ClosedAs::LineEnded | ClosedAs::UnitsLost => "transfer.cancel",
    };
    audit(act, &transfer, action, json!({ "lines": lines.len() }))?;
    after::settle(act, &mut giver)?;
    after::settle(act, &mut receiver)?;
    Ok(transfer)
}
