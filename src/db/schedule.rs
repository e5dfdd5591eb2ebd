//! What follows from time alone: who sees to it, and how far it was done.

use super::row::{RowOf, instant, kept};
use super::schema::{
    alerts, escalations, evaluations, leases, movements, service_alerts, sites, turns,
};
use super::{Conn, Error};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::AlertId;
use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};

/// For how long one instance has a lease, from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Now.
    pub now: Instant,
    /// Until when, unless it is renewed.
    pub until: Instant,
}

/// Takes or renews a lease by one compare-and-set; returns whether `owner` has it now.
///
/// It is free when nobody has it, when its time is over, and when it ends much later than one that is taken
/// now would: a clock was wrong then. Clocks that differ by less than twice the time of a lease take nothing
/// from each other.
///
/// # Errors
/// When the database cannot be written.
pub fn take(conn: &mut Conn, name: &str, owner: &str, span: Span) -> Result<bool, Error> {
    let free = leases::owner
        .eq(owner)
        .or(leases::until.le(kept(span.now)))
        .or(leases::until.gt(kept(span.until + (span.until - span.now))));
    let taken = diesel::update(leases::table.filter(leases::name.eq(name).and(free)))
        .set((leases::owner.eq(owner), leases::until.eq(kept(span.until))))
        .execute(conn)?;
    if taken > 0 {
        return Ok(true);
    }
    let first =
        "INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let taken = diesel::sql_query(first)
        .bind::<Text, _>(name)
        .bind::<Text, _>(owner)
        .bind::<Timestamp, _>(kept(span.until))
        .execute(conn)?;
    Ok(taken > 0)
}

/// Takes a lease from whoever has it: for a service that is alone with its database, whose other instances
/// are gone.
///
/// # Errors
/// When the database cannot be written.
pub fn seize(conn: &mut Conn, name: &str) -> Result<(), Error> {
    diesel::delete(leases::table.find(name)).execute(conn)?;
    Ok(())
}

/// Gives a lease back, so that another may take it at once.
///
/// # Errors
/// When the database cannot be written.
pub fn release(conn: &mut Conn, name: &str, owner: &str) -> Result<(), Error> {
    let ours = leases::table.filter(leases::name.eq(name).and(leases::owner.eq(owner)));
    diesel::delete(ours).execute(conn)?;
    Ok(())
}

/// Returns up to when a task is done, for every site for which that is known.
///
/// # Errors
/// When the database cannot be read, or a row is of no site.
pub fn turns(conn: &mut Conn, task: &str) -> Result<Vec<(Finess, Instant)>, Error> {
    let rows: Vec<(String, NaiveDateTime)> = turns::table
        .filter(turns::task.eq(task))
        .order(turns::site)
        .select((turns::site, turns::through))
        .load(conn)?;
    rows.into_iter()
        .map(|(site, through)| Ok((finess("turns", &site)?, instant(through))))
        .collect()
}

/// Moves a task on at a site from `before` to `through` by a compare-and-set; returns whether it was there.
/// Without `before` it begins there, unless it has begun.
///
/// # Errors
/// When the database cannot be written.
pub fn turn(
    conn: &mut Conn,
    (task, site): (&str, Finess),
    before: Option<Instant>,
    through: Instant,
) -> Result<bool, Error> {
    if let Some(before) = before {
        let from = turns::table.find((task, site.as_str()));
        let moved = diesel::update(from.filter(turns::through.eq(kept(before))))
            .set(turns::through.eq(kept(through)))
            .execute(conn)?;
        return Ok(moved > 0);
    }
    let begun = diesel::sql_query(
        "INSERT INTO turns (task, site, through) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(task)
    .bind::<Text, _>(site.as_str())
    .bind::<Timestamp, _>(kept(through))
    .execute(conn)?;
    Ok(begun > 0)
}

/// Writes down that an alert was raised: it opened, or got worse, and its readers can know from `at`. One that
/// nobody has acknowledged since it was raised waits on from then: what gets worse and worse is escalated all
/// the sooner.
///
/// # Errors
/// When the database cannot be written.
pub fn raised(conn: &mut Conn, alert: &AlertId, at: Instant) -> Result<(), Error> {
    let waits = escalations::table.find(alert.as_str());
    if !diesel::select(exists(waits)).get_result::<bool>(conn)? {
        diesel::insert_into(escalations::table)
            .values((
                escalations::alert_id.eq(alert.as_str()),
                escalations::raised_at.eq(kept(at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes down that an alert was acknowledged: it waits no more, until it is raised again.
///
/// # Errors
/// When the database cannot be written.
pub fn acknowledged(conn: &mut Conn, alert: &AlertId) -> Result<(), Error> {
    diesel::delete(escalations::table.find(alert.as_str())).execute(conn)?;
    Ok(())
}

/// Returns the alerts that were raised at `by` or before and are open still, with their sites and kinds and
/// when that was, the longest first.
///
/// # Errors
/// When the database cannot be read, or a row is of no site or kind.
pub fn unanswered(
    conn: &mut Conn,
    by: Instant,
) -> Result<Vec<(AlertId, Finess, AlertKind, Instant)>, Error> {
    let rows: Vec<(String, String, String, NaiveDateTime)> = escalations::table
        .inner_join(alerts::table)
        .filter(
            escalations::raised_at
                .le(kept(by))
                .and(alerts::state.eq("open")),
        )
        .order((escalations::raised_at, escalations::alert_id))
        .select((
            escalations::alert_id,
            alerts::site,
            alerts::kind,
            escalations::raised_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, site, kind, at)| {
            let row = RowOf {
                table: "alerts",
                id: &id,
            };
            let kind = row.code("kind", &kind, AlertKind::from_code(&kind))?;
            let site = row.parsed(Finess::parse(&site))?;
            Ok((AlertId::new(id), site, kind, instant(at)))
        })
        .collect()
}

/// Takes an alert off those that wait to be escalated, if it was not raised again since; returns whether it
/// was among them.
///
/// # Errors
/// When the database cannot be written.
pub fn answered(conn: &mut Conn, alert: &AlertId, raised_at: Instant) -> Result<bool, Error> {
    let one = escalations::table.find(alert.as_str());
    let gone = diesel::delete(one.filter(escalations::raised_at.eq(kept(raised_at))));
    Ok(gone.execute(conn)? > 0)
}

/// Takes those off that nobody waits for any more: acknowledged, or closed. Returns how many.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_answered(conn: &mut Conn) -> Result<usize, Error> {
    let open = alerts::table.filter(
        alerts::id
            .eq(escalations::alert_id)
            .and(alerts::state.eq("open")),
    );
    Ok(diesel::delete(escalations::table.filter(not(exists(open)))).execute(conn)?)
}

/// A site whose movements are not all evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unevaluated {
    /// Which.
    pub site: Finess,
    /// The number of its last movement.
    pub last: i64,
    /// When the first of those that are not was recorded.
    pub since: Instant,
}

/// Returns the sites with movements after which alerts were not evaluated, by number.
///
/// # Errors
/// When the database cannot be read, or a row is of no site.
pub fn unevaluated(conn: &mut Conn) -> Result<Vec<Unevaluated>, Error> {
    let last = movements::table
        .filter(movements::site.eq(sites::finess))
        .select(max(movements::seq))
        .single_value();
    let done = evaluations::table
        .filter(evaluations::site.eq(sites::finess))
        .select(evaluations::seq)
        .single_value();
    let rows: Vec<(String, Option<i64>, Option<i64>)> = sites::table
        .order(sites::finess)
        .select((sites::finess, last, done))
        .load(conn)?;
    let mut found = Vec::new();
    for (site, last, done) in rows {
        let (Some(last), done) = (last, done.unwrap_or(0)) else {
            continue;
        };
        if last <= done {
            continue;
        }
        let since: NaiveDateTime = movements::table
            .filter(movements::site.eq(&site).and(movements::seq.gt(done)))
            .order(movements::seq)
            .select(movements::recorded_at)
            .first(conn)?;
        found.push(Unevaluated {
            site: finess("sites", &site)?,
            last,
            since: instant(since),
        });
    }
    Ok(found)
}

/// Writes down that the alerts of a site were evaluated after the movement of a number.
///
/// # Errors
/// When the database cannot be written.
pub fn evaluated(conn: &mut Conn, site: Finess, seq: i64, now: Instant) -> Result<(), Error> {
    let changes = (
        evaluations::seq.eq(seq),
        evaluations::evaluated_at.eq(kept(now)),
    );
    let again = diesel::update(evaluations::table.find(site.as_str()))
        .set(changes)
        .execute(conn)?;
    if again == 0 {
        diesel::insert_into(evaluations::table)
            .values((evaluations::site.eq(site.as_str()), changes.0, changes.1))
            .execute(conn)?;
    }
    Ok(())
}

/// Returns since when something is amiss with the service itself, if it is.
///
/// # Errors
/// When the database cannot be read.
pub fn service_alert(conn: &mut Conn, kind: &str) -> Result<Option<Instant>, Error> {
    let since: Option<NaiveDateTime> = service_alerts::table
        .find(kind)
        .select(service_alerts::opened_at)
        .get_result(conn)
        .optional()?;
    Ok(since.map(instant))
}

/// The same, for whoever will change it: others wait until the transaction ends.
///
/// # Errors
/// When the database cannot be read.
pub fn service_alert_to_change(conn: &mut Conn, kind: &str) -> Result<Option<Instant>, Error> {
    // the audit trail of the service, whose next line is about this
    super::dialect::lock_chain(conn, "service")?;
    service_alert(conn, kind)
}

/// Writes down that something is amiss with the service itself, or that it is over.
///
/// # Errors
/// When the database cannot be written.
pub fn set_service_alert(conn: &mut Conn, kind: &str, since: Option<Instant>) -> Result<(), Error> {
    diesel::delete(service_alerts::table.find(kind)).execute(conn)?;
    if let Some(since) = since {
        diesel::insert_into(service_alerts::table)
            .values((
                service_alerts::kind.eq(kind),
                service_alerts::opened_at.eq(kept(since)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn finess(table: &'static str, id: &str) -> Result<Finess, Error> {
    RowOf { table, id }.parsed(Finess::parse(id))
}
