//! What `Db` promises, on both databases.

mod beside;
mod connections;
mod promises;

use crate::support::{Backend, TestDatabase, block, fresh_database};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::RunQueryDsl as _;
use diesel::prelude::*;
use dotation::db::schema::networks;
use dotation::db::{Conn, Db, Error};

pub(crate) fn count(db: &Db) -> i64 {
    block(db.read(counted)).unwrap()
}

fn counted(conn: &mut Conn) -> Result<i64, Error> {
    Ok(networks::table.count().get_result(conn)?)
}

pub(crate) fn insert(conn: &mut Conn, id: &str) -> Result<(), Error> {
    diesel::insert_into(networks::table)
        .values((
            networks::id.eq(id),
            networks::name.eq("x"),
            networks::created_at.eq(at(0).naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

fn at(minute: i64) -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

pub(crate) fn opened(backend: Backend) -> (TestDatabase, Db) {
    let database = fresh_database(backend);
    let db = database.open();
    (database, db)
}
