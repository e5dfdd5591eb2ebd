//! What can be seen of a patient's treatments.

use crate::app::act::Act;
use crate::app::enter_counts::whose;
use crate::app::error::Error;
use crate::db;
use crate::db::patients::Known;
use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::rule::Slug;
use crate::domain::treatment::Treated;

/// Which versions of treatments are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that stand.
    Current,
    /// What was told before as well.
    All,
}

/// Returns whom a pseudonym means, and their treatments: by rulebook, the latest version first.
///
/// # Errors
/// As [`whose`].
pub fn treatments(
    act: &mut Act<'_>,
    (pseudonym, site): (&str, Option<Finess>),
    which: Which,
) -> Result<(Known, Vec<Treated>), Error> {
    let known = whose(act, pseudonym, site)?;
    let mut all = db::treatments::history(act.conn, &known.id, None)?;
    if which == Which::Current {
        // the latest version of each rulebook comes first
        all.dedup_by(|later, first| later.rulebook == first.rulebook);
    }
    Ok((known, all))
}

/// Returns whom a pseudonym means, and their treatment under a rulebook as it stands.
///
/// # Errors
/// As [`whose`]; refused as well when nothing was told.
pub fn treatment(
    act: &mut Act<'_>,
    (pseudonym, site): (&str, Option<Finess>),
    rulebook: &str,
) -> Result<Treated, Error> {
    let known = whose(act, pseudonym, site)?;
    let found = match Slug::parse(rulebook) {
        Ok(slug) => db::treatments::of(act.conn, &[known.id], &slug)?.pop(),
        Err(_) => None,
    };
    let unknown = || Refusal::Unknown {
        what: "treatment",
        name: rulebook.to_owned(),
    };
    Ok(found.ok_or_else(unknown)?)
}
