//! Who belongs: signing in, sessions, people and their roles.

use super::PAGE;
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{people, sessions, sign_in};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns the routes by which somebody comes in, and what they do about themselves.
pub(super) fn of_oneself() -> Vec<Route> {
    let own = Action::ReadSelf;
    vec![
        route(
            Method::POST,
            "/sign-in",
            own,
            "Sign in with address and password; sets a cookie. A code of a second factor may be wanted next.",
            sign_in::sign_in,
        )
        .takes::<sign_in::SignInBody>()
        .gives::<sign_in::SignedIn>(200)
        .open(),
        route(
            Method::POST,
            "/sign-in/second-factor",
            own,
            "The second step of signing in: a code of the app, or one that was written down.",
            sign_in::second_factor,
        )
        .takes::<sign_in::CodeBody>()
        .gives::<sign_in::SignedIn>(200)
        .open(),
        route(
            Method::POST,
            "/sign-in/enrolment",
            own,
            "Set up a second factor, for those who must have one and have none yet; its first code signs in.",
            sign_in::enrol,
        )
        .gives::<sign_in::Enrolment>(200)
        .open(),
        route(
            Method::POST,
            "/password-reset",
            own,
            "Ask for a letter with a link to set a password; the answer is the same for every address.",
            sign_in::reset,
        )
        .takes::<sign_in::ResetBody>()
        .gives::<sign_in::Accepted>(202)
        .open(),
        route(
            Method::POST,
            "/sign-out",
            own,
            "End this session.",
            sessions::sign_out,
        )
        .for_people(),
        route(
            Method::GET,
            "/sessions",
            own,
            "Where you are signed in.",
            sessions::list,
        )
        .gives::<sessions::Sessions>(200)
        .for_people(),
        route(
            Method::DELETE,
            "/sessions",
            own,
            "Sign out everywhere, here too; no device is known any more.",
            sessions::end_all,
        )
        .for_people(),
        route(
            Method::DELETE,
            "/sessions/{id}",
            own,
            "End one of your sessions.",
            sessions::end,
        )
        .for_people(),
        route(
            Method::PUT,
            "/password",
            own,
            "Change your password; your other sessions end.",
            sessions::password,
        )
        .takes::<sessions::PasswordBody>()
        .for_people(),
    ]
}

/// Returns the routes of the second factor of whoever asks.
pub(super) fn of_second_factors() -> Vec<Route> {
    let own = Action::ReadSelf;
    vec![
        route(
            Method::POST,
            "/second-factor",
            own,
            "Begin a second factor: a secret for an app that shows codes.",
            sessions::start,
        )
        .gives::<sign_in::Enrolment>(200)
        .for_people(),
        route(
            Method::POST,
            "/second-factor/confirm",
            own,
            "Put the second factor into force by its first code; recovery codes are shown this once.",
            sessions::confirm,
        )
        .takes::<sign_in::CodeBody>()
        .gives::<sessions::RecoveryCodes>(200)
        .for_people(),
        route(
            Method::POST,
            "/second-factor/recovery-codes",
            own,
            "Ten new recovery codes in the place of those there are, shown this once.",
            sessions::recovery_codes,
        )
        .takes::<sign_in::CodeBody>()
        .gives::<sessions::RecoveryCodes>(200)
        .for_people(),
        route(
            Method::POST,
            "/second-factor/remove",
            own,
            "Take your second factor away, by a code of it; who must have one sets it up at the next sign-in.",
            sessions::remove,
        )
        .takes::<sign_in::CodeBody>()
        .for_people(),
    ]
}

/// Returns the routes of people and their roles.
pub(super) fn of_people() -> Vec<Route> {
    let edit = Action::EditPeople;
    vec![
        route(
            Method::GET,
            "/people",
            edit,
            "Who can sign in, of those who hold a role within your reach.",
            people::list,
        )
        .query(PAGE)
        .gives::<Listed<people::PersonShape>>(200),
        route(
            Method::POST,
            "/people",
            edit,
            "Add a person, who is written a letter with a link to set a password.",
            people::add,
        )
        .takes::<people::NewPersonBody>()
        .gives::<people::PersonShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/people/{id}",
            edit,
            "One person, with their roles.",
            people::see,
        )
        .gives::<people::PersonShape>(200),
        route(
            Method::PATCH,
            "/people/{id}",
            edit,
            "Edit a person: name, address, language, whether they may sign in.",
            people::change,
        )
        .takes::<people::PersonChange>()
        .gives::<people::PersonShape>(200)
        .may_be_keyed()
        .versioned(),
        route(
            Method::GET,
            "/people/{id}/roles",
            edit,
            "The roles that a person holds, and where.",
            people::roles,
        )
        .gives::<people::Roles>(200),
        route(
            Method::POST,
            "/people/{id}/roles",
            edit,
            "Give a person a role, at a site of yours or everywhere.",
            people::give,
        )
        .takes::<people::NewRoleBody>()
        .gives::<people::RoleShape>(201)
        .may_be_keyed(),
        route(
            Method::DELETE,
            "/people/{id}/roles/{grant}",
            edit,
            "Take a role from a person, at once.",
            people::take,
        )
        .may_be_keyed(),
        route(
            Method::POST,
            "/people/{id}/reset",
            edit,
            "Write a person a letter with a link to set a password.",
            people::reset,
        )
        .may_be_keyed(),
        route(
            Method::DELETE,
            "/people/{id}/second-factor",
            edit,
            "Take the second factor of a person away, who has lost it.",
            people::remove_second_factor,
        )
        .may_be_keyed(),
    ]
}
