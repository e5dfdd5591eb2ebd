//! The settings of the audit trail.

use super::origin::Origin;
use super::value;
use std::path::PathBuf;

/// Those settings, checked.
pub(super) struct OfAudit {
    pub(super) audit_signing_key_file: Option<PathBuf>,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfAudit> {
    let key = origin.parsed("audit_signing_key_file", None, value::PATH, value::folder);
    Some(OfAudit {
        audit_signing_key_file: key?,
    })
}
