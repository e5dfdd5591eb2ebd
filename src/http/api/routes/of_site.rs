//! What belongs to one site.

use super::PAGE;
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{
    alerts, clearances, deliveries, movements, order, patients, recipients, reserve, scans, sites,
    stock,
};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns these routes.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::PUT,
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
            Method::GET,
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
            Method::GET,
            "/sites/{finess}/movements",
            Action::ReadStock,
            "The ledger, the latest movement first.",
            movements::list,
        )
        .query(movements::FILTERS)
        .gives::<Listed<movements::MovementShape>>(200),
        route(
            Method::POST,
            "/sites/{finess}/movements",
            Action::MoveStock,
            "Record a movement; `kind` says which.",
            movements::record,
        )
        .takes::<order::MovementBody>()
        .gives::<movements::Recorded>(201)
        .keyed(),
        route(
            Method::GET,
            "/sites/{finess}/movements/{id}",
            Action::ReadStock,
            "One movement.",
            movements::see,
        )
        .gives::<movements::MovementShape>(200),
        route(
            Method::POST,
            "/sites/{finess}/scans",
            Action::ReadStock,
            "Read what a scanner typed; nothing is recorded.",
            scans::read,
        )
        .leaves_no_line("it reads what was typed, and keeps nothing")
        .takes::<scans::ScanBody>()
        .gives::<scans::ScanShape>(200),
        route(
            Method::GET,
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
            Method::GET,
            "/sites/{finess}/deliveries",
            Action::ReadStock,
            "Deliveries.",
            deliveries::list,
        )
        .query(PAGE)
        .gives::<Listed<deliveries::DeliveryShape>>(200),
        route(
            Method::POST,
            "/sites/{finess}/deliveries",
            Action::EditDeliveries,
            "Announce a delivery.",
            deliveries::announce,
        )
        .takes::<deliveries::NewDeliveryBody>()
        .gives::<deliveries::DeliveryShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/deliveries/{id}",
            Action::ReadStock,
            "One delivery.",
            deliveries::see,
        )
        .gives::<deliveries::DeliveryShape>(200)
        .may_be_known(),
        route(
            Method::PATCH,
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
            Method::GET,
            "/sites/{finess}/car-t-patients",
            Action::ReadPatients,
            "CAR-T patients; reading them is on the audit trail.",
            patients::list,
        )
        .query(PAGE)
        .gives::<Listed<patients::PatientShape>>(200),
        route(
            Method::POST,
            "/sites/{finess}/car-t-patients",
            Action::EditPatients,
            "Register a CAR-T patient.",
            patients::register,
        )
        .takes::<patients::NewPatientBody>()
        .gives::<patients::PatientReceipt>(201)
        .keyed(),
        route(
            Method::GET,
            "/sites/{finess}/car-t-patients/{id}",
            Action::ReadPatients,
            "One CAR-T patient; the reading is on the audit trail.",
            patients::see,
        )
        .gives::<patients::PatientShape>(200)
        .may_be_known(),
        route(
            Method::PATCH,
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
            Method::GET,
            "/sites/{finess}/clearances",
            Action::ReadPatients,
            "Clearances, the latest first; reading them is on the audit trail.",
            clearances::list,
        )
        .query(PAGE)
        .gives::<Listed<clearances::ClearanceShape>>(200),
        route(
            Method::POST,
            "/sites/{finess}/clearances",
            Action::EditPatients,
            "May this infusion start? GO holds the doses at once.",
            clearances::ask,
        )
        .takes::<clearances::QuestionBody>()
        .gives::<clearances::AnswerShape>(201)
        .also_gives::<clearances::AnswerShape>(200, "Asked without holding: nothing is kept.")
        .keyed(),
        route(
            Method::GET,
            "/sites/{finess}/clearances/{id}",
            Action::ReadPatients,
            "One clearance; the reading is on the audit trail.",
            clearances::see,
        )
        .gives::<clearances::ClearanceShape>(200),
        route(
            Method::POST,
            "/sites/{finess}/clearances/{id}/use",
            Action::EditPatients,
            "Give the next held dose: a CRS treatment.",
            clearances::use_dose,
        )
        .takes::<clearances::UseBody>()
        .gives::<movements::Recorded>(201)
        .keyed(),
        route(
            Method::POST,
            "/sites/{finess}/clearances/{id}/release",
            Action::EditPatients,
            "Give the held units back.",
            clearances::release,
        )
        .takes::<clearances::ReleaseBody>()
        .gives::<clearances::ClearanceShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/sites/{finess}/clearances/{id}/move",
            Action::EditPatients,
            "Ask again for another day; the old day stands if it is NO-GO.",
            clearances::shift,
        )
        .takes::<clearances::MoveBody>()
        .gives::<clearances::AnswerShape>(201)
        .keyed(),
        route(
            Method::GET,
            "/sites/{finess}/holds",
            Action::ReadPatients,
            "What is held, for which clearance and dose; the reading is on the audit trail.",
            clearances::holds,
        )
        .gives::<clearances::Holds>(200),
        route(
            Method::GET,
            "/sites/{finess}/alerts",
            Action::ReadStock,
            "Alerts of the site, the latest first.",
            alerts::of_site,
        )
        .query(alerts::FILTERS)
        .gives::<Listed<alerts::AlertShape>>(200),
        route(
            Method::GET,
            "/sites/{finess}/recipients",
            Action::ReadLetters,
            "Who receives the letters of the site.",
            recipients::list,
        )
        .gives::<recipients::Recipients>(200),
        route(
            Method::POST,
            "/sites/{finess}/recipients",
            Action::EditRecipients,
            "Add a recipient.",
            recipients::add,
        )
        .takes::<recipients::NewRecipientBody>()
        .gives::<recipients::RecipientShape>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/recipients/{id}",
            Action::ReadLetters,
            "One recipient.",
            recipients::see,
        )
        .gives::<recipients::RecipientShape>(200)
        .may_be_known(),
        route(
            Method::PATCH,
            "/sites/{finess}/recipients/{id}",
            Action::EditRecipients,
            "Edit what a recipient hears, and when.",
            recipients::change,
        )
        .takes::<recipients::RecipientChange>()
        .gives::<recipients::RecipientShape>(200)
        .versioned()
        .may_be_keyed(),
        route(
            Method::DELETE,
            "/sites/{finess}/recipients/{id}",
            Action::EditRecipients,
            "Take a recipient off the list.",
            recipients::remove,
        ),
    ]
}
