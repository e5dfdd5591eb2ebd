//! Refusals and failures as problem documents.

use super::ask::{KEPT_PROBLEM, etag_text};
use crate::app::records::Failure;
use crate::app::{self, Answer, Decided};
use crate::domain::code::Cip13;
use crate::domain::inventory::{self, Hindrance};
use crate::domain::language::Language;
use crate::domain::reason::{OfAccess, Refusal};
use crate::http::etag;
use crate::http::language::Said;
use crate::http::problem::{Fault, Kind, Place, Problem};
use crate::text::{self, Bilingual as _};
use serde_json::json;

/// Returns the problem of what a verb failed with.
pub fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::Refused(refusal) => refused(&refusal),
        app::Error::Db(error) => database(error),
        app::Error::Unsolved(unsolved) => Problem::new(
            Kind::Conflict,
            Said::new(
                format!(
                    "Which doses the stock can make cannot be said exactly ({unsolved}); nothing was done."
                ),
                format!(
                    "Impossible de dire exactement quelles doses le stock permet ({}) ; rien n'a été fait.",
                    unsolved.in_french()
                ),
            ),
        ),
        app::Error::KeyReused => Problem::new(
            Kind::KeyReused,
            Said::new(
                "This Idempotency-Key came before with another body: a new intent needs a new key.",
                "Cet Idempotency-Key a déjà servi avec un autre corps : une nouvelle intention demande une nouvelle clé.",
            ),
        ),
        app::Error::KeyInProgress => Problem::later(
            Kind::InProgress,
            1,
            Said::new(
                "The request with this Idempotency-Key is still under way: repeat it, with the same key.",
                "La requête portant cet Idempotency-Key est encore en cours : répétez-la avec la même clé.",
            ),
        ),
        app::Error::Bug(cause) => Problem::internal(cause),
    }
}

/// Returns the problem of what the database answered.
pub fn database(error: Failure) -> Problem {
    match error {
        Failure::Busy => Problem::later(
            Kind::Busy,
            1,
            Said::new(
                "The database is busy; nothing was done.",
                "La base de données est occupée ; rien n'a été fait.",
            ),
        ),
        Failure::Full => Problem::new(
            Kind::StorageFull,
            Said::new(
                "There is no room left to write; nothing was done.",
                "Plus de place pour écrire ; rien n'a été fait.",
            ),
        )
        .cause("the database or its disk is full"),
        Failure::Unavailable { cause } => Problem::later(
            Kind::DatabaseUnavailable,
            5,
            Said::new(
                "The database cannot be reached.",
                "La base de données est injoignable.",
            ),
        )
        .cause(cause),
        other @ (Failure::Constraint { .. }
        | Failure::Corrupt { .. }
        | Failure::NotThisDatabase { .. }
        | Failure::InUse { .. }
        | Failure::Other { .. }) => Problem::internal(other),
    }
}

/// Returns the problem of a refusal, with its facts as members.
pub fn refused(refusal: &Refusal) -> Problem {
    let said = Said::new(
        text::refusal(Language::En, refusal),
        text::refusal(Language::Fr, refusal),
    );
    with_facts(kind(refusal, said), refusal).with("reason", refusal.code())
}

fn in_query(name: &str, said: Said) -> Problem {
    let place = Place::Query(name.to_owned());
    Problem::at(Kind::BadQuery, Fault::new(place, said))
}

fn kind(refusal: &Refusal, said: Said) -> Problem {
    let in_body =
        |pointer: &str, said: Said| Problem::at(Kind::InvalidBody, Fault::new(pointer, said));
    match refusal {
        Refusal::ReserveWouldBreak { .. } => Problem::new(Kind::ReserveProtected, said),
        Refusal::NotEnough { .. } => Problem::new(Kind::NotEnoughUnits, said),
        Refusal::UnknownLot { .. } => Problem::new(Kind::UnknownLot, said),
        Refusal::NotOnCatalogue { .. } => Problem::new(Kind::UnknownPresentation, said),
        Refusal::Unknown { what: "site", .. } => Problem::new(Kind::UnknownSite, said),
        Refusal::Unknown { .. } | Refusal::UnknownPatient | Refusal::WhichRulebook { .. } => {
            Problem::new(Kind::UnknownRecord, said)
        }
        Refusal::WhichSite { .. } => in_query("site", said),
        Refusal::Stale { version } => etag::changed(*version),
        Refusal::NotForCrs {
            place,
            found,
            expected,
        } => not_for_crs(*place, *found, expected, said),
        Refusal::Access(of) => of_access(*of, said),
        Refusal::Forbidden => Problem::new(Kind::Forbidden, said),
        Refusal::BeyondReach { site } => {
            let place = match site {
                Some(_) => "/sites",
                None => "/all_sites",
            };
            Problem::at(Kind::Forbidden, Fault::new(place, said))
        }
        Refusal::ExpiredOnReceipt { .. } | Refusal::WhichExpiry { .. } => in_body("/expiry", said),
        Refusal::InfusionOutsideWindow { .. } => in_body("/infusion_date", said),
        Refusal::OtherLot {
            found,
            expected,
            line,
            ..
        } => {
            let at = line.map_or_else(|| "/lot".to_owned(), |n| format!("/lines/{n}/lot"));
            let fault = Fault::new(at, said).found(found);
            Problem::at(
                Kind::InvalidBody,
                fault.expected(Said::same(expected.as_str())),
            )
        }
        Refusal::OtherPresentation { found, expected } => {
            let fault = Fault::new("/delivery", said).found(found);
            Problem::at(
                Kind::InvalidBody,
                fault.expected(Said::same(expected.as_str())),
            )
        }
        Refusal::NotOnePack {
            units,
            per_box,
            line,
        } => {
            let at = line.map_or_else(|| "/units".to_owned(), |n| format!("/lines/{n}/units"));
            let fault = Fault::new(at, said).found(units);
            Problem::at(
                Kind::InvalidBody,
                fault.expected(Said::same(per_box.to_string())),
            )
        }
        Refusal::TooManyBoxes { boxes, most, .. } => {
            let fault = Fault::new("/boxes", said).found(boxes);
            Problem::at(
                Kind::InvalidBody,
                fault.expected(Said::new(format!("1 to {most}"), format!("1 à {most}"))),
            )
        }
        Refusal::ReferenceDose { .. } => in_body("/reference_dose_mg", said),
        Refusal::MustBeSaid { what, .. }
        | Refusal::BeforeItsUnits { what, .. }
        | Refusal::InTheFuture { what }
        | Refusal::InThePast { what } => in_body(&format!("/{what}"), said),
        Refusal::ReasonMissing => in_body("/reason", said),
        Refusal::NoReserveRule { .. } | Refusal::NoRanking { .. } => in_body("/rulebook", said),
        Refusal::SeveralNetworks => in_body("/transfers", said),
        Refusal::UnfitRequest { fields } => {
            let first = fields.first().copied().unwrap_or_default();
            in_body(&format!("/{first}"), said)
        }
        Refusal::HeldBack { .. }
        | Refusal::CannotClose { .. }
        | Refusal::SerialKnown { .. }
        | Refusal::PackOnItsWay { .. }
        | Refusal::TransferDiffers { .. }
        | Refusal::NotReversible { .. }
        | Refusal::NothingToAdjust
        | Refusal::SeenOtherwise
        | Refusal::TooManyDifferences { .. }
        | Refusal::NotCarT { .. }
        | Refusal::WindowOpen { .. }
        | Refusal::AlreadyCleared
        | Refusal::WrongState { .. }
        | Refusal::Unsafe { .. }
        | Refusal::ToConfirm { .. }
        | Refusal::PseudonymTaken
        | Refusal::AlreadyAsked { .. }
        | Refusal::AlreadyThere { .. } => Problem::new(Kind::Conflict, said),
    }
}

fn of_access(refusal: OfAccess, said: Said) -> Problem {
    let in_body = |pointer: String, said| Problem::at(Kind::InvalidBody, Fault::new(pointer, said));
    match refusal {
        OfAccess::TooLate { what, .. } => in_body(format!("/{what}"), said),
        OfAccess::WeakPassword(weakness) => {
            in_body("/password".to_owned(), said).with("weakness", weakness.code())
        }
        OfAccess::WrongCode => in_body("/code".to_owned(), said),
        OfAccess::WhichRole => in_body("/role".to_owned(), said),
        OfAccess::LastAdministrator | OfAccess::HeldAlready | OfAccess::SecondFactorFirst => {
            Problem::new(Kind::Conflict, said)
        }
        OfAccess::NotAPerson | OfAccess::BeyondScope => Problem::new(Kind::Forbidden, said),
        OfAccess::WaitUntil { .. } => Problem::new(Kind::TooManyRequests, said),
    }
}

fn not_for_crs(place: Option<usize>, found: Cip13, expected: &[Cip13], said: Said) -> Problem {
    let place = place.map_or_else(|| "/cip13".to_owned(), |n| format!("/lines/{n}/cip13"));
    let expected: Vec<&str> = expected.iter().map(Cip13::as_str).collect();
    let fault = Fault::new(place, said).found(found);
    Problem::at(
        Kind::InvalidBody,
        fault.expected(Said::same(expected.join(", "))),
    )
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn with_facts(problem: Problem, refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::ReserveWouldBreak {
            rulebook,
            lost,
            possible,
            required,
        } => problem
            .with("rulebook", rulebook)
            .with("doses_lost", lost.get())
            .with("doses_possible", possible.get())
            .with("doses_required", required.get()),
        Refusal::NotEnough {
            cip13,
            lot,
            wanted,
            free,
            held,
        } => problem
            .with("cip13", cip13.as_str())
            .with("lot", lot.as_ref().map(ToString::to_string))
            .with("units_wanted", wanted.get())
            .with("units_free", free.get())
            .with("units_held", held.get()),
        Refusal::TransferDiffers {
            cip13,
            lot,
            told,
            expected,
        } => problem
            .with("cip13", cip13.as_str())
            .with("lot", lot.as_str())
            .with("units_told", told.get())
            .with("units_expected", expected.get()),
        Refusal::WhichExpiry { expiries, .. } => problem.with(
            "expiries",
            expiries.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ),
        Refusal::NotOnCatalogue { cip13, known_as } => problem
            .with("cip13", cip13.as_str())
            .with("bdpm_name", known_as),
        Refusal::NoReserveRule { known, .. } | Refusal::NoRanking { known, .. } => {
            problem.with("rulebooks", known)
        }
        Refusal::WhichRulebook { known } => problem.with("rulebooks", known),
        Refusal::HeldBack {
            cip13,
            lot,
            by,
            wanted,
            free,
        } => problem
            .with("cip13", cip13.as_str())
            .with("lot", lot.as_str())
            .with("held_by", by)
            .with("units_wanted", wanted.get())
            .with("units_free", free.get()),
        Refusal::CannotClose { lines } => {
            let line = |(place, why): &(inventory::Place, Hindrance)| {
                json!({
                    "cip13": place.cip13.as_str(), "lot": place.lot.as_str(),
                    "expiry": place.expiry.to_string(), "state": place.state.code(),
                    "why": why.code(),
                })
            };
            problem.with("lines", lines.iter().map(line).collect::<Vec<_>>())
        }
        Refusal::AlreadyAsked { request } => problem.with("request", request.as_str()),
        Refusal::UnfitRequest { fields } => problem.with("fields", fields),
        Refusal::WhichSite { sites } => problem.with(
            "sites",
            sites.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ),
        Refusal::UnknownLot { .. }
        | Refusal::OtherLot { .. }
        | Refusal::OtherPresentation { .. }
        | Refusal::ExpiredOnReceipt { .. }
        | Refusal::TooManyBoxes { .. }
        | Refusal::NotOnePack { .. }
        | Refusal::SerialKnown { .. }
        | Refusal::PackOnItsWay { .. }
        | Refusal::NotReversible { .. }
        | Refusal::NothingToAdjust
        | Refusal::NotCarT { .. }
        | Refusal::InfusionOutsideWindow { .. }
        | Refusal::InTheFuture { .. }
        | Refusal::InThePast { .. }
        | Refusal::WindowOpen { .. }
        | Refusal::ReasonMissing
        | Refusal::SeenOtherwise
        | Refusal::TooManyDifferences { .. }
        | Refusal::AlreadyCleared
        | Refusal::WrongState { .. }
        | Refusal::Unsafe { .. }
        | Refusal::ToConfirm { .. }
        | Refusal::PseudonymTaken
        | Refusal::AlreadyThere { .. }
        | Refusal::Unknown { .. }
        | Refusal::UnknownPatient
        | Refusal::Stale { .. }
        | Refusal::SeveralNetworks
        | Refusal::ReferenceDose { .. }
        | Refusal::MustBeSaid { .. }
        | Refusal::BeforeItsUnits { .. }
        | Refusal::NotForCrs { .. }
        | Refusal::Access(_)
        | Refusal::Forbidden
        | Refusal::BeyondReach { .. } => problem,
    }
}

/// Returns what a verb decided as an answer that is kept.
pub fn answer(language: Language, request_id: &str, decided: &Decided) -> Answer {
    let etag = if let Decided::Refused(Refusal::Stale { version }) = decided {
        Some(etag_text(*version))
    } else {
        None
    };
    let problem = problem(decided.clone().into());
    Answer {
        etag,
        ..told(&problem, language, request_id)
    }
}

/// Returns a problem as an answer.
pub fn told(problem: &Problem, language: Language, request_id: &str) -> Answer {
    Answer {
        status: problem.kind().status().as_u16(),
        content_type: KEPT_PROBLEM.to_owned(),
        location: None,
        etag: None,
        language: Some(language.code().to_owned()),
        body: String::from_utf8(problem.bytes(language, request_id)).unwrap_or_default(),
    }
}
