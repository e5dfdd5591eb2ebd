//! Transfers as they are kept: rows to values and back.

use crate::db::Error;
use crate::db::row::{RowOf, instant, kept};
use crate::db::schema::{transfer_rows, transfers};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{ClearanceId, LineId, LotId, PlanId, TransferId};
use crate::domain::ledger::LossReason;
use crate::domain::quantity::Units;
use crate::domain::transfer::{
    ClosedAs, FmdState, ForLine, LegalBasis, Purpose, Signed, Transfer, TransferRow, TransferState,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = transfers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Head {
    pub(super) id: String,
    plan_id: Option<String>,
    from_site: String,
    to_site: String,
    state: String,
    asked_at: NaiveDateTime,
    asked_by: String,
    closed_at: Option<NaiveDateTime>,
    closed_by: Option<String>,
    version: i64,
    purpose: String,
    clearance_id: Option<String>,
    legal_basis: Option<String>,
    legal_reference: Option<String>,
    ars_told_at: Option<NaiveDateTime>,
    accepted_at: Option<NaiveDateTime>,
    accepted_by: Option<String>,
    fmd_state: Option<String>,
    fmd_decommissioned_at: Option<NaiveDateTime>,
    cold_chain_sent: Option<bool>,
    sent_at: Option<NaiveDateTime>,
    sent_by: Option<String>,
    cold_chain_kept: Option<bool>,
    received_at: Option<NaiveDateTime>,
    received_by: Option<String>,
    returned_at: Option<NaiveDateTime>,
    returned_by: Option<String>,
    closed_as: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = transfer_rows, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) transfer_id: String,
    line_id: Option<String>,
    dose: Option<i64>,
    lot_id: String,
    units: i64,
    state: String,
    sent: i64,
    received: i64,
    quarantined: i64,
    refused: i64,
    lost: i64,
    returned: i64,
    lost_back: i64,
    lost_reason: Option<String>,
}

/// What a row says of its lot: presentation, number, expiry; then the line's name and rank.
pub(super) type Beside = (String, String, NaiveDate, Option<String>, Option<i64>);

type SignedRow = (Option<NaiveDateTime>, Option<String>);

fn signed((at, by): SignedRow) -> Option<Signed> {
    at.zip(by).map(|(at, by)| Signed {
        at: instant(at),
        by,
    })
}

fn unsigned(signed: Option<&Signed>) -> SignedRow {
    signed.map(|s| (kept(s.at), s.by.clone())).unzip()
}

impl Head {
    pub(super) fn of(t: &Transfer) -> Self {
        let (closed_at, closed_by) = unsigned(t.closed.as_ref());
        let (accepted_at, accepted_by) = unsigned(t.accepted.as_ref());
        let (sent_at, sent_by) = unsigned(t.sent.as_ref());
        let (received_at, received_by) = unsigned(t.received.as_ref());
        let (returned_at, returned_by) = unsigned(t.returned.as_ref());
        let (legal_reference, ars_told_at) = match &t.legal {
            None => (None, None),
            Some(LegalBasis::ArsAuthorisation { reference }) => (Some(reference.clone()), None),
            Some(LegalBasis::ImperativeNeed { ars_told_at }) => (None, Some(kept(*ars_told_at))),
        };
        Self {
            id: t.id.to_string(),
            plan_id: t.purpose.plan().map(ToString::to_string),
            from_site: t.from.to_string(),
            to_site: t.to.to_string(),
            state: t.state.code().to_owned(),
            asked_at: kept(t.asked.at),
            asked_by: t.asked.by.clone(),
            closed_at,
            closed_by,
            version: t.version,
            purpose: t.purpose.code().to_owned(),
            clearance_id: t.purpose.clearance().map(ToString::to_string),
            legal_basis: t.legal.as_ref().map(|l| l.code().to_owned()),
            legal_reference,
            ars_told_at,
            accepted_at,
            accepted_by,
            fmd_state: t.fmd.map(|f| f.code().to_owned()),
            fmd_decommissioned_at: t.fmd.and_then(FmdState::decommissioned_at).map(kept),
            cold_chain_sent: t.cold_chain_sent,
            sent_at,
            sent_by,
            cold_chain_kept: t.cold_chain_kept,
            received_at,
            received_by,
            returned_at,
            returned_by,
            closed_as: t.closed_as.map(|c| c.code().to_owned()),
        }
    }

    pub(super) fn value(self, rows: Vec<TransferRow>) -> Result<Transfer, Error> {
        let row = RowOf {
            table: "transfers",
            id: &self.id,
        };
        let legal = match (
            self.legal_basis.as_deref(),
            self.legal_reference,
            self.ars_told_at,
        ) {
            (None, ..) => None,
            (Some("ars-authorisation"), Some(reference), _) => {
                Some(LegalBasis::ArsAuthorisation { reference })
            }
            (Some("imperative-need"), _, Some(at)) => Some(LegalBasis::ImperativeNeed {
                ars_told_at: instant(at),
            }),
            (Some(code), ..) => return Err(row.corrupt(format!("legal_basis is {code:?}"))),
        };
        let fmd = match (self.fmd_state.as_deref(), self.fmd_decommissioned_at) {
            (None, _) => None,
            (Some("not-decommissioned"), _) => Some(FmdState::NotDecommissioned),
            (Some(_), Some(at)) => Some(FmdState::Decommissioned { at: instant(at) }),
            (Some(code), None) => return Err(row.corrupt(format!("fmd_state is {code:?}"))),
        };
        let purpose = match (self.plan_id, self.clearance_id) {
            (Some(plan), _) => Purpose::Plan(PlanId::new(plan)),
            (None, Some(clearance)) => Purpose::Clearance(ClearanceId::new(clearance)),
            (None, None) => Purpose::Free,
        };
        let closed_as = self.closed_as.as_deref();
        Ok(Transfer {
            from: row.parsed(Finess::parse(&self.from_site))?,
            to: row.parsed(Finess::parse(&self.to_site))?,
            state: row.code("state", &self.state, TransferState::from_code(&self.state))?,
            closed_as: closed_as
                .map(|code| row.code("closed_as", code, ClosedAs::from_code(code)))
                .transpose()?,
            id: TransferId::new(&*self.id),
            purpose,
            asked: Signed {
                at: instant(self.asked_at),
                by: self.asked_by,
            },
            legal,
            accepted: signed((self.accepted_at, self.accepted_by)),
            sent: signed((self.sent_at, self.sent_by)),
            fmd,
            cold_chain_sent: self.cold_chain_sent,
            received: signed((self.received_at, self.received_by)),
            cold_chain_kept: self.cold_chain_kept,
            returned: signed((self.returned_at, self.returned_by)),
            closed: signed((self.closed_at, self.closed_by)),
            version: self.version,
            rows,
        })
    }
}

impl Part {
    pub(super) fn of(transfer: &TransferId, row: &TransferRow) -> Self {
        let n = |units: Units| i64::from(units.get());
        Self {
            id: row.id.clone(),
            transfer_id: transfer.to_string(),
            line_id: row.line.as_ref().map(|l| l.line.to_string()),
            dose: row.line.as_ref().map(|l| i64::from(l.dose)),
            lot_id: row.lot_id.to_string(),
            units: n(row.units),
            state: row.state.code().to_owned(),
            sent: n(row.sent),
            received: n(row.received),
            quarantined: n(row.quarantined),
            refused: n(row.refused),
            lost: n(row.lost),
            returned: n(row.returned),
            lost_back: n(row.lost_back),
            lost_reason: row.lost_reason.map(|r| r.code().to_owned()),
        }
    }

    pub(super) fn value(
        self,
        (cip13, lot, expiry, name, rank): Beside,
    ) -> Result<TransferRow, Error> {
        let row = RowOf {
            table: "transfer_rows",
            id: &self.id,
        };
        let reason = self.lost_reason.as_deref();
        let line = match (self.line_id, self.dose) {
            (Some(line), Some(dose)) => Some(ForLine {
                line: LineId::new(line),
                name: name.unwrap_or_default(),
                dose: row.u32(dose)?,
                rank: rank.map_or(Ok(u32::MAX), |rank| row.u32(rank))?,
            }),
            (_, _) => None,
        };
        Ok(TransferRow {
            line,
            units: row.units(self.units)?,
            state: row.code("state", &self.state, TransferState::from_code(&self.state))?,
            cip13: row.parsed(Cip13::parse(&cip13))?,
            lot: row.parsed(LotNumber::parse(&lot))?,
            expiry: row.day(expiry)?,
            sent: row.units(self.sent)?,
            received: row.units(self.received)?,
            quarantined: row.units(self.quarantined)?,
            refused: row.units(self.refused)?,
            lost: row.units(self.lost)?,
            returned: row.units(self.returned)?,
            lost_back: row.units(self.lost_back)?,
            lost_reason: reason
                .map(|code| row.code("lost_reason", code, LossReason::from_code(code)))
                .transpose()?,
            lot_id: LotId::new(self.lot_id),
            id: self.id,
        })
    }
}
