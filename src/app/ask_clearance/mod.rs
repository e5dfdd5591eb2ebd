//! May this infusion start: asked, answered, and held in the same instant.

mod asking;
mod help;
mod shortfall;

use asking::{Asking, patient, without_over};
use help::help;
pub use shortfall::shortfall;

use crate::app::act::{Act, Done};
use crate::app::after;
use crate::app::edit_patients::{self, NewPatient};
use crate::app::end_clearance;
use crate::app::error::Error;
use crate::app::hear;
use crate::app::notices;
use crate::app::refused;
use crate::app::rehold::rehold;
use crate::app::site_state::SiteState;
use crate::db::clearances::ClearanceRecord;
use crate::db::patients::PatientState;
use crate::db::{self};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::Day;
use crate::domain::clearance::{self, Answer, ClearanceState, HeldDose};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{ClearanceId, DeliveryId};
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reason::Refusal;
use crate::domain::reserve;
use crate::domain::rule::{ReserveRule, Resupply, Rulebook, Slug};
use crate::domain::site::Delivery;
use serde_json::json;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// For whom.
    pub who: Who,
    /// By which rulebook; the only one with a reserve, when none is named. A clearance that is moved
    /// keeps its own.
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
    let named = match &question.who {
        Who::Told(_) => question.rulebook.clone(),
        Who::Moved { from, .. } => Some(asking::moved_from(act, site, from)?.rulebook),
    };
    let (rulebook, rule) = chosen_rule(act, named.as_deref())?;
    notices::still_applies(&state.retired, rulebook)?;
    if question.hold {
        // days may have passed since the last change: what is over by now holds nothing more
        after::settle(act, &mut state)?;
    } else {
        without_over(&mut state, rulebook, rule);
    }
    let (asking, moved) = patient(act, &mut state, rule, question)?;
    let record = asking.record.clone();
    let resupply = reserve::resupply(&state.facts(rulebook, rule));
    let answer = clearance::ask(&state.facts(rulebook, rule), &record.patient)?;
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
        Answer::NoGo {
            missing,
            fill,
            lacks,
        } => {
            kept.state = ClearanceState::Refused;
            kept.missing = missing;
            let mut answered = Answered::new(kept, resupply, Vec::new(), state);
            help(act, rulebook, rule, &record.patient, &lacks, &mut answered)?;
            answered.fill = fill;
            answered
        }
    };
    if question.hold {
        keep(act, &mut answered, asking, moved.as_ref())?;
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
pub fn chosen_rule<'r>(
    act: &Act<'r>,
    name: Option<&str>,
) -> Result<(&'r Rulebook, &'r ReserveRule), Refusal> {
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
    found.copied().ok_or_else(refused)
}

/// Keeps the answer: the patient's particulars, the clearance, its holds, and what follows.
///
/// A GO that was to be moved and cannot stands as it is, with its day and its holds: only the
/// NO-GO of the new day is kept.
fn keep(
    act: &mut Act<'_>,
    answered: &mut Answered,
    asking: Asking,
    moved: Option<&ClearanceRecord>,
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
    if let Some(old) = moved.filter(|_| go) {
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
    if let Some(old) = moved.filter(|_| go) {
        hear::ended(
            act,
            &answered.state,
            AlertKind::ClearanceBroken,
            old.id.as_str(),
        )?;
    }
    refused::heard(act, &answered.state, &answered.clearance)?;
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
