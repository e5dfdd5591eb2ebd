//! Who signed in too long ago for what opens or shuts accounts.

use super::ask::Ask;
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use chrono::TimeDelta;

/// How long after signing in somebody need not say again who they are.
///
/// Choice: a quarter of an hour, in which what one signed in for is done. OWASP ASVS 5.0, 7.5.1 and 7.5.2 ask for
/// it, and name no time.
const JUST_NOW: TimeDelta = TimeDelta::minutes(15);

impl Ask {
    /// Refuses somebody who signed in too long ago: whoever finds a desk that was left open does not keep it open
    /// for themselves. A token proves itself with each request.
    ///
    /// # Errors
    /// 403.
    pub fn signed_in_just_now(&self) -> Result<(), Problem> {
        match &self.session {
            Some(here) if self.now - here.created_at > JUST_NOW => Err(Problem::new(
                Kind::SignInAgain,
                Said::new(
                    "For that you must have signed in within the last fifteen minutes: sign in again, then repeat it.",
                    "Cette action demande une connexion de moins de quinze minutes : reconnectez-vous, puis recommencez.",
                ),
            )),
            Some(_) | None => Ok(()),
        }
    }
}
