//! The only place where the two databases differ, side by side.

pub(in crate::db) mod copying;
pub(in crate::db) mod whole;

use super::conn::{Conn, Purpose};
use super::error::Error;
use super::schema::{sites, transfers};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use diesel::connection::{
    AnsiTransactionManager, SimpleConnection as _, TransactionDepthChange, TransactionManager as _,
    TransactionManagerStatus,
};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};
use functions::{hashtextextended, pg_advisory_xact_lock, pg_try_advisory_xact_lock};
use std::time::Duration;

/// PostgreSQL's own, known to diesel: it prepares a statement of them once a connection, and one
/// that is written as text anew each time.
mod functions {
    use diesel::define_sql_function;
    use diesel::sql_types::{BigInt, Text};

    define_sql_function! { fn hashtextextended(text: Text, seed: BigInt) -> BigInt }
    define_sql_function! { fn pg_try_advisory_xact_lock(key: BigInt) -> Bool }
    // returns nothing in truth, and nobody looks
    define_sql_function! { fn pg_advisory_xact_lock(key: BigInt) -> Bool }
}

/// Writes an expression once for each kind of connection, where diesel cannot write it for both:
/// upserts and batches. Inside it, the name stands for the connection of one kind.
macro_rules! each {
    ($conn:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($conn) => $body,
            $crate::db::Conn::Sqlite($conn) => $body,
        }
    };
}
pub(crate) use each;

/// Inserts a slice of rows, some at a time; `Result<(), Error>`.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let conn: &mut $crate::db::Conn = $conn;
        $rows
            .chunks($crate::db::dialect::ROWS_AT_ONCE)
            .try_for_each(|rows| -> Result<(), $crate::db::Error> {
                $crate::db::dialect::each!(conn => {
                    diesel::insert_into($table).values(rows).execute(conn)?;
                });
                Ok(())
            })
    }};
}
pub(crate) use insert_all;

/// Rows in one `INSERT`.
///
/// Choice: the widest table has 18 columns, and PostgreSQL takes 65,535 values in a statement
/// (PostgreSQL 15, appendix K, limits: query parameters).
pub(crate) const ROWS_AT_ONCE: usize = 1000;

/// Sets a new connection up, setting by setting.
///
/// Choices, on PostgreSQL: a statement may take a minute, and a transaction that is forgotten is
/// ended after a minute; a server set to answer before the disk has it is told to wait; messages
/// are asked for in English, because some errors are known by their words only.
pub(super) fn set_up(conn: &mut Conn, purpose: Purpose, busy: Duration) -> Result<(), Error> {
    let busy_ms = busy.as_millis();
    match conn {
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!(
                "SET TIME ZONE 'UTC'; SET lock_timeout = {busy_ms}; SET statement_timeout = '60s';
                 SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = 'error';
                 SELECT set_config('synchronous_commit', 'on', FALSE)
                 WHERE current_setting('synchronous_commit') = 'off'"
            ))?;
            if let Err(error) = conn.batch_execute("SET lc_messages = 'C'") {
                tracing::debug!(%error, "this role may not choose the language of messages");
            }
        }
        Conn::Sqlite(conn) => {
            conn.batch_execute(&format!("PRAGMA busy_timeout = {busy_ms}"))?;
            conn.batch_execute("PRAGMA journal_mode = WAL")?;
            conn.batch_execute("PRAGMA synchronous = FULL")?;
            conn.batch_execute("PRAGMA foreign_keys = ON")?;
            // Without it, INSERT OR REPLACE deletes a row and no trigger sees it.
            conn.batch_execute("PRAGMA recursive_triggers = ON")?;
            if purpose == Purpose::Read {
                conn.batch_execute("PRAGMA query_only = ON")?;
            }
        }
    }
    Ok(())
}

/// Begins a transaction that sees one moment of the database and changes nothing.
pub(super) fn begin_read(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        )?,
        Conn::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN DEFERRED")?;
        }
    }
    Ok(())
}

/// Begins a transaction that writes. On SQLite it takes the lock at once: one that begins by
/// reading would fail at its first write, without waiting, when another wrote in between.
pub(super) fn begin_write(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        )?,
        Conn::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?;
        }
    }
    Ok(())
}

/// Ends a transaction and keeps what it wrote.
///
/// PostgreSQL answers `COMMIT` without complaint when an earlier error was passed over, and
/// keeps nothing. A question before it, in the same message, fails then.
pub(super) fn commit(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Postgres(pg) => {
            if let Err(error) = pg.batch_execute("SELECT 1; COMMIT") {
                let error = Error::from(error);
                rollback(conn)?;
                return Err(error);
            }
            // The connection sees for itself that the transaction is over, or is told.
            match depth(conn)? {
                0 => Ok(()),
                _ => Ok(change_depth(conn)?),
            }
        }
        Conn::Sqlite(conn) => Ok(AnsiTransactionManager::commit_transaction(conn)?),
    }
}

/// Ends a transaction and keeps nothing.
pub(super) fn rollback(conn: &mut Conn) -> Result<(), Error> {
    while depth(conn)? > 0 {
        each!(conn => AnsiTransactionManager::rollback_transaction(conn))?;
    }
    Ok(())
}

/// Returns how many transactions are open, one inside of the other.
pub(super) fn depth(conn: &mut Conn) -> Result<u32, Error> {
    let depth = status(conn).transaction_depth()?;
    Ok(depth.map_or(0, std::num::NonZeroU32::get))
}

/// Forgets the transactions inside of the first one, which the database has already ended.
pub(super) fn forget_inner(conn: &mut Conn) -> Result<(), Error> {
    while depth(conn)? > 1 {
        change_depth(conn)?;
    }
    Ok(())
}

fn change_depth(conn: &mut Conn) -> QueryResult<()> {
    match status(conn) {
        TransactionManagerStatus::Valid(status) => {
            status.change_transaction_depth(TransactionDepthChange::DecreaseDepth)
        }
        TransactionManagerStatus::InError => Err(diesel::result::Error::BrokenTransactionManager),
    }
}

fn status(conn: &mut Conn) -> &mut TransactionManagerStatus {
    each!(conn => AnsiTransactionManager::transaction_manager_status_mut(conn))
}

/// Locks the rows of these sites until the transaction ends, in the order of their numbers, so
/// that no two transactions wait for each other. SQLite has one writer, who has locked it all.
pub(super) fn lock_sites(conn: &mut Conn, finess: &[Finess]) -> Result<(), Error> {
    match conn {
        Conn::Postgres(_) if finess.is_empty() => Ok(()),
        Conn::Postgres(conn) => {
            sites::table
                .filter(sites::finess.eq_any(finess.iter().map(Finess::as_str)))
                .order(sites::finess)
                .select(sites::finess)
                .for_update()
                .load::<String>(conn)?;
            Ok(())
        }
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Locks the rows of these transfers until the transaction ends, in the order of their ids: what
/// breaks a line at one site cancels what others send for it. SQLite has one writer.
///
/// # Errors
/// What the database answers.
pub(super) fn lock_transfers(conn: &mut Conn, ids: &[&str]) -> Result<(), Error> {
    match conn {
        Conn::Postgres(_) if ids.is_empty() => Ok(()),
        Conn::Postgres(conn) => {
            transfers::table
                .filter(transfers::id.eq_any(ids))
                .order(transfers::id)
                .select(transfers::id)
                .for_update()
                .load::<String>(conn)?;
            Ok(())
        }
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Locks a chain of the audit trail until the transaction ends. SQLite has one writer.
///
/// # Errors
/// What the database answers.
pub fn lock_chain(conn: &mut Conn, chain: &str) -> Result<(), Error> {
    match conn {
        Conn::Postgres(conn) => {
            let lock = hashtextextended(format!("audit {chain}"), 0_i64);
            diesel::select(pg_advisory_xact_lock(lock)).execute(conn)?;
            Ok(())
        }
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Returns whether this transaction is the only one under way for an `Idempotency-Key`; SQLite
/// has one writer, so it always is.
///
/// # Errors
/// What the database answers.
pub fn try_claim_key(conn: &mut Conn, caller: &str, route: &str, key: &str) -> Result<bool, Error> {
    match conn {
        Conn::Postgres(conn) => {
            // as JSON, so that no two keys are the same text
            let text = serde_json::json!(["key", caller, route, key]).to_string();
            let lock = hashtextextended(text, 0_i64);
            Ok(diesel::select(pg_try_advisory_xact_lock(lock)).get_result(conn)?)
        }
        Conn::Sqlite(_) => Ok(true),
    }
}

/// Takes at most `limit` letters that are due and in nobody's hands, for `worker`, until `until`.
///
/// Returns their ids, the longest due first. On PostgreSQL, letters that another worker is
/// taking at this moment are passed over.
///
/// # Errors
/// What the database answers.
pub fn lease_letters(
    conn: &mut Conn,
    worker: &str,
    now: Instant,
    until: Instant,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let skip = match conn {
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        Conn::Sqlite(_) => "",
    };
    let mut taken: Vec<Letter> = diesel::sql_query(format!(
        "UPDATE outbox SET leased_by = $1, leased_until = $2 WHERE id IN (
            SELECT due.id FROM outbox AS due
            WHERE due.state = 'queued' AND due.due_at <= $3
                AND (due.leased_until IS NULL OR due.leased_until <= $3)
                AND NOT EXISTS (
                    SELECT 1 FROM outbox AS earlier
                    WHERE earlier.alert_id = due.alert_id AND earlier.to_email = due.to_email
                        AND earlier.state = 'queued' AND earlier.id < due.id)
            ORDER BY due.due_at, due.id LIMIT $4 {skip})
         RETURNING id, due_at"
    ))
    .bind::<Text, _>(worker)
    .bind::<Timestamp, _>(until.naive_utc())
    .bind::<Timestamp, _>(now.naive_utc())
    .bind::<BigInt, _>(limit)
    .get_results(conn)?;
    taken.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
    Ok(taken.into_iter().map(|letter| letter.id).collect())
}

/// Gives up the letters that were tried, are in nobody's hand, and have a later one about the same
/// alert to the same recipient. One that tells of several alerts together is not given up: the later one
/// may be about one of them alone.
///
/// # Errors
/// What the database answers.
pub fn supersede_letters(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    let together = super::outbox::told_together();
    let together: Vec<String> = together.iter().map(|code| format!("'{code}'")).collect();
    let together = together.join(", ");
    let skip = match conn {
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        Conn::Sqlite(_) => "",
    };
    diesel::sql_query(format!(
        "UPDATE outbox SET state = 'superseded', leased_by = NULL, leased_until = NULL WHERE id IN (
            SELECT old.id FROM outbox AS old
            WHERE old.state = 'queued' AND old.attempts > 0
                AND (old.leased_until IS NULL OR old.leased_until <= $1)
                AND EXISTS (
                    SELECT 1 FROM outbox AS later
                    WHERE later.alert_id = old.alert_id AND later.to_email = old.to_email
                        AND later.id > old.id)
                AND NOT EXISTS (
                    SELECT 1 FROM alerts WHERE alerts.id = old.alert_id AND alerts.kind IN ({together}))
            ORDER BY old.id {skip})"
    ))
    .bind::<Timestamp, _>(now.naive_utc())
    .execute(conn)?;
    Ok(())
}

/// Returns the names of the tables, in their order.
pub(super) fn tables(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let names: Vec<Name> = diesel::sql_query(match conn {
        Conn::Postgres(_) => {
            "SELECT table_name::text AS name FROM information_schema.tables
             WHERE table_schema = current_schema() ORDER BY 1"
        }
        Conn::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
    })
    .get_results(conn)?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

/// Lets one process at a time change the tables; on SQLite the lock on the file does that.
pub(super) fn lock_migrations(conn: &mut Conn) -> Result<(), Error> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute("SELECT pg_advisory_lock(hashtextextended('dotation migrations', 0))")?;
    }
    Ok(())
}

/// Leaves an SQLite file tidy at the end of work: its log folded in, its statistics fresh.
pub(super) fn tidy(conn: &mut Conn) -> Result<(), Error> {
    if let Conn::Sqlite(conn) = conn {
        conn.batch_execute("PRAGMA optimize")?;
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Letter {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Timestamp)]
    due_at: chrono::NaiveDateTime,
}
