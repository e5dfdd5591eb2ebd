//! Kept plans: what they were made from, what they decided, and the seeds of their lotteries.

use super::dialect;
use super::row::{RowOf, instant, kept};
use super::schema::{plan_payload, plan_seeds, plan_sites, plans};
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::PlanId;
use crate::domain::plan::Transfers;
use crate::domain::rule::Slug;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A kept plan, without what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// Which one.
    pub id: PlanId,
    /// The network whose seed orders equals; `*` for one of several networks.
    pub network: String,
    /// The day of the plan.
    pub day: Day,
    /// By which rulebook.
    pub rulebook: Slug,
    /// The hash of its file, in hexadecimal.
    pub rulebook_hash: String,
    /// Which sites share their stock.
    pub transfers: Transfers,
    /// The hash of the frozen case, in hexadecimal.
    pub case_sha256: String,
    /// When its inputs were frozen.
    pub made_at: Instant,
    /// By whom.
    pub made_by: String,
    /// Counts the approvals.
    pub version: i64,
}

/// What a plan was made from, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = plan_payload)]
pub struct Payload {
    /// Of which plan.
    pub plan_id: String,
    /// The case, in its canonical form.
    pub frozen: String,
    /// The plan with French reasons.
    pub answer_fr: String,
    /// The plan with English reasons.
    pub answer_en: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans)]
struct Row {
    id: String,
    network: String,
    day: NaiveDate,
    rulebook: String,
    rulebook_hash: String,
    transfers: String,
    case_sha256: String,
    made_at: NaiveDateTime,
    made_by: String,
    version: i64,
}

impl Row {
    fn of(plan: &PlanRecord) -> Self {
        Self {
            id: plan.id.to_string(),
            network: plan.network.clone(),
            day: plan.day.date(),
            rulebook: plan.rulebook.to_string(),
            rulebook_hash: plan.rulebook_hash.clone(),
            transfers: plan.transfers.code().to_owned(),
            case_sha256: plan.case_sha256.clone(),
            made_at: kept(plan.made_at),
            made_by: plan.made_by.clone(),
            version: plan.version,
        }
    }

    fn value(self) -> Result<PlanRecord, Error> {
        let row = RowOf {
            table: "plans",
            id: &self.id,
        };
        let transfers = Transfers::from_code(&self.transfers);
        Ok(PlanRecord {
            day: row.day(self.day)?,
            rulebook: row.parsed(Slug::parse(&self.rulebook))?,
            transfers: row.code("transfers", &self.transfers, transfers)?,
            id: PlanId::new(&*self.id),
            network: self.network,
            rulebook_hash: self.rulebook_hash,
            case_sha256: self.case_sha256,
            made_at: instant(self.made_at),
            made_by: self.made_by,
            version: self.version,
        })
    }
}

/// Returns the seed that was drawn for a network and a day, if one was.
///
/// # Errors
/// When the database cannot be read.
pub fn seed(conn: &mut Conn, network: &str, day: Day) -> Result<Option<String>, Error> {
    Ok(plan_seeds::table
        .find((network, day.date()))
        .select(plan_seeds::seed)
        .get_result(conn)
        .optional()?)
}

/// Keeps the seed of a network and a day.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one was drawn.
pub fn insert_seed(
    conn: &mut Conn,
    network: &str,
    day: Day,
    seed: &str,
    now: Instant,
) -> Result<(), Error> {
    diesel::insert_into(plan_seeds::table)
        .values((
            plan_seeds::network.eq(network),
            plan_seeds::day.eq(day.date()),
            plan_seeds::seed.eq(seed),
            plan_seeds::drawn_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps a plan, what it was made from, and which sites it covers.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(
    conn: &mut Conn,
    plan: &PlanRecord,
    payload: &Payload,
    sites: &[Finess],
) -> Result<(), Error> {
    diesel::insert_into(plans::table)
        .values(Row::of(plan))
        .execute(conn)?;
    diesel::insert_into(plan_payload::table)
        .values(payload)
        .execute(conn)?;
    let rows: Vec<_> = sites
        .iter()
        .map(|site| {
            (
                plan_sites::plan_id.eq(plan.id.as_str()),
                plan_sites::site.eq(site.as_str()),
            )
        })
        .collect();
    dialect::insert_all!(conn, plan_sites::table, rows)
}

/// Returns the plan of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no plan.
pub fn find(conn: &mut Conn, id: &PlanId) -> Result<Option<PlanRecord>, Error> {
    let row: Option<Row> = plans::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns what a plan was made from and says, unless that was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn payload(conn: &mut Conn, id: &PlanId) -> Result<Option<Payload>, Error> {
    Ok(plan_payload::table
        .find(id.as_str())
        .get_result(conn)
        .optional()?)
}

/// Returns the sites that a plan covers, by number.
///
/// # Errors
/// When the database cannot be read, or a row is no site.
pub fn sites(conn: &mut Conn, id: &PlanId) -> Result<Vec<Finess>, Error> {
    let rows: Vec<String> = plan_sites::table
        .filter(plan_sites::plan_id.eq(id.as_str()))
        .order(plan_sites::site)
        .select(plan_sites::site)
        .load(conn)?;
    let row = RowOf {
        table: "plan_sites",
        id: id.as_str(),
    };
    rows.iter()
        .map(|site| row.parsed(Finess::parse(site)))
        .collect()
}

/// Returns up to `limit` plans before `before`, the latest first; when `site` is named, only those
/// that cover it.
///
/// # Errors
/// When the database cannot be read, or a row is no plan.
pub fn page(
    conn: &mut Conn,
    site: Option<Finess>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<PlanRecord>, Error> {
    let mut query = plans::table.select(Row::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(plans::id.lt(before));
    }
    if let Some(site) = site {
        let covering = plan_sites::table
            .filter(plan_sites::site.eq(site.to_string()))
            .select(plan_sites::plan_id);
        query = query.filter(plans::id.eq_any(covering));
    }
    let rows: Vec<Row> = query.order(plans::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Counts one more approval of a plan.
///
/// # Errors
/// When the database cannot be written.
pub fn approved_once_more(conn: &mut Conn, plan: &PlanRecord) -> Result<(), Error> {
    diesel::update(plans::table.find(plan.id.as_str()))
        .set(plans::version.eq(plan.version.saturating_add(1)))
        .execute(conn)?;
    Ok(())
}
