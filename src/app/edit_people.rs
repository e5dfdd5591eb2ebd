//! Who can sign in, and who holds which role where.
//!
//! Administrators edit both. Nobody gives what they may not: a role is given where the giver's own holds, and
//! a person is edited by those whose reach covers every role of theirs, since whoever changes the address of
//! somebody can become them. What a role may do stays code ([`crate::domain::role`]).

use super::act::{Act, Done};
use super::error::Error;
use super::give_access::{within_reach, within_scope};
use super::set_password;
use crate::db::people::{self, Account};
use crate::db::tokens::Reach;
use crate::db::{self};
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::code::Finess;
use crate::domain::id::{GrantId, PersonId};
use crate::domain::language::Language;
use crate::domain::person::{Person, RoleGrant};
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::role::Role;
use crate::domain::scope::Scope;
use serde_json::json;

/// A role to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// Which.
    pub role: Role,
    /// Where; none: at every site.
    pub site: Option<Finess>,
    /// Until when; none: until it is taken.
    pub until: Option<Instant>,
}

/// Somebody to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// As colleagues call them.
    pub name: String,
    /// Their address, checked at the door.
    pub email: String,
    /// Of their letters.
    pub language: Language,
    /// The roles that they hold from the beginning.
    pub roles: Vec<NewRole>,
}

/// What changes of a person; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// As colleagues call them.
    pub name: Option<String>,
    /// Their address, checked at the door.
    pub email: Option<String>,
    /// Of their letters.
    pub language: Option<Language>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

/// How somebody who was added comes by a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// By a letter with a link.
    Invited,
    /// It is set already: its hash.
    Set(String),
}

/// Adds a person with roles.
///
/// # Errors
/// Refused when the address is there, a role cannot be given, or none is by somebody whose reach is not
/// everywhere.
pub fn add(act: &mut Act<'_>, new: &NewPerson, first: &First) -> Result<Account, Error> {
    if new.roles.is_empty() && act.caller.reach != Reach::Everywhere {
        return Err(Refusal::BeyondReach { site: None }.into());
    }
    if people::by_email(act.conn, &new.email)?.is_some() {
        return Err(Refusal::AlreadyThere { what: "person" }.into());
    }
    let person = Person {
        id: PersonId::new(act.id()),
        name: new.name.clone(),
        email: new.email.clone(),
        language: new.language,
        active: true,
        version: 1,
    };
    people::insert(act.conn, &person, act.now)?;
    write_down(act, "person.add", &person, json!({}))?;
    for role in &new.roles {
        give(act, &person.id, role)?;
    }
    match first {
        First::Invited => set_password::invite(act, &person)?,
        First::Set(hash) => {
            people::set_password(act.conn, &person.id, hash, act.now)?;
            write_down(act, "person.set-password", &person, json!({}))?;
        }
    }
    account(act, &person.id)
}

/// Returns a person whom the caller may see: one who holds a role within their reach, or anybody when that is
/// everywhere.
///
/// # Errors
/// Refused when there is none.
pub fn see(act: &mut Act<'_>, id: &PersonId) -> Result<(Account, Vec<RoleGrant>), Error> {
    let account = account(act, id)?;
    let roles = people::roles(act.conn, id)?;
    let reach = &act.caller.reach;
    let there = roles.iter().any(|r| covers(reach, r.site));
    if there || *reach == Reach::Everywhere {
        return Ok((account, roles));
    }
    Err(unknown(id).into())
}

/// Returns who has an address, if anybody: for whoever is at the machine.
///
/// # Errors
/// When the database cannot be read.
pub fn by_email(act: &mut Act<'_>, email: &str) -> Result<Option<PersonId>, Error> {
    Ok(people::by_email(act.conn, email)?.map(|account| account.person.id))
}

/// Returns up to `limit` of those whose id comes after `after`, each with their roles.
///
/// # Errors
/// When the database cannot be read.
pub fn list(
    act: &mut Act<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(Account, Vec<RoleGrant>)>, Error> {
    let page = people::page(act.conn, &act.caller.reach, after, limit)?;
    let ids: Vec<PersonId> = page.iter().map(|a| a.person.id.clone()).collect();
    let roles = people::of_many(act.conn, &ids)?;
    let with_roles = |account: Account| {
        let of = roles.iter().filter(|r| r.person == account.person.id);
        let of = of.cloned().collect();
        (account, of)
    };
    Ok(page.into_iter().map(with_roles).collect())
}

/// Changes a person; one who may no longer sign in is signed out everywhere at once.
///
/// # Errors
/// Refused when there is none within the caller's reach, the address is another's, or nobody would be left who
/// can let others in.
pub fn change(
    act: &mut Act<'_>,
    id: &PersonId,
    expected: impl FnOnce(i64) -> bool,
    wanted: &Change,
) -> Result<(Account, Vec<RoleGrant>), Error> {
    let before = editable(act, id)?.person;
    if !expected(before.version) {
        return Err(Refusal::Stale {
            version: before.version,
        }
        .into());
    }
    let mut after = before.clone();
    after.name = wanted.name.clone().unwrap_or(after.name);
    after.email = wanted.email.clone().unwrap_or(after.email);
    after.language = wanted.language.unwrap_or(after.language);
    after.active = wanted.active.unwrap_or(after.active);
    if after == before {
        return see(act, id);
    }
    let taken = people::by_email(act.conn, &after.email)?;
    if taken.is_some_and(|other| other.person.id != *id) {
        return Err(Refusal::AlreadyThere { what: "person" }.into());
    }
    after.version += 1;
    let moved = after.email != before.email;
    let left = before.active && !after.active;
    let keys = left.then(|| keys_are_held(act)).transpose()?;
    // another edit may have come in between: a person belongs to no site whose lock would keep it away
    if !people::update(act.conn, &after)? {
        return Err(Refusal::Stale {
            version: after.version,
        }
        .into());
    }
    if moved || left {
        // links on their way to the old address are worth nothing, nor is what was opened by it
        db::person_links::use_up_all(act.conn, id, act.now)?;
        db::sessions::end_all(act.conn, id, None)?;
    }
    let details = json!({
        "name": after.name != before.name, "email": moved, "language": after.language.code(),
        "active": after.active,
    });
    write_down(act, "person.edit", &after, details)?;
    still_held(act, keys.unwrap_or(false))?;
    if moved {
        // whoever has the old address learns that it is no longer theirs to sign in with
        set_password::tell(act, &before, set_password::Told::AddressChanged)?;
    }
    see(act, id)
}

/// Gives a role to a person whom the caller may see, at a site of the caller's own.
///
/// # Errors
/// Refused when there is no such person or site, the site is beyond the caller's reach, the role is held there
/// already, or would have ended already.
pub fn give(act: &mut Act<'_>, person: &PersonId, new: &NewRole) -> Result<RoleGrant, Error> {
    let wanted = match new.site {
        Some(site) => Reach::Sites(vec![site]),
        None => Reach::Everywhere,
    };
    within_reach(act, &wanted)?;
    // a role is all that it includes
    within_scope(act, &Scope::All)?;
    if let Some(site) = new.site
        && db::sites::find(act.conn, site)?.is_none()
    {
        return Err(Refusal::Unknown {
            what: "site",
            name: site.to_string(),
        }
        .into());
    }
    if new.until.is_some_and(|until| until <= act.now) {
        return Err(Refusal::InThePast { what: "until" }.into());
    }
    let there = people::roles(act.conn, person)?;
    let same = |r: &&RoleGrant| r.role == new.role && r.site == new.site;
    match there.iter().find(same) {
        Some(held) if held.holds_at(act.now) => {
            return Err(Refusal::AlreadyThere { what: "role" }.into());
        }
        // it has ended: another takes its place
        Some(ended) => {
            let by = act.caller.id.clone();
            people::take(act.conn, &ended.id, &by, act.now)?;
        }
        None => {}
    }
    let grant = RoleGrant {
        id: GrantId::new(act.id()),
        person: person.clone(),
        role: new.role,
        site: new.site,
        given_by: act.caller.id.clone(),
        given_at: to_micros(act.now),
        until: new.until.map(to_micros),
    };
    people::give(act.conn, &grant)?;
    write_role(act, "role.give", &grant)?;
    Ok(grant)
}

/// Takes a role from a person, at a site of the caller's own; it counts for nothing from the next request on.
///
/// # Errors
/// Refused when there is none within the caller's reach, or nobody would be left who can let others in.
pub fn take(act: &mut Act<'_>, person: &PersonId, id: &GrantId) -> Result<(), Error> {
    let found = people::grant(act.conn, person, id)?;
    let found = found.filter(|grant| covers(&act.caller.reach, grant.site));
    let grant = found.ok_or_else(|| Refusal::Unknown {
        what: "role",
        name: id.to_string(),
    })?;
    let keys = grant.keeps_the_keys() && keys_are_held(act)?;
    let by = act.caller.id.clone();
    if !people::take(act.conn, id, &by, act.now)? {
        return Ok(());
    }
    write_role(act, "role.take", &grant)?;
    still_held(act, keys)
}

/// Writes a person a letter with a link to set a password; of one who has a password, that is good until then.
///
/// # Errors
/// Refused when there is none within the caller's reach, or they may not sign in.
pub fn reset(act: &mut Act<'_>, id: &PersonId) -> Result<(), Error> {
    let account = editable(act, id)?;
    if !account.person.active {
        return Err(Refusal::WrongState { state: "inactive" }.into());
    }
    write_down(act, "person.reset", &account.person, json!({}))?;
    match account.password {
        Some(_) => set_password::reset(act, &account.person),
        None => set_password::invite(act, &account.person),
    }
}

/// Takes a person's second factor away, who has lost it: they set up another when they next sign in, and are
/// signed out until then.
///
/// # Errors
/// Refused when there is none within the caller's reach.
pub fn remove_second_factor(act: &mut Act<'_>, id: &PersonId) -> Result<(), Error> {
    let account = editable(act, id)?;
    people::clear_second_factor(act.conn, id)?;
    db::sessions::end_all(act.conn, id, None)?;
    write_down(
        act,
        "person.remove-second-factor",
        &account.person,
        json!({}),
    )?;
    set_password::tell(
        act,
        &account.person,
        set_password::Told::SecondFactorRemoved,
    )
}

/// The person of an id, if the caller may edit them: their reach covers every role of theirs.
pub(super) fn editable(act: &mut Act<'_>, id: &PersonId) -> Result<Account, Error> {
    let (account, roles) = see(act, id)?;
    let own = act.caller.person().as_ref() == Some(id);
    let beyond = roles.iter().find(|r| !covers(&act.caller.reach, r.site));
    match beyond {
        Some(grant) if !own => Err(Refusal::BeyondReach { site: grant.site }.into()),
        Some(_) | None => Ok(account),
    }
}

fn covers(reach: &Reach, site: Option<Finess>) -> bool {
    match site {
        Some(site) => reach.includes(site),
        None => *reach == Reach::Everywhere,
    }
}

fn account(act: &mut Act<'_>, id: &PersonId) -> Result<Account, Error> {
    Ok(people::find(act.conn, id)?.ok_or_else(|| unknown(id))?)
}

fn unknown(id: &PersonId) -> Refusal {
    Refusal::Unknown {
        what: "person",
        name: id.to_string(),
    }
}

/// Whether anybody is there who can always let others in. Others who take that away at the same time wait.
fn keys_are_held(act: &mut Act<'_>) -> Result<bool, Error> {
    db::dialect::lock_chain(act.conn, "administrators")?;
    Ok(people::administrators(act.conn)? > 0)
}

/// Refuses when somebody was, and nobody is any more.
fn still_held(act: &mut Act<'_>, were: bool) -> Result<(), Error> {
    if were && people::administrators(act.conn)? == 0 {
        return Err(OfAccess::LastAdministrator.into());
    }
    Ok(())
}

fn write_role(act: &mut Act<'_>, action: &'static str, grant: &RoleGrant) -> Result<(), Error> {
    let details = json!({
        "grant": grant.id.as_str(), "role": grant.role.code(),
        "site": grant.site.map(|site| site.to_string()), "until": grant.until,
    });
    act.audit(
        None,
        Done {
            action,
            object: grant.person.as_str(),
            patient: None,
            details,
        },
    )
}

/// A line on the audit trail: who it was done to is the id; name and address stand in the table of people.
pub(super) fn write_down(
    act: &mut Act<'_>,
    action: &'static str,
    person: &Person,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        None,
        Done {
            action,
            object: person.id.as_str(),
            patient: None,
            details,
        },
    )
}
