//! What is remembered of safety copies: the last good one, what failed since, and what was told of it.

use super::backup::Made;
use super::dialect::lock_chain;
use super::row::{instant, kept};
use super::schema::copies;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// The only row.
const NAME: &str = "backup";

/// How safety copies stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copies {
    /// Since when copies are expected.
    pub watched_from: Instant,
    /// The last good copy.
    pub good: Option<GoodCopy>,
    /// When one was last tried.
    pub tried_at: Option<Instant>,
    /// How many tries failed since the last good copy.
    pub failures: i64,
    /// Why the last of them failed.
    pub failed_because: Option<String>,
    /// Since when it has been told that the last good copy is too old.
    pub late_from: Option<Instant>,
}

/// A copy that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodCopy {
    /// The moment that it shows.
    pub at: Instant,
    /// The name of its file, without the folder.
    pub file: String,
    /// Its size.
    pub bytes: i64,
}

impl GoodCopy {
    /// Returns what is remembered of a copy that was made.
    pub fn of(made: &Made) -> Self {
        let name = made.path.file_name().unwrap_or_default();
        Self {
            at: made.manifest.made_at,
            file: name.to_string_lossy().into_owned(),
            bytes: i64::try_from(made.manifest.bytes).unwrap_or(i64::MAX),
        }
    }
}

// a value that is absent is written as absent: it may have stood there before
#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = copies, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    name: String,
    watched_from: NaiveDateTime,
    good_at: Option<NaiveDateTime>,
    good_file: Option<String>,
    good_bytes: Option<i64>,
    tried_at: Option<NaiveDateTime>,
    failures: i64,
    failed_because: Option<String>,
    late_from: Option<NaiveDateTime>,
}

impl Row {
    fn of(copies: &Copies) -> Self {
        let good = copies.good.as_ref();
        Self {
            name: NAME.to_owned(),
            watched_from: kept(copies.watched_from),
            good_at: good.map(|g| kept(g.at)),
            good_file: good.map(|g| g.file.clone()),
            good_bytes: good.map(|g| g.bytes),
            tried_at: copies.tried_at.map(kept),
            failures: copies.failures,
            failed_because: copies.failed_because.clone(),
            late_from: copies.late_from.map(kept),
        }
    }

    fn value(self) -> Copies {
        let good = self.good_at.zip(self.good_file).zip(self.good_bytes);
        Copies {
            watched_from: instant(self.watched_from),
            good: good.map(|((at, file), bytes)| GoodCopy {
                at: instant(at),
                file,
                bytes,
            }),
            tried_at: self.tried_at.map(instant),
            failures: self.failures,
            failed_because: self.failed_because,
            late_from: self.late_from.map(instant),
        }
    }
}

/// Returns how safety copies stand; nothing while none was ever expected.
///
/// # Errors
/// When the database cannot be read.
pub fn find(conn: &mut Conn) -> Result<Option<Copies>, Error> {
    let row: Option<Row> = copies::table.find(NAME).get_result(conn).optional()?;
    Ok(row.map(Row::value))
}

/// The same, for whoever will change it: others wait until the transaction ends.
///
/// # Errors
/// When the database cannot be read.
pub fn find_to_change(conn: &mut Conn) -> Result<Option<Copies>, Error> {
    // the audit trail of the service, whose next line is about this
    lock_chain(conn, "service")?;
    find(conn)
}

/// Keeps how safety copies stand, in the place of what was kept.
///
/// # Errors
/// When the database cannot be written.
pub fn keep(conn: &mut Conn, stand: &Copies) -> Result<(), Error> {
    let row = Row::of(stand);
    let changed = diesel::update(copies::table.find(NAME))
        .set(&row)
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(copies::table)
            .values(&row)
            .execute(conn)?;
    }
    Ok(())
}
