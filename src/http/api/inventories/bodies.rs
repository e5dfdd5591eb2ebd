//! What is sent about inventories, and read with every fault at once.

use crate::app::inventory::close::{Reason, Uncounted};
use crate::domain::calendar::Instant;
use crate::domain::inventory::Why;
use crate::domain::ledger::UnitState;
use crate::http::api::fields::{code, lot_named, note};
use crate::http::body::Object;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// An inventory to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// What it is for: at most 2000 characters.
    pub(super) note: Option<String>,
}

/// A count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountBody {
    pub(super) cip13: String,
    pub(super) lot: String,
    /// Needed of a lot that was never here, and where two lots share the number.
    pub(super) expiry: Option<String>,
    /// Which units of it: `usable` (when not said) or `quarantined`.
    pub(super) state: Option<String>,
    /// How many were there: 0 to 1000000.
    pub(super) counted: i64,
    /// When it was counted, if not now: since the inventory was opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) counted_at: Option<Instant>,
}

/// The end of an inventory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// Of each difference, why.
    #[schema(value_type = Option<Vec<DifferenceBody>>)]
    pub(super) differences: Option<Vec<Object<DifferenceBody>>>,
    /// `leave`: lots that are on the shelf and were not counted stay as they are. Without it there may be none.
    pub(super) uncounted: Option<String>,
}

/// Why a line differs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceBody {
    pub(super) cip13: String,
    pub(super) lot: String,
    /// Where two lots share the number.
    pub(super) expiry: Option<String>,
    /// `usable` (when not said) or `quarantined`.
    pub(super) state: Option<String>,
    /// `missing`: units are gone; `found`: there are more; `clerical`: the ledger was wrong from the start.
    pub(super) reason: String,
    /// At most 2000 characters; no names.
    pub(super) note: Option<String>,
}

/// Why an inventory is cancelled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelInventoryBody {
    /// At most 2000 characters.
    pub(super) note: Option<String>,
}

pub(super) fn state(faults: &mut Faults, at: &str, text: Option<&str>) -> Option<UnitState> {
    let text = text.unwrap_or("usable");
    code(
        faults,
        at,
        text,
        UnitState::from_code,
        &["usable", "quarantined"],
    )
}

impl CloseBody {
    pub(super) fn read(&self) -> Result<(Vec<Reason>, Uncounted), Problem> {
        let mut faults = Faults::new();
        let left = match self.uncounted.as_deref() {
            None => Some(Uncounted::Refuse),
            Some(text) => code(
                &mut faults,
                "/uncounted",
                text,
                |text| (text == "leave").then_some(Uncounted::Leave),
                &["leave"],
            ),
        };
        let bodies = self.differences.as_deref().unwrap_or_default();
        let mut reasons: Vec<Reason> = Vec::new();
        for (n, Object(body)) in bodies.iter().enumerate() {
            let at = format!("/differences/{n}");
            if let Some(reason) = body.read(&mut faults, &at) {
                let same = |r: &Reason| r.which == reason.which && r.state == reason.state;
                if reasons.iter().any(same) {
                    let said = Said::new("stands there twice", "figure deux fois");
                    faults.push(Fault::new(at, said));
                }
                reasons.push(reason);
            }
        }
        let (left, ()) = faults.all((left, Some(())))?;
        Ok((reasons, left))
    }
}

impl DifferenceBody {
    fn read(&self, faults: &mut Faults, at: &str) -> Option<Reason> {
        let named = (
            self.cip13.as_str(),
            self.lot.as_str(),
            self.expiry.as_deref(),
        );
        let which = lot_named(faults, at, named);
        let state = state(faults, &format!("{at}/state"), self.state.as_deref());
        let (place, known) = (format!("{at}/reason"), Why::ALL.map(Why::code));
        let why = code(faults, &place, &self.reason, Why::from_code, &known);
        let note = note(faults, &format!("{at}/note"), self.note.as_deref());
        Some(Reason {
            which: which?,
            state: state?,
            why: why?,
            note,
        })
    }
}
