//! The settings of the way out: mail servers, and who signs.

use super::origin::Origin;
use super::value::Secret;
use super::{Settings, value};
use std::path::PathBuf;
use std::time::Duration;

/// Those settings, checked as far as a text can be.
pub(super) struct OfMail {
    pub(super) mail_url: Secret,
    pub(super) mail_url_fallback: Option<Secret>,
    pub(super) mail_from: String,
    pub(super) mail_timeout: Duration,
    pub(super) mail_attempts_most: u32,
    pub(super) dkim_key_file: Option<PathBuf>,
    pub(super) dkim_selector: Option<String>,
    pub(super) dkim_domain: Option<String>,
}

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>) -> Option<OfMail> {
    let is = Settings::default();
    let url = origin.secret("mail_url", "mail_url_file", is.mail_url);
    let fallback = origin.secret_if_any("mail_url_fallback", "mail_url_fallback_file");
    let from = origin.parsed("mail_from", is.mail_from, value::MAILBOX, value::mailbox);
    let timeout = origin.millis("mail_timeout_ms", is.mail_timeout, 100..=300_000);
    let attempts = origin.whole("mail_attempts_most", is.mail_attempts_most, 1..=1_000);
    let key = origin.parsed("dkim_key_file", None, value::PATH, value::folder);
    let label = |key| {
        origin.parsed(key, None, value::LABELS, |text| {
            value::labels(text).map(Some)
        })
    };
    let selector = label("dkim_selector");
    let domain = label("dkim_domain");
    Some(OfMail {
        mail_url: url?,
        mail_url_fallback: fallback?,
        mail_from: from?,
        mail_timeout: timeout?,
        mail_attempts_most: attempts?,
        dkim_key_file: key?,
        dkim_selector: selector?,
        dkim_domain: domain?,
    })
}
