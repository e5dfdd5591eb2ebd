//! A centre in words.

use super::{Centre, day_number};
use crate::domain::dose::Need;
use crate::domain::id::PatientId;
use crate::domain::reserve::{self, KeptFor, ReserveDose, Standing};

impl Centre {
    /// Returns who each dose is kept for and how it stands: `a/1 held, floor/1 missing`.
    pub(in crate::domain) fn stands(&self) -> String {
        let doses = reserve::stand(&self.facts()).doses;
        let words: Vec<String> = doses
            .iter()
            .map(|d| format!("{} {}", name(d), standing(d)))
            .collect();
        words.join(", ")
    }

    /// Returns what must stay: `a/1 infused 358.8 mg until 14`.
    pub(in crate::domain) fn must_stay(&self) -> String {
        let facts = self.facts();
        let doses = reserve::required(&facts, reserve::resupply(&facts));
        let words: Vec<String> = doses.iter().map(in_full).collect();
        words.join(", ")
    }

    /// Returns what each clearance holds: `a: 1 = 2 of 400-60, missing 1`.
    pub(in crate::domain) fn held(&self) -> String {
        let mut words = Vec::new();
        for c in &self.in_force {
            let mut rows: Vec<String> = self
                .holds
                .iter()
                .filter(|h| h.clearance == c.id)
                .map(|h| format!("{} = {} of {}", h.dose, h.units, h.lot_id))
                .collect();
            rows.sort();
            let state = c.state.code();
            words.push(format!("{} {state}: {}", c.patient, rows.join(" + ")));
        }
        words.join("; ")
    }
}

fn name(dose: &ReserveDose) -> String {
    let whose = dose.kept_for.patient().map_or("floor", PatientId::as_str);
    format!("{whose}/{}", dose.number)
}

fn in_full(dose: &ReserveDose) -> String {
    let class = match dose.kept_for {
        KeptFor::Infused(_) => " infused",
        KeptFor::Scheduled(_) => " scheduled",
        KeptFor::Floor => "",
    };
    let Need { mg, on } = dose.need;
    format!("{}{class} {mg} until {}", name(dose), day_number(on))
}

const fn standing(dose: &ReserveDose) -> &'static str {
    match dose.standing {
        Standing::Held => "held",
        Standing::Possible => "possible",
        Standing::Missing => "missing",
    }
}
