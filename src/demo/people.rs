//! The people of the demonstration: one a role, with a password that is made up when they are added.

use super::network;
use crate::app::access::passwords::Password;
use crate::app::edit_people::{self, First, NewPerson, NewRole};
use crate::app::{Caller, Service};
use crate::domain::calendar::Instant;
use crate::domain::language::Language;
use crate::domain::role::Role;

/// Adds one person a role, with one password, and returns it; nothing when they are there from another time.
pub(super) async fn add(service: &Service, now: Instant) -> anyhow::Result<Option<String>> {
    let password = format!("essai-{}", hex::encode(rand::random::<[u8; 8]>()));
    let typed = Password::typed(&password);
    let turn = service.hashing().turn().await?;
    let hashed = service.hashing().hash(turn, move || typed.hash()).await;
    let hash = hashed.and_then(|hash| hash).map_err(anyhow::Error::msg)?;
    let group = network::group()?;
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let added = service.write(caller, now, Vec::new(), move |act| {
        for role in Role::ALL {
            let email = address(role);
            if edit_people::by_email(act, &email)?.is_some() {
                return Ok(false);
            }
            let sites = match role {
                Role::Coordinator | Role::Admin => vec![None],
                Role::Pharmacist | Role::CarTUnit | Role::Prescriber | Role::Reader => {
                    group.iter().copied().map(Some).collect()
                }
            };
            let held = |site| NewRole {
                role,
                site,
                until: None,
            };
            let new = NewPerson {
                name: format!("demo {}", role.code()),
                email,
                language: Language::Fr,
                roles: sites.into_iter().map(held).collect(),
            };
            edit_people::add(act, &new, &First::Set(hash.clone()))?;
        }
        Ok(true)
    });
    Ok(added.await?.then_some(password))
}

/// The address with which somebody in a role signs in.
fn address(role: Role) -> String {
    format!("{}@demo.example.org", role.code())
}

/// What the demonstration says of them.
pub(super) fn words(password: Option<&str>) -> String {
    let how = password.map_or_else(
        || "the password said at the first start".to_owned(),
        |password| format!("the password {password}"),
    );
    format!(
        "\nPeople, one a role: pharmacist@demo.example.org and so on, all with {how}\n\
         (POST /api/v1/sign-in; coordinator and admin set up a second factor first).\n"
    )
}
