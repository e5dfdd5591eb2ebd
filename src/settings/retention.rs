//! The settings of how long what is kept.

use super::Settings;
use super::origin::Origin;

/// Those settings, checked.
pub(super) struct OfRetention {
    pub(super) patients: u32,
    pub(super) plans: u32,
    pub(super) letters: u32,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfRetention> {
    let is = Settings::default();
    let days = |key, default| origin.whole(key, default, 0..=36_525);
    let patients = days("retention_patients_days", is.retention_patients_days);
    let plans = days("retention_plans_days", is.retention_plans_days);
    let letters = days("retention_letters_days", is.retention_letters_days);
    Some(OfRetention {
        patients: patients?,
        plans: plans?,
        letters: letters?,
    })
}
