//! What is held on a patient: taken out as a whole, and erased.

use super::act::{Act, Done};
use super::error::Error;
use crate::db;
use crate::db::patients::Known;
use crate::db::personal;
pub use crate::db::personal::Erased;
use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use serde_json::{Map, Value, json};

/// Why a patient's data are erased.
///
/// Choice: a code and no words of one's own, for it stands on the audit trail, where nothing is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They asked for it. Source: Regulation (EU) 2016/679, art. 17 and 21.
    Asked,
    /// They should not have been entered.
    Mistake,
    /// They were kept for as long as is set.
    Retention,
}

impl Reason {
    /// Returns its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Mistake => "mistake",
            Self::Retention => "retention",
        }
    }
}

/// Returns all that is held on whom a pseudonym means at a site, as JSON: every row by its table, and the ids
/// of the plans whose cases speak of them. That it was taken out is on the audit trail.
///
/// The cases themselves are not in it, for others stand in them. Safety copies are not looked into.
///
/// # Errors
/// Refused when nobody is known by it here, or the caller may not.
pub fn take_out(act: &mut Act<'_>, site: Finess, pseudonym: &str) -> Result<Value, Error> {
    act.caller.check(Action::ExportPatients, Some(site))?;
    let Known { id, hash, .. } = known(act, site, pseudonym)?;
    let mut tables = Map::new();
    for (table, rows) in personal::held(act.conn, &id)? {
        let rows = rows.iter().map(|row| serde_json::from_str(row));
        let rows: Result<Vec<Value>, _> = rows.collect();
        let rows = rows.map_err(|e| Error::Bug(format!("a row of {table} is no JSON: {e}")))?;
        tables.insert(table.to_owned(), Value::Array(rows));
    }
    act.audit_export(
        Some(site),
        Done {
            action: "patient.export",
            object: id.as_str(),
            patient: Some((id.clone(), hash)),
            details: json!({}),
        },
    )?;
    Ok(json!({
        "form": "dotation-patient/1",
        "made_at": act.now,
        "site": site.as_str(),
        "patient": id.as_str(),
        "held": tables,
    }))
}

/// Erases what is personal of whom a pseudonym means at a site. The ledger, plans and the audit trail keep
/// their id and a hash that nobody can reckon back.
///
/// # Errors
/// Refused when nobody is known by it here, or their data are needed still: they are expected, have a request
/// that is open or a treatment under way, or units are held or under way for them.
pub fn erase(
    act: &mut Act<'_>,
    site: Finess,
    pseudonym: &str,
    reason: Reason,
) -> Result<Erased, Error> {
    let known = known(act, site, pseudonym)?;
    if let Some(state) = personal::needed(act.conn, &known.id)?.first() {
        return Err(Refusal::WrongState { state }.into());
    }
    erase_known(act, &known, reason)
}

/// As [`erase`], without asking whether they are needed.
pub(super) fn erase_known(
    act: &mut Act<'_>,
    known: &Known,
    reason: Reason,
) -> Result<Erased, Error> {
    let erased = personal::erase(act.conn, &known.id, act.now)?;
    act.audit(
        Some(known.site),
        Done {
            action: "patient.erase",
            object: known.id.as_str(),
            patient: Some((known.id.clone(), known.hash.clone())),
            details: json!({ "reason": reason.code(), "rows": erased.rows, "plans": erased.plans }),
        },
    )?;
    Ok(erased)
}

fn known(act: &mut Act<'_>, site: Finess, pseudonym: &str) -> Result<Known, Error> {
    super::see::commons::site(act, site)?;
    let unknown = || Refusal::Unknown {
        what: "patient",
        name: String::new(),
    };
    let found = db::patients::known_as(act.conn, pseudonym, Some(&[site]))?;
    Ok(found.into_iter().next().ok_or_else(unknown)?)
}
