//! What is said of people: a row for those who read, a shape for those who compute.

use crate::app::records::Account;
use crate::domain::person::RoleGrant;
use serde_json::{Value, json};

pub(super) fn row((account, roles): &(Account, Vec<RoleGrant>)) -> [String; 5] {
    let roles: Vec<String> = roles
        .iter()
        .map(|r| format!("{} at {}", r.role.code(), site(r)))
        .collect();
    let factor = if account.has_second_factor() {
        "in force"
    } else {
        "-"
    };
    [
        account.person.email.clone(),
        account.person.name.clone(),
        state(account).to_owned(),
        factor.to_owned(),
        roles.join(", "),
    ]
}

pub(super) fn state(account: &Account) -> &'static str {
    match (account.person.active, &account.password) {
        (false, _) => "inactive",
        (true, None) => "invited",
        (true, Some(_)) => "active",
    }
}

pub(super) fn site(grant: &RoleGrant) -> String {
    grant
        .site
        .map_or_else(|| "every site".to_owned(), |site| site.to_string())
}

pub(super) fn shape(account: &Account, roles: &[RoleGrant]) -> Value {
    let role = |r: &RoleGrant| {
        json!({
            "id": r.id.as_str(), "role": r.role.code(),
            "site": r.site.map(|site| site.to_string()), "all_sites": r.site.is_none(),
            "given_by": r.given_by,
        })
    };
    json!({
        "id": account.person.id.as_str(),
        "name": account.person.name,
        "email": account.person.email,
        "language": account.person.language.code(),
        "state": state(account),
        "second_factor": account.has_second_factor(),
        "roles": roles.iter().map(role).collect::<Vec<_>>(),
    })
}
