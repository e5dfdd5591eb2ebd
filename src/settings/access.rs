//! The settings of who comes in, and for how long.

use super::origin::Origin;
use super::value::Secret;
use super::{Settings, value};
use crate::domain::person::SecondFactorFor;

/// Those settings, checked.
pub(super) struct OfAccess {
    pub(super) session_idle_minutes: u32,
    pub(super) session_most_hours: u32,
    pub(super) second_factor_for: SecondFactorFor,
    pub(super) break_glass_minutes: u32,
    pub(super) secrets_key: Option<Secret>,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfAccess> {
    let is = Settings::default();
    let idle = origin.whole("session_idle_minutes", is.session_idle_minutes, 5..=1_440);
    let most = origin.whole("session_most_hours", is.session_most_hours, 1..=168);
    let second_factor = origin.parsed(
        "second_factor_for",
        is.second_factor_for,
        value::SECOND_FACTOR,
        SecondFactorFor::from_code,
    );
    let breaking = origin.whole("break_glass_minutes", is.break_glass_minutes, 15..=720);
    let key = origin.secret_if_any("secrets_key", "secrets_key_file");
    let key = key?;
    if let Some(key) = &key
        && !value::is_key(key.expose())
    {
        return origin.inconsistent(
            "secrets_key",
            "it holds something else, expected 64 hexadecimal digits",
        );
    }
    Some(OfAccess {
        session_idle_minutes: idle?,
        session_most_hours: most?,
        second_factor_for: second_factor?,
        break_glass_minutes: breaking?,
        secrets_key: key,
    })
}
