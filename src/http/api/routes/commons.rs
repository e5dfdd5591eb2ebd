//! What everybody may see, and what administrators keep: catalogue, rulebooks, networks, sites, access.

use super::PAGE;
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{alternatives, catalogue, networks, rulebooks, sites, tokens};
use crate::http::cursor::Listed;
use crate::wire::rulebook::{PageShape, RulebookDifference};
use actix_web::http::Method;

/// Returns these routes.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/whoami",
            Action::ReadSelf,
            "Who the token says you are, and the time that the service shows.",
            tokens::whoami,
        )
        .gives::<tokens::WhoAmI>(200),
        route(
            Method::GET,
            "/catalogue",
            Action::ReadCommons,
            "The presentations that can be kept.",
            catalogue::list,
        )
        .gives::<catalogue::Catalogue>(200),
        route(
            Method::POST,
            "/catalogue",
            Action::EditCatalogue,
            "Put a presentation on the catalogue.",
            catalogue::add,
        )
        .takes::<catalogue::NewPresentationBody>()
        .gives::<catalogue::PresentationShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/catalogue/{cip13}",
            Action::ReadCommons,
            "One presentation, or what the public database knows of it.",
            catalogue::see,
        )
        .gives::<catalogue::Found>(200),
        route(
            Method::GET,
            "/rulebooks",
            Action::ReadCommons,
            "The rulebooks that are loaded.",
            rulebooks::list,
        )
        .gives::<rulebooks::Rulebooks>(200),
        route(
            Method::GET,
            "/rulebooks/{name}",
            Action::ReadCommons,
            "One rulebook, each rule with its source.",
            rulebooks::see,
        )
        .gives::<rulebooks::RulebookShape>(200),
        route(
            Method::GET,
            "/rulebooks/{name}/page",
            Action::ReadCommons,
            "One rulebook as a page in your language: a sentence for each rule, with its source.",
            rulebooks::page,
        )
        .gives::<PageShape>(200),
        route(
            Method::GET,
            "/rulebooks/{name}/diff/{other}",
            Action::ReadCommons,
            "What changed from one rulebook to another, rule by rule.",
            rulebooks::diff,
        )
        .gives::<RulebookDifference>(200),
        route(
            Method::POST,
            "/rulebooks/{name}/retire",
            Action::RetireNotices,
            "Retire a rulebook that has ended, with a reason: it protects no reserve and freezes no initiation any more; with a token that holds at every site.",
            rulebooks::retire,
        )
        .takes::<rulebooks::NoticeBody>()
        .gives::<rulebooks::NoticeShape>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/rulebooks/{name}/reinstate",
            Action::RetireNotices,
            "Take back that a rulebook was retired; with a token that holds at every site.",
            rulebooks::reinstate,
        )
        .takes::<rulebooks::NoticeBody>()
        .gives::<rulebooks::NoticeShape>(200)
        .may_be_keyed(),
        route(
            Method::GET,
            "/rulebooks/{name}/alternatives",
            Action::ReadCommons,
            "What else could be given for an indication: what a request declares, and what is known of it.",
            alternatives::list,
        )
        .query(alternatives::FILTERS)
        .gives::<alternatives::AlternativesShape>(200),
        route(
            Method::GET,
            "/networks",
            Action::ReadCommons,
            "The networks.",
            networks::list,
        )
        .gives::<networks::Networks>(200),
        route(
            Method::POST,
            "/networks",
            Action::EditSites,
            "Add a network; with a token that holds at every site.",
            networks::add,
        )
        .takes::<networks::NetworkShape>()
        .gives::<networks::NetworkShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites",
            Action::ReadCommons,
            "The sites.",
            sites::list,
        )
        .query(&[("network", "Only of this network.")])
        .gives::<sites::Sites>(200),
        route(
            Method::POST,
            "/sites",
            Action::EditSites,
            "Add a site to a network; with a token that holds at every site.",
            sites::add,
        )
        .takes::<sites::NewSite>()
        .gives::<sites::SiteShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}",
            Action::ReadCommons,
            "One site.",
            sites::see,
        )
        .gives::<sites::SiteShape>(200)
        .may_be_known(),
        route(
            Method::PATCH,
            "/sites/{finess}",
            Action::EditSites,
            "Edit a site.",
            sites::edit,
        )
        .takes::<sites::SiteEdit>()
        .gives::<sites::SiteShape>(200)
        .versioned()
        .may_be_keyed(),
        route(
            Method::GET,
            "/tokens",
            Action::EditTokens,
            "Tokens within your reach, without the tokens.",
            tokens::list,
        )
        .query(PAGE)
        .gives::<Listed<tokens::TokenShape>>(200),
        route(
            Method::POST,
            "/tokens",
            Action::EditTokens,
            "Give access within your own reach; the token is shown this once.",
            tokens::give,
        )
        .takes::<tokens::NewTokenBody>()
        .gives::<tokens::Given>(201),
        route(
            Method::POST,
            "/tokens/{id}/rotate",
            Action::EditTokens,
            "Put another secret in the place of a token's, which stays good for a while; shown this once.",
            tokens::rotate,
        )
        .takes::<tokens::RotateBody>()
        .gives::<tokens::Given>(200),
        route(
            Method::DELETE,
            "/tokens/{id}",
            Action::EditTokens,
            "Take access away, at once.",
            tokens::revoke,
        ),
    ]
}
