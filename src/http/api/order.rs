//! Reading what bodies hold: fields that several resources share, and the movement to be recorded.

use crate::app::count_units::Shortage;
use crate::app::dispense::{Claim, Dispensed, Line};
use crate::app::receive_units::{Count, Received};
use crate::app::record::{Particulars, Which};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber, Serial};
use crate::domain::id::MovementId;
use crate::domain::ledger::{LossReason, UnitState};
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::scan::{self, Reading};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// Reads one line of 1 to `most` characters.
pub fn words(faults: &mut Faults, at: &str, text: &str, most: usize) -> Option<String> {
    let trimmed = text.trim();
    let count = trimmed.chars().count();
    let strange = trimmed.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    if count == 0 || count > most || strange {
        let shown: String = trimmed
            .chars()
            .filter(|c| !c.is_control())
            .take(60)
            .collect();
        let expected = format!("1 to {most} characters on one line, no control characters");
        faults.push(
            Fault::new(
                at,
                Said::new("is not such a text", "n'est pas un tel texte"),
            )
            .found(shown)
            .expected(expected),
        );
        return None;
    }
    Some(trimmed.to_owned())
}

/// Reads a line that need not be there.
pub fn optional_words(
    faults: &mut Faults,
    at: &str,
    text: Option<&str>,
    most: usize,
) -> Option<String> {
    text.and_then(|t| words(faults, at, t, most))
}

/// Reads a note of at most 2000 characters, which may have lines.
pub fn note(faults: &mut Faults, at: &str, text: Option<&str>) -> Option<String> {
    let trimmed = text?.trim();
    let strange = trimmed.chars().any(|c| c.is_control() && c != '\n');
    if trimmed.chars().count() > 2000 || strange {
        let said = Said::new(
            "is too long or has control characters",
            "est trop long ou contient des caractères de contrôle",
        );
        faults.push(Fault::new(at, said).expected("at most 2000 characters"));
        return None;
    }
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Reads the code of a closed list.
pub fn code<T>(
    faults: &mut Faults,
    at: &str,
    text: &str,
    from: impl FnOnce(&str) -> Option<T>,
    known: &[&str],
) -> Option<T> {
    let value = from(text);
    if value.is_none() {
        let shown: String = text.chars().take(60).collect();
        faults.push(
            Fault::new(
                at,
                Said::new("is no code of the list", "n'est pas un code de la liste"),
            )
            .found(shown)
            .expected(known.join(", ")),
        );
    }
    value
}

/// Reads a number of units, from 1 to a million.
pub fn units(faults: &mut Faults, at: &str, n: i64) -> Option<Units> {
    let read = u32::try_from(n)
        .ok()
        .filter(|n| (1..=Units::MOST).contains(n))
        .map(Units::new);
    if read.is_none() {
        faults.push(
            Fault::new(
                at,
                Said::new("is no number of units", "n'est pas un nombre d'unités"),
            )
            .found(n)
            .expected("1 to 1000000"),
        );
    }
    read
}

/// Reads a day.
pub fn day(faults: &mut Faults, at: &str, text: &str) -> Option<Day> {
    faults.take(at.to_owned(), Day::parse(text))
}

/// Reads a body weight in grams.
pub fn weight(faults: &mut Faults, at: &str, grams: i64) -> Option<Grams> {
    faults.take(at.to_owned(), Grams::new(grams))
}

/// Reads milligrams written as a JSON number with at most three decimals, exactly.
pub fn milligrams(faults: &mut Faults, at: &str, number: &serde_json::Number) -> Option<Mg> {
    let text = number.to_string();
    let read = exact_ug(&text);
    if read.is_none() {
        let said = Said::new("is no such mass", "n'est pas une telle masse");
        faults.push(
            Fault::new(at, said)
                .found(text)
                .expected("milligrams above 0 and at most 100000, with at most three decimals"),
        );
    }
    read
}

fn exact_ug(text: &str) -> Option<Mg> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 3 {
        return None;
    }
    let ug = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000)?
        .checked_add(format!("{decimals:0<3}").parse().ok()?)?;
    (ug > 0 && ug <= 100_000_000).then(|| Mg::from_ug(ug))
}

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
    /// Of a receipt or dispensing: serial number of one pack.
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
    lines: Option<Vec<LineBody>>,
    /// Of a reversal: the movement that it undoes.
    movement: Option<String>,
    /// Why, in words; needed for an override, a reversal, and a quarantine.
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
    TakeBack(Received),
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

/// What members each kind has beside `kind`, `note` and `happened_at`.
fn members(kind: &str) -> &'static [&'static str] {
    match kind {
        "receipt" => &[
            "cip13", "lot", "expiry", "units", "boxes", "scan", "serial", "state", "delivery",
        ],
        "return" => &["cip13", "lot", "expiry", "units", "state"],
        "dispensing" => &[
            "cip13",
            "lot",
            "units",
            "serial",
            "patient",
            "indication",
            "lines",
        ],
        "dispensing-override" => &["cip13", "lot", "units", "serial", "patient", "lines"],
        "loss" => &["cip13", "lot", "expiry", "units", "state", "reason"],
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
            faults.push(Fault::new(format!("/{name}"), said).expected(known.join(", ")));
        }
    }

    fn order(&self, faults: &mut Faults, today: Day) -> Option<Order> {
        let told = self.told(faults);
        match self.kind.as_str() {
            "receipt" => self.received(faults, told, today).map(Order::Receive),
            "return" => self.received(faults, told, today).map(Order::TakeBack),
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
                    self.number(faults, "/units", self.units),
                    self.state(faults),
                );
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
                self.must_say_why(faults, &told);
                let id = required(faults, "/movement", self.movement.as_deref())?;
                Some(Order::Reverse(MovementId::new(id), told))
            }
            _ => {
                let (which, units) = (
                    self.which(faults),
                    self.number(faults, "/units", self.units),
                );
                self.must_say_why(faults, &told);
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
        let note = note(faults, "/note", self.note.as_deref());
        let first = Day::of(Day::FIRST_YEAR, 1, 1)
            .and_then(|d| d.date().and_hms_opt(0, 0, 0))
            .map(|t| t.and_utc());
        if let (Some(at), Some(first)) = (self.happened_at, first)
            && at < first
        {
            faults.push(
                Fault::new(
                    "/happened_at",
                    Said::new("lies before this century", "est antérieur à ce siècle"),
                )
                .found(at),
            );
        }
        Particulars {
            note,
            happened_at: self.happened_at,
            delivery: self.delivery.clone(),
            ..Particulars::default()
        }
    }

    fn must_say_why(&self, faults: &mut Faults, told: &Particulars) {
        if told.note.is_none() {
            let said = Said::new(
                format!("is needed for a {}: say why", self.kind),
                format!("est exigé pour {} : dites pourquoi", self.kind),
            );
            faults.push(Fault::new("/note", said));
        }
    }

    fn number(&self, faults: &mut Faults, at: &str, n: Option<i64>) -> Option<Units> {
        match n {
            Some(n) => units(faults, at, n),
            None => {
                faults.push(missing(at));
                None
            }
        }
    }

    fn counted(&self, faults: &mut Faults) -> Option<Units> {
        if self.counted == Some(0) {
            return Some(Units::ZERO);
        }
        self.number(faults, "/counted", self.counted)
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

    fn received(&self, faults: &mut Faults, told: Particulars, today: Day) -> Option<Received> {
        if let Some(text) = &self.scan {
            return self.scanned(faults, text, told, today);
        }
        let which = self.which(faults);
        if self.expiry.is_none() {
            faults.push(missing("/expiry"));
        }
        let count = match (self.units, self.boxes) {
            (Some(n), None) => units(faults, "/units", n).map(Count::Units),
            (None, Some(n)) => units(faults, "/boxes", n).map(Count::Boxes),
            (None, None) => {
                faults.push(missing("/units"));
                None
            }
            (Some(_), Some(_)) => {
                faults.push(Fault::new(
                    "/boxes",
                    Said::new(
                        "stands beside `units`: say one of them",
                        "accompagne `units` : dites l'un ou l'autre",
                    ),
                ));
                None
            }
        };
        let serial = self
            .serial
            .as_deref()
            .map(|t| faults.take("/serial", Serial::parse(t)));
        let (state, which, count) = (self.state(faults)?, which?, count?);
        if serial.is_some() && count != Count::Boxes(Units::new(1)) {
            let said = Said::new(
                "is of one pack: say `boxes`: 1",
                "est celui d'une boîte : dites `boxes` : 1",
            );
            faults.push(Fault::new("/serial", said));
        }
        Some(Received {
            cip13: which.cip13,
            lot: which.lot,
            expiry: which.expiry?,
            count,
            serial: serial.flatten(),
            state,
            told,
        })
    }

    /// One scan is one pack.
    fn scanned(
        &self,
        faults: &mut Faults,
        text: &str,
        told: Particulars,
        today: Day,
    ) -> Option<Received> {
        for (name, there) in [
            ("cip13", self.cip13.is_some()),
            ("lot", self.lot.is_some()),
            ("expiry", self.expiry.is_some()),
            ("units", self.units.is_some()),
            ("serial", self.serial.is_some()),
        ] {
            if there {
                let said = Said::new(
                    "stands beside `scan`, which says it already",
                    "accompagne `scan`, qui le dit déjà",
                );
                faults.push(Fault::new(format!("/{name}"), said));
            }
        }
        let boxes = self
            .boxes
            .map_or(Some(Units::new(1)), |n| units(faults, "/boxes", n));
        let state = self.state(faults);
        let found = match scan::read(text, today) {
            Ok(Reading::Pack(found)) => found,
            Ok(Reading::Ambiguous { .. }) => {
                let said = Said::new(
                    "can be read in several ways, because separators are missing: read it with /scans and send the parts",
                    "se lit de plusieurs façons, faute de séparateurs : lisez-le par /scans et envoyez les parties",
                );
                faults.push(Fault::new("/scan", said));
                return None;
            }
            Err(error) => {
                faults.push(Fault::new("/scan", error.to_string()));
                return None;
            }
        };
        let (lot, expiry) = (found.lot.clone(), found.expiry);
        if lot.is_none() || expiry.is_none() {
            let said = Said::new(
                "has no lot or no expiry: type what the box says",
                "n'a pas de lot ou de péremption : saisissez ce que dit la boîte",
            );
            faults.push(Fault::new("/scan", said));
        }
        let boxes = boxes?;
        if found.serial.is_some() && boxes != Units::new(1) {
            faults.push(Fault::new(
                "/boxes",
                Said::new("one scan is one pack", "un scan est une boîte"),
            ));
        }
        Some(Received {
            cip13: found.cip13,
            lot: lot?,
            expiry: expiry?,
            count: Count::Boxes(boxes),
            serial: found.serial,
            state: state?,
            told,
        })
    }

    fn dispensed(&self, faults: &mut Faults, told: Particulars) -> Option<Dispensed> {
        let lines = self.dispensed_lines(faults);
        let pseudonym = self
            .patient
            .as_deref()
            .map(|t| words(faults, "/patient", t, 64));
        let claim = match (self.kind.as_str(), self.indication.as_deref()) {
            ("dispensing-override", _) => Claim::Override,
            (_, Some("crs")) => Claim::Crs,
            (_, None) => Claim::Ordinary,
            (_, Some(other)) => {
                code::<()>(faults, "/indication", other, |_| None, &["crs"]);
                return None;
            }
        };
        if self.patient.is_none() && claim != Claim::Ordinary {
            faults.push(missing("/patient"));
        }
        if claim == Claim::Override {
            self.must_say_why(faults, &told);
        }
        Some(Dispensed {
            lines: lines?,
            pseudonym: pseudonym.flatten(),
            claim,
            told,
        })
    }

    fn dispensed_lines(&self, faults: &mut Faults) -> Option<Vec<Line>> {
        let Some(bodies) = &self.lines else {
            let cip13 = required(faults, "/cip13", self.cip13.as_deref());
            let one = cip13.and_then(|cip13| {
                line(
                    faults,
                    "",
                    cip13,
                    self.lot.as_deref(),
                    self.units,
                    self.serial.as_deref(),
                )
            });
            return Some(vec![one?]);
        };
        for (name, there) in [
            ("cip13", self.cip13.is_some()),
            ("lot", self.lot.is_some()),
            ("units", self.units.is_some()),
            ("serial", self.serial.is_some()),
        ] {
            if there {
                let said = Said::new(
                    "stands beside `lines`: say it there",
                    "accompagne `lines` : dites-le là",
                );
                faults.push(Fault::new(format!("/{name}"), said));
            }
        }
        if bodies.is_empty() || bodies.len() > 50 {
            faults.push(
                Fault::new(
                    "/lines",
                    Said::new("has too few or too many", "en a trop peu ou trop"),
                )
                .found(bodies.len())
                .expected("1 to 50"),
            );
            return None;
        }
        let read: Vec<Option<Line>> = bodies
            .iter()
            .enumerate()
            .map(|(n, b)| {
                line(
                    faults,
                    &format!("/lines/{n}"),
                    &b.cip13,
                    b.lot.as_deref(),
                    Some(b.units),
                    b.serial.as_deref(),
                )
            })
            .collect();
        read.into_iter().collect()
    }
}

fn line(
    faults: &mut Faults,
    at: &str,
    cip13: &str,
    lot: Option<&str>,
    n: Option<i64>,
    serial: Option<&str>,
) -> Option<Line> {
    let cip13 = faults.take(format!("{at}/cip13"), Cip13::parse(cip13));
    let lot = lot.map(|t| faults.take(format!("{at}/lot"), LotNumber::parse(t)));
    let serial = serial.map(|t| faults.take(format!("{at}/serial"), Serial::parse(t)));
    let units = match n {
        Some(n) => units(faults, &format!("{at}/units"), n),
        None => {
            faults.push(missing(&format!("{at}/units")));
            None
        }
    };
    Some(Line {
        cip13: cip13?,
        lot: lot.flatten(),
        units: units?,
        serial: serial.flatten(),
    })
}

fn missing(at: &str) -> Fault {
    Fault::new(at, Said::new("is missing", "est absent"))
}

fn required<'a>(faults: &mut Faults, at: &str, text: Option<&'a str>) -> Option<&'a str> {
    if text.is_none() {
        faults.push(missing(at));
    }
    text
}

fn unfinished(faults: Faults) -> Problem {
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a fault that is none"),
    }
}
