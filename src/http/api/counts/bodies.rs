//! What is told of counts.

use super::taken_on;
use crate::app::enter_counts::Correction;
use crate::domain::count::{CountUnit, Counted, Entry};
use crate::http::api::fields::{missing, required, words};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::wire::json::{Node, plain, read};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A count to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCountBody {
    /// The day the blood was taken, at the site; not a day to come.
    #[schema(value_type = String, format = Date, required = true)]
    taken_on: Option<String>,
    /// How many: a number above or at 0, with at most six decimals, kept digit by digit.
    #[schema(value_type = f64, required = true)]
    value: Option<Box<RawValue>>,
    /// In what: `10⁹/L`, `G/L`, `10³/µL`, `10³/mm³`, `/mm³` or `/µL`, also as `10^9/L` or `10*9/L`; never
    /// guessed.
    #[schema(value_type = String, required = true)]
    unit: Option<String>,
}

impl NewCountBody {
    /// Reads what was counted, and when.
    ///
    /// # Errors
    /// 422 with every fault.
    pub(super) fn entry(&self) -> Result<Entry, Problem> {
        let mut faults = Faults::new();
        required(&mut faults, "/taken_on", self.taken_on.as_deref());
        let taken_on = taken_on(&mut faults, self.taken_on.as_deref());
        let counted = counted(&mut faults, self.value.as_deref(), self.unit.as_deref());
        let (taken_on, counted) = faults.all((taken_on, counted))?;
        Ok(Entry { taken_on, counted })
    }
}

/// What is right of a count; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectCountBody {
    /// The day the blood was taken.
    #[schema(value_type = Option<String>, format = Date)]
    taken_on: Option<String>,
    /// How many; beside it, in what, also when that stays.
    #[schema(value_type = Option<f64>)]
    value: Option<Box<RawValue>>,
    /// In what; beside it, how many.
    unit: Option<String>,
    /// Why: 1 to 500 characters; erased with the patient's record.
    #[schema(value_type = String, required = true)]
    reason: Option<String>,
}

impl CorrectCountBody {
    /// Reads what is right.
    ///
    /// # Errors
    /// 422 with every fault.
    pub(super) fn correction(&self) -> Result<Correction, Problem> {
        let mut faults = Faults::new();
        let taken_on = taken_on(&mut faults, self.taken_on.as_deref());
        let counted = if self.value.is_some() || self.unit.is_some() {
            counted(&mut faults, self.value.as_deref(), self.unit.as_deref())
        } else {
            None
        };
        let reason = required(&mut faults, "/reason", self.reason.as_deref());
        let reason = reason.and_then(|text| words(&mut faults, "/reason", text, 500));
        let (reason,) = faults.all((reason,))?;
        Ok(Correction {
            counted,
            taken_on,
            reason,
        })
    }
}

/// Why a count is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCountBody {
    /// Why it was a mistake: 1 to 500 characters; erased with the patient's record.
    #[schema(value_type = String, required = true)]
    pub(super) reason: Option<String>,
}

/// Reads a number and its unit, neither without the other.
fn counted(faults: &mut Faults, value: Option<&RawValue>, unit: Option<&str>) -> Option<Counted> {
    let unit = faults.take("/unit", CountUnit::parse(unit.unwrap_or_default()));
    let Some(value) = value else {
        faults.push(missing("/value"));
        return None;
    };
    let Ok(Node::Number(digits)) = read(value.get().as_bytes()) else {
        let said = Said::new("is of another type", "est d'un autre type");
        let expected = Said::new("a number", "un nombre");
        faults.push(
            Fault::new("/value", said)
                .found(value.get())
                .expected(expected),
        );
        return None;
    };
    let digits = plain(digits);
    // what is no number in any unit is told beside a unit that is none
    let read = Counted::new(&digits, unit.unwrap_or(CountUnit::PerMm3));
    faults.take("/value", read).filter(|_| unit.is_some())
}
