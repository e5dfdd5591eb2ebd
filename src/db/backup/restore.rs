//! Restoring a copy into a database that nobody uses.

use super::check::{Found, unbalanced};
use super::error::CopyError;
use super::folder::{Folder, sync, with};
use super::manifest::Manifest;
use super::scratch::Scratch;
use super::snapshot::{PATIENCE, put_back};
use super::tables::{Rows, carry, rows};
use crate::db::audit::{self, Entry, chains};
use crate::db::conn::Purpose;
use crate::db::dialect::{copying, whole};
use crate::db::lock::FileLock;
use crate::db::outbox;
use crate::db::{Conn, DatabaseUrl, dialect, migrate};
use crate::domain::calendar::{Instant, to_micros};
use std::path::{Path, PathBuf};

/// What becomes of letters that waited to be sent at the moment that the copy shows.
///
/// Choice: they are sent, though some may have been sent since: each keeps its `Message-ID`, by which
/// most readers of email show it once, and a letter that comes twice harms less than an alert that
/// nobody hears of. Whoever restores an old copy to look at it chooses the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// They wait as they waited, in nobody's hands.
    Sent,
    /// They are given up: superseded.
    GivenUp,
}

/// What is restored, and how.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The copy.
    pub file: &'a Path,
    /// Whether the database may hold rows, which give way.
    pub replace: bool,
    /// What becomes of letters that wait.
    pub letters: Letters,
    /// When it is done.
    pub now: Instant,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Rows in each table, as the copy has them.
    pub rows: Rows,
    /// What stood beside the copy, if anything did.
    pub manifest: Option<Manifest>,
    /// The SHA-256 of the copy.
    pub sha256: String,
    /// Where the file that gave way is now; on `PostgreSQL` it is gone.
    pub aside: Option<PathBuf>,
    /// How many letters wait to be sent, or were given up.
    pub letters: i64,
}

/// Restores a copy into the database of `url`, all of it or nothing, and brings it up to this version.
///
/// The copy is verified first, as [`super::verify`] does. An `SQLite` file that gives way is moved aside and
/// never deleted; on `PostgreSQL` the rows of before are gone when the one transaction is through.
///
/// # Errors
/// [`crate::db::Error::InUse`] and [`CopyError::Served`] while a service runs; [`CopyError::NotEmpty`];
/// [`CopyError::Bad`]; [`CopyError::NotACopy`]; the database is as it was then.
pub fn restore(url: &DatabaseUrl, wanted: &Wanted<'_>) -> Result<Restored, CopyError> {
    match url.file() {
        Some(file) => into_sqlite(url, file, wanted),
        None => into_postgres(url, wanted),
    }
}

/// The copy, restored to a scratch place, verified, and brought up to this version.
fn ready(
    folder: &Folder,
    wanted: &Wanted<'_>,
) -> Result<(Scratch, Option<Manifest>, Conn), CopyError> {
    let manifest = Manifest::of(wanted.file)?;
    let mut scratch = Scratch::of(wanted.file, folder)?;
    let faults = scratch.faults(manifest.as_ref());
    if !faults.is_empty() {
        return Err(CopyError::Bad {
            path: wanted.file.to_owned(),
            faults,
        });
    }
    let url = DatabaseUrl::Sqlite(scratch.draft.path().to_owned());
    let mut conn = Conn::open(&url, Purpose::Write, PATIENCE)?;
    migrate::upgrade(&mut conn)?;
    scratch.found.rows = rows(&mut conn)?;
    Ok((scratch, manifest, conn))
}

fn into_sqlite(url: &DatabaseUrl, file: &Path, wanted: &Wanted<'_>) -> Result<Restored, CopyError> {
    migrate::check_place(file)?;
    let _lock = FileLock::take(url)?;
    let there = file.exists();
    if there && !wanted.replace {
        refuse_rows(&mut Conn::open(url, Purpose::Read, PATIENCE)?, url)?;
    }
    // where a link leads: its name must stay what it is
    let real = file
        .canonicalize()
        .unwrap_or_else(|_none_yet| file.to_owned());
    if wanted.file.canonicalize().ok().as_ref() == Some(&real) {
        return Err(CopyError::NotACopy {
            path: wanted.file.to_owned(),
            what: "it is the database that it would replace".to_owned(),
        });
    }
    let parent = real.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = Folder::take(parent.unwrap_or(Path::new(".")))?;
    let (scratch, manifest, mut conn) = ready(&folder, wanted)?;
    dialect::begin_write(&mut conn)?;
    let letters = settle(&mut conn, wanted, &scratch, manifest.as_ref())?;
    dialect::commit(&mut conn)?;
    copying::close_file(&mut conn)?;
    drop(conn);
    let aside = if there {
        scratch.draft.become_like(&real)?;
        Some(give_way(&real, &folder, wanted.now)?)
    } else {
        None
    };
    let (rows, sha256) = (scratch.found.rows, scratch.sha256);
    scratch.draft.replace(&real)?;
    folder.sync()?;
    Ok(Restored {
        rows,
        manifest,
        sha256,
        aside,
        letters,
    })
}

/// Gives the file of before a second name; the first goes to the copy in one step, so that at every
/// moment there is a database of that name.
fn give_way(file: &Path, folder: &Folder, now: Instant) -> Result<PathBuf, CopyError> {
    let aside = with(file, &now.format(".before-%Y%m%dT%H%M%SZ").to_string());
    if aside.exists() {
        return Err(CopyError::Exists { path: aside });
    }
    // what was written last may stand in the log beside the file: into the file with it, if the file
    // can still be opened
    let url = DatabaseUrl::Sqlite(file.to_owned());
    if let Ok(mut conn) = Conn::open(&url, Purpose::Write, PATIENCE) {
        // one that is damaged is kept with its log, below
        copying::close_file(&mut conn).ok();
    }
    for end in ["-wal", "-shm"] {
        let log = with(file, end);
        if log.exists() {
            // beside another database it would be taken for that one's
            std::fs::rename(&log, with(&aside, end))
                .map_err(|e| CopyError::disk(&log, "moving it aside", &e))?;
        }
    }
    std::fs::hard_link(file, &aside)
        .or_else(|_no_links_here| std::fs::rename(file, &aside))
        .map_err(|e| CopyError::disk(file, "moving it aside", &e))?;
    sync(folder.path())?;
    Ok(aside)
}

fn into_postgres(url: &DatabaseUrl, wanted: &Wanted<'_>) -> Result<Restored, CopyError> {
    let mut conn = Conn::open(url, Purpose::Write, PATIENCE)?;
    copying::take_time(&mut conn)?;
    // a service that starts meanwhile waits here, and one that runs is seen
    dialect::lock_migrations(&mut conn)?;
    let connections = copying::others(&mut conn)?;
    if connections > 0 {
        return Err(CopyError::Served {
            database: url.to_string(),
            connections,
        });
    }
    if migrate::done(&mut conn)?.is_empty() {
        migrate::upgrade(&mut conn)?;
    } else if !wanted.replace {
        refuse_rows(&mut conn, url)?;
    }
    let scratch_place = std::env::temp_dir();
    let parent = wanted.file.parent().filter(|p| !p.as_os_str().is_empty());
    // beside the copy, where its bytes are at home already; elsewhere when nothing can be written there
    let folder = Folder::take(parent.unwrap_or(Path::new(".")))
        .or_else(|_read_only| Folder::take(&scratch_place))?;
    let (scratch, manifest, mut from) = ready(&folder, wanted)?;
    migrate::upgrade(&mut conn)?;
    dialect::begin_write(&mut conn)?;
    let done = load(&mut from, &mut conn, &scratch.found)
        .and_then(|()| settle(&mut conn, wanted, &scratch, manifest.as_ref()));
    let letters = match done {
        Ok(letters) => letters,
        Err(error) => {
            dialect::rollback(&mut conn)?;
            return Err(error);
        }
    };
    dialect::commit(&mut conn)?;
    Ok(Restored {
        rows: scratch.found.rows.clone(),
        manifest,
        sha256: scratch.sha256.clone(),
        aside: None,
        letters,
    })
}

/// Puts every row of the scratch copy into `PostgreSQL`, in the place of what is there, and looks whether
/// all adds up before it is kept.
fn load(from: &mut Conn, to: &mut Conn, wanted: &Found) -> Result<(), CopyError> {
    let back = whole::lift_laws(to)?;
    whole::empty(to)?;
    let carried = carry(from, to)?;
    put_back(to, &back)?;
    let mut faults = unbalanced(to)?;
    for (table, expected) in &wanted.rows {
        if carried.get(table) != Some(expected) || whole::count(to, table)? != *expected {
            faults.push(format!("{table} did not get its {expected} rows"));
        }
    }
    let ends = chains::follow(to)?;
    for end in &wanted.chains {
        let found = ends.iter().find(|e| e.chain == end.chain);
        if !found
            .is_some_and(|e| e.broken_at.is_none() && e.lines == end.lines && e.hash == end.hash)
        {
            faults.push(format!("the audit chain {} did not come over", end.chain));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(CopyError::Bad {
        path: PathBuf::from("the database"),
        faults,
    })
}

/// What follows a restore: letters are in nobody's hands, and the audit trail says what was done.
fn settle(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    scratch: &Scratch,
    manifest: Option<&Manifest>,
) -> Result<i64, CopyError> {
    outbox::free_all(conn)?;
    let letters = match wanted.letters {
        Letters::Sent => outbox::count_queued(conn)?,
        Letters::GivenUp => outbox::give_up_queued(conn, "given up when a copy was restored")?,
    };
    let name = wanted.file.file_name().unwrap_or_default();
    let details = serde_json::json!({
        "file": name.to_string_lossy(),
        "sha256": scratch.sha256,
        "made_at": manifest.map(|m| m.made_at),
        "letters": match wanted.letters { Letters::Sent => "sent", Letters::GivenUp => "given-up" },
        "letters_queued": letters,
    });
    audit::append(
        conn,
        &Entry {
            chain: "service".to_owned(),
            at: to_micros(wanted.now),
            actor: "command-line".to_owned(),
            role: "admin".to_owned(),
            request_id: "-".to_owned(),
            peer: "local".to_owned(),
            action: "service.restore".to_owned(),
            outcome: "done".to_owned(),
            object: scratch.sha256.clone(),
            patient: None,
            rulebook: None,
            details: details.to_string(),
        },
    )?;
    Ok(letters)
}

/// Refuses a database that holds rows.
fn refuse_rows(conn: &mut Conn, url: &DatabaseUrl) -> Result<(), CopyError> {
    let held = rows(conn)?;
    let sum = held
        .iter()
        .filter(|(table, _)| table.as_str() != migrate::NOTES)
        .map(|(_, rows)| rows)
        .sum();
    if sum == 0 {
        return Ok(());
    }
    Err(CopyError::NotEmpty {
        database: url.to_string(),
        rows: sum,
    })
}
