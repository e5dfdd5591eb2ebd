//! How each database gives a picture of one moment, and how a copy is opened and closed.

use super::{Conn, Error, whole};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Prepares a connection for work that takes its time: on `PostgreSQL` no statement is cut off after a
/// minute, and the transaction may wait a quarter of an hour for the disk that a copy is written to.
pub(in crate::db) fn take_time(conn: &mut Conn) -> Result<(), Error> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '15min'",
        )?;
    }
    Ok(())
}

/// Returns whether this connection may make a copy: on `PostgreSQL` one does at a time, until it ends. On
/// `SQLite` copies are kept apart by their folders.
pub(in crate::db) fn try_claim_copying(conn: &mut Conn) -> Result<bool, Error> {
    match conn {
        Conn::Postgres(_) => {
            let answer = whole::lines(
                conn,
                "SELECT pg_try_advisory_lock(hashtextextended('dotation copies', 0))::text AS line",
            )?;
            Ok(answer == ["true"])
        }
        Conn::Sqlite(_) => Ok(true),
    }
}

/// Writes an `SQLite` database as it is at this moment into a file that is empty. Writers go on.
pub(in crate::db) fn vacuum_into(conn: &mut Conn, file: &str) -> Result<(), Error> {
    diesel::sql_query("VACUUM INTO $1")
        .bind::<Text, _>(file)
        .execute(conn)?;
    Ok(())
}

/// Leaves an `SQLite` file whole by itself, with nothing beside it.
pub(in crate::db) fn close_file(conn: &mut Conn) -> Result<(), Error> {
    if let Conn::Sqlite(conn) = conn {
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
        conn.batch_execute("PRAGMA journal_mode = DELETE")?;
    }
    Ok(())
}

/// Returns what `SQLite` itself finds wrong with a file: its pages, its indexes, rows that point
/// nowhere. At most twenty lines.
pub(in crate::db) fn unsound(conn: &mut Conn) -> Result<Vec<String>, Error> {
    if let Conn::Postgres(_) = conn {
        return Ok(Vec::new());
    }
    let mut found = whole::lines(
        conn,
        "SELECT integrity_check AS line FROM pragma_integrity_check LIMIT 20",
    )?;
    found.retain(|line| line != "ok");
    found.extend(whole::lines(
        conn,
        "SELECT 'a row of ' || \"table\" || ' points to none of ' || parent AS line
         FROM pragma_foreign_key_check LIMIT 20",
    )?);
    Ok(found)
}

/// Returns how an `SQLite` database is made: tables, indexes and triggers, one a line.
pub(in crate::db) fn made(conn: &mut Conn) -> Result<Vec<String>, Error> {
    match conn {
        Conn::Postgres(_) => Ok(Vec::new()),
        Conn::Sqlite(_) => whole::lines(
            conn,
            "SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS line FROM sqlite_master
             WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1",
        ),
    }
}

/// Returns how many connections of this program are open to the database beside this one; none on
/// `SQLite`, whose file is locked by a service.
pub(in crate::db) fn others(conn: &mut Conn) -> Result<i64, Error> {
    match conn {
        Conn::Sqlite(_) => Ok(0),
        Conn::Postgres(_) => {
            let lines = whole::lines(
                conn,
                "SELECT count(*)::text AS line FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND application_name = current_setting('application_name')",
            )?;
            Ok(lines.first().and_then(|n| n.parse().ok()).unwrap_or(0))
        }
    }
}
