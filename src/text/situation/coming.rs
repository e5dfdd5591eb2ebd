//! What comes to a site and what leaves it: deliveries, and transfers under way.

use super::Sheet;
use super::page::{day, table};
use super::words::Words;
use crate::domain::language::Language;
use crate::domain::site::DeliveryState;
use crate::domain::transfer::TransferState;

pub(super) fn deliveries(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .deliveries
        .iter()
        .map(|(label, delivery)| {
            let state = match delivery.state {
                DeliveryState::Confirmed => words.confirmed,
                DeliveryState::Announced | DeliveryState::Received | DeliveryState::Cancelled => {
                    words.announced
                }
            };
            let state = if delivery.expected_on < sheet.today {
                format!("{state}, {}", words.late)
            } else {
                state.to_owned()
            };
            [
                day(language, delivery.expected_on),
                label.clone(),
                delivery.left().to_string(),
                state,
                delivery.reference.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(words.deliveries, &[2], words, &rows)
}

pub(super) fn transfers(words: &Words, sheet: &Sheet) -> String {
    let state = |state: TransferState| match state {
        TransferState::Asked => words.asked,
        TransferState::Accepted => words.accepted,
        TransferState::Returning => words.returning,
        TransferState::Sent | TransferState::Received | TransferState::Cancelled => words.sent,
    };
    let rows: Vec<_> = sheet
        .transfers
        .iter()
        .map(|one| {
            [
                if one.gives {
                    words.gives
                } else {
                    words.receives
                }
                .to_owned(),
                one.other.clone(),
                one.label.clone(),
                one.lot.clone(),
                one.units.to_string(),
                state(one.state).to_owned(),
            ]
        })
        .collect();
    table(words.transfers, &[4], words, &rows)
}
