//! Why something about access was refused.

use crate::domain::calendar::Instant;
use crate::domain::password::Weakness;

/// A decided refusal about people, passwords, codes and tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfAccess {
    /// It would last too long.
    TooLate {
        /// Which instant or number: `expires_at`, `overlap_hours`.
        what: &'static str,
        /// The most days from now.
        most_days: i64,
    },
    /// Nobody would be left who can let others in.
    LastAdministrator,
    /// It is for people who signed in, and a token asks.
    NotAPerson,
    /// What would be given is wider than the scope of the token that gives it.
    BeyondScope,
    /// They hold the role there already, given or by breaking the glass.
    HeldAlready,
    /// They hold several roles in which the glass can be broken, and name none; or none that they name.
    WhichRole,
    /// The password is too weak.
    WeakPassword(Weakness),
    /// The code is not right, or was used.
    WrongCode,
    /// It asks for a code of a second factor, and they have none.
    SecondFactorFirst,
    /// Codes or passwords were wrong too often: no other is looked at before then.
    WaitUntil {
        /// Until when.
        until: Instant,
    },
}

impl OfAccess {
    /// Returns the stable code of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLate { .. } => "too-late",
            Self::LastAdministrator => "last-administrator",
            Self::NotAPerson => "not-a-person",
            Self::BeyondScope => "beyond-scope",
            Self::HeldAlready => "held-already",
            Self::WhichRole => "which-role",
            Self::WeakPassword(_) => "weak-password",
            Self::WrongCode => "wrong-code",
            Self::SecondFactorFirst => "second-factor-first",
            Self::WaitUntil { .. } => "wait",
        }
    }
}

impl From<OfAccess> for super::Refusal {
    fn from(refusal: OfAccess) -> Self {
        Self::Access(refusal)
    }
}
