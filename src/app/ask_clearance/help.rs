//! What would turn a NO-GO into a GO: who could send vials, and which delivery would bring them.

use super::{Answered, Sender};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::clearance::{self, Checks};
use crate::domain::code::LotNumber;
use crate::domain::dose::Lack;
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::Units;
use crate::domain::reserve::CarTPatient;
use crate::domain::rule::{ReserveRule, Rulebook};
use crate::domain::site::{Delivery, DeliveryState};

/// How often all givers' doses together are composed to see what could be sent.
///
/// Choice: a NO-GO is answered within a second, and others wait meanwhile; composing the doses of
/// a hundred patients takes milliseconds. One centre with vials enough takes one.
const MOST_CHECKS: u32 = 96;

/// How many other CAR-T centres are looked at, in the order of their numbers.
///
/// Choice: a network of one region has fewer; sites without CAR-T keep no reserve, cost nothing,
/// and are all looked at.
const MOST_CENTRES: usize = 12;

/// What would turn a NO-GO into a GO.
pub(super) fn help(
    act: &mut Act<'_>,
    rulebook: &Rulebook,
    rule: &ReserveRule,
    patient: &CarTPatient,
    lacks: &[Lack],
    answered: &mut Answered,
) -> Result<(), Error> {
    senders(act, rulebook, rule, lacks, answered)?;
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
    answered.go_with = go_with(rulebook, rule, patient, answered)?;
    Ok(())
}

fn senders(
    act: &mut Act<'_>,
    rulebook: &Rulebook,
    rule: &ReserveRule,
    lacks: &[Lack],
    answered: &mut Answered,
) -> Result<(), Error> {
    if lacks.is_empty() {
        return Ok(());
    }
    let wanted = lacks.iter().fold(0, |sum, lack| sum + lack.units.get());
    let network = answered.state.site.network.clone();
    let mut others = db::sites::list(act.conn, Some(&network))?;
    others.retain(|s| s.finess != answered.state.site.finess);
    let (centres, keep_none): (Vec<_>, Vec<_>) = others.into_iter().partition(|s| s.car_t);
    let mut checks = Checks::at_most(MOST_CHECKS);
    for site in keep_none
        .into_iter()
        .chain(centres.into_iter().take(MOST_CENTRES))
    {
        if site.car_t && checks.exhausted() {
            break;
        }
        let giver = SiteState::load(act, site.finess)?;
        let sent = clearance::could_send(&giver.facts(rulebook, rule), lacks, &mut checks);
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
    Ok(())
}

/// The first delivery after which, with those before it, the answer would be GO.
///
/// Choice: what is still to come is taken to be in date as long as any dose of the reserve waits.
fn go_with(
    rulebook: &Rulebook,
    rule: &ReserveRule,
    patient: &CarTPatient,
    answered: &Answered,
) -> Result<Option<DeliveryId>, Error> {
    let today = answered.state.today;
    let fresh = today.plus(rule.ahead_days).plus(rule.window_days);
    let mut lines = Vec::new();
    for delivery in &answered.deliveries {
        let Ok(lot) = LotNumber::parse("DELIVERY") else {
            return Err(Error::Bug("a delivery has no lot number".to_owned()));
        };
        lines.push(StockLine {
            lot_id: LotId::new(delivery.id.as_str()),
            cip13: delivery.cip13,
            lot,
            expiry: fresh,
            usable: delivery.left(),
            quarantined: Units::ZERO,
            held: Units::ZERO,
        });
    }
    let mut state = answered.state.clone();
    let shelf = state.stock.clone();
    let mut go_after = |deliveries: usize| {
        state.stock.clone_from(&shelf);
        state.stock.extend(lines.iter().take(deliveries).cloned());
        clearance::would_go(&state.facts(rulebook, rule), patient)
    };
    // more never makes it a NO-GO: the first that does is found by halving
    let (mut no, mut yes) = (0, lines.len() + 1);
    while no + 1 < yes {
        let middle = no.midpoint(yes);
        if go_after(middle)? {
            yes = middle;
        } else {
            no = middle;
        }
    }
    let first = answered.deliveries.get(yes.saturating_sub(1));
    Ok(first.map(|delivery| delivery.id.clone()))
}
