//! The giver accepts to send a transfer.

use super::{audit, locked, may_be_right, may_take, signed};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::record::Particulars;
use crate::db;
use crate::domain::id::TransferId;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{LegalBasis, Step, Transfer, TransferState};
use serde_json::json;

/// Accepts a transfer: it will be sent, by the right that is told now or was told when it was asked for.
///
/// # Errors
/// Refused when there is no such transfer, the caller keeps no stock at the giver, it is not asked for any
/// more, or nobody says by what right.
pub fn accept(
    act: &mut Act<'_>,
    id: &TransferId,
    legal: Option<LegalBasis>,
    told: &Particulars,
) -> Result<Transfer, Error> {
    let mut transfer = locked(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.from))?;
    may_take(&transfer, Step::Accept)?;
    transfer.accepted = Some(signed(act, told, None)?);
    transfer.legal = legal.or(transfer.legal);
    let Some(legal) = &transfer.legal else {
        let state = "no-legal-basis";
        return Err(Refusal::WrongState { state }.into());
    };
    may_be_right(act, Some(legal))?;
    let more = json!({ "legal_basis": legal.code() });
    for row in &mut transfer.rows {
        if row.state == TransferState::Asked {
            row.state = TransferState::Accepted;
        }
    }
    transfer.state = transfer.state_of_rows();
    transfer.version = transfer.version.saturating_add(1);
    db::transfers::update(act.conn, &transfer)?;
    audit(act, &transfer, "transfer.accept", more)?;
    Ok(transfer)
}
