//! What is said of transfers on the command line, read into values.

use super::super::given;
use crate::app::transfer::{AskedRow, LotArrived, LotBack, Pack};
use crate::cli::failure::Failure;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::ledger::LossReason;
use crate::domain::quantity::Units;
use crate::domain::scan::{self, Reading};
use crate::domain::transfer::{Arrived, CameBack, LegalBasis, TransferState};
use clap::Args;

pub(super) fn state(text: &str) -> Result<TransferState, String> {
    let codes = TransferState::ALL.map(TransferState::code);
    TransferState::from_code(text).ok_or_else(|| format!("expected one of {}", codes.join(", ")))
}

pub(super) fn lost_by(text: &str) -> Result<LossReason, String> {
    let codes = LossReason::ALL.map(LossReason::code);
    LossReason::from_code(text).ok_or_else(|| format!("expected one of {}", codes.join(", ")))
}

pub(super) fn instant(text: &str) -> Result<Instant, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
        .filter(|at| Day::new(at.date_naive()).is_some())
        .ok_or_else(|| "expected an hour as 2027-06-30T18:00:00+02:00".to_owned())
}

/// What is asked for: `3400957464318=4`, `3400957464318:C7=4`.
pub(super) fn row(text: &str) -> Result<AskedRow, String> {
    let (what, units) = text
        .rsplit_once('=')
        .ok_or("there is no = ; expected CIP13[:LOT]=UNITS, as 3400957464318:C7=4")?;
    let (cip13, lot) = match what.split_once(':') {
        Some((cip13, lot)) => (cip13, Some(number(lot)?)),
        None => (what, None),
    };
    Ok(AskedRow {
        cip13: given::cip13(cip13.trim())?,
        lot,
        expiry: None,
        units: given::units(units.trim())?,
    })
}

fn number(text: &str) -> Result<LotNumber, String> {
    LotNumber::parse(text.trim()).map_err(|error| error.to_string())
}

/// What became of a lot: `3400957464318:C7=usable:3,missing:1`.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    cip13: Cip13,
    lot: LotNumber,
    fates: Vec<(String, Units)>,
}

const FATE: &str =
    "expected CIP13:LOT=FATE:UNITS[,FATE:UNITS], as 3400957464318:C7=usable:3,missing:1";

pub(super) fn fate(text: &str) -> Result<Fate, String> {
    let (what, fates) = text.rsplit_once('=').ok_or(FATE)?;
    let (cip13, lot) = what.split_once(':').ok_or(FATE)?;
    let fates = fates.split(',').map(|one| {
        let (fate, units) = one.split_once(':').ok_or_else(|| FATE.to_owned())?;
        Ok::<_, String>((fate.trim().to_owned(), given::units(units.trim())?))
    });
    Ok(Fate {
        cip13: given::cip13(cip13.trim())?,
        lot: number(lot)?,
        fates: fates.collect::<Result<_, _>>()?,
    })
}

impl Fate {
    /// Sorts the units into the fates that are known, each named once.
    fn into<const N: usize>(
        self,
        known: [&str; N],
    ) -> Result<(Cip13, LotNumber, [Units; N]), Failure> {
        let mut units = [Units::ZERO; N];
        for (fate, n) in &self.fates {
            let mut slots = known.iter().zip(&mut units);
            let slot = slots.find(|(name, _)| *name == fate);
            match slot {
                Some((_, slot)) if *slot == Units::ZERO => *slot = *n,
                Some(_) => return Err(Failure::input(format!("--lot: {fate} is said twice"))),
                None => {
                    let known = known.join(", ");
                    return Err(Failure::input(format!("--lot: {fate} is none of {known}")));
                }
            }
        }
        Ok((self.cip13, self.lot, units))
    }

    /// As a receiver says it.
    pub(super) fn arrived(self, reason: Option<LossReason>) -> Result<LotArrived, Failure> {
        let known = ["usable", "quarantined", "refused", "missing"];
        let (cip13, lot, [usable, quarantined, refused, missing]) = self.into(known)?;
        Ok(LotArrived {
            cip13,
            lot,
            expiry: None,
            arrived: Arrived {
                usable,
                quarantined,
                refused,
                missing,
            },
            reason,
        })
    }

    /// As a giver says it.
    pub(super) fn back(self, reason: Option<LossReason>) -> Result<LotBack, Failure> {
        let known = ["usable", "quarantined", "missing"];
        let (cip13, lot, [usable, quarantined, missing]) = self.into(known)?;
        Ok(LotBack {
            cip13,
            lot,
            expiry: None,
            back: CameBack {
                usable,
                quarantined,
                missing,
            },
            reason,
        })
    }
}

/// Reads what a scanner typed.
pub(super) fn packs(scans: &[String], today: Day) -> Result<Vec<Pack>, Failure> {
    let packs = scans.iter().map(|text| {
        let found = match scan::read(text, today) {
            Ok(Reading::Pack(found)) => found,
            Ok(Reading::Ambiguous { .. }) => {
                let what = "can be read in several ways, because separators are missing";
                return Err(Failure::input(format!("--scan: {what}")));
            }
            Err(error) => return Err(Failure::input(format!("--scan: {error}"))),
        };
        let (Some(lot), Some(serial)) = (found.lot, found.serial) else {
            return Err(Failure::input("--scan: has no lot or no serial number"));
        };
        Ok(Pack {
            cip13: found.cip13,
            lot,
            expiry: found.expiry,
            serial,
        })
    });
    packs.collect()
}

/// By what right a transfer is sent: CSP, art. L5126-8.
#[derive(Debug, Args)]
pub(super) struct Legal {
    /// The reference of the authorisation of the ARS
    #[arg(long, value_name = "REFERENCE", value_parser = given::line::<100>, conflicts_with = "imperative_need")]
    ars_authorisation: Option<String>,
    /// When the ARS was told of the imperative and immediate need
    #[arg(long, value_name = "TIME", value_parser = instant)]
    imperative_need: Option<Instant>,
}

impl Legal {
    pub(super) fn basis(self) -> Option<LegalBasis> {
        let authorised = self.ars_authorisation;
        let authorised = authorised.map(|reference| LegalBasis::ArsAuthorisation { reference });
        let needed = self.imperative_need;
        authorised.or(needed.map(|ars_told_at| LegalBasis::ImperativeNeed { ars_told_at }))
    }
}
