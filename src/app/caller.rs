//! Who acts, in which of their roles, and where.

use crate::db::tokens::Reach;
use crate::domain::code::Finess;
use crate::domain::id::{BreakGlassId, PersonId};
use crate::domain::reason::Refusal;
use crate::domain::role::{Action, Role, is_felt_everywhere, may, may_by_breaking};
use crate::domain::scope::Scope;

/// How the id of a person begins, where ids of tokens stand too.
const PERSON: &str = "person:";

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The id of their token; `person:` and the id of a person who signed in, `recipient:` and that of one who
    /// followed a link; `command-line` or `service` for those who need none, `nobody` for those not known.
    pub id: String,
    /// The name on the token, or of the person.
    pub name: String,
    /// In what role: of several, the one that allows what they were admitted for.
    pub role: Role,
    /// Where they may do that.
    pub reach: Reach,
    /// Every role that they hold, and where.
    pub held: Vec<Held>,
    /// What of their roles they may use.
    pub scope: Scope,
    /// What they were admitted for, if they came by a door that asks.
    pub acting: Option<Action>,
    /// The request by which they act.
    pub request_id: String,
    /// From where: the network address that asks, [`HERE`] for the machine itself.
    pub peer: String,
}

/// From where somebody acts who is at the machine itself.
pub const HERE: &str = "local";

/// By which request somebody acts, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The request, `-` without one.
    pub request_id: String,
    /// The network address that asks, [`HERE`] for the machine itself.
    pub peer: String,
}

impl Asked {
    /// By no request, at the machine itself.
    pub fn here() -> Self {
        Self {
            request_id: "-".to_owned(),
            peer: HERE.to_owned(),
        }
    }
}

/// A role that somebody holds, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which role.
    pub role: Role,
    /// Where.
    pub reach: Reach,
    /// By which breaking of the glass, if it is for a while and a reason.
    pub by_breaking: Option<BreakGlassId>,
}

impl Held {
    /// A role that was given.
    pub const fn given(role: Role, reach: Reach) -> Self {
        Self {
            role,
            reach,
            by_breaking: None,
        }
    }

    fn allows(&self, action: Action, site: Option<Finess>) -> bool {
        let here = match site {
            Some(site) => self.reach.includes(site),
            None => !is_felt_everywhere(action) || self.reach == Reach::Everywhere,
        };
        self.includes(action) && here
    }

    /// Whether it is for `action` anywhere.
    fn includes(&self, action: Action) -> bool {
        may(self.role, action) && (self.by_breaking.is_none() || may_by_breaking(action))
    }
}

/// What somebody lacks who may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacks {
    /// No role of theirs includes it anywhere.
    Role,
    /// Their token is not for it.
    Scope,
    /// No role that includes it is held at this site.
    Site,
    /// No role that includes it is held at every site, and it is felt there.
    EverySite,
}

impl Caller {
    /// The service itself, by what follows from time alone.
    pub fn service() -> Self {
        Self::at_the_machine("service", Role::Admin)
    }

    /// Somebody at the machine itself, who may do everything: the command line, the demonstration.
    pub fn at_the_machine(id: &str, role: Role) -> Self {
        Self {
            name: id.to_owned(),
            ..Self::holding(
                id,
                vec![Held::given(role, Reach::Everywhere)],
                &Asked::here(),
            )
        }
    }

    /// Somebody who is not known, and may do nothing.
    pub fn nobody(asked: &Asked) -> Self {
        Self::holding("nobody", Vec::new(), asked)
    }

    /// Somebody who holds roles; before they are admitted for anything, the first of them is theirs.
    pub fn holding(id: &str, held: Vec<Held>, asked: &Asked) -> Self {
        let nowhere = Reach::Sites(Vec::new());
        let reach = held.iter().fold(nowhere, |all, h| all.and(&h.reach));
        Self {
            id: id.to_owned(),
            name: String::new(),
            role: held.first().map_or(Role::Reader, |h| h.role),
            reach,
            held,
            scope: Scope::All,
            acting: None,
            request_id: asked.request_id.clone(),
            peer: asked.peer.clone(),
        }
    }

    /// Returns by which request they act, and from where.
    pub fn asked(&self) -> Asked {
        Asked {
            request_id: self.request_id.clone(),
            peer: self.peer.clone(),
        }
    }

    /// Returns the id of a person as one who acts.
    pub fn id_of_person(id: &PersonId) -> String {
        format!("{PERSON}{id}")
    }

    /// Returns which person this is, if they signed in.
    pub fn person(&self) -> Option<PersonId> {
        self.id.strip_prefix(PERSON).map(PersonId::new)
    }

    /// Refuses unless the caller may do `action`, at `site` if one is named; without one, what is
    /// felt at every site asks for access that holds at every site.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn check(&self, action: Action, site: Option<Finess>) -> Result<(), Refusal> {
        match self.lacks(action, site) {
            None => Ok(()),
            Some(_) => Err(Refusal::Forbidden),
        }
    }

    /// Returns what the caller lacks to do `action`, if anything: any role that they hold there may allow it.
    pub fn lacks(&self, action: Action, site: Option<Finess>) -> Option<Lacks> {
        if !self.scope.allows(action) {
            return Some(Lacks::Scope);
        }
        // who one is and where one is signed in is a question of nobody's role
        let known = action == Action::ReadSelf && site.is_none();
        if known || self.held.iter().any(|h| h.allows(action, site)) {
            return None;
        }
        if !self.held.iter().any(|h| h.includes(action)) {
            return Some(Lacks::Role);
        }
        Some(match site {
            Some(_) => Lacks::Site,
            None => Lacks::EverySite,
        })
    }

    /// The same, admitted for `action`: in the role that allows it, wherever any of theirs does.
    #[must_use]
    pub fn admitted_for(mut self, action: Action, site: Option<Finess>) -> Self {
        self.acting = Some(action);
        let allow = |h: &&Held| h.includes(action);
        if self.held.iter().any(|h| allow(&h)) {
            let nowhere = Reach::Sites(Vec::new());
            let held = self.held.iter().filter(allow);
            self.reach = held.fold(nowhere, |all, h| all.and(&h.reach));
        }
        if let Some(held) = self.held_at(site) {
            self.role = held.role;
        }
        self
    }

    /// Returns the role that allows at a site what they were admitted for; of several, one that was given.
    fn held_at(&self, site: Option<Finess>) -> Option<&Held> {
        let there = |h: &&Held| {
            self.acting.is_none_or(|action| h.includes(action))
                && site.is_none_or(|site| h.reach.includes(site))
        };
        let given = self.held.iter().filter(|h| h.by_breaking.is_none());
        let broken = self.held.iter().filter(|h| h.by_breaking.is_some());
        given.chain(broken).find(there)
    }

    /// Returns in what role they act at a site, as the audit trail says it.
    pub fn role_at(&self, site: Option<Finess>) -> &'static str {
        match self.held_at(site) {
            Some(held) => held.role.code(),
            None if self.held.is_empty() => "none",
            None => self.role.code(),
        }
    }

    /// Returns by which breaking of the glass they act at a site, if by nothing else.
    pub fn breaking_at(&self, site: Option<Finess>) -> Option<&BreakGlassId> {
        self.held_at(site).and_then(|h| h.by_breaking.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(role: Role, sites: &[&str]) -> Held {
        let sites = sites.iter().map(|s| Finess::parse(s).unwrap());
        Held::given(role, Reach::Sites(sites.collect()))
    }

    const A: &str = "750100125";
    const B: &str = "690000013";

    fn somebody() -> Caller {
        let held = vec![at(Role::Pharmacist, &[A]), at(Role::Reader, &[B])];
        Caller::holding("person:1", held, &Asked::here())
    }

    #[test]
    fn each_role_allows_what_it_may_where_it_is_held_and_nowhere_else() {
        let (a, b) = (Finess::parse(A).ok(), Finess::parse(B).ok());
        let who = somebody();
        assert_eq!(who.lacks(Action::MoveStock, a), None);
        assert_eq!(who.lacks(Action::MoveStock, b), Some(Lacks::Site));
        assert_eq!(who.lacks(Action::ReadStock, b), None);
        assert_eq!(who.lacks(Action::EditPeople, a), Some(Lacks::Role));
        assert_eq!(who.lacks(Action::ReadSelf, None), None);
    }

    #[test]
    fn what_is_done_is_done_in_the_role_that_allows_it_there() {
        let (a, b) = (Finess::parse(A).ok(), Finess::parse(B).ok());
        let reads = somebody().admitted_for(Action::ReadStock, None);
        assert_eq!(
            (reads.role_at(a), reads.role_at(b)),
            ("pharmacist", "reader")
        );
        assert_eq!(reads.reach.sites().map(<[_]>::len), Some(2));
        let moves = somebody().admitted_for(Action::MoveStock, a);
        assert_eq!(moves.role, Role::Pharmacist);
        assert_eq!(moves.reach, at(Role::Pharmacist, &[A]).reach);
    }

    #[test]
    fn who_is_not_known_may_do_nothing_and_acts_in_no_role() {
        let nobody = Caller::nobody(&Asked::here());
        for action in Action::ALL.into_iter().filter(|a| *a != Action::ReadSelf) {
            assert_eq!(nobody.lacks(action, None), Some(Lacks::Role), "{action:?}");
        }
        assert_eq!(nobody.role_at(None), "none");
    }

    #[test]
    fn a_scope_narrows_what_a_role_allows() {
        let who = Caller {
            scope: Scope::ReadOnly,
            ..somebody()
        };
        let a = Finess::parse(A).ok();
        assert_eq!(who.lacks(Action::MoveStock, a), Some(Lacks::Scope));
        assert_eq!(who.lacks(Action::ReadStock, a), None);
    }

    #[test]
    fn a_role_that_was_given_goes_before_one_by_breaking_the_glass() {
        let mut who = somebody();
        who.held.insert(
            0,
            Held {
                by_breaking: Some(BreakGlassId::new("1")),
                ..at(Role::Pharmacist, &[A, B])
            },
        );
        let (a, b) = (Finess::parse(A).ok(), Finess::parse(B).ok());
        let who = who.admitted_for(Action::MoveStock, b);
        assert_eq!(who.breaking_at(a), None);
        assert_eq!(who.lacks(Action::EditRecipients, b), Some(Lacks::Site));
        assert!(who.breaking_at(b).is_some());
    }
}
