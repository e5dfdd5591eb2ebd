//! Whole tables, row by row, from one kind of database into the other.
//!
//! A row travels as a JSON array of its columns: text as text, whole numbers as numbers, days and
//! instants in the words in which `SQLite` keeps them. So no table needs code of its own, and none can
//! be forgotten.

use super::{Conn, Error};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// What a column holds; the only five there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Kind {
    Text,
    Whole,
    Flag,
    Day,
    Instant,
}

/// A column, as either database tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::db) struct Column {
    pub(in crate::db) name: String,
    pub(in crate::db) kind: Kind,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Text)]
    line: String,
}

/// Returns what a question answers in one column of text, named `line`.
pub(in crate::db) fn lines(conn: &mut Conn, sql: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<Line> = diesel::sql_query(sql).get_results(conn)?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// Returns how many rows a table holds.
pub(in crate::db) fn count(conn: &mut Conn, table: &str) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let sql = format!("SELECT count(*) AS rows FROM {}", quoted(table));
    let count: Count = diesel::sql_query(sql).get_result(conn)?;
    Ok(count.rows)
}

/// Returns the columns of a table by name.
pub(in crate::db) fn columns(conn: &mut Conn, table: &str) -> Result<Vec<Column>, Error> {
    let told: Vec<Told> = diesel::sql_query(match conn {
        Conn::Postgres(_) => {
            "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY 1"
        }
        Conn::Sqlite(_) => "SELECT name, type AS kind FROM pragma_table_info($1) ORDER BY 1",
    })
    .bind::<Text, _>(table)
    .get_results(conn)?;
    told.into_iter()
        .map(|Told { name, kind }| match kind_of(&kind) {
            Some(kind) => Ok(Column { name, kind }),
            None => Err(Error::Other {
                cause: format!("{table}.{name} is a {kind}, which no copy can carry"),
            }),
        })
        .collect()
}

fn kind_of(told: &str) -> Option<Kind> {
    let told = told.to_ascii_lowercase();
    match told.split('(').next().unwrap_or_default() {
        "text" | "varchar" | "character varying" => Some(Kind::Text),
        "bigint" => Some(Kind::Whole),
        "boolean" => Some(Kind::Flag),
        "date" => Some(Kind::Day),
        "timestamp" | "timestamp without time zone" => Some(Kind::Instant),
        _ => None,
    }
}

/// Reads the rows of one table, some at a time.
pub(in crate::db) struct Reader {
    table: String,
    row: String,
    /// The last row that was read, by its place on `SQLite`.
    after: i64,
    /// Rows to read next.
    some: i64,
    open: bool,
}

/// Bytes of rows in the memory at a time, about.
///
/// Choice: four mebibytes; a plan's frozen case alone may be as long, a thousand movements are a tenth.
const BYTES: usize = 4 << 20;

/// Rows at a time: few at first, for nobody knows how long they are.
const FIRST: i64 = 16;
const MOST: i64 = 2_000;

impl Reader {
    /// Begins; the transaction it is read in must be open, and one table is read after the other.
    pub(in crate::db) fn new(conn: &Conn, table: &str, columns: &[Column]) -> Self {
        let row = match conn {
            Conn::Postgres(_) => {
                let told: Vec<String> = columns.iter().map(told_by_postgres).collect();
                format!("json_build_array({})::text", told.join(", "))
            }
            Conn::Sqlite(_) => format!("json_array({})", names(columns)),
        };
        Self {
            table: quoted(table),
            row,
            after: i64::MIN,
            some: FIRST,
            open: false,
        }
    }

    /// Returns the next rows, as one JSON array; nothing when there are no more.
    pub(in crate::db) fn next(&mut self, conn: &mut Conn) -> Result<Option<String>, Error> {
        let lines = match conn {
            Conn::Postgres(_) => self.fetched(conn)?,
            Conn::Sqlite(_) => self.selected(conn)?,
        };
        if lines.is_empty() {
            if let (Conn::Postgres(conn), true) = (conn, self.open) {
                conn.batch_execute("CLOSE dotation_rows")?;
            }
            return Ok(None);
        }
        let all = format!("[{}]", lines.join(","));
        self.some = if all.len() > BYTES {
            (self.some / 4).max(1)
        } else if all.len() < BYTES / 4 {
            (self.some * 2).min(MOST)
        } else {
            self.some
        };
        Ok(Some(all))
    }

    fn fetched(&mut self, conn: &mut Conn) -> Result<Vec<String>, Error> {
        if !self.open {
            conn.batch_execute(&format!(
                "DECLARE dotation_rows NO SCROLL CURSOR FOR SELECT {} AS line FROM {}",
                self.row, self.table
            ))?;
            self.open = true;
        }
        lines(conn, &format!("FETCH {} FROM dotation_rows", self.some))
    }

    fn selected(&mut self, conn: &mut Conn) -> Result<Vec<String>, Error> {
        let rows: Vec<Row> = diesel::sql_query(format!(
            "SELECT rowid AS place, {} AS line FROM {} WHERE rowid > $1 ORDER BY rowid LIMIT $2",
            self.row, self.table
        ))
        .bind::<BigInt, _>(self.after)
        .bind::<BigInt, _>(self.some)
        .get_results(conn)?;
        self.after = rows.last().map_or(self.after, |row| row.place);
        Ok(rows.into_iter().map(|row| row.line).collect())
    }
}

/// A column as `SQLite` would keep it: diesel writes the fraction of a second with no digits, with three
/// or with six, and instants are compared there letter by letter.
fn told_by_postgres(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.kind {
        Kind::Text | Kind::Whole | Kind::Flag => name,
        Kind::Day => format!("to_char({name}, 'YYYY-MM-DD')"),
        Kind::Instant => format!(
            "to_char({name}, CASE WHEN date_trunc('second', {name}) = {name} THEN 'YYYY-MM-DD HH24:MI:SS'
                WHEN date_trunc('milliseconds', {name}) = {name} THEN 'YYYY-MM-DD HH24:MI:SS.MS'
                ELSE 'YYYY-MM-DD HH24:MI:SS.US' END)"
        ),
    }
}

/// Returns rows of a table as JSON objects, by column, those for which `rows` holds of a text (`$1`).
pub(in crate::db) fn objects(
    conn: &mut Conn,
    table: &str,
    rows: &str,
    text: &str,
) -> Result<Vec<String>, Error> {
    let columns = columns(conn, table)?;
    let (make, each): (&str, Vec<String>) = match conn {
        Conn::Postgres(_) => (
            "json_build_object",
            columns
                .iter()
                .map(|c| format!("'{}', {}", c.name, told_by_postgres(c)))
                .collect(),
        ),
        Conn::Sqlite(_) => (
            "json_object",
            columns
                .iter()
                .map(|c| format!("'{}', {}", c.name, quoted(&c.name)))
                .collect(),
        ),
    };
    let (each, table) = (each.join(", "), quoted(table));
    let cast = if matches!(conn, Conn::Postgres(_)) {
        "::text"
    } else {
        ""
    };
    let sql = format!("SELECT {make}({each}){cast} AS line FROM {table} WHERE {rows} ORDER BY 1");
    let rows: Vec<Line> = diesel::sql_query(sql)
        .bind::<Text, _>(text)
        .get_results(conn)?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// Writes rows that were read into a table of the same columns, and returns how many.
pub(in crate::db) fn write(
    conn: &mut Conn,
    table: &str,
    columns: &[Column],
    rows: &str,
) -> Result<usize, Error> {
    let each = |told: fn(usize, &Column) -> String| {
        let told: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(i, c)| told(i, c))
            .collect();
        told.join(", ")
    };
    let from = match conn {
        Conn::Postgres(_) => format!(
            "SELECT {} FROM json_array_elements($1::json) WITH ORDINALITY AS r (v, n) ORDER BY n",
            each(|i, column| format!("(v->>{i})::{}", kind_of_postgres(column.kind)))
        ),
        Conn::Sqlite(_) => format!(
            "SELECT {} FROM json_each($1) ORDER BY key",
            each(|i, _| format!("json_extract(value, '$[{i}]')"))
        ),
    };
    let (table, names) = (quoted(table), names(columns));
    let written = diesel::sql_query(format!("INSERT INTO {table} ({names}) {from}"))
        .bind::<Text, _>(rows)
        .execute(conn)?;
    Ok(written)
}

const fn kind_of_postgres(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Whole => "bigint",
        Kind::Flag => "boolean",
        Kind::Day => "date",
        Kind::Instant => "timestamp",
    }
}

/// Lifts the triggers, and the foreign keys that would ask for an order of the tables, until the
/// statements that are returned have put all of it back: in the same transaction.
pub(in crate::db) fn lift_laws(conn: &mut Conn) -> Result<Vec<String>, Error> {
    match conn {
        Conn::Sqlite(_) => {
            // foreign keys are asked for at the commit
            conn.batch_execute("PRAGMA defer_foreign_keys = ON")?;
            let names =
                "SELECT name AS line FROM sqlite_master WHERE type = 'trigger' ORDER BY name";
            let made = "SELECT sql AS line FROM sqlite_master WHERE type = 'trigger' ORDER BY name";
            let back = lines(conn, made)?;
            for name in lines(conn, names)? {
                conn.batch_execute(&format!("DROP TRIGGER {}", quoted(&name)))?;
            }
            Ok(back)
        }
        Conn::Postgres(_) => {
            let foreign = |told: &str| {
                format!(
                    "SELECT 'ALTER TABLE ' || conrelid::regclass || {told} AS line FROM pg_constraint
                     WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
                     ORDER BY conrelid::regclass::text, conname"
                )
            };
            let mut back = lines(
                conn,
                &foreign(
                    "' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)",
                ),
            )?;
            for drop in lines(
                conn,
                &foreign("' DROP CONSTRAINT ' || quote_ident(conname)"),
            )? {
                conn.batch_execute(&drop)?;
            }
            for table in super::tables(conn)? {
                let table = quoted(&table);
                conn.batch_execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"))?;
                back.push(format!("ALTER TABLE {table} ENABLE TRIGGER USER"));
            }
            Ok(back)
        }
    }
}

/// Empties every table; the laws must be lifted.
pub(in crate::db) fn empty(conn: &mut Conn) -> Result<(), Error> {
    let tables: Vec<String> = super::tables(conn)?.iter().map(|t| quoted(t)).collect();
    match conn {
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!("TRUNCATE {}", tables.join(", ")))?;
        }
        Conn::Sqlite(conn) => {
            for table in tables {
                conn.batch_execute(&format!("DELETE FROM {table}"))?;
            }
        }
    }
    Ok(())
}

fn names(columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
    names.join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
