//! Neutrophil counts, the treatments that ask for them, and who is due.

use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{counts, monitoring, patients, treatments};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/patients/{pseudonym}/counts",
            Action::ReadCounts,
            "Neutrophil counts of a patient, the latest day first: those that stand, or the whole history.",
            counts::list,
        )
        .query(counts::LISTED)
        .gives::<Listed<counts::CountShape>>(200),
        route(
            Method::POST,
            "/patients/{pseudonym}/counts",
            Action::RecordCounts,
            "Enter a neutrophil count; as FHIR, one Observation, whose subject is not read: again, it is answered 200.",
            counts::enter,
        )
        .query(counts::AT_SITE)
        .takes::<counts::NewCountBody>()
        .also_takes(&[counts::FHIR])
        .gives::<counts::CountReceipt>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/patients/{pseudonym}/export",
            Action::ExportPatients,
            "All that is held on a patient, as JSON, for whoever exercises a right of access; taking it out is on the audit trail.",
            patients::take_out,
        )
        .gives::<patients::HeldShape>(200),
        route(
            Method::POST,
            "/counts/import",
            Action::RecordCounts,
            "Enter the counts of a sheet (pseudonym, date, value, unit) or of FHIR Observations: all of them or none, and none twice.",
            counts::import,
        )
        .query(counts::IMPORT)
        .also_takes(counts::MEDIA)
        .gives::<counts::ImportShape>(200)
        .may_be_keyed(),
        route(
            Method::GET,
            "/counts/{id}",
            Action::ReadCounts,
            "One neutrophil count, with what became of it.",
            counts::see,
        )
        .gives::<counts::CountShape>(200),
        route(
            Method::POST,
            "/counts/{id}/correct",
            Action::RecordCounts,
            "Enter another count in the place of one, with the reason; the old one stays in the history.",
            counts::correct,
        )
        .takes::<counts::CorrectCountBody>()
        .gives::<counts::CountReceipt>(201)
        .may_be_keyed(),
        route(
            Method::POST,
            "/counts/{id}/withdraw",
            Action::RecordCounts,
            "Take back a count that was entered by mistake, with the reason; it stays in the history.",
            counts::withdraw,
        )
        .takes::<counts::WithdrawCountBody>()
        .gives::<counts::CountReceipt>(200)
        .may_be_keyed(),
    ]
}

/// Returns the routes of treatments and of who is due.
pub(super) fn monitored() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/patients/{pseudonym}/treatments",
            Action::ReadCounts,
            "Treatments of a patient under safety rulebooks: as they stand, or with what was told before.",
            treatments::list,
        )
        .query(treatments::LISTED)
        .gives::<treatments::Treatments>(200),
        route(
            Method::GET,
            "/patients/{pseudonym}/treatments/{rulebook}",
            Action::ReadCounts,
            "A patient's treatment under a safety rulebook, as it stands.",
            treatments::see,
        )
        .query(treatments::AT_SITE)
        .gives::<treatments::TreatmentShape>(200)
        .may_be_known(),
        route(
            Method::PUT,
            "/patients/{pseudonym}/treatments/{rulebook}",
            Action::RecordCounts,
            "Tell a patient's treatment under a safety rulebook; what was told before stays in the history, and If-Match then names it. With `site`, the pseudonym may be new. Again, it is answered 200.",
            treatments::tell,
        )
        .query(treatments::AT_SITE)
        .takes::<treatments::TreatmentBody>()
        .gives::<treatments::TreatmentReceipt>(201)
        .also_gives::<treatments::TreatmentReceipt>(200, "It was there, and is told anew.")
        .versioned_once_there()
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/monitoring",
            Action::ReadCounts,
            "Whose next neutrophil count is due or overdue at the site, under one rulebook.",
            monitoring::see,
        )
        .query(monitoring::ASKED)
        .gives::<monitoring::MonitoringShape>(200),
    ]
}
