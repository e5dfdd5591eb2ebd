//! The settings of who hears when.

use super::Settings;
use super::origin::Origin;

/// Those settings, checked.
pub(super) struct OfAlerts {
    pub(super) escalate_after_hours: u32,
    pub(super) evaluation_late_minutes: u32,
    pub(super) outbox_late_minutes: u32,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfAlerts> {
    let is = Settings::default();
    let escalate = origin.whole("escalate_after_hours", is.escalate_after_hours, 1..=168);
    let evaluation = origin.whole(
        "evaluation_late_minutes",
        is.evaluation_late_minutes,
        2..=1_440,
    );
    let outbox = origin.whole("outbox_late_minutes", is.outbox_late_minutes, 2..=1_440);
    Some(OfAlerts {
        escalate_after_hours: escalate?,
        evaluation_late_minutes: evaluation?,
        outbox_late_minutes: outbox?,
    })
}
