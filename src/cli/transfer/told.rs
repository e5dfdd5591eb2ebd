//! How a transfer is told: in lines, and as JSON.

use crate::app::records::TransferWords;
use crate::cli::answer::{Answer, columns};
use crate::domain::calendar::Instant;
use crate::domain::id::{ClearanceId, PlanId};
use crate::domain::ledger::LossReason;
use crate::domain::quantity::Units;
use crate::domain::transfer::{
    ClosedAs, FmdState, LegalBasis, Outcome, Signed, Transfer, TransferRow,
};
use serde_json::{Value, json};

/// What a step answers.
pub(super) fn answer(transfer: &Transfer, done: &str) -> Answer {
    let sum = |of: fn(&TransferRow) -> Units| Units::sum(transfer.rows.iter().map(of)).get();
    let (from, to) = (transfer.from, transfer.to);
    let mut text = format!(
        "{done}: {} units from {from} to {to}, {}.\n",
        sum(|row| row.units),
        transfer.state.code()
    );
    if transfer.sent.is_some() {
        let counts = format!(
            "{} usable and {} quarantined there, {} on their way, {} back, {} lost.\n",
            sum(|row| row.received),
            sum(|row| row.quarantined),
            sum(TransferRow::in_transit),
            sum(|row| row.returned),
            sum(|row| row.lost.saturating_add(row.lost_back)),
        );
        text.push_str(&counts);
    }
    Answer::new(text, shape(transfer))
}

/// All that is known of a transfer, in lines.
pub(super) fn in_full(transfer: &Transfer, words: &TransferWords) -> String {
    let mut lines = vec![
        format!("transfer   {}", transfer.id),
        format!("from       {}", transfer.from),
        format!("to         {}", transfer.to),
        format!("for        {}", purpose(transfer)),
        format!("state      {}", transfer.state.code()),
    ];
    let mut signed = |what: &str, signed: Option<&Signed>| {
        if let Some(s) = signed {
            lines.push(format!("{what:<10} {} by {}", s.at.to_rfc3339(), s.by));
        }
    };
    signed("asked", Some(&transfer.asked));
    signed("accepted", transfer.accepted.as_ref());
    signed("sent", transfer.sent.as_ref());
    signed("received", transfer.received.as_ref());
    signed("returned", transfer.returned.as_ref());
    signed("closed", transfer.closed.as_ref());
    let legal = transfer.legal.as_ref().map(|basis| match basis {
        LegalBasis::ArsAuthorisation { reference } => format!("{} {reference}", basis.code()),
        LegalBasis::ImperativeNeed { ars_told_at } => {
            format!("{}, ARS told {}", basis.code(), ars_told_at.to_rfc3339())
        }
    });
    let fmd = transfer.fmd.map(|fmd| match transfer.reactivable_until() {
        Some(until) => format!("{}, until {} here", fmd.code(), until.to_rfc3339()),
        None => fmd.code().to_owned(),
    });
    let more = [
        ("by right", legal),
        ("FMD", fmd),
        ("outcome", transfer.outcome().map(|o| o.code().to_owned())),
        ("closed as", transfer.closed_as.map(|c| c.code().to_owned())),
        ("why", words.asked_words.clone()),
        ("why not", words.closed_words.clone()),
        ("said", words.received_words.clone()),
    ];
    for (name, value) in more {
        lines.extend(value.map(|value| format!("{name:<10} {value}")));
    }
    let rows: Vec<[String; 9]> = transfer.rows.iter().map(row).collect();
    let names = [
        "CIP13",
        "LOT",
        "UNITS",
        "STATE",
        "USABLE",
        "QUARANT.",
        "REFUSED",
        "LOST",
        "ON ITS WAY",
    ];
    format!("{}\n\n{}", lines.join("\n"), columns(names, &rows))
}

fn purpose(transfer: &Transfer) -> String {
    let plan = transfer.purpose.plan().map(ToString::to_string);
    let clearance = transfer.purpose.clearance().map(ToString::to_string);
    let which = plan.or(clearance).unwrap_or_default();
    format!("{} {which}", transfer.purpose.code())
        .trim_end()
        .to_owned()
}

fn row(row: &TransferRow) -> [String; 9] {
    [
        row.cip13.to_string(),
        format!("{} ({})", row.lot, row.expiry),
        row.units.to_string(),
        row.state.code().to_owned(),
        row.received.to_string(),
        row.quarantined.to_string(),
        row.refused.to_string(),
        row.lost.saturating_add(row.lost_back).to_string(),
        row.in_transit().to_string(),
    ]
}

/// A transfer as JSON, with the names of the API.
pub(super) fn shape(transfer: &Transfer) -> Value {
    let at = |signed: Option<&Signed>| signed.map(|s| s.at.to_rfc3339());
    let rows = transfer.rows.iter().map(|row| {
        json!({
            "cip13": row.cip13.as_str(), "lot": row.lot.as_str(),
            "expiry": row.expiry.to_string(), "units": row.units.get(),
            "state": row.state.code(), "sent": row.sent.get(), "received": row.received.get(),
            "quarantined": row.quarantined.get(), "refused": row.refused.get(),
            "returned": row.returned.get(), "lost": row.lost.saturating_add(row.lost_back).get(),
            "lost_reason": row.lost_reason.map(LossReason::code),
            "in_transit": row.in_transit().get(),
        })
    });
    json!({
        "id": transfer.id.as_str(), "purpose": transfer.purpose.code(),
        "plan": transfer.purpose.plan().map(PlanId::as_str),
        "clearance": transfer.purpose.clearance().map(ClearanceId::as_str),
        "from": transfer.from.as_str(), "to": transfer.to.as_str(),
        "state": transfer.state.code(), "outcome": transfer.outcome().map(Outcome::code),
        "legal_basis": transfer.legal.as_ref().map(LegalBasis::code),
        "asked_at": transfer.asked.at.to_rfc3339(),
        "accepted_at": at(transfer.accepted.as_ref()), "sent_at": at(transfer.sent.as_ref()),
        "received_at": at(transfer.received.as_ref()),
        "returned_at": at(transfer.returned.as_ref()), "closed_at": at(transfer.closed.as_ref()),
        "closed_as": transfer.closed_as.map(ClosedAs::code),
        "fmd_state": transfer.fmd.map(FmdState::code),
        "fmd_reactivable_until": transfer.reactivable_until().as_ref().map(Instant::to_rfc3339),
        "cold_chain_kept": transfer.cold_chain_kept,
        "rows": rows.collect::<Vec<_>>(),
    })
}

/// The same with what people said.
pub(super) fn with_words(transfer: &Transfer, words: &TransferWords) -> Value {
    let mut all = shape(transfer);
    if let Some(all) = all.as_object_mut() {
        all.insert("asked_words".to_owned(), json!(words.asked_words));
        all.insert("closed_words".to_owned(), json!(words.closed_words));
        all.insert("received_words".to_owned(), json!(words.received_words));
    }
    all
}
