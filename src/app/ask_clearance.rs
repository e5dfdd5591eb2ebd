//! May this infusion start: asked, answered, and held in the same instant.

use super::act::{Act, Done};
use super::after;
use super::edit_patients::{self, NewPatient};
use super::end_clearance;
use super::error::Error;
use super::hear;
use super::rehold::rehold;
use super::site_state::SiteState;
use crate::db::clearances::ClearanceRecord;
use crate::db::patients::{PatientRecord, PatientState};
use crate::db::{self};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::Day;
use crate::domain::clearance::{self, Answer, ClearanceState, HeldDose};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{ClearanceId, DeliveryId};
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reason::Refusal;
use crate::domain::reserve::{self, CarTPatient};
use crate::domain::rule::{ReserveRule, Resupply, Rulebook, Slug};
use crate::domain::site::{Delivery, DeliveryState};
use serde_json::json;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// For whom.
    pub who: Who,
    /// By which rulebook; the only one with a reserve, when none is named.
    pub rulebook: Option<String>,
    /// Whether a GO holds its doses.
    pub hold: bool,
}

/// Whose infusion it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody by pseudonym: registered by the question when new, corrected by it when known.
    Told(NewPatient),
    /// The patient of a clearance in force, moved to another day.
    Moved {
        /// The clearance that this one replaces.
        from: ClearanceId,
        /// The new day.
        infusion_on: Day,
    },
}

/// What is answered.
pub struct Answered {
    /// The clearance as it is kept; of a question without holding, as it would be.
    pub clearance: ClearanceRecord,
    /// Whether it was kept.
    pub kept: bool,
    /// k: assured or compromised.
    pub resupply: Resupply,
    /// The doses that are held, or would be.
    pub doses: Vec<HeldDose>,
    /// Of a NO-GO, the vials that would fill it.
    pub fill: Vec<(Mg, Units)>,
    /// Of a NO-GO, who could send them.
    pub senders: Vec<Sender>,
    /// Of a NO-GO, the deliveries before the infusion, by day.
    pub deliveries: Vec<Delivery>,
    /// Of a NO-GO, the first delivery with which it would be a GO.
    pub go_with: Option<DeliveryId>,
    /// The site as it stands afterwards.
    pub state: SiteState,
}

/// A site of the network that could send vials without losing a dose of its own reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Which site.
    pub site: Finess,
    /// As its people call it.
    pub name: String,
    /// How many of which presentation and lot.
    pub vials: Vec<(Cip13, String, Units)>,
    /// Whether that fills the whole shortfall.
    pub complete: bool,
}

/// Answers whether an infusion may start; a GO holds its doses in the same transaction.
///
/// # Errors
/// Refused when the site is no CAR-T centre, the day is past or too far, or the patient has a
/// clearance in force.
pub fn ask(act: &mut Act<'_>, site: Finess, question: &Question) -> Result<Answered, Error> {
    let mut state = SiteState::load(act, site)?;
    if !state.site.car_t {
        return Err(Refusal::NotCarT { site }.into());
    }
    let (rulebook, rule) = chosen_rule(act, question.rulebook.as_deref())?;
    if question.hold {
        // days may have passed since the last change: what is over by now holds nothing more
        after::settle(act, &mut state)?;
    } else {
        without_over(&mut state, &rulebook, &rule);
    }
    let (asking, moved) = patient(act, &mut state, &rule, question)?;
    let record = asking.record.clone();
    let resupply = reserve::resupply(&state.facts(&rulebook, &rule));
    let answer = clearance::ask(&state.facts(&rulebook, &rule), &record.patient)?;
    let doses = rule.doses_left(resupply, record.patient.doses_given);
    let mut kept = ClearanceRecord {
        id: ClearanceId::new(act.id()),
        site,
        seq: db::clearances::last_seq(act.conn, site)?.saturating_add(1),
        patient: record.patient.id.clone(),
        rulebook: rulebook.name.to_string(),
        rulebook_hash: hex::encode(rulebook.hash),
        state: ClearanceState::Standing,
        doses,
        missing: Doses::ZERO,
        reason: None,
        asked_at: act.now,
        asked_by: act.caller.id.clone(),
        ended_at: None,
        version: 1,
    };
    let mut answered = match answer {
        Answer::Go { doses } => Answered::new(kept, resupply, doses, state),
        Answer::NoGo { missing, fill } => {
            kept.state = ClearanceState::Refused;
            kept.missing = missing;
            let mut answered = Answered::new(kept, resupply, Vec::new(), state);
            help(act, &rulebook, &rule, &record.patient, &fill, &mut answered)?;
            answered.fill = fill;
            answered
        }
    };
    if question.hold {
        keep(act, &mut answered, asking, moved)?;
    }
    Ok(answered)
}

impl Answered {
    fn new(
        clearance: ClearanceRecord,
        resupply: Resupply,
        doses: Vec<HeldDose>,
        state: SiteState,
    ) -> Self {
        let (fill, senders, deliveries) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            clearance,
            kept: false,
            resupply,
            doses,
            fill,
            senders,
            deliveries,
            go_with: None,
            state,
        }
    }
}

/// Returns the rulebook by which reserves are kept: the one that is named, or the only one.
///
/// # Errors
/// [`Refusal::NoReserveRule`] with those that there are.
pub fn chosen_rule(act: &Act<'_>, name: Option<&str>) -> Result<(Rulebook, ReserveRule), Refusal> {
    let rules = act.reserve_rules();
    let refused = || Refusal::NoReserveRule {
        asked: name.map(str::to_owned),
        known: rules
            .iter()
            .map(|(book, _)| book.name.to_string())
            .collect(),
    };
    let found = match name {
        Some(name) => Slug::parse(name)
            .ok()
            .and_then(|slug| rules.iter().find(|(book, _)| book.name == slug)),
        None => rules.first().filter(|_| rules.len() == 1),
    };
    found
        .map(|(book, rule)| ((*book).clone(), (*rule).clone()))
        .ok_or_else(refused)
}

/// Leaves out the clearances that are over by today, as the next write ends them.
fn without_over(state: &mut SiteState, rulebook: &Rulebook, rule: &ReserveRule) {
    let settled = clearance::settle(&state.facts(rulebook, rule), &state.in_force(rulebook));
    let over = |id: &ClearanceId| settled.iter().any(|s| s.over && s.id == *id);
    state.in_force.retain(|c| !over(&c.id));
    let mut holds = state.holds.clone();
    holds.retain(|h| !over(&h.clearance));
    state.set_holds(holds);
}

/// Puts the patient of the question among those of the loaded site, with their own holds taken
/// away; nothing is written yet.
fn patient(
    act: &mut Act<'_>,
    state: &mut SiteState,
    rule: &ReserveRule,
    question: &Question,
) -> Result<(Asking, Option<ClearanceRecord>), Error> {
    let (asking, moved) = match &question.who {
        Who::Told(new) => (told(act, state, rule, new)?, None),
        Who::Moved { from, infusion_on } => {
            let (record, clearance) = moved(act, state, rule, from, *infusion_on)?;
            (
                Asking {
                    record,
                    known: true,
                },
                Some(clearance),
            )
        }
    };
    state
        .records
        .retain(|r| r.patient.id != asking.record.patient.id);
    state.records.push(asking.record.clone());
    state
        .records
        .sort_by(|a, b| a.patient.id.cmp(&b.patient.id));
    state.patients = state.records.iter().map(|r| r.patient.clone()).collect();
    Ok((asking, moved))
}

/// A patient for whom it is asked.
struct Asking {
    record: PatientRecord,
    /// Whether they were registered before.
    known: bool,
}

fn told(
    act: &mut Act<'_>,
    state: &SiteState,
    rule: &ReserveRule,
    new: &NewPatient,
) -> Result<Asking, Error> {
    in_window(state.today, rule, new.infusion_on)?;
    let site = state.site.finess;
    let Some(mut record) = db::patients::by_pseudonym(act.conn, site, &new.pseudonym)? else {
        let mut record = edit_patients::unwritten(act, site, new);
        if let Some((id, hash)) = db::patients::payload_of(act.conn, site, &new.pseudonym)? {
            (record.patient.id, record.hash) = (id, hash);
        }
        return Ok(Asking {
            record,
            known: false,
        });
    };
    if state
        .in_force
        .iter()
        .any(|c| c.patient == record.patient.id)
    {
        return Err(Refusal::AlreadyCleared.into());
    }
    let over = record.patient.infusion_on.plus(rule.window_days) < state.today;
    let over = over || matches!(record.state, PatientState::Ended | PatientState::Cancelled);
    if over || new.infusion_on > state.today {
        // another infusion: its doses are counted anew
        record.patient.doses_given = Doses::ZERO;
    }
    if over {
        // none is kept before a GO
        record.state = PatientState::Waiting;
    }
    record.patient.weight = new.weight;
    record.patient.infusion_on = new.infusion_on;
    Ok(Asking {
        record,
        known: true,
    })
}

fn moved(
    act: &mut Act<'_>,
    state: &mut SiteState,
    rule: &ReserveRule,
    from: &ClearanceId,
    infusion_on: Day,
) -> Result<(PatientRecord, ClearanceRecord), Error> {
    in_window(state.today, rule, infusion_on)?;
    let site = state.site.finess;
    let unknown = || Refusal::Unknown {
        what: "clearance",
        name: from.to_string(),
    };
    let clearance = db::clearances::find(act.conn, site, from)?.ok_or_else(unknown)?;
    if !clearance.state.in_force() {
        return Err(Refusal::WrongState {
            state: clearance.state.code(),
        }
        .into());
    }
    let gone = || Refusal::Unknown {
        what: "patient",
        name: clearance.patient.to_string(),
    };
    let mut record = db::patients::find(act.conn, site, &clearance.patient)?.ok_or_else(gone)?;
    record.patient.infusion_on = infusion_on;
    if infusion_on > state.today {
        // nobody was given a dose for an infusion that is yet to come
        record.patient.doses_given = Doses::ZERO;
    }
    let others = state
        .holds
        .iter()
        .filter(|h| h.clearance != clearance.id)
        .cloned()
        .collect();
    state.set_holds(others);
    Ok((record, clearance))
}

fn in_window(today: Day, rule: &ReserveRule, infusion_on: Day) -> Result<(), Refusal> {
    let last = today.plus(rule.ahead_days.saturating_sub(1));
    if infusion_on < today || infusion_on > last {
        return Err(Refusal::InfusionOutsideWindow {
            infusion_on,
            first: today,
            last,
        });
    }
    Ok(())
}

/// What would turn a NO-GO into a GO.
fn help(
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
        let line = crate::domain::ledger::StockLine {
            lot_id: crate::domain::id::LotId::new(delivery.id.as_str()),
            cip13: delivery.cip13,
            lot: crate::domain::code::LotNumber::parse("DELIVERY").ok()?,
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

/// Keeps the answer: the patient's particulars, the clearance, its holds, and what follows.
///
/// A GO that was to be moved and cannot stands as it is, with its day and its holds: only the
/// NO-GO of the new day is kept.
fn keep(
    act: &mut Act<'_>,
    answered: &mut Answered,
    asking: Asking,
    moved: Option<ClearanceRecord>,
) -> Result<(), Error> {
    let go = answered.clearance.state == ClearanceState::Standing;
    let Asking { mut record, known } = asking;
    if !known {
        record = edit_patients::write_new(act, &record)?;
    }
    let patient = (record.patient.id.clone(), record.hash.clone());
    if go || moved.is_none() {
        record.state = if go {
            PatientState::Expected
        } else {
            record.state
        };
        record.version = record.version.saturating_add(1);
        db::patients::update(act.conn, &record)?;
    }
    if let Some(old) = moved.as_ref().filter(|_| go) {
        for hold in db::clearances::holds(act.conn, record.site)?
            .iter()
            .filter(|h| h.clearance == old.id)
        {
            db::clearances::shrink_hold(act.conn, hold, hold.units)?;
        }
        end_clearance::end(act, old, ClearanceState::Moved, "moved")?;
    }
    db::clearances::insert(act.conn, &answered.clearance)?;
    answered.kept = true;
    audit(act, answered, Some(patient))?;
    answered.state = SiteState::load(act, record.site)?;
    if go {
        rehold(
            act,
            &mut answered.state,
            &answered.clearance.id,
            &answered.doses,
        )?;
    }
    if let Some(old) = moved.as_ref().filter(|_| go) {
        hear::ended(
            act,
            &answered.state,
            AlertKind::ClearanceBroken,
            old.id.as_str(),
        )?;
    }
    after::settle(act, &mut answered.state)?;
    Ok(())
}

fn audit(
    act: &mut Act<'_>,
    answered: &Answered,
    patient: Option<(crate::domain::id::PatientId, String)>,
) -> Result<(), Error> {
    let clearance = &answered.clearance;
    let details = json!({
        "state": clearance.state.code(), "doses": clearance.doses.get(), "missing": clearance.missing.get(),
        "resupply": answered.resupply.code(), "rulebook": clearance.rulebook, "rulebook_hash": clearance.rulebook_hash,
        "held": answered.doses.iter().flat_map(|d| d.units.iter().map(|(lot, n)| json!({ "dose": d.number, "lot": lot.as_str(), "units": n.get() }))).collect::<Vec<_>>(),
    });
    act.audit(
        Some(clearance.site),
        Done {
            action: "clearance.ask",
            object: clearance.id.as_str(),
            patient,
            details,
        },
    )
}
