//! Whether there is room to write: remembered from the last write that found none, until a small one
//! succeeds.

use super::idempotency::{self, KeptAnswer, Key};
use super::{Conn, Db, Error};
use crate::domain::calendar::Instant;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is remembered. An ordinary write that succeeds tells nothing, since it may have written
/// nothing.
#[derive(Debug, Default)]
pub(super) struct Room {
    none: AtomicBool,
}

impl Room {
    pub(super) fn none_was_found(&self) {
        self.none.store(true, Ordering::Release);
    }
}

impl Db {
    /// Returns whether the last writes found no room, and [`Db::try_writing`] has found none since.
    pub fn is_full(&self) -> bool {
        self.inner.room.none.load(Ordering::Acquire)
    }

    /// Writes a row and takes it away again: the smallest write that needs the disk.
    ///
    /// # Errors
    /// Those of [`Db::write`].
    pub async fn try_writing(&self, now: Instant) -> Result<(), Error> {
        self.write(Vec::new(), move |conn| row(conn, now)).await?;
        self.inner.room.none.store(false, Ordering::Release);
        Ok(())
    }
}

/// No token's id is `service`, so that the key is nobody's; a new one each time keeps two instances out
/// of each other's way.
fn row(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    let key = Key {
        caller: "service".to_owned(),
        route: "a try at writing".to_owned(),
        key: hex::encode(rand::random::<[u8; 16]>()),
    };
    let nothing = KeptAnswer {
        body_hash: "0".repeat(64),
        status: 204,
        content_type: String::new(),
        location: None,
        etag: None,
        language: None,
        body: String::new(),
    };
    idempotency::insert(conn, &key, &nothing, now)?;
    idempotency::remove(conn, &key)
}
