//! How transfers look.

use crate::app::records::{InTransit, TransferWords};
use crate::app::transfer::Moved;
use crate::domain::calendar::Instant;
use crate::domain::ledger::LossReason;
use crate::domain::transfer::{
    ClosedAs, FmdState, LegalBasis, Outcome, Signed, Transfer, TransferRow,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A transfer.
#[derive(Serialize, ToSchema)]
pub struct TransferShape {
    /// Its id.
    pub id: String,
    /// `plan`, `clearance` or `free`.
    purpose: &'static str,
    /// The plan that asks for it.
    plan: Option<String>,
    /// The NO-GO that it is to turn.
    clearance: Option<String>,
    /// Who gives, by FINESS number.
    from: String,
    /// Who receives.
    to: String,
    /// `asked`, `accepted`, `sent`, `returning` (what was refused is on its way back), `received` (every unit
    /// is accounted for) or `cancelled`.
    state: &'static str,
    /// Once the receiver has spoken of all of it: `in-full`, `in-part` or `not-at-all`.
    outcome: Option<&'static str>,
    asked_at: String,
    /// Id of the token that approved the plan, or asked.
    asked_by: String,
    /// By what right: `ars-authorisation` or `imperative-need` (CSP, art. L5126-8).
    legal_basis: Option<&'static str>,
    /// Reference of the authorisation.
    legal_reference: Option<String>,
    /// When the ARS was told of the imperative need.
    ars_told_at: Option<String>,
    accepted_at: Option<String>,
    accepted_by: Option<String>,
    sent_at: Option<String>,
    sent_by: Option<String>,
    /// Whether the packs' unique identifiers were decommissioned at the giver: `not-decommissioned` or
    /// `decommissioned`.
    fmd_state: Option<&'static str>,
    fmd_decommissioned_at: Option<String>,
    /// Until when the giver, and nobody else, can reactivate packs that come back: ten days after they were
    /// decommissioned (Regulation (EU) 2016/161, art. 13).
    fmd_reactivable_until: Option<String>,
    /// Whether 2 to 8 °C was confirmed when it left.
    cold_chain_sent: Option<bool>,
    /// Whether 2 to 8 °C was confirmed at every arrival.
    cold_chain_kept: Option<bool>,
    received_at: Option<String>,
    received_by: Option<String>,
    /// When the last of what was refused came back.
    returned_at: Option<String>,
    returned_by: Option<String>,
    closed_at: Option<String>,
    /// Id of the token that closed it.
    closed_by: Option<String>,
    /// Why it was cancelled: `declined`, `cancelled`, `line-ended` or `units-lost`.
    closed_as: Option<&'static str>,
    /// Why it was asked for, as somebody wrote; only where one transfer is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_words: Option<String>,
    /// Why it was declined or cancelled, as somebody wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_words: Option<String>,
    /// What was said when it arrived or came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_words: Option<String>,
    /// How many of its units are in nobody's stock.
    in_transit: u32,
    version: i64,
    rows: Vec<TransferRowShape>,
}

impl TransferShape {
    /// The same with what people said; not in answers that are kept.
    #[must_use]
    pub fn with_words(self, words: TransferWords) -> Self {
        Self {
            asked_words: words.asked_words,
            closed_words: words.closed_words,
            received_words: words.received_words,
            ..self
        }
    }
}

/// Units of one lot of a transfer.
#[derive(Serialize, ToSchema)]
pub struct TransferRowShape {
    cip13: String,
    /// The lot's number.
    lot: String,
    /// The last day on which a unit may be used.
    expiry: String,
    /// How many are asked for.
    units: u32,
    /// As of the transfer; a row may be cancelled before its transfer.
    state: &'static str,
    /// How many left the giver: always what arrived, came back, was lost, and is in transit.
    sent: u32,
    /// Of them, those that arrived and may be used.
    received: u32,
    /// Those that arrived and were set apart.
    quarantined: u32,
    /// Those that were refused at the door.
    refused: u32,
    /// Of the refused, those that are back at the giver.
    returned: u32,
    /// Those that were lost on the way, there or back.
    lost: u32,
    /// `breakage`, `expiry`, `cold-chain`, `theft` or `missing`.
    lost_reason: Option<&'static str>,
    /// Those that are in nobody's stock.
    in_transit: u32,
    /// For which dose of its line, from 1.
    dose: Option<u32>,
    /// The id of the plan's decision that it is for.
    line: Option<String>,
}

impl TransferRowShape {
    fn of(row: &TransferRow) -> Self {
        Self {
            cip13: row.cip13.to_string(),
            lot: row.lot.to_string(),
            expiry: row.expiry.to_string(),
            units: row.units.get(),
            state: row.state.code(),
            sent: row.sent.get(),
            received: row.received.get(),
            quarantined: row.quarantined.get(),
            refused: row.refused.get(),
            returned: row.returned.get(),
            lost: row.lost.saturating_add(row.lost_back).get(),
            lost_reason: row.lost_reason.map(LossReason::code),
            in_transit: row.in_transit().get(),
            dose: row.line.as_ref().map(|l| l.dose),
            line: row.line.as_ref().map(|l| l.name.clone()),
        }
    }
}

/// When something was done, and by whom, if it was.
fn signed(signed: Option<&Signed>) -> (Option<String>, Option<String>) {
    signed.map(|s| (s.at.to_rfc3339(), s.by.clone())).unzip()
}

/// Makes the shape of a transfer, without what people said.
pub fn transfer(t: &Transfer) -> TransferShape {
    let (accepted_at, accepted_by) = signed(t.accepted.as_ref());
    let (sent_at, sent_by) = signed(t.sent.as_ref());
    let (received_at, received_by) = signed(t.received.as_ref());
    let (returned_at, returned_by) = signed(t.returned.as_ref());
    let (closed_at, closed_by) = signed(t.closed.as_ref());
    let (legal_reference, ars_told_at) = match &t.legal {
        None => (None, None),
        Some(LegalBasis::ArsAuthorisation { reference }) => (Some(reference.clone()), None),
        Some(LegalBasis::ImperativeNeed { ars_told_at }) => (None, Some(ars_told_at.to_rfc3339())),
    };
    let decommissioned = t.fmd.and_then(FmdState::decommissioned_at);
    let in_transit = t.rows.iter().map(|row| row.in_transit().get());
    TransferShape {
        id: t.id.to_string(),
        purpose: t.purpose.code(),
        plan: t.purpose.plan().map(ToString::to_string),
        clearance: t.purpose.clearance().map(ToString::to_string),
        from: t.from.to_string(),
        to: t.to.to_string(),
        state: t.state.code(),
        outcome: t.outcome().map(Outcome::code),
        asked_at: t.asked.at.to_rfc3339(),
        asked_by: t.asked.by.clone(),
        legal_basis: t.legal.as_ref().map(LegalBasis::code),
        legal_reference,
        ars_told_at,
        accepted_at,
        accepted_by,
        sent_at,
        sent_by,
        fmd_state: t.fmd.map(FmdState::code),
        fmd_decommissioned_at: decommissioned.as_ref().map(Instant::to_rfc3339),
        fmd_reactivable_until: t.reactivable_until().as_ref().map(Instant::to_rfc3339),
        cold_chain_sent: t.cold_chain_sent,
        cold_chain_kept: t.cold_chain_kept,
        received_at,
        received_by,
        returned_at,
        returned_by,
        closed_at,
        closed_by,
        closed_as: t.closed_as.map(ClosedAs::code),
        asked_words: None,
        closed_words: None,
        received_words: None,
        in_transit: in_transit.fold(0, u32::saturating_add),
        version: t.version,
        rows: t.rows.iter().map(TransferRowShape::of).collect(),
    }
}

/// A step that moved units.
#[derive(Serialize, ToSchema)]
pub struct MovedShape {
    transfer: TransferShape,
    /// The ids of the movements at the site where the step was taken.
    movements: Vec<String>,
}

impl MovedShape {
    /// Makes the shape of what came of a step.
    pub fn of(moved: &Moved) -> Self {
        Self {
            transfer: transfer(&moved.transfer),
            movements: moved.movements.iter().map(|m| m.id.to_string()).collect(),
        }
    }
}

/// Units of one lot that are on their way with one transfer.
#[derive(Serialize, ToSchema)]
pub struct InTransitShape {
    transfer: String,
    /// Who gives, by FINESS number.
    from: String,
    /// Who receives.
    to: String,
    cip13: String,
    lot: String,
    expiry: String,
    /// How many are on their way to the receiver.
    to_come: u32,
    /// How many were refused, and are on their way back.
    going_back: u32,
}

impl InTransitShape {
    /// Makes the shape of what is on its way.
    pub fn of(row: &InTransit) -> Self {
        Self {
            transfer: row.transfer.to_string(),
            from: row.from.to_string(),
            to: row.to.to_string(),
            cip13: row.cip13.to_string(),
            lot: row.lot.to_string(),
            expiry: row.expiry.to_string(),
            to_come: row.to_come.get(),
            going_back: row.going_back.get(),
        }
    }
}
