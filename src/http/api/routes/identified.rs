//! Single sign-on: which providers there are, and who is linked to which identity there.

use crate::domain::role::Action;
use crate::http::api::identities;
use crate::http::api::route::{Route, route};
use actix_web::http::Method;

/// Returns the routes.
pub(super) fn routes() -> Vec<Route> {
    let (own, edit) = (Action::ReadSelf, Action::EditPeople);
    vec![
        route(
            Method::GET,
            "/sign-in/providers",
            own,
            "By which providers one can sign in; a browser goes to the address of one.",
            identities::providers,
        )
        .gives::<identities::ProviderList>(200)
        .open(),
        route(
            Method::GET,
            "/identities",
            own,
            "Your identities at providers.",
            identities::own,
        )
        .gives::<identities::Identities>(200)
        .for_people(),
        route(
            Method::POST,
            "/identities",
            own,
            "Begin to link an identity to your account, by a code of your second factor; the browser that sends this goes to the address next.",
            identities::begin,
        )
        .takes::<identities::LinkBody>()
        .gives::<identities::Begun>(200)
        .for_people(),
        route(
            Method::DELETE,
            "/identities/{id}",
            own,
            "Remove an identity from your account; the sessions that it opened end.",
            identities::remove_own,
        )
        .for_people(),
        route(
            Method::GET,
            "/people/{id}/identities",
            edit,
            "The identities of a person at providers.",
            identities::list,
        )
        .gives::<identities::Identities>(200),
        route(
            Method::POST,
            "/people/{id}/identities",
            edit,
            "Link an identity to a person: whoever has it is that person here. They are written to.",
            identities::add,
        )
        .takes::<identities::NewIdentityBody>()
        .gives::<identities::IdentityShape>(201)
        .may_be_keyed(),
        route(
            Method::DELETE,
            "/people/{id}/identities/{identity}",
            edit,
            "Remove an identity from a person; the sessions that it opened end.",
            identities::remove,
        )
        .may_be_keyed(),
    ]
}
