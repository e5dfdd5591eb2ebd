//! What is answered about clearances and holds.

use crate::app::ask_clearance::Answered;
use crate::app::records::{ClearanceRecord, Rulebooks};
use crate::app::site_state::SiteState;
use crate::domain::calendar::Instant;
use crate::domain::calendar::local_day;
use crate::domain::clearance::ClearanceState;
use crate::domain::reserve::Hold;
use crate::domain::rule::Contact;
use crate::http::api::deliveries::{DeliveryShape, shape as delivery_shape};
use crate::http::api::rulebooks::applied_on;
use crate::http::api::stock::as_mg;
use crate::wire::rulebook::RulebookStanding;
use serde::Serialize;
use utoipa::ToSchema;

/// A clearance.
#[derive(Serialize, ToSchema)]
pub struct ClearanceShape {
    id: String,
    /// `GO` or `NO-GO`, as it stands now.
    decision: &'static str,
    /// `refused`, `standing`, `broken`, `used`, `released` or `moved`.
    state: &'static str,
    /// Id of the patient.
    patient: String,
    rulebook: String,
    /// SHA-256 of the rulebook's file.
    rulebook_hash: String,
    /// How the rulebook stood on the day of the decision; `null` when it is not loaded any more.
    rulebook_standing: Option<RulebookStanding>,
    /// Doses asked for.
    doses: u32,
    /// Doses missing, of this patient or of what ranks before.
    missing: u32,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Instant,
    asked_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

const fn decision(state: ClearanceState) -> &'static str {
    match state {
        ClearanceState::Standing | ClearanceState::Used => "GO",
        ClearanceState::Refused
        | ClearanceState::Broken
        | ClearanceState::Released
        | ClearanceState::Moved => "NO-GO",
    }
}

/// Makes the shape of a clearance.
pub(super) fn shape(c: &ClearanceRecord, rules: &Rulebooks) -> ClearanceShape {
    let day = local_day(c.asked_at, chrono_tz::Tz::UTC);
    ClearanceShape {
        id: c.id.to_string(),
        decision: decision(c.state),
        state: c.state.code(),
        patient: c.patient.to_string(),
        rulebook: c.rulebook.clone(),
        rulebook_hash: c.rulebook_hash.clone(),
        rulebook_standing: applied_on(rules, &c.rulebook, day),
        doses: c.doses.get(),
        missing: c.missing.get(),
        asked_at: c.asked_at,
        asked_by: c.asked_by.clone(),
        ended_at: c.ended_at,
        reason: c.reason.clone(),
    }
}

impl ClearanceShape {
    /// Returns the id of the patient.
    pub(super) fn patient(&self) -> String {
        self.patient.clone()
    }
}

/// The answer to a question.
#[derive(Serialize, ToSchema)]
pub struct AnswerShape {
    /// `GO` or `NO-GO`.
    decision: &'static str,
    /// The reason in a sentence, in French.
    reason_fr: String,
    /// The same in English.
    reason_en: String,
    /// Whether it was kept; a question without holding is not.
    kept: bool,
    #[serde(flatten)]
    clearance: ClearanceRest,
    /// `assured` or `compromised`.
    resupply: &'static str,
    /// What is held for the patient, or would be.
    holds: Vec<HoldLine>,
    /// Of a NO-GO: what would turn it into a GO.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<Shortfall>,
}

/// What else a clearance is.
#[derive(Serialize, ToSchema)]
pub struct ClearanceRest {
    /// Absent when it was not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    rulebook: String,
    rulebook_hash: String,
    /// How the rulebook stood on the day of the decision; `null` when it is not loaded any more.
    rulebook_standing: Option<RulebookStanding>,
    /// Doses asked for.
    doses: u32,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Instant,
}

/// Units of one lot for one dose.
#[derive(Serialize, ToSchema)]
pub struct HoldLine {
    dose: u32,
    cip13: String,
    lot: String,
    expiry: String,
    units: u32,
}

/// What would turn a NO-GO into a GO.
#[derive(Serialize, ToSchema)]
pub struct Shortfall {
    /// Doses that are missing.
    doses: u32,
    /// The fewest milligrams of vials that would fill it.
    vials: Vec<VialLine>,
    /// Sites of the network that could send them without losing a dose of their own reserve.
    senders: Vec<SenderShape>,
    /// Deliveries that are expected before the infusion.
    deliveries: Vec<DeliveryShape>,
    /// The first of them with which it would be a GO.
    go_with_delivery: Option<String>,
    /// Whom the document says to call.
    contacts: Vec<ContactShape>,
}

/// Vials of one presentation.
#[derive(Serialize, ToSchema)]
pub struct VialLine {
    cip13: String,
    strength_mg: f64,
    units: u32,
}

/// A site that could send vials.
#[derive(Serialize, ToSchema)]
pub struct SenderShape {
    site: String,
    name: String,
    /// Whether it could send all of them.
    complete: bool,
    vials: Vec<SentLine>,
}

/// Vials that a site could send.
#[derive(Serialize, ToSchema)]
pub struct SentLine {
    cip13: String,
    lot: String,
    units: u32,
}

/// Somebody to call.
#[derive(Serialize, ToSchema)]
pub struct ContactShape {
    name: String,
    telephone: String,
    purpose_fr: String,
    purpose_en: String,
}

/// Makes the shape of a contact.
pub fn contact(c: &Contact) -> ContactShape {
    ContactShape {
        name: c.name.clone(),
        telephone: c.telephone.clone(),
        purpose_fr: c.purpose.fr.clone(),
        purpose_en: c.purpose.en.clone(),
    }
}

/// Makes the shape of an answer.
pub(super) fn answered(a: &Answered, rules: &Rulebooks) -> AnswerShape {
    let go = a.clearance.state == ClearanceState::Standing;
    let book = rules
        .iter()
        .find(|b| b.name.as_str() == a.clearance.rulebook);
    let (reason_fr, reason_en) =
        crate::text::clearance(a.clearance.doses, a.clearance.missing, a.resupply, go);
    let holds = a.doses.iter().flat_map(|d| {
        d.units.iter().filter_map(|(lot, n)| {
            let l = a.state.line(lot)?;
            let (cip13, lot, expiry) =
                (l.cip13.to_string(), l.lot.to_string(), l.expiry.to_string());
            Some(HoldLine {
                dose: d.number,
                cip13,
                lot,
                expiry,
                units: n.get(),
            })
        })
    });
    AnswerShape {
        decision: if go { "GO" } else { "NO-GO" },
        reason_fr,
        reason_en,
        kept: a.kept,
        clearance: ClearanceRest {
            id: a.kept.then(|| a.clearance.id.to_string()),
            state: a.clearance.state.code(),
            patient: a.kept.then(|| a.clearance.patient.to_string()),
            rulebook: a.clearance.rulebook.clone(),
            rulebook_hash: a.clearance.rulebook_hash.clone(),
            rulebook_standing: applied_on(rules, &a.clearance.rulebook, Some(a.state.today)),
            doses: a.clearance.doses.get(),
            asked_at: a.clearance.asked_at,
        },
        resupply: a.resupply.code(),
        holds: holds.collect(),
        shortfall: (!go).then(|| shortfall(a, book)),
    }
}

fn shortfall(a: &Answered, book: Option<&crate::domain::rule::Rulebook>) -> Shortfall {
    let route = book.and_then(|b| b.reserve.as_ref()).map(|r| r.route);
    let of_strength =
        |strength| book.and_then(|b| b.by_route(route?).find(|p| p.strength == strength));
    let vials = a.fill.iter().filter_map(|(strength, n)| {
        let p = of_strength(*strength)?;
        Some(VialLine {
            cip13: p.cip13.to_string(),
            strength_mg: as_mg(*strength),
            units: n.get(),
        })
    });
    let senders = a.senders.iter().map(|s| SenderShape {
        site: s.site.to_string(),
        name: s.name.clone(),
        complete: s.complete,
        vials: s
            .vials
            .iter()
            .map(|(cip13, lot, n)| SentLine {
                cip13: cip13.to_string(),
                lot: lot.clone(),
                units: n.get(),
            })
            .collect(),
    });
    Shortfall {
        doses: a.clearance.missing.get(),
        vials: vials.collect(),
        senders: senders.collect(),
        deliveries: a.deliveries.iter().map(delivery_shape).collect(),
        go_with_delivery: a.go_with.as_ref().map(ToString::to_string),
        contacts: book.map_or_else(Vec::new, |b| b.contacts.iter().map(contact).collect()),
    }
}

/// What is held at a site.
#[derive(Serialize, ToSchema)]
pub struct Holds {
    pub(super) items: Vec<HoldShape>,
}

/// Units of one lot held for one dose.
#[derive(Serialize, ToSchema)]
pub struct HoldShape {
    id: String,
    clearance: String,
    /// Id of the patient.
    patient: String,
    #[serde(flatten)]
    line: HoldLine,
}

impl HoldShape {
    /// Returns the id of the patient.
    pub(super) fn patient(&self) -> String {
        self.patient.clone()
    }
}

/// Makes the shape of a hold.
pub(super) fn hold(state: &SiteState, h: &Hold) -> Option<HoldShape> {
    let l = state.line(&h.lot_id)?;
    let (cip13, lot, expiry) = (l.cip13.to_string(), l.lot.to_string(), l.expiry.to_string());
    let line = HoldLine {
        dose: h.dose,
        cip13,
        lot,
        expiry,
        units: h.units.get(),
    };
    Some(HoldShape {
        id: h.id.to_string(),
        clearance: h.clearance.to_string(),
        patient: h.patient.to_string(),
        line,
    })
}
