//! A movement to be recorded: read from a body, with every fault of it at once.

mod dispensing;
mod receipt;

use super::fields::{code, day, happened_at, missing, needed_units, note, required, units_from};
use crate::app::count_units::Shortage;
use crate::app::dispense::Dispensed;
use crate::app::receive_units::Received;
use crate::app::record::{Particulars, Which};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber, Serial};
use crate::domain::id::MovementId;
use crate::domain::ledger::{LossReason, UnitState};
use crate::domain::quantity::Units;
use crate::http::body::Object;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// A movement to be recorded; which members it has depends on `kind`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementBody {
    /// `receipt`, `dispensing`, `dispensing-override`, `return`, `loss`, `count-adjustment`, `quarantine`,
    /// `release`, `destruction` or `reversal`.
    kind: String,
    /// Of which presentation.
    cip13: Option<String>,
    /// Of which lot; of a dispensing, what expires first when not said.
    lot: Option<String>,
    /// Last day of use; needed for a receipt, else only where two lots share a number.
    expiry: Option<String>,
    /// Single vials, syringes or pens: 1 to 1000000.
    units: Option<i64>,
    /// Of a receipt: whole boxes instead of units.
    boxes: Option<i64>,
    /// Of a receipt: what a scanner typed, instead of presentation, lot, expiry and units.
    scan: Option<String>,
    /// Of a receipt, dispensing, return or loss: serial number of one pack, whose units it is.
    serial: Option<String>,
    /// Of a receipt, return, loss or count: `usable` (when not said) or `quarantined`.
    state: Option<String>,
    /// Of a receipt: the delivery that it came with.
    delivery: Option<String>,
    /// Of a count: the units that were counted.
    counted: Option<i64>,
    /// Of a loss: `breakage`, `expiry`, `cold-chain`, `theft`, `missing`. Of a count that finds fewer: `missing` or `clerical`.
    reason: Option<String>,
    /// Of a dispensing: `crs` for a cytokine release syndrome, which is never refused for a reserve.
    indication: Option<String>,
    /// Of a dispensing: the patient's pseudonym; needed for CRS and for an override.
    patient: Option<String>,
    /// Of a dispensing: several presentations at once, instead of `cip13`, `lot` and `units`.
    #[schema(value_type = Option<Vec<LineBody>>)]
    lines: Option<Vec<Object<LineBody>>>,
    /// Of a dispensing: the id of a request with an approved line. What is held for it leaves, all of it
    /// when neither `cip13` nor `lines` says how much; the patient is the request's.
    request: Option<String>,
    /// Of a dispensing for a request: the warnings of the safety rulebook that are known, by their codes.
    /// What speaks against the treatment is overridden by `dispensing-override`, with the reason as `note`.
    confirm: Option<Vec<String>>,
    /// Of a reversal: the movement that it undoes.
    movement: Option<String>,
    /// Why, in words; needed for `dispensing-override`, `quarantine`, `release`, `destruction`, `reversal`.
    note: Option<String>,
    /// When it happened, if not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    happened_at: Option<Instant>,
}

/// Units of one presentation within a dispensing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineBody {
    cip13: String,
    lot: Option<String>,
    units: i64,
    serial: Option<String>,
}

/// A movement that was read and makes sense.
#[derive(Clone, Debug)]
pub enum Order {
    /// Units come in.
    Receive(Received),
    /// Dispensed units come back.
    TakeBack(Which, Units, UnitState, Particulars),
    /// Units leave.
    Dispense(Dispensed),
    /// Units are gone.
    Lose(Which, Units, UnitState, LossReason, Particulars),
    /// The shelf was counted.
    Count(Which, Units, UnitState, Shortage, Particulars),
    /// Units are set apart.
    Quarantine(Which, Units, Particulars),
    /// Units set apart may be used again.
    Release(Which, Units, Particulars),
    /// Units set apart are destroyed.
    Destroy(Which, Units, Particulars),
    /// A movement is undone.
    Reverse(MovementId, Particulars),
}

const KINDS: [&str; 10] = [
    "receipt",
    "dispensing",
    "dispensing-override",
    "return",
    "loss",
    "count-adjustment",
    "quarantine",
    "release",
    "destruction",
    "reversal",
];

/// The kinds that must say why; a test holds the description of `note` against it.
const NEED_A_NOTE: [&str; 5] = [
    "dispensing-override",
    "quarantine",
    "release",
    "destruction",
    "reversal",
];

/// What members each kind has beside `kind`, `note` and `happened_at`.
fn members(kind: &str) -> &'static [&'static str] {
    match kind {
        "receipt" => &[
            "cip13", "lot", "expiry", "units", "boxes", "scan", "serial", "state", "delivery",
        ],
        "return" => &["cip13", "lot", "expiry", "units", "serial", "state"],
        "dispensing" => &[
            "cip13",
            "lot",
            "units",
            "serial",
            "patient",
            "indication",
            "lines",
            "request",
            "confirm",
        ],
        "dispensing-override" => &[
            "cip13", "lot", "units", "serial", "patient", "lines", "request", "confirm",
        ],
        "loss" => &[
            "cip13", "lot", "expiry", "units", "serial", "state", "reason",
        ],
        "count-adjustment" => &["cip13", "lot", "expiry", "counted", "state", "reason"],
        "reversal" => &["movement"],
        _ => &["cip13", "lot", "expiry", "units"],
    }
}
impl MovementBody {
    /// Reads the movement: `today` is the site's day, by which a scanner's two-digit years are read.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(self, today: Day) -> Result<Order, Problem> {
        let mut faults = Faults::new();
        if !KINDS.contains(&self.kind.as_str()) {
            code::<()>(&mut faults, "/kind", &self.kind, |_| None, &KINDS);
            return Err(unfinished(faults));
        }
        self.refuse_strangers(&mut faults);
        let order = self.order(&mut faults, today);
        self.must_say_why(&mut faults);
        faults.finish()?;
        order.ok_or_else(|| Problem::internal("a movement without a fault that makes no order"))
    }

    fn refuse_strangers(&self, faults: &mut Faults) {
        let given = [
            ("cip13", self.cip13.is_some()),
            ("lot", self.lot.is_some()),
            ("expiry", self.expiry.is_some()),
            ("units", self.units.is_some()),
            ("boxes", self.boxes.is_some()),
            ("scan", self.scan.is_some()),
            ("serial", self.serial.is_some()),
            ("state", self.state.is_some()),
            ("delivery", self.delivery.is_some()),
            ("counted", self.counted.is_some()),
            ("reason", self.reason.is_some()),
            ("indication", self.indication.is_some()),
            ("patient", self.patient.is_some()),
            ("lines", self.lines.is_some()),
            ("request", self.request.is_some()),
            ("confirm", self.confirm.is_some()),
            ("movement", self.movement.is_some()),
        ];
        let known = members(&self.kind);
        for (name, _) in given
            .into_iter()
            .filter(|(name, there)| *there && !known.contains(name))
        {
            let said = Said::new(
                format!("does not belong to a movement of kind {}", self.kind),
                format!("n'a pas sa place dans un mouvement de type {}", self.kind),
            );
            faults
                .push(Fault::new(format!("/{name}"), said).expected(Said::same(known.join(", "))));
        }
    }

    fn order(&self, faults: &mut Faults, today: Day) -> Option<Order> {
        let told = self.told(faults);
        match self.kind.as_str() {
            "receipt" => self.received(faults, told, today).map(Order::Receive),
            "return" => {
                let (which, units, state) = (
                    self.which(faults),
                    needed_units(faults, "/units", self.units),
                    self.state(faults),
                );
                let serial = self.serial.as_deref();
                let serial = serial.and_then(|t| faults.take("/serial", Serial::parse(t)));
                let told = Particulars { serial, ..told };
                Some(Order::TakeBack(which?, units?, state?, told))
            }
            "dispensing" | "dispensing-override" => {
                self.dispensed(faults, told).map(Order::Dispense)
            }
            "loss" => {
                let reason = self.reason.as_deref().unwrap_or_default();
                let why = code(
                    faults,
                    "/reason",
                    reason,
                    LossReason::from_code,
                    &LossReason::ALL.map(LossReason::code),
                );
                let (which, units, state) = (
                    self.which(faults),
                    needed_units(faults, "/units", self.units),
                    self.state(faults),
                );
                let serial = self.serial.as_deref();
                let serial = serial.and_then(|t| faults.take("/serial", Serial::parse(t)));
                let told = Particulars { serial, ..told };
                Some(Order::Lose(which?, units?, state?, why?, told))
            }
            "count-adjustment" => {
                let reason = self.reason.as_deref().unwrap_or("missing");
                let why = code(
                    faults,
                    "/reason",
                    reason,
                    Shortage::from_code,
                    &["missing", "clerical"],
                );
                let (which, counted, state) =
                    (self.which(faults), self.counted(faults), self.state(faults));
                Some(Order::Count(which?, counted?, state?, why?, told))
            }
            "reversal" => {
                let id = required(faults, "/movement", self.movement.as_deref())?;
                Some(Order::Reverse(MovementId::new(id), told))
            }
            _ => {
                let (which, units) = (
                    self.which(faults),
                    needed_units(faults, "/units", self.units),
                );
                let (which, units) = (which?, units?);
                Some(match self.kind.as_str() {
                    "quarantine" => Order::Quarantine(which, units, told),
                    "release" => Order::Release(which, units, told),
                    _ => Order::Destroy(which, units, told),
                })
            }
        }
    }

    fn told(&self, faults: &mut Faults) -> Particulars {
        Particulars {
            note: note(faults, "/note", self.note.as_deref()),
            happened_at: happened_at(faults, self.happened_at),
            delivery: self.delivery.clone(),
            ..Particulars::default()
        }
    }

    fn must_say_why(&self, faults: &mut Faults) {
        let says_nothing = self.note.as_deref().is_none_or(|n| n.trim().is_empty());
        if says_nothing && NEED_A_NOTE.contains(&self.kind.as_str()) {
            let said = Said::new(
                format!("is needed for a {}: say why", self.kind),
                format!("est exigé pour {} : dites pourquoi", self.kind),
            );
            faults.push(Fault::new("/note", said));
        }
    }

    fn counted(&self, faults: &mut Faults) -> Option<Units> {
        if self.counted.is_none() {
            faults.push(missing("/counted"));
        }
        units_from(faults, "/counted", self.counted?, 0)
    }

    fn state(&self, faults: &mut Faults) -> Option<UnitState> {
        code(
            faults,
            "/state",
            self.state.as_deref().unwrap_or("usable"),
            UnitState::from_code,
            &["usable", "quarantined"],
        )
    }

    fn which(&self, faults: &mut Faults) -> Option<Which> {
        let cip13 = required(faults, "/cip13", self.cip13.as_deref())
            .and_then(|t| faults.take("/cip13", Cip13::parse(t)));
        let lot = required(faults, "/lot", self.lot.as_deref())
            .and_then(|t| faults.take("/lot", LotNumber::parse(t)));
        let expiry = self.expiry.as_deref().map(|t| day(faults, "/expiry", t));
        Some(Which {
            cip13: cip13?,
            lot: lot?,
            expiry: expiry.unwrap_or_default(),
        })
    }
}

fn unfinished(faults: Faults) -> Problem {
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a fault that is none"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MovementBody, NEED_A_NOTE};
    use utoipa::PartialSchema as _;

    #[test]
    fn the_description_names_the_kinds_that_need_a_note() {
        let schema = serde_json::to_value(MovementBody::schema()).unwrap();
        let said = schema["properties"]["note"]["description"].to_string();
        let named: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, NEED_A_NOTE, "{said}");
    }
}
