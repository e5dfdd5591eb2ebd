//! What is said when units leave, arrive and come back.

use super::{no_more, told};
use crate::app::transfer::{LotArrived, LotBack, Pack, Receipt, Sending, TakenBack};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::ledger::LossReason;
use crate::domain::quantity::Units;
use crate::domain::scan::{self, Reading};
use crate::domain::transfer::{Arrived, CameBack, FmdState};
use crate::http::api::fields::{code, day, missing, units_from};
use crate::http::body::Object;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// It leaves the giver.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBody {
    /// That it is between 2 and 8 °C: without `true` it does not leave.
    cold_chain: bool,
    /// Whether the packs' unique identifiers were decommissioned here: `not-decommissioned` or
    /// `decommissioned`.
    fmd_state: String,
    /// When they were.
    #[schema(value_type = Option<String>, format = DateTime)]
    fmd_decommissioned_at: Option<Instant>,
    /// What a scanner typed, pack by pack, at most 500.
    #[serde(default)]
    scans: Vec<String>,
    /// At most 2000 characters; no names.
    note: Option<String>,
    /// When it left, if not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    happened_at: Option<Instant>,
}

/// What is said of a receipt. Without `lots` and `scans`, all that is to come arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveBody {
    /// That it came between 2 and 8 °C: without `true`, all that arrives is quarantined.
    #[serde(default)]
    cold_chain: bool,
    /// What became of each lot; a lot that is not named stays on its way.
    #[schema(value_type = Option<Vec<LotArrivedBody>>)]
    lots: Option<Vec<Object<LotArrivedBody>>>,
    /// What a scanner typed, pack by pack, at most 500: the packs are here from now on; without `lots`, what they hold arrived.
    #[serde(default)]
    scans: Vec<String>,
    /// At most 2000 characters; no names.
    note: Option<String>,
    /// When it arrived, if not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    happened_at: Option<Instant>,
}

/// What became of one lot; what is not spoken of stays on its way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotArrivedBody {
    cip13: String,
    lot: String,
    /// Needed only where two lots share a number.
    expiry: Option<String>,
    /// How many arrived and may be used.
    #[serde(default)]
    usable: i64,
    /// How many arrived and are set apart.
    #[serde(default)]
    quarantined: i64,
    /// How many were refused at the door, and go back.
    #[serde(default)]
    refused: i64,
    /// How many were lost on the way.
    #[serde(default)]
    missing: i64,
    /// Of the missing: `breakage`, `expiry`, `cold-chain`, `theft` or `missing`.
    reason: Option<String>,
}

/// What was refused is back at the giver. Without `lots`, all of it is, and is quarantined.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBackBody {
    /// That it came back between 2 and 8 °C: without `true`, all of it is quarantined.
    #[serde(default)]
    cold_chain: bool,
    /// What became of each lot.
    #[schema(value_type = Option<Vec<LotBackBody>>)]
    lots: Option<Vec<Object<LotBackBody>>>,
    /// What a scanner typed, pack by pack, at most 500.
    #[serde(default)]
    scans: Vec<String>,
    /// At most 2000 characters; no names.
    note: Option<String>,
    /// When it came back, if not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    happened_at: Option<Instant>,
}

/// What became of refused units of one lot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotBackBody {
    cip13: String,
    lot: String,
    /// Needed only where two lots share a number.
    expiry: Option<String>,
    /// How many are back and may be used.
    #[serde(default)]
    usable: i64,
    /// How many are back and are set apart.
    #[serde(default)]
    quarantined: i64,
    /// How many did not come back.
    #[serde(default)]
    missing: i64,
    /// Of the missing: `breakage`, `expiry`, `cold-chain`, `theft` or `missing`.
    reason: Option<String>,
}

impl SendBody {
    /// Reads it; two-digit years of scans are read by `today`.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(&self, today: Day) -> Result<Sending, Problem> {
        let mut faults = Faults::new();
        if !self.cold_chain {
            let said = Said::new(
                "is not confirmed: what was not kept between 2 and 8 °C does not leave",
                "n'est pas confirmée : ce qui n'est pas resté entre 2 et 8 °C ne part pas",
            );
            faults.push(Fault::new("/cold_chain", said));
        }
        let fmd = match (self.fmd_state.as_str(), self.fmd_decommissioned_at) {
            ("not-decommissioned", None) => Some(FmdState::NotDecommissioned),
            ("not-decommissioned", Some(_)) => {
                let said = Said::new("belongs to `decommissioned`", "va avec `decommissioned`");
                faults.push(Fault::new("/fmd_decommissioned_at", said));
                None
            }
            ("decommissioned", Some(at)) => Some(FmdState::Decommissioned { at }),
            ("decommissioned", None) => {
                faults.push(missing("/fmd_decommissioned_at"));
                None
            }
            (other, _) => {
                let none = |_: &str| None;
                code(&mut faults, "/fmd_state", other, none, &FmdState::CODES)
            }
        };
        let packs = packs(&mut faults, &self.scans, today);
        let told = told(&mut faults, self.note.as_deref(), self.happened_at);
        faults.finish()?;
        let fmd = fmd.ok_or_else(|| Problem::internal("a state without a fault that is none"))?;
        Ok(Sending { fmd, packs, told })
    }
}

impl ReceiveBody {
    /// Reads it; two-digit years of scans are read by `today`.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(&self, today: Day) -> Result<Receipt, Problem> {
        let mut faults = Faults::new();
        some_lots(&mut faults, self.lots.as_deref());
        let lots = self.lots.as_ref().map(|lots| {
            no_more(&mut faults, "/lots", lots.len());
            let lots = lots.iter().enumerate();
            lots.filter_map(|(n, Object(lot))| lot.read(&mut faults, n))
                .collect()
        });
        let packs = packs(&mut faults, &self.scans, today);
        let told = told(&mut faults, self.note.as_deref(), self.happened_at);
        faults.finish()?;
        Ok(Receipt {
            lots,
            packs,
            cold_chain: self.cold_chain,
            told,
        })
    }
}

impl LotArrivedBody {
    fn read(&self, faults: &mut Faults, n: usize) -> Option<LotArrived> {
        let which = (
            self.cip13.as_str(),
            self.lot.as_str(),
            self.expiry.as_deref(),
        );
        let counts = [
            ("usable", self.usable),
            ("quarantined", self.quarantined),
            ("refused", self.refused),
            ("missing", self.missing),
        ];
        let (cip13, lot, expiry) = which_lot(faults, n, which)?;
        let [usable, quarantined, refused, missing] = counted(faults, n, counts)?;
        let reason = lost(faults, n, self.reason.as_deref(), missing);
        Some(LotArrived {
            cip13,
            lot,
            expiry,
            arrived: Arrived {
                usable,
                quarantined,
                refused,
                missing,
            },
            reason,
        })
    }
}

impl TakeBackBody {
    /// Reads it; two-digit years of scans are read by `today`.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn read(&self, today: Day) -> Result<TakenBack, Problem> {
        let mut faults = Faults::new();
        some_lots(&mut faults, self.lots.as_deref());
        let lots = self.lots.as_ref().map(|lots| {
            no_more(&mut faults, "/lots", lots.len());
            let lots = lots.iter().enumerate();
            lots.filter_map(|(n, Object(lot))| lot.read(&mut faults, n))
                .collect()
        });
        let packs = packs(&mut faults, &self.scans, today);
        let told = told(&mut faults, self.note.as_deref(), self.happened_at);
        faults.finish()?;
        Ok(TakenBack {
            lots,
            cold_chain: self.cold_chain,
            packs,
            told,
        })
    }
}

impl LotBackBody {
    fn read(&self, faults: &mut Faults, n: usize) -> Option<LotBack> {
        let which = (
            self.cip13.as_str(),
            self.lot.as_str(),
            self.expiry.as_deref(),
        );
        let counts = [
            ("usable", self.usable),
            ("quarantined", self.quarantined),
            ("missing", self.missing),
        ];
        let (cip13, lot, expiry) = which_lot(faults, n, which)?;
        let [usable, quarantined, missing] = counted(faults, n, counts)?;
        let reason = lost(faults, n, self.reason.as_deref(), missing);
        Some(LotBack {
            cip13,
            lot,
            expiry,
            back: CameBack {
                usable,
                quarantined,
                missing,
            },
            reason,
        })
    }
}

/// Refuses a list of lots without any: what is not said is left out.
fn some_lots<T>(faults: &mut Faults, lots: Option<&[T]>) {
    if lots.is_some_and(<[T]>::is_empty) {
        let said = Said::new("says nothing of any lot", "ne dit rien d'aucun lot");
        faults.push(Fault::new("/lots", said));
    }
}

fn which_lot(
    faults: &mut Faults,
    n: usize,
    (cip13, lot, expiry): (&str, &str, Option<&str>),
) -> Option<(Cip13, LotNumber, Option<Day>)> {
    let cip13 = faults.take(format!("/lots/{n}/cip13"), Cip13::parse(cip13));
    let lot = faults.take(format!("/lots/{n}/lot"), LotNumber::parse(lot));
    let expiry = expiry.and_then(|t| day(faults, &format!("/lots/{n}/expiry"), t));
    Some((cip13?, lot?, expiry))
}

/// Reads how many units there are of each fate: at least one unit in all.
fn counted<const N: usize>(
    faults: &mut Faults,
    lot: usize,
    counts: [(&str, i64); N],
) -> Option<[Units; N]> {
    let read = counts.map(|(name, n)| units_from(faults, &format!("/lots/{lot}/{name}"), n, 0));
    let all: Option<Vec<Units>> = read.into_iter().collect();
    let all = all?;
    if all.iter().all(|n| *n == Units::ZERO) {
        let said = Said::new("says nothing of any unit", "ne dit rien d'aucune unité");
        faults.push(Fault::new(format!("/lots/{lot}"), said));
        return None;
    }
    all.try_into().ok()
}

/// Reads how missing units were lost.
fn lost(
    faults: &mut Faults,
    lot: usize,
    reason: Option<&str>,
    missing: Units,
) -> Option<LossReason> {
    let at = format!("/lots/{lot}/reason");
    let text = reason?;
    if missing == Units::ZERO {
        let said = Said::new(
            "is of missing units, and none is",
            "va avec des unités manquantes, et aucune ne manque",
        );
        faults.push(Fault::new(at, said));
        return None;
    }
    let known = LossReason::ALL.map(LossReason::code);
    code(faults, &at, text, LossReason::from_code, &known)
}

/// Reads what a scanner typed, pack by pack.
fn packs(faults: &mut Faults, scans: &[String], today: Day) -> Vec<Pack> {
    let mut packs = Vec::new();
    no_more(faults, "/scans", scans.len());
    for (n, text) in scans.iter().enumerate() {
        let at = format!("/scans/{n}");
        match scan::read(text, today) {
            Ok(Reading::Pack(found)) => {
                let (Some(lot), Some(serial)) = (found.lot, found.serial) else {
                    let said = Said::new(
                        "has no lot or no serial number",
                        "n'a pas de lot ou de numéro de série",
                    );
                    faults.push(Fault::new(at, said));
                    continue;
                };
                packs.push(Pack {
                    cip13: found.cip13,
                    lot,
                    expiry: found.expiry,
                    serial,
                });
            }
            Ok(Reading::Ambiguous { .. }) => {
                let said = Said::new(
                    "can be read in several ways, because separators are missing: name its lot in `lots`",
                    "se lit de plusieurs façons, faute de séparateurs : nommez son lot dans `lots`",
                );
                faults.push(Fault::new(at, said));
            }
            Err(error) => faults.push(Fault::new(at, error)),
        }
    }
    packs
}
