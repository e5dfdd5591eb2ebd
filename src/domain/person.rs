//! People who sign in. Which roles they hold, and where, is written beside them; what a role may do stays code
//! ([`super::role`]).

use super::calendar::Instant;
use super::code::Finess;
use super::id::{GrantId, PersonId};
use super::language::Language;
use super::role::Role;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name in the database.
    pub id: PersonId,
    /// As colleagues call them.
    pub name: String,
    /// Where they are written to, and how they sign in.
    pub email: String,
    /// Of their letters.
    pub language: Language,
    /// Whether they may sign in.
    pub active: bool,
    /// Counts the edits of all of this.
    pub version: i64,
}

/// Returns by what an address is found: the same in small letters, so that nobody is there twice.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// One role that a person holds, at one site or at every site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Its name.
    pub id: GrantId,
    /// Who holds it.
    pub person: PersonId,
    /// Which role.
    pub role: Role,
    /// Where; none: at every site.
    pub site: Option<Finess>,
    /// Who gave it.
    pub given_by: String,
    /// Since when.
    pub given_at: Instant,
    /// Until when; none: until it is taken.
    pub until: Option<Instant>,
}

impl RoleGrant {
    /// Returns whether it holds at an instant.
    pub fn holds_at(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Returns whether its holder can always let others in: an administrator everywhere, without an end.
    pub fn keeps_the_keys(&self) -> bool {
        self.role == Role::Admin && self.site.is_none() && self.until.is_none()
    }
}

/// From whom a second factor is asked at sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactorFor {
    /// From coordinators and administrators, and from whoever has set one up.
    #[default]
    Privileged,
    /// From everybody.
    Everybody,
}

impl SecondFactorFor {
    /// Returns the one of a code, if there is one: `privileged` or `everybody`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "privileged" => Some(Self::Privileged),
            "everybody" => Some(Self::Everybody),
            _ => None,
        }
    }

    /// Returns whether somebody who holds these roles must have one.
    pub fn asks(self, roles: impl IntoIterator<Item = Role>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Privileged => roles
                .into_iter()
                .any(|role| matches!(role, Role::Coordinator | Role::Admin)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_its_letters_are_written() {
        assert_eq!(email_key(" Anne.Martin@CHU.fr "), "anne.martin@chu.fr");
        assert_eq!(email_key("É@x.fr"), email_key("é@x.fr"));
    }

    #[test]
    fn a_second_factor_is_asked_of_those_who_can_do_most() {
        let asks = |role| SecondFactorFor::Privileged.asks([Role::Reader, role]);
        let asked = Role::ALL.into_iter().filter(|role| asks(*role));
        assert!(asked.eq([Role::Coordinator, Role::Admin]));
        assert!(SecondFactorFor::Everybody.asks([]));
    }
}
