//! What is sent about requests, read into a draft; every fault is kept.

mod tried;

pub use tried::TriedBody;

use crate::domain::presentation::Route;
use crate::domain::request::{Draft, Misfit, Told};
use crate::domain::rule::{Alternatives, Risk, Treatment};
use crate::http::api::fields::{code, day, milligrams, said, weight, words};
use crate::http::body::Object;
use crate::http::problem::{Fault, Faults};
use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;

/// A request to be filed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequestBody {
    /// FINESS number of where the patient is treated.
    #[schema(value_type = String, required = true)]
    pub(super) site: Option<String>,
    /// The site's word for the patient, 1 to 64 characters; never a name, birth date or hospital number.
    #[schema(value_type = String, required = true)]
    pub(super) pseudonym: Option<String>,
    /// By which rulebook it is ranked; the only one that ranks when not said.
    pub(super) rulebook: Option<String>,
    /// What is treated: a word of the rulebook.
    #[schema(value_type = String, required = true)]
    pub(super) indication: Option<String>,
    /// How it is given, by a route of the rulebook's presentations: `iv`, `sc` or `oral`.
    #[schema(value_type = String, required = true)]
    route: Option<String>,
    /// `ongoing` or `initiation`.
    #[schema(value_type = String, required = true)]
    treatment: Option<String>,
    /// Whether something else could be given: `none` or `available`. Where a rulebook lists the
    /// alternatives (`/rulebooks/{name}/alternatives`) it follows from `tried`, and need not be said.
    alternatives: Option<String>,
    /// Why nothing else could be given, at most 500 characters; needed with `none` where no rulebook lists
    /// the alternatives.
    alternatives_reason: Option<String>,
    /// What became of the alternatives of the list, at most 100; one may stand there several times.
    #[schema(value_type = Option<Vec<TriedBody>>)]
    tried: Option<Vec<Object<TriedBody>>>,
    /// What is known of the patient at which exclusions look, at most 50: `pregnancy`.
    conditions: Option<Vec<String>>,
    /// What an interruption puts at stake: `vital`, `functional` or `none`.
    #[schema(value_type = String, required = true)]
    risk: Option<String>,
    /// Whether a medicines committee decided as if the indication were listed; `false` when not said.
    approved_exception: Option<bool>,
    /// Whole years, 0 to 130.
    #[schema(value_type = i64, required = true)]
    age_years: Option<i64>,
    /// Body weight in grams, 500 to 400000; needed for a dose made of vials.
    weight_g: Option<i64>,
    /// Single syringes or pens, 1 to 10000: needed by a route whose doses are single units, and only there.
    units: Option<i64>,
    /// Replaces the dose by weight: milligrams above 0, at most the indication's greatest dose, three
    /// decimals at most; only for a dose made of vials.
    #[schema(value_type = Option<f64>)]
    prescribed_mg: Option<Number>,
    /// Days from one administration to the next, 1 to 365: needed for an ongoing treatment.
    interval_days: Option<i64>,
    /// The last administration; not to come.
    #[schema(format = Date)]
    last_administration_on: Option<String>,
    /// The day it is due. Of an initiation: needed. Of an ongoing treatment it follows from the last
    /// administration and the interval, and setting it takes a `due_reason`. Of what the reserve is
    /// kept for: today or before, today when not said.
    #[schema(format = Date)]
    due: Option<String>,
    /// Why `due` is set by hand, at most 500 characters.
    due_reason: Option<String>,
    /// Latest absolute neutrophil count, cells per cubic millimetre, 0 to 1000000.
    anc_per_mm3: Option<i64>,
    /// The day of that count; not to come.
    #[schema(format = Date)]
    anc_on: Option<String>,
}

/// What changes of a request; what is not said stays, and `null` takes away.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "tells null from what is not said")]
pub struct RequestEdit {
    /// `iv`, `sc` or `oral`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    route: Option<Option<String>>,
    /// `ongoing` or `initiation`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    treatment: Option<Option<String>>,
    /// `none` or `available`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    alternatives: Option<Option<String>>,
    /// At most 500 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    alternatives_reason: Option<Option<String>>,
    /// All that is declared, in place of what was; what is declared again stays whose it was.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Vec<TriedBody>>)]
    tried: Option<Option<Vec<Object<TriedBody>>>>,
    /// All of them, in place of those that were.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Vec<String>>)]
    conditions: Option<Option<Vec<String>>>,
    /// `vital`, `functional` or `none`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    risk: Option<Option<String>>,
    /// Whether a medicines committee decided as if the indication were listed.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<bool>)]
    approved_exception: Option<Option<bool>>,
    /// Whole years, 0 to 130.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    age_years: Option<Option<i64>>,
    /// Grams, 500 to 400000.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    weight_g: Option<Option<i64>>,
    /// 1 to 10000.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    units: Option<Option<i64>>,
    /// Milligrams above 0, at most the indication's greatest dose, three decimals at most.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<f64>)]
    prescribed_mg: Option<Option<Number>>,
    /// Days, 1 to 365.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    interval_days: Option<Option<i64>>,
    /// Not to come.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, format = Date)]
    last_administration_on: Option<Option<String>>,
    /// `null` lets it follow from the last administration again; then `due_reason` is `null` too.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Option<String>>,
    /// At most 500 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    due_reason: Option<Option<String>>,
    /// Cells per cubic millimetre, 0 to 1000000.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    anc_per_mm3: Option<Option<i64>>,
    /// Not to come.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, format = Date)]
    anc_on: Option<Option<String>>,
}

impl NewRequestBody {
    /// Reads what is asked for.
    pub(super) fn draft(&self, faults: &mut Faults) -> Draft {
        let mut draft = Draft::empty();
        draft.indication = Told::of(self.indication.clone());
        let all = self.clone();
        let edit = RequestEdit {
            route: Some(all.route),
            treatment: Some(all.treatment),
            alternatives: Some(all.alternatives),
            alternatives_reason: Some(all.alternatives_reason),
            tried: Some(all.tried),
            conditions: Some(all.conditions),
            risk: Some(all.risk),
            approved_exception: Some(all.approved_exception),
            age_years: Some(all.age_years),
            weight_g: Some(all.weight_g),
            units: Some(all.units),
            prescribed_mg: Some(all.prescribed_mg),
            interval_days: Some(all.interval_days),
            last_administration_on: Some(all.last_administration_on),
            due: Some(all.due),
            due_reason: Some(all.due_reason),
            anc_per_mm3: Some(all.anc_per_mm3),
            anc_on: Some(all.anc_on),
        };
        edit.fill(&mut draft, faults);
        draft
    }
}

/// Puts a field that was said into a draft.
fn put<T, U>(into: &mut Told<T>, said: Option<&Option<U>>, read: impl FnOnce(&U) -> Option<T>) {
    if let Some(said) = said {
        *into = said
            .as_ref()
            .map_or(Told::Nothing, |value| Told::read(read(value)));
    }
}

/// As [`put`], of a day.
fn put_day(
    into: &mut Told<crate::domain::calendar::Day>,
    at: &str,
    said: Option<&Option<String>>,
    faults: &mut Faults,
) {
    put(into, said, |text| day(faults, at, text));
}

impl RequestEdit {
    /// Puts what was said into a draft, and keeps the fault of what cannot be read.
    pub(super) fn fill(&self, draft: &mut Draft, faults: &mut Faults) {
        self.fill_codes(draft, faults);
        self.fill_form(draft, faults);
        let number = |n: &i64| Some(*n);
        put(&mut draft.age_years, self.age_years.as_ref(), number);
        put(
            &mut draft.interval_days,
            self.interval_days.as_ref(),
            number,
        );
        put(&mut draft.anc_per_mm3, self.anc_per_mm3.as_ref(), number);
        let (at, said) = ("/last_administration_on", &self.last_administration_on);
        put_day(&mut draft.last_given_on, at, said.as_ref(), faults);
        put_day(&mut draft.due, "/due", self.due.as_ref(), faults);
        put_day(&mut draft.anc_on, "/anc_on", self.anc_on.as_ref(), faults);
        self.fill_alternatives(draft, faults);
        put(&mut draft.due_reason, self.due_reason.as_ref(), |text| {
            words(faults, "/due_reason", text, 500)
        });
        if let Some(approved) = self.approved_exception {
            draft.approved_exception = approved.unwrap_or(false);
        }
    }

    fn fill_codes(&self, draft: &mut Draft, faults: &mut Faults) {
        put(&mut draft.route, self.route.as_ref(), |text| {
            let known = Route::ALL.map(Route::code);
            code(faults, "/route", text, Route::from_code, &known)
        });
        put(&mut draft.treatment, self.treatment.as_ref(), |text| {
            let known: Vec<_> = Treatment::ALL.iter().map(|v| v.code()).collect();
            code(faults, "/treatment", text, Treatment::from_code, &known)
        });
        put(
            &mut draft.alternatives,
            self.alternatives.as_ref(),
            |text| {
                let known: Vec<_> = Alternatives::ALL.iter().map(|v| v.code()).collect();
                code(
                    faults,
                    "/alternatives",
                    text,
                    Alternatives::from_code,
                    &known,
                )
            },
        );
        put(&mut draft.risk, self.risk.as_ref(), |text| {
            let known: Vec<_> = Risk::ALL.iter().map(|v| v.code()).collect();
            code(faults, "/risk", text, Risk::from_code, &known)
        });
    }

    fn fill_form(&self, draft: &mut Draft, faults: &mut Faults) {
        put(&mut draft.weight, self.weight_g.as_ref(), |grams| {
            weight(faults, "/weight_g", *grams)
        });
        put(&mut draft.units, self.units.as_ref(), |n| Some(*n));
        put(&mut draft.prescribed, self.prescribed_mg.as_ref(), |mass| {
            milligrams(faults, "/prescribed_mg", mass)
        });
    }
}

/// Keeps what does not fit as faults of the body.
pub(super) fn keep(faults: &mut Faults, misfits: Vec<Misfit>) {
    for misfit in misfits {
        let (at, Misfit { wrong, .. }) = (misfit.pointer(), misfit);
        faults.push(Fault::new(at, wrong));
    }
}

/// Why a request is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawBody {
    /// 1 to 500 characters; erased with the patient's record.
    #[schema(value_type = String, required = true)]
    pub(super) reason: Option<String>,
}

/// A proposed request that is right as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmBody {
    /// The version that was seen; refused when it has changed since.
    pub(super) version: Option<i64>,
}
