//! Breaking the glass: access to a site that is not one's own, for a while and a stated reason.
//!
//! The patient is at another hospital tonight, and whoever could give a role is asleep. Nobody is asked;
//! everybody who must know hears of it at once.

use super::calendar::Instant;
use super::code::Finess;
use super::id::{BreakGlassId, PersonId};
use super::role::Role;

/// The most characters of a reason.
pub const REASON_MOST: usize = 500;

/// In which roles the glass can be broken.
///
/// Choice: in those of people who treat. A coordinator and an administrator answer for a network from a desk,
/// and can wait for somebody who gives them the role.
pub const ROLES: [Role; 3] = [Role::Pharmacist, Role::CarTUnit, Role::Prescriber];

/// Once that somebody broke the glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaking {
    /// Its name.
    pub id: BreakGlassId,
    /// Who did.
    pub person: PersonId,
    /// In which of their roles.
    pub role: Role,
    /// Where.
    pub site: Finess,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub at: Instant,
    /// Until when at the latest.
    pub until: Instant,
    /// When and by whom it was ended before that.
    pub ended: Option<(Instant, String)>,
}

impl Breaking {
    /// Returns whether it lets in at an instant.
    pub fn holds_at(&self, now: Instant) -> bool {
        self.ended.is_none() && now < self.until
    }

    /// Returns when it ended or will.
    pub fn ends_at(&self) -> Instant {
        self.ended
            .as_ref()
            .map_or(self.until, |(at, _)| *at.min(&self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lets_in_until_it_is_over_or_somebody_ends_it() {
        let at = |hour| -> Instant { format!("2021-10-20T{hour}:00:00Z").parse().unwrap() };
        let mut one = Breaking {
            id: BreakGlassId::new("1"),
            person: PersonId::new("2"),
            role: Role::Pharmacist,
            site: Finess::parse("750100125").unwrap(),
            reason: "x".to_owned(),
            at: at(10),
            until: at(12),
            ended: None,
        };
        assert!(one.holds_at(at(11)) && !one.holds_at(at(12)));
        one.ended = Some((at(11), "person:3".to_owned()));
        assert!(!one.holds_at(at(11)));
        assert_eq!(one.ends_at(), at(11));
    }
}
