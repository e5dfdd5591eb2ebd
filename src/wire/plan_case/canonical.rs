//! A case in its one form, and the hash that names it.

use crate::domain::plan::{Case, Form};
use crate::domain::quantity::Mg;
use crate::domain::rule::Rulebook;
use crate::wire::json::quoted;
use sha2::{Digest as _, Sha256};
use std::fmt::{Display, Write as _};

/// Returns the SHA-256 of the canonical form of a case.
pub fn sha256(case: &Case, book: &Rulebook) -> [u8; 32] {
    Sha256::digest(canonical(case, book).as_bytes()).into()
}

/// Returns a sorted case as RFC 8785 JSON: keys in their order, no blanks, lists by id (stock by
/// site, cip13, lot, expiry), without what is null or at its default.
///
/// The rulebook says what the default of a reference dose is.
pub fn canonical(case: &Case, book: &Rulebook) -> String {
    let mut out = Object::top();
    out.text("as_of", case.as_of);
    out.list("car_t_patients", &case.patients, |row, patient| {
        if patient.doses_given.get() != 0 {
            row.number("doses_given", patient.doses_given);
        }
        row.quoted("id", &patient.id);
        row.text("infusion_date", patient.infusion_on);
        row.quoted("site", site_id(case, patient.site));
        row.number("weight_g", patient.weight.get());
    });
    if case.rounding_down_pct != 0 {
        out.number("dose_rounding_down_pct", case.rounding_down_pct);
    }
    out.number("horizon_days", case.horizon_days);
    out.quoted("lottery_seed", &case.lottery_seed);
    requests(&mut out, case);
    out.code("rulebook", case.rulebook.as_str());
    let reference = book.reserve.as_ref().map_or(Mg::ZERO, |r| r.reference_dose);
    out.list("sites", &case.sites, |row, site| {
        row.number("car_t", site.car_t);
        row.quoted("id", &site.id);
        row.quoted("network", &site.network);
        if site.reference_dose != reference {
            row.number("reference_dose_mg", milligrams(site.reference_dose));
        }
        row.code("resupply", site.resupply.code());
    });
    out.list("stock", &case.stock, |row, stock| {
        row.code("cip13", stock.cip13.as_str());
        row.text("expiry", stock.expiry);
        row.quoted("lot", &stock.lot);
        row.quoted("site", site_id(case, stock.site));
        row.number("units", stock.units);
    });
    out.code("transfers", case.transfers.code());
    out.end()
}

fn requests(out: &mut Object, case: &Case) {
    out.list("requests", &case.requests, |row, request| {
        row.number("age_years", request.age_years);
        row.code("alternatives", request.alternatives.code());
        if let Some(count) = request.anc_per_mm3 {
            row.number("anc_per_mm3", count);
        }
        if request.approved_exception {
            row.number("approved_exception", true);
        }
        let (route, units, prescribed, patient) = match request.form {
            Form::Units { route, units } => (route, Some(units), None, None),
            Form::Vials {
                route,
                prescribed,
                patient,
            } => (route, None, prescribed, patient),
        };
        if let Some(patient) = patient.and_then(|place| case.patients.get(place)) {
            row.quoted("car_t_patient", &patient.id);
        }
        row.text("due", request.due);
        row.quoted("id", &request.id);
        row.code("indication", request.indication.as_str());
        if let Some(mass) = prescribed {
            row.number("prescribed_mg", milligrams(mass));
        }
        row.code("risk", request.risk.code());
        row.code("route", route.code());
        row.quoted("site", site_id(case, request.site));
        row.code("treatment", request.treatment.code());
        if let Some(units) = units {
            row.number("units", units);
        }
        if let Some(weight) = request.weight {
            row.number("weight_g", weight.get());
        }
    });
}

fn site_id(case: &Case, place: usize) -> &str {
    case.sites.get(place).map_or("", |site| site.id.as_str())
}

/// A mass in milligrams as RFC 8785 writes a number: without idle zeros.
fn milligrams(mass: Mg) -> String {
    let (whole, rest) = (mass.ug().div_euclid(1_000), mass.ug().rem_euclid(1_000));
    if rest == 0 {
        return whole.to_string();
    }
    let decimals = format!("{rest:03}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}

/// An object on its way out; its keys come in their order from whoever writes it.
struct Object {
    out: String,
    first: bool,
}

impl Object {
    fn top() -> Self {
        Self {
            out: "{".to_owned(),
            first: true,
        }
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// A word that needs no escape.
    fn code(&mut self, key: &str, code: &str) {
        self.key(key);
        for part in ["\"", code, "\""] {
            self.out.push_str(part);
        }
    }

    /// A text that needs no escape: a day.
    fn text(&mut self, key: &str, value: impl Display) {
        self.key(key);
        // writing to a text cannot fail
        write!(self.out, "\"{value}\"").unwrap_or_default();
    }

    fn number(&mut self, key: &str, value: impl Display) {
        self.key(key);
        write!(self.out, "{value}").unwrap_or_default();
    }

    fn quoted(&mut self, key: &str, value: &str) {
        self.key(key);
        quoted(&mut self.out, value);
    }

    fn list<T>(&mut self, key: &str, rows: &[T], row: impl Fn(&mut Self, &T)) {
        self.key(key);
        self.out.push('[');
        for (place, value) in rows.iter().enumerate() {
            self.out.push_str(if place == 0 { "{" } else { ",{" });
            self.first = true;
            row(self, value);
            self.out.push('}');
        }
        self.out.push(']');
        self.first = false;
    }

    fn end(mut self) -> String {
        self.out.push('}');
        self.out
    }
}
