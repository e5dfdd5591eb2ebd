//! Lots that are recalled, and the sites that a recall concerns.

use super::row::{RowOf, instant, kept};
use super::schema::{recall_sites, recalls};
use super::{Conn, Error};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::RecallId;
use crate::domain::quantity::Units;
use crate::domain::recall::{Ended, Recall, RecallSite};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = recalls, treat_none_as_default_value = false)]
struct Row {
    id: String,
    cip13: String,
    lot: String,
    reason: String,
    reference: Option<String>,
    started_at: NaiveDateTime,
    started_by: String,
    lifted_at: Option<NaiveDateTime>,
    lifted_by: Option<String>,
    lift_reason: Option<String>,
}

fn ended(at: Option<NaiveDateTime>, by: Option<String>, words: Option<String>) -> Option<Ended> {
    Some(Ended {
        at: instant(at?),
        by: by?,
        words: words?,
    })
}

fn value(row: Row) -> Result<Recall, Error> {
    let of = RowOf {
        table: "recalls",
        id: &row.id,
    };
    Ok(Recall {
        cip13: of.parsed(Cip13::parse(&row.cip13))?,
        lot: of.parsed(LotNumber::parse(&row.lot))?,
        id: RecallId::new(&*row.id),
        reason: row.reason,
        reference: row.reference,
        started_at: instant(row.started_at),
        started_by: row.started_by,
        lifted: ended(row.lifted_at, row.lifted_by, row.lift_reason),
    })
}

/// Adds a recall that stands.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, recall: &Recall) -> Result<(), Error> {
    let row = Row {
        id: recall.id.to_string(),
        cip13: recall.cip13.to_string(),
        lot: recall.lot.to_string(),
        reason: recall.reason.clone(),
        reference: recall.reference.clone(),
        started_at: kept(recall.started_at),
        started_by: recall.started_by.clone(),
        lifted_at: None,
        lifted_by: None,
        lift_reason: None,
    };
    diesel::insert_into(recalls::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Writes that a recall was lifted.
///
/// # Errors
/// When the database cannot be written.
pub fn lift(conn: &mut Conn, id: &RecallId, lifted: &Ended) -> Result<(), Error> {
    diesel::update(recalls::table.find(id.as_str()))
        .set((
            recalls::lifted_at.eq(kept(lifted.at)),
            recalls::lifted_by.eq(&lifted.by),
            recalls::lift_reason.eq(&lifted.words),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the recall of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no recall.
pub fn find(conn: &mut Conn, id: &RecallId) -> Result<Option<Recall>, Error> {
    recalls::table
        .find(id.as_str())
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

/// Returns the recalls of a lot that stand, the first first; capitals and small letters are alike.
///
/// # Errors
/// When the database cannot be read, or a row is no recall.
pub fn standing(conn: &mut Conn, cip13: Cip13, lot: &LotNumber) -> Result<Vec<Recall>, Error> {
    let rows: Vec<Row> = recalls::table
        .filter(recalls::cip13.eq(cip13.as_str()))
        .filter(recalls::lifted_at.is_null())
        .order(recalls::id)
        .load(conn)?;
    let of_lot = |row: &Row| row.lot.eq_ignore_ascii_case(lot.as_str());
    rows.into_iter().filter(of_lot).map(value).collect()
}

/// What a reader of the recalls asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this presentation.
    pub cip13: Option<Cip13>,
    /// Only those that stand, or only those that were lifted.
    pub standing: Option<bool>,
    /// Only with an id below this: where the page before ended.
    pub before: Option<String>,
}

/// Returns up to `limit` recalls, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no recall.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Recall>, Error> {
    let mut query = recalls::table
        .order(recalls::id.desc())
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(cip13) = filter.cip13 {
        query = query.filter(recalls::cip13.eq(cip13.to_string()));
    }
    query = match filter.standing {
        Some(true) => query.filter(recalls::lifted_at.is_null()),
        Some(false) => query.filter(recalls::lifted_at.is_not_null()),
        None => query,
    };
    if let Some(before) = &filter.before {
        query = query.filter(recalls::id.lt(before.clone()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(value).collect()
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = recall_sites, treat_none_as_default_value = false, treat_none_as_null = true)]
struct SiteRow {
    recall_id: String,
    site: String,
    set_apart: i64,
    stood: i64,
    dispensed: i64,
    dealt_at: Option<NaiveDateTime>,
    dealt_by: Option<String>,
    dealt_note: Option<String>,
}

fn site_row(recall: &RecallId, site: &RecallSite) -> SiteRow {
    let units = |units: Units| i64::from(units.get());
    SiteRow {
        recall_id: recall.to_string(),
        site: site.site.to_string(),
        set_apart: units(site.set_apart),
        stood: units(site.stood),
        dispensed: units(site.dispensed),
        dealt_at: site.dealt.as_ref().map(|d| kept(d.at)),
        dealt_by: site.dealt.as_ref().map(|d| d.by.clone()),
        dealt_note: site.dealt.as_ref().map(|d| d.words.clone()),
    }
}

fn site_value(row: SiteRow) -> Result<RecallSite, Error> {
    let of = RowOf {
        table: "recall_sites",
        id: &row.recall_id,
    };
    Ok(RecallSite {
        site: of.parsed(Finess::parse(&row.site))?,
        set_apart: of.units(row.set_apart)?,
        stood: of.units(row.stood)?,
        dispensed: of.units(row.dispensed)?,
        dealt: ended(row.dealt_at, row.dealt_by, row.dealt_note),
    })
}

/// Adds a site that a recall concerns.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when it is there already.
pub fn insert_site(conn: &mut Conn, recall: &RecallId, site: &RecallSite) -> Result<(), Error> {
    diesel::insert_into(recall_sites::table)
        .values(site_row(recall, site))
        .execute(conn)?;
    Ok(())
}

/// Changes what is known of a site that a recall concerns.
///
/// # Errors
/// When the database cannot be written.
pub fn update_site(conn: &mut Conn, recall: &RecallId, site: &RecallSite) -> Result<(), Error> {
    diesel::update(recall_sites::table.find((recall.as_str(), site.site.as_str())))
        .set(site_row(recall, site))
        .execute(conn)?;
    Ok(())
}

/// Returns the sites that a recall concerns, by number.
///
/// # Errors
/// When the database cannot be read, or a row is no such site.
pub fn sites(conn: &mut Conn, recall: &RecallId) -> Result<Vec<RecallSite>, Error> {
    let rows: Vec<SiteRow> = recall_sites::table
        .filter(recall_sites::recall_id.eq(recall.as_str()))
        .order(recall_sites::site)
        .load(conn)?;
    rows.into_iter().map(site_value).collect()
}

/// Returns what is known of one site that a recall concerns, if it does.
///
/// # Errors
/// When the database cannot be read, or the row is no such site.
pub fn site(conn: &mut Conn, recall: &RecallId, site: Finess) -> Result<Option<RecallSite>, Error> {
    recall_sites::table
        .find((recall.as_str(), site.as_str()))
        .get_result::<SiteRow>(conn)
        .optional()?
        .map(site_value)
        .transpose()
}
