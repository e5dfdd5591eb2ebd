//! Where a letter leaves room for the links that are its recipient's alone.
//!
//! Such a link is worth what its recipient's word is worth, so it stands in no letter that is kept: the post
//! puts it in when it sends. What is kept, and read again, shows where it stood.

use crate::domain::alert::AlertKind;
use crate::domain::language::Language;

/// Where the link stands by which its recipient acknowledges the alert.
pub const ACKNOWLEDGE: &str = "[[acknowledge]]";

/// Where the link stands by which its recipient hears no more of its kind.
pub const UNSUBSCRIBE: &str = "[[unsubscribe]]";

/// Where the link stands that says why its recipient cannot but hear of it.
pub const WHY: &str = "[[why]]";

/// Returns whether a letter that tells this of an alert has a link to acknowledge it.
pub fn asks_for_an_answer(event: &str) -> bool {
    matches!(event, "opened" | "worsened" | "escalated")
}

/// What a letter says about the links of its recipient: title, and where the link stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Personal {
    pub(super) acknowledge: Option<(&'static str, &'static str)>,
    pub(super) stop: Option<(&'static str, &'static str)>,
}

/// What a letter about an alert says.
pub(super) fn of_alert(language: Language, kind: AlertKind, event: &str) -> Personal {
    let title = match language {
        Language::Fr => "Prendre en charge, sans se connecter",
        Language::En => "Acknowledge, without signing in",
    };
    Personal {
        acknowledge: asks_for_an_answer(event).then_some((title, ACKNOWLEDGE)),
        stop: Some(if kind.can_wait() {
            stop(language)
        } else {
            let title = match language {
                Language::Fr => "Pourquoi ce message ne peut être arrêté",
                Language::En => "Why this message cannot be stopped",
            };
            (title, WHY)
        }),
    }
}

/// What a letter says that may be stopped.
pub(super) const fn stop(language: Language) -> (&'static str, &'static str) {
    let title = match language {
        Language::Fr => "Ne plus recevoir ces messages",
        Language::En => "Receive no more of these messages",
    };
    (title, UNSUBSCRIBE)
}

/// What stands there once the link is worth nothing.
const GONE: &str = "#";

/// Returns the body of a letter with its recipient's links in it.
///
/// They are web addresses that we made: nothing in them need be escaped in HTML.
pub fn filled(body: &str, acknowledge: Option<&str>, unsubscribe: Option<&str>) -> String {
    body.replace(ACKNOWLEDGE, acknowledge.unwrap_or(GONE))
        .replace(UNSUBSCRIBE, unsubscribe.unwrap_or(GONE))
        .replace(WHY, unsubscribe.unwrap_or(GONE))
}

/// Returns whether a letter with this text is one that its recipient may hear no more of.
pub fn may_stop(text: &str) -> bool {
    text.contains(UNSUBSCRIBE)
}
