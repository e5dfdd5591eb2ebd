//! What a piece of work asks of the database: its statements, and how they are answered.

use diesel::connection::{Connection as _, InstrumentationEvent};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use dotation::db::Conn;
use std::sync::{Arc, Mutex};

/// The statements of some work, as text, in their order; and those that were prepared to be kept.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) all: Vec<String>,
    pub(crate) kept: Vec<String>,
}

/// Does some work on a connection, and tells what it asked.
pub(crate) fn asked<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> T) -> (T, Asked) {
    let seen = Arc::new(Mutex::new(Asked::default()));
    let heard = Arc::clone(&seen);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = &event {
            let text = query.to_string();
            let sql = text.split(" -- binds").next().unwrap().to_owned();
            heard.lock().unwrap().all.push(sql);
        } else if let InstrumentationEvent::CacheQuery { sql, .. } = &event {
            heard.lock().unwrap().kept.push((*sql).to_owned());
        }
    });
    let done = work(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let asked = std::mem::take(&mut *seen.lock().unwrap());
    (done, asked)
}

#[derive(QueryableByName)]
struct OfSqlite {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct OfPostgres {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How the database answers a statement of one text parameter.
pub(crate) fn plan(conn: &mut Conn, sql: &str, parameter: &str) -> String {
    let lines: Vec<String> = if matches!(conn, Conn::Sqlite(_)) {
        let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows: Vec<OfSqlite> = explain.bind::<Text, _>(parameter).load(conn).unwrap();
        rows.into_iter().map(|row| row.detail).collect()
    } else {
        let explain = diesel::sql_query(format!("EXPLAIN {sql}"));
        let rows: Vec<OfPostgres> = explain.bind::<Text, _>(parameter).load(conn).unwrap();
        rows.into_iter().map(|row| row.line).collect()
    };
    lines.join("\n")
}
