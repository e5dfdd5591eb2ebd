//! Safety copies: made while the service runs, verified before they get their name, and restored.
//!
//! A copy of either database is one `SQLite` file with the service's own tables, and a manifest beside
//! it (`FILE.json`). So a copy of `PostgreSQL` can be restored into `SQLite` and the other way round,
//! which is also how a service moves between them.
//!
//! [`make()`] writes under a name that nobody takes for a copy, restores what it wrote to a scratch
//! place, and asks there what [`check`] asks: is the file sound, is every balance the sum of its
//! movements and every hold counted, does each line of the audit trail follow the one before it, are
//! all rows there. Only then the file gets its name. What fails is kept aside as `FILE.bad`.
//!
//! A copy holds what the database holds, patients' data too: it is readable by its owner only, and
//! where it is carried to must be as protected as the database. Start reading at [`make()`], then
//! [`restore()`].

mod check;
mod error;
mod folder;
mod kept;
mod list;
mod make;
mod manifest;
mod restore;
mod scratch;
mod snapshot;
mod tables;

pub use error::CopyError;
pub use kept::{Keep, Outdated, outdated};
pub use list::{Listed, list, remove_outdated};
pub use make::{Made, Target, make};
pub use manifest::{Chain, Manifest, beside, name_of};
pub use restore::{Letters, Restored, Wanted, restore};
pub use scratch::{Verified, verify};
