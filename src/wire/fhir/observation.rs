//! One observation, part by part.

use super::{Reading, Whose, list};
use crate::domain::calendar::Day;
use crate::domain::count::{CountUnit, Counted};
use crate::wire::counts::{At, Row, Taken, Wrong};
use crate::wire::json::{Node, Pointer, plain};
use crate::wire::sheet::cells::pseudonym;
use crate::wire::sheet::{self, cut};
use chrono::DateTime;

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";

/// Neutrophils in a volume of blood: counted by a machine (751-8), or however (26499-4).
const COUNTS: [&str; 2] = ["751-8", "26499-4"];

/// Neutrophils for a hundred white cells: counted by a machine (770-8), or however (26511-6).
const PERCENTAGES: [&str; 2] = ["770-8", "26511-6"];

/// Of a result that holds; what was corrected before is not known to us.
const HOLDS: [&str; 3] = ["final", "amended", "corrected"];

/// Parts that change what a resource means (FHIR R4, 2.1.0.4 and 2.4).
const MODIFIERS: [&str; 2] = ["modifierExtension", "implicitRules"];

impl Reading<'_> {
    pub(super) fn observation(&mut self, node: &Node<'_>, at: &Pointer<'_>) {
        for name in MODIFIERS {
            if node.get(name).is_some() {
                self.fault(&Pointer::Key(at, name), Wrong::Modifier);
            }
        }
        self.status(node, at);
        self.code(node, at);
        let taken = self.taken(node, at);
        let counted = self.counted(node, at);
        let subject = Pointer::Key(at, "subject");
        let identifier = Pointer::Key(&subject, "identifier");
        let value = Pointer::Key(&identifier, "value");
        let pseudonym = self.pseudonym(node, &value);
        if let (Some(taken), Some(counted), Some(pseudonym)) = (taken, counted, pseudonym) {
            self.rows.push(Row {
                at: At::Pointer(at.to_string()),
                whose_at: At::Pointer(value.to_string()),
                when_at: At::Pointer(Pointer::Key(at, "effectiveDateTime").to_string()),
                pseudonym,
                taken,
                counted,
            });
        }
    }

    fn pseudonym(&mut self, node: &Node<'_>, at: &Pointer<'_>) -> Option<String> {
        if let Whose::Said(said) = self.whose {
            return Some(said.clone());
        }
        let value = node
            .get("subject")
            .and_then(|subject| subject.get("identifier"))
            .and_then(|identifier| identifier.get("value"))
            .and_then(Node::text);
        match pseudonym(value.unwrap_or_default()) {
            Ok(pseudonym) => Some(pseudonym),
            Err(wrong) => {
                self.fault(at, wrong.into());
                None
            }
        }
    }

    fn status(&mut self, node: &Node<'_>, at: &Pointer<'_>) {
        let status = node.get("status").and_then(Node::text).unwrap_or_default();
        if !HOLDS.contains(&status) {
            self.fault(&Pointer::Key(at, "status"), Wrong::Status(cut(status)));
        }
    }

    /// Every LOINC code must be that of a count, and one must be there; codes of other systems say the
    /// same in other words.
    fn code(&mut self, node: &Node<'_>, at: &Pointer<'_>) {
        let at = Pointer::Key(at, "code");
        let codings = Pointer::Key(&at, "coding");
        let mut counted = false;
        for (place, coding) in node
            .get("code")
            .map_or(&[][..], |c| list(c, "coding"))
            .iter()
            .enumerate()
        {
            if coding.get("system").and_then(Node::text) != Some(LOINC) {
                continue;
            }
            let code = coding.get("code").and_then(Node::text).unwrap_or_default();
            if COUNTS.contains(&code) {
                counted = true;
                continue;
            }
            let found = cut(code);
            let wrong = if PERCENTAGES.contains(&code) {
                Wrong::Percentage(found)
            } else {
                Wrong::OtherCode(found)
            };
            let coding = Pointer::Place(&codings, place);
            self.fault(&Pointer::Key(&coding, "code"), wrong);
            counted = true;
        }
        if !counted {
            self.fault(&at, Wrong::NoCode);
        }
    }

    fn taken(&mut self, node: &Node<'_>, at: &Pointer<'_>) -> Option<Taken> {
        let at = Pointer::Key(at, "effectiveDateTime");
        let Some(text) = node.get("effectiveDateTime").and_then(Node::text) else {
            self.fault(&at, sheet::Wrong::Nothing.into());
            return None;
        };
        let day = || Day::parse(text).ok().map(Taken::On);
        let instant = || {
            let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
            Day::new(at.date_naive()).map(|_in_this_century| Taken::At(at))
        };
        let read = day().or_else(instant);
        if read.is_none() {
            self.fault(&at, Wrong::Moment(cut(text)));
        }
        read
    }

    fn counted(&mut self, node: &Node<'_>, at: &Pointer<'_>) -> Option<Counted> {
        let at = Pointer::Key(at, "valueQuantity");
        let Some(quantity) = node.get("valueQuantity") else {
            self.fault(&at, sheet::Wrong::Nothing.into());
            return None;
        };
        if let Some(comparator) = quantity.get("comparator") {
            let found = comparator.text().unwrap_or_default();
            self.fault(
                &Pointer::Key(&at, "comparator"),
                Wrong::Comparator(cut(found)),
            );
        }
        let unit = self.unit(quantity, &at);
        let at = Pointer::Key(&at, "value");
        let text = match quantity.get("value") {
            Some(Node::Number(digits)) => plain(digits),
            Some(other) => {
                self.fault(&at, Wrong::NotANumber(other.excerpt()));
                return None;
            }
            None => {
                self.fault(&at, sheet::Wrong::Nothing.into());
                return None;
            }
        };
        match Counted::new(&text, unit?) {
            Ok(counted) => Some(counted),
            Err(error) => {
                self.fault(&at, Wrong::Count(error));
                None
            }
        }
    }

    /// The UCUM code, else the unit in words; where both can be read they are of one size.
    fn unit(&mut self, quantity: &Node<'_>, at: &Pointer<'_>) -> Option<CountUnit> {
        let text = |key: &str| quantity.get(key).and_then(Node::text);
        let code = text("code").filter(|_| text("system") == Some(UCUM));
        let (key, said) = match code {
            Some(code) => ("code", code),
            None => ("unit", text("unit").unwrap_or_default()),
        };
        let unit = match CountUnit::parse(said) {
            Ok(unit) => unit,
            Err(error) => {
                self.fault(&Pointer::Key(at, key), Wrong::Count(error));
                return None;
            }
        };
        let words = text("unit").filter(|_| code.is_some()).unwrap_or(said);
        let size = CountUnit::parse(words)
            .map_or(unit, |unit| unit)
            .cells_per_mm3();
        if size != unit.cells_per_mm3() {
            let (code, unit) = (cut(said), cut(words));
            self.fault(&Pointer::Key(at, "unit"), Wrong::TwoUnits { code, unit });
            return None;
        }
        Some(unit)
    }
}
