//! The settings of safety copies and of the sheets for a day on paper.

use super::origin::Origin;
use super::{Settings, value};
use std::path::PathBuf;

/// Those settings, checked.
pub(super) struct OfCopies {
    pub(super) backup_folder: Option<PathBuf>,
    pub(super) backup_every_hours: u32,
    pub(super) backup_keep_days: u32,
    pub(super) backup_keep_months: u32,
    pub(super) backup_too_old_hours: u32,
    pub(super) operations_email: Option<String>,
    pub(super) situation_folder: Option<PathBuf>,
    pub(super) situation_every_hours: u32,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfCopies> {
    let is = Settings::default();
    let folder = |key| origin.parsed(key, None, value::FOLDER, value::folder);
    let backup_folder = folder("backup_folder");
    let every = origin.whole("backup_every_hours", is.backup_every_hours, 1..=168);
    let days = origin.whole("backup_keep_days", is.backup_keep_days, 1..=3_650);
    let months = origin.whole("backup_keep_months", is.backup_keep_months, 0..=120);
    let too_old = origin.whole("backup_too_old_hours", is.backup_too_old_hours, 1..=720);
    let email = origin.parsed("operations_email", None, value::MAILBOX, |text| {
        value::mailbox(text).map(Some)
    });
    let situation_folder = folder("situation_folder");
    let situation = origin.whole("situation_every_hours", is.situation_every_hours, 1..=24);
    let (every, too_old) = (every?, too_old?);
    if too_old <= every {
        // else each copy would be late before the next is made
        return origin.inconsistent(
            "backup_too_old_hours",
            &format!("it is {too_old}, expected more than backup_every_hours, which is {every}"),
        );
    }
    Some(OfCopies {
        backup_folder: backup_folder?,
        backup_every_hours: every,
        backup_keep_days: days?,
        backup_keep_months: months?,
        backup_too_old_hours: too_old,
        operations_email: email?,
        situation_folder: situation_folder?,
        situation_every_hours: situation?,
    })
}
