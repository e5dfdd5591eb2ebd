//! What is said at each step of a transfer, read with every fault at once.

mod moving;

pub use moving::{LotArrivedBody, LotBackBody, ReceiveBody, SendBody, TakeBackBody};

use crate::app::record::Particulars;
use crate::app::transfer::{AskedFor, AskedRow, Asking};
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::ClearanceId;
use crate::domain::transfer::LegalBasis;
use crate::http::api::fields::{
    code, day, happened_at, missing, needed_units, note, optional_words, words,
};
use crate::http::body::Object;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// The most rows, lots or packs that one step of a transfer names.
///
/// Choice: a courier's box has fewer; what a pharmacy sends beyond is two transfers.
const MOST: usize = 500;

/// Refuses a list of more than [`MOST`].
fn no_more(faults: &mut Faults, at: &str, found: usize) {
    if found > MOST {
        let said = Said::new("are more than 500", "sont plus de 500");
        faults.push(Fault::new(at, said).found(found));
    }
}

/// A transfer that somebody asks for by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    /// Who is to give, by FINESS number.
    from: String,
    /// Who is to receive.
    to: String,
    /// The NO-GO of the receiver that it is to turn, if it is for one.
    clearance: Option<String>,
    /// Which units: 1 to 500 rows.
    #[schema(value_type = Vec<AskedRowBody>)]
    rows: Vec<Object<AskedRowBody>>,
    /// By what right, if that is known already: `ars-authorisation` or `imperative-need`.
    legal_basis: Option<String>,
    /// Of an authorisation: its reference, 1 to 100 characters.
    legal_reference: Option<String>,
    /// Of an imperative need: when the ARS was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    ars_told_at: Option<Instant>,
    /// Why, in 1 to 500 characters; no names.
    reason: Option<String>,
}

/// Units of one presentation that are asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedRowBody {
    cip13: String,
    /// Of which lot; what expires first when not said.
    lot: Option<String>,
    /// Needed only where two lots share a number.
    expiry: Option<String>,
    /// 1 to 1000000.
    units: Option<i64>,
}

/// The giver accepts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// By what right: `ars-authorisation` or `imperative-need`; needed unless it was told when it was asked for.
    legal_basis: Option<String>,
    /// Of an authorisation: its reference, 1 to 100 characters.
    legal_reference: Option<String>,
    /// Of an imperative need: when the ARS was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    ars_told_at: Option<Instant>,
    /// When it was accepted, if not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    happened_at: Option<Instant>,
}

/// The giver declines.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// Why, in 1 to 500 characters; no names.
    reason: String,
}

/// The receiver or a coordinator cancels.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Why, in 1 to 500 characters; no names.
    reason: Option<String>,
}

impl AskBody {
    /// Reads it.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(&self) -> Result<Asking, Problem> {
        let mut faults = Faults::new();
        let from = faults.take("/from", Finess::parse(&self.from));
        let to = faults.take("/to", Finess::parse(&self.to));
        if from.is_some() && from == to {
            let said = Said::new("is the same pharmacy", "est la même pharmacie");
            faults.push(Fault::new("/to", said).found(&self.to));
        }
        if self.rows.is_empty() {
            let said = Said::new("asks for nothing", "ne demande rien");
            faults.push(Fault::new("/rows", said));
        }
        no_more(&mut faults, "/rows", self.rows.len());
        let mut rows = Vec::new();
        for (n, Object(row)) in self.rows.iter().enumerate() {
            let at = |name: &str| format!("/rows/{n}/{name}");
            let cip13 = faults.take(at("cip13"), Cip13::parse(&row.cip13));
            let lot = row.lot.as_deref();
            let lot = lot.and_then(|t| faults.take(at("lot"), LotNumber::parse(t)));
            let expiry = row.expiry.as_deref();
            let expiry = expiry.and_then(|t| day(&mut faults, &at("expiry"), t));
            let units = needed_units(&mut faults, &at("units"), row.units);
            if let (Some(cip13), Some(units)) = (cip13, units) {
                rows.push(AskedRow {
                    cip13,
                    lot,
                    expiry,
                    units,
                });
            }
        }
        let reference = self.legal_reference.as_deref();
        let legal = legal(
            &mut faults,
            self.legal_basis.as_deref(),
            reference,
            self.ars_told_at,
        );
        let words = optional_words(&mut faults, "/reason", self.reason.as_deref(), 500);
        let clearance = optional_words(&mut faults, "/clearance", self.clearance.as_deref(), 64);
        let (from, to) = faults.all((from, to))?;
        Ok(Asking {
            from,
            to,
            purpose: clearance.map_or(AskedFor::Free, |id| {
                AskedFor::Clearance(ClearanceId::new(id))
            }),
            rows,
            legal,
            words,
        })
    }
}

impl AcceptBody {
    /// Reads it.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(&self) -> Result<(Option<LegalBasis>, Particulars), Problem> {
        let mut faults = Faults::new();
        let reference = self.legal_reference.as_deref();
        let legal = legal(
            &mut faults,
            self.legal_basis.as_deref(),
            reference,
            self.ars_told_at,
        );
        let told = told(&mut faults, None, self.happened_at);
        faults.finish()?;
        Ok((legal, told))
    }
}

impl DeclineBody {
    /// Reads why.
    ///
    /// # Errors
    /// 422 when it is no such text.
    pub fn read(&self) -> Result<String, Problem> {
        let mut faults = Faults::new();
        let why = words(&mut faults, "/reason", &self.reason, 500);
        faults.finish()?;
        why.ok_or_else(|| Problem::internal("a reason without a fault that is none"))
    }
}

impl CancelBody {
    /// Reads why, if that is said.
    ///
    /// # Errors
    /// 422 when it is no such text.
    pub fn read(&self) -> Result<Option<String>, Problem> {
        let mut faults = Faults::new();
        let why = optional_words(&mut faults, "/reason", self.reason.as_deref(), 500);
        faults.finish()?;
        Ok(why)
    }
}

/// Reads by what right it is sent.
fn legal(
    faults: &mut Faults,
    basis: Option<&str>,
    reference: Option<&str>,
    ars_told_at: Option<Instant>,
) -> Option<LegalBasis> {
    let stranger = |faults: &mut Faults, at: &str| {
        let said = Said::new(
            "does not belong to this legal basis",
            "ne va pas avec cette base légale",
        );
        faults.push(Fault::new(at, said));
    };
    if reference.is_some() && basis != Some("ars-authorisation") {
        stranger(faults, "/legal_reference");
    }
    if ars_told_at.is_some() && basis != Some("imperative-need") {
        stranger(faults, "/ars_told_at");
    }
    match basis? {
        "ars-authorisation" => {
            let Some(reference) = reference else {
                faults.push(missing("/legal_reference"));
                return None;
            };
            let reference = words(faults, "/legal_reference", reference, 100)?;
            Some(LegalBasis::ArsAuthorisation { reference })
        }
        "imperative-need" => {
            if ars_told_at.is_none() {
                faults.push(missing("/ars_told_at"));
            }
            Some(LegalBasis::ImperativeNeed {
                ars_told_at: ars_told_at?,
            })
        }
        other => code(faults, "/legal_basis", other, |_| None, &LegalBasis::CODES),
    }
}

/// Reads what is told beside.
fn told(faults: &mut Faults, said: Option<&str>, at: Option<Instant>) -> Particulars {
    Particulars {
        note: note(faults, "/note", said),
        happened_at: happened_at(faults, at),
        ..Particulars::default()
    }
}
