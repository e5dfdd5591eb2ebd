//! The table of all routes: every address, who may, and how it is described.

use super::route::{Route, route};
use super::{
    alerts, audit, catalogue, clearances, deliveries, emails, movements, networks, patients,
    recipients, reserve, rulebooks, scans, sites, stock, tokens,
};
use crate::domain::role::Action;
use crate::http::cursor::Listed;
use actix_web::http::Method;

const PAGE: &[(&str, &str)] = &[
    ("limit", "Rows a page, 1 to 200; 50 when not said."),
    ("cursor", "`next_cursor` of the page before."),
];

/// Returns the routes of the API.
pub fn table() -> Vec<Route> {
    let (get, post, patch, put, delete) = (
        Method::GET,
        Method::POST,
        Method::PATCH,
        Method::PUT,
        Method::DELETE,
    );
    vec![
        route(
            get.clone(),
            "/whoami",
            Action::ReadSelf,
            "Who the token says you are, and the time that the service shows.",
            tokens::whoami,
        )
        .gives::<tokens::WhoAmI>(200),
        route(
            get.clone(),
            "/catalogue",
            Action::ReadCommons,
            "The presentations that can be kept.",
            catalogue::list,
        )
        .gives::<catalogue::Catalogue>(200),
        route(
            post.clone(),
            "/catalogue",
            Action::EditCatalogue,
            "Put a presentation on the catalogue.",
            catalogue::add,
        )
        .takes::<catalogue::NewPresentationBody>()
        .gives::<catalogue::PresentationShape>(201)
        .may_be_keyed(),
        route(
            get.clone(),
            "/catalogue/{cip13}",
            Action::ReadCommons,
            "One presentation, or what the public database knows of it.",
            catalogue::see,
        )
        .gives::<catalogue::Found>(200),
        route(
            get.clone(),
            "/rulebooks",
            Action::ReadCommons,
            "The rulebooks that are loaded.",
            rulebooks::list,
        )
        .gives::<rulebooks::Rulebooks>(200),
        route(
            get.clone(),
            "/rulebooks/{name}",
            Action::ReadCommons,
            "One rulebook, each rule with its source.",
            rulebooks::see,
        )
        .gives::<rulebooks::RulebookShape>(200),
        route(
            get.clone(),
            "/networks",
            Action::ReadCommons,
            "The networks.",
            networks::list,
        )
        .gives::<networks::Networks>(200),
        route(
            post.clone(),
            "/networks",
            Action::EditSites,
            "Add a network.",
            networks::add,
        )
        .takes::<networks::NetworkShape>()
        .gives::<networks::NetworkShape>(201)
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites",
            Action::ReadCommons,
            "The sites.",
            sites::list,
        )
        .query(&[("network", "Only of this network.")])
        .gives::<sites::Sites>(200),
        route(
            post.clone(),
            "/sites",
            Action::EditSites,
            "Add a site to a network.",
            sites::add,
        )
        .takes::<sites::NewSite>()
        .gives::<sites::SiteShape>(201)
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}",
            Action::ReadCommons,
            "One site.",
            sites::see,
        )
        .gives::<sites::SiteShape>(200),
        route(
            patch.clone(),
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
            put,
            "/sites/{finess}/resupply",
            Action::SetResupply,
            "Say by hand whether the site can count on resupply.",
            sites::resupply,
        )
        .takes::<sites::ResupplyBody>()
        .gives::<sites::SiteShape>(200)
        .versioned()
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}/stock",
            Action::ReadStock,
            "Stock by presentation, lot and expiry.",
            stock::see,
        )
        .query(&[
            ("cip13", "Only of this presentation."),
            ("empty", "`true`: also lots of which nothing is left."),
        ])
        .gives::<stock::Stock>(200),
        route(
            get.clone(),
            "/sites/{finess}/movements",
            Action::ReadStock,
            "The ledger, the latest movement first.",
            movements::list,
        )
        .query(movements::FILTERS)
        .gives::<Listed<movements::MovementShape>>(200),
        route(
            post.clone(),
            "/sites/{finess}/movements",
            Action::MoveStock,
            "Record a movement; `kind` says which.",
            movements::record,
        )
        .takes::<super::order::MovementBody>()
        .gives::<movements::Recorded>(201)
        .keyed(),
        route(
            get.clone(),
            "/sites/{finess}/movements/{id}",
            Action::ReadStock,
            "One movement.",
            movements::see,
        )
        .gives::<movements::MovementShape>(200),
        route(
            post.clone(),
            "/sites/{finess}/scans",
            Action::ReadStock,
            "Read what a scanner typed; nothing is recorded.",
            scans::read,
        )
        .takes::<scans::ScanBody>()
        .gives::<scans::ScanShape>(200),
        route(
            get.clone(),
            "/sites/{finess}/reserve",
            Action::ReadStock,
            "The CAR-T reserve: doses possible and required.",
            reserve::see,
        )
        .query(&[(
            "rulebook",
            "By which rulebook; the only one with a reserve when not said.",
        )])
        .gives::<reserve::ReserveShape>(200),
        route(
            get.clone(),
            "/sites/{finess}/deliveries",
            Action::ReadStock,
            "Deliveries.",
            deliveries::list,
        )
        .query(PAGE)
        .gives::<Listed<deliveries::DeliveryShape>>(200),
        route(
            post.clone(),
            "/sites/{finess}/deliveries",
            Action::EditDeliveries,
            "Announce a delivery.",
            deliveries::announce,
        )
        .takes::<deliveries::NewDeliveryBody>()
        .gives::<deliveries::DeliveryShape>(201)
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}/deliveries/{id}",
            Action::ReadStock,
            "One delivery.",
            deliveries::see,
        )
        .gives::<deliveries::DeliveryShape>(200),
        route(
            patch.clone(),
            "/sites/{finess}/deliveries/{id}",
            Action::EditDeliveries,
            "Confirm, postpone or cancel a delivery.",
            deliveries::change,
        )
        .takes::<deliveries::DeliveryChange>()
        .gives::<deliveries::DeliveryShape>(200)
        .versioned()
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}/car-t-patients",
            Action::ReadPatients,
            "CAR-T patients; reading them is on the audit trail.",
            patients::list,
        )
        .query(PAGE)
        .gives::<Listed<patients::PatientShape>>(200),
        route(
            post.clone(),
            "/sites/{finess}/car-t-patients",
            Action::EditPatients,
            "Register a CAR-T patient.",
            patients::register,
        )
        .takes::<patients::NewPatientBody>()
        .gives::<patients::PatientReceipt>(201)
        .keyed(),
        route(
            get.clone(),
            "/sites/{finess}/car-t-patients/{id}",
            Action::ReadPatients,
            "One CAR-T patient; the reading is on the audit trail.",
            patients::see,
        )
        .gives::<patients::PatientShape>(200),
        route(
            patch,
            "/sites/{finess}/car-t-patients/{id}",
            Action::EditPatients,
            "Correct a patient's record, or cancel the infusion.",
            patients::correct,
        )
        .takes::<patients::PatientCorrection>()
        .gives::<patients::PatientReceipt>(200)
        .versioned()
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}/clearances",
            Action::ReadPatients,
            "Clearances, the latest first.",
            clearances::list,
        )
        .query(PAGE)
        .gives::<Listed<clearances::ClearanceShape>>(200),
        route(
            post.clone(),
            "/sites/{finess}/clearances",
            Action::EditPatients,
            "May this infusion start? GO holds the doses at once.",
            clearances::ask,
        )
        .takes::<clearances::QuestionBody>()
        .gives::<clearances::AnswerShape>(201)
        .keyed(),
        route(
            get.clone(),
            "/sites/{finess}/clearances/{id}",
            Action::ReadPatients,
            "One clearance.",
            clearances::see,
        )
        .gives::<clearances::ClearanceShape>(200),
        route(
            post.clone(),
            "/sites/{finess}/clearances/{id}/use",
            Action::EditPatients,
            "Give the next held dose: a CRS treatment.",
            clearances::use_dose,
        )
        .takes::<clearances::UseBody>()
        .gives::<movements::Recorded>(201)
        .keyed(),
        route(
            post.clone(),
            "/sites/{finess}/clearances/{id}/release",
            Action::EditPatients,
            "Give the held units back.",
            clearances::release,
        )
        .takes::<clearances::ReleaseBody>()
        .gives::<clearances::ClearanceShape>(200)
        .keyed(),
        route(
            post.clone(),
            "/sites/{finess}/clearances/{id}/move",
            Action::EditPatients,
            "Ask again for another day; the old day stands if it is NO-GO.",
            clearances::shift,
        )
        .takes::<clearances::MoveBody>()
        .gives::<clearances::AnswerShape>(201)
        .keyed(),
        route(
            get.clone(),
            "/sites/{finess}/holds",
            Action::ReadPatients,
            "What is held, for which clearance and dose.",
            clearances::holds,
        )
        .gives::<clearances::Holds>(200),
        route(
            get.clone(),
            "/sites/{finess}/alerts",
            Action::ReadStock,
            "Alerts of the site, the latest first.",
            alerts::of_site,
        )
        .query(alerts::FILTERS)
        .gives::<Listed<alerts::AlertShape>>(200),
        route(
            get.clone(),
            "/alerts",
            Action::ReadStock,
            "Alerts of all your sites, the latest first.",
            alerts::list,
        )
        .query(alerts::FILTERS)
        .gives::<Listed<alerts::AlertShape>>(200),
        route(
            get.clone(),
            "/alerts/{id}",
            Action::ReadStock,
            "One alert, with its letters.",
            alerts::see,
        )
        .gives::<alerts::AlertShape>(200),
        route(
            post.clone(),
            "/alerts/{id}/acknowledge",
            Action::AcknowledgeAlert,
            "Say that it is being seen to.",
            alerts::acknowledge,
        )
        .takes::<alerts::AcknowledgeBody>()
        .gives::<alerts::AlertShape>(200)
        .may_be_keyed(),
        route(
            get.clone(),
            "/sites/{finess}/recipients",
            Action::ReadLetters,
            "Who receives the letters of the site.",
            recipients::list,
        )
        .gives::<recipients::Recipients>(200),
        route(
            post.clone(),
            "/sites/{finess}/recipients",
            Action::EditRecipients,
            "Add a recipient.",
            recipients::add,
        )
        .takes::<recipients::NewRecipientBody>()
        .gives::<recipients::RecipientShape>(201)
        .may_be_keyed(),
        route(
            delete.clone(),
            "/sites/{finess}/recipients/{id}",
            Action::EditRecipients,
            "Take a recipient off the list.",
            recipients::remove,
        ),
        route(
            get.clone(),
            "/emails",
            Action::ReadLetters,
            "Letters of your sites, the latest first.",
            emails::list,
        )
        .query(emails::FILTERS)
        .gives::<Listed<emails::EmailShape>>(200),
        route(
            get.clone(),
            "/emails/{id}",
            Action::ReadLetters,
            "One letter, with its text.",
            emails::see,
        )
        .gives::<emails::EmailShape>(200),
        route(
            get.clone(),
            "/audit",
            Action::ReadAudit,
            "The audit trail of one site, or of the service.",
            audit::list,
        )
        .query(audit::FILTERS)
        .gives::<Listed<audit::LineShape>>(200),
        route(
            get,
            "/tokens",
            Action::EditTokens,
            "Tokens, without the tokens.",
            tokens::list,
        )
        .query(PAGE)
        .gives::<Listed<tokens::TokenShape>>(200),
        route(
            post,
            "/tokens",
            Action::EditTokens,
            "Give access; the token is shown this once.",
            tokens::give,
        )
        .takes::<tokens::NewTokenBody>()
        .gives::<tokens::Given>(201),
        route(
            delete,
            "/tokens/{id}",
            Action::EditTokens,
            "Take access away, at once.",
            tokens::revoke,
        ),
    ]
}
