//! Dispensings: one line or several, for a ward or a patient, by whatever right.

use super::MovementBody;
use crate::app::dispense::{Claim, Dispensed, Line};
use crate::app::record::Particulars;
use crate::app::safety::Verdict;
use crate::domain::code::{Cip13, LotNumber, Serial};
use crate::domain::id::RequestId;
use crate::http::api::fields::{code, confirmed, missing, needed_units, required, words};
use crate::http::body::Object;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults};

impl MovementBody {
    pub(super) fn dispensed(&self, faults: &mut Faults, told: Particulars) -> Option<Dispensed> {
        if let Some(request) = &self.request {
            return self.dispensed_for(faults, request, told);
        }
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
        Some(Dispensed {
            lines: lines?,
            pseudonym: pseudonym.flatten(),
            claim,
            told,
        })
    }

    /// What leaves for a request, which says for whom and what for.
    fn dispensed_for(
        &self,
        faults: &mut Faults,
        request: &str,
        told: Particulars,
    ) -> Option<Dispensed> {
        for (name, there) in [
            ("patient", self.patient.is_some()),
            ("indication", self.indication.is_some()),
        ] {
            if there {
                let said = Said::new(
                    "is the request's own: leave it out",
                    "est celui de la demande : ne le dites pas",
                );
                faults.push(Fault::new(format!("/{name}"), said));
            }
        }
        let all = self.lines.is_none() && self.cip13.is_none();
        let strays = [&self.lot, &self.serial].iter().any(|f| f.is_some());
        let lines = if all && !strays && self.units.is_none() {
            Some(Vec::new())
        } else {
            self.dispensed_lines(faults)
        };
        Some(Dispensed {
            lines: lines?,
            pseudonym: None,
            claim: Claim::Request(RequestId::new(request), self.verdict(faults, &told)),
            told,
        })
    }

    /// What is said at the safety gate: an override says why in the note.
    fn verdict(&self, faults: &mut Faults, told: &Particulars) -> Verdict {
        let overrides = self.kind == "dispensing-override";
        Verdict {
            confirm: confirmed(faults, self.confirm.as_deref()),
            override_reason: told.note.clone().filter(|_| overrides),
        }
    }

    fn dispensed_lines(&self, faults: &mut Faults) -> Option<Vec<Line>> {
        let Some(bodies) = &self.lines else {
            let cip13 = required(faults, "/cip13", self.cip13.as_deref());
            let one = cip13.and_then(|cip13| {
                line(
                    faults,
                    None,
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
                .expected(Said::new("1 to 50", "1 à 50")),
            );
            return None;
        }
        for (n, body) in bodies.iter().enumerate() {
            let body = &body.0;
            let same = |b: &super::LineBody| b.serial == body.serial && b.cip13 == body.cip13;
            if body.serial.is_some() && bodies.iter().take(n).any(|b| same(&b.0)) {
                let said = Said::new(
                    "stands on a line before: a pack leaves once",
                    "figure déjà à une ligne précédente : une boîte sort une fois",
                );
                faults.push(Fault::new(format!("/lines/{n}/serial"), said));
            }
        }
        let read: Vec<Option<Line>> = bodies
            .iter()
            .enumerate()
            .map(|(n, Object(b))| {
                line(
                    faults,
                    Some(n),
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
    place: Option<usize>,
    cip13: &str,
    lot: Option<&str>,
    n: Option<i64>,
    serial: Option<&str>,
) -> Option<Line> {
    let at = place.map_or_else(String::new, |n| format!("/lines/{n}"));
    let cip13 = faults.take(format!("{at}/cip13"), Cip13::parse(cip13));
    let lot = lot.map(|t| faults.take(format!("{at}/lot"), LotNumber::parse(t)));
    let serial = serial.map(|t| faults.take(format!("{at}/serial"), Serial::parse(t)));
    let units = needed_units(faults, &format!("{at}/units"), n);
    Some(Line {
        cip13: cip13?,
        lot: lot.flatten(),
        units: units?,
        serial: serial.flatten(),
        place,
    })
}
