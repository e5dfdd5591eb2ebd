//! What would turn a NO-GO into a GO: who could send vials, and which delivery would bring them.

use super::{Answered, Sender};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::clearance::{self, Answer};
use crate::domain::code::LotNumber;
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::{Mg, Units};
use crate::domain::reserve::CarTPatient;
use crate::domain::rule::{ReserveRule, Rulebook};
use crate::domain::site::{Delivery, DeliveryState};

/// What would turn a NO-GO into a GO.
pub(super) fn help(
    act: &mut Act<'_>,
    rulebook: &Rulebook,
    rule: &ReserveRule,
    patient: &CarTPatient,
    fill: &[(Mg, Units)],
    answered: &mut Answered,
) -> Result<(), Error> {
    let on = patient.infusion_on.plus(rule.window_days);
    let wanted = fill.iter().fold(0, |sum, (_, n)| sum + n.get());
    let network = answered.state.site.network.clone();
    for site in db::sites::list(act.conn, Some(&network))? {
        if site.finess == answered.state.site.finess {
            continue;
        }
        let giver = SiteState::load(act, site.finess)?;
        let sent = clearance::could_send(&giver.facts(rulebook, rule), fill, on);
        let vials: Vec<_> = sent
            .iter()
            .filter_map(|(lot, n)| giver.line(lot).map(|l| (l.cip13, l.lot.to_string(), *n)))
            .collect();
        if !vials.is_empty() {
            let complete = vials.iter().fold(0, |sum, (_, _, n)| sum + n.get()) >= wanted;
            answered.senders.push(Sender {
                site: site.finess,
                name: site.name,
                vials,
                complete,
            });
        }
    }
    answered
        .senders
        .sort_by(|a, b| b.complete.cmp(&a.complete).then(a.site.cmp(&b.site)));
    let coming = |d: &&Delivery| {
        matches!(d.state, DeliveryState::Announced | DeliveryState::Confirmed)
            && d.expected_on <= patient.infusion_on
            && rulebook
                .presentation(d.cip13)
                .is_some_and(|p| p.route == rule.route)
    };
    answered.deliveries = answered
        .state
        .deliveries
        .iter()
        .filter(coming)
        .cloned()
        .collect();
    answered.go_with = go_with(rulebook, rule, patient, answered);
    Ok(())
}

/// The first delivery after which, with those before it, the answer would be GO.
fn go_with(
    rulebook: &Rulebook,
    rule: &ReserveRule,
    patient: &CarTPatient,
    answered: &Answered,
) -> Option<DeliveryId> {
    let mut state = answered.state.clone();
    for delivery in &answered.deliveries {
        let line = StockLine {
            lot_id: LotId::new(delivery.id.as_str()),
            cip13: delivery.cip13,
            lot: LotNumber::parse("DELIVERY").ok()?,
            expiry: patient.infusion_on.plus(rule.window_days),
            usable: delivery.units,
            quarantined: Units::ZERO,
            held: Units::ZERO,
        };
        state.stock.push(line);
        if let Ok(Answer::Go { .. }) = clearance::ask(&state.facts(rulebook, rule), patient) {
            return Some(delivery.id.clone());
        }
    }
    None
}
