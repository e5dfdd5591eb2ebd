//! What must be well for this instance to be given work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::copies::Warning;
use super::stop::{Asked, Stop};
use super::tls::Certificates;
use crate::db::{self, DatabaseUrl, Db, outbox};
use crate::http::health::{Readiness, Verdict};
use crate::mail::Post;

/// How long it is remembered that no migration is missing.
///
/// Choice: the question opens a connection of its own, and the answer changes only when somebody
/// takes the tables back under a service that runs.
const REMEMBERED: Duration = Duration::from_mins(1);

/// The checks of `/readyz`. Their causes go to the log, for anyone may read the answer.
pub(super) fn checks(
    db: &Db,
    url: &DatabaseUrl,
    post: &Post,
    stop: &Stop,
    [backup, evaluation, audit]: [&Warning; 3],
    certificates: Option<&Certificates>,
) -> Readiness {
    let (db, post, stop) = (db.clone(), post.clone(), stop.clone());
    let (backup, evaluation, audit) = (backup.clone(), evaluation.clone(), audit.clone());
    let certificate = certificates.map_or_else(Warning::default, |c| c.warning().clone());
    let writes = db.clone();
    let migrations = Arc::new(Migrations {
        url: url.clone(),
        well: Mutex::new(None),
    });
    Readiness::new()
        .check("database", move || database(db.clone()))
        .check("room", move || std::future::ready(room(&writes)))
        .check("migrations", move || {
            migrations_run(Arc::clone(&migrations))
        })
        .check("mail", move || std::future::ready(mail(&post)))
        .check("stopping", move || std::future::ready(stopping(&stop)))
        .warn("backup", move || std::future::ready(backup.verdict()))
        .warn("evaluation", move || {
            std::future::ready(evaluation.verdict())
        })
        .warn("audit", move || std::future::ready(audit.verdict()))
        .warn("certificate", move || {
            std::future::ready(certificate.verdict())
        })
}

async fn database(db: Db) -> Verdict {
    match db.read(outbox::next_due).await {
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database");
            Err("it does not answer".to_owned())
        }
    }
}

fn room(db: &Db) -> Verdict {
    if db.is_full() {
        Err("there is no room left to write".to_owned())
    } else {
        Ok(())
    }
}

struct Migrations {
    url: DatabaseUrl,
    well: Mutex<Option<Instant>>,
}

async fn migrations_run(migrations: Arc<Migrations>) -> Verdict {
    let asked = tokio::task::spawn_blocking(move || {
        let mut well = migrations
            .well
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if well.is_some_and(|since| since.elapsed() < REMEMBERED) {
            return Ok(());
        }
        *well = None;
        match db::migrate::pending(&migrations.url) {
            Ok(pending) if pending.is_empty() => {
                *well = Some(Instant::now());
                Ok(())
            }
            Ok(pending) => Err(format!("{} have not run", pending.len())),
            Err(error) => {
                tracing::warn!(%error, "not ready: the migrations");
                Err("they cannot be compared".to_owned())
            }
        }
    });
    asked
        .await
        .unwrap_or_else(|_panicked| Err("they cannot be compared".to_owned()))
}

fn mail(post: &Post) -> Verdict {
    if post.is_well() {
        Ok(())
    } else {
        Err("the worker has stopped looking for letters".to_owned())
    }
}

fn stopping(stop: &Stop) -> Verdict {
    match stop.asked() {
        Asked::No => Ok(()),
        Asked::Gently | Asked::AtOnce => Err("the service is stopping".to_owned()),
    }
}
