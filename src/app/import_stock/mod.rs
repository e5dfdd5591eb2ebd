//! The stock of a site, taken over from the software of its pharmacy: once to begin with, and every day to
//! compare.
//!
//! The first file of a site whose ledger is empty opens its stock: each lot is a receipt. A later one is
//! compared with the ledger lot by lot, and nothing of it is booked before somebody has seen what differs
//! and says so: [`compare()`] gives a digest of the file and of how far each ledger has come, and [`book()`]
//! books only what has that digest. When anything was moved in between, it is to be looked at again.

mod book;
mod compare;

pub use book::{Booked, Booking, MOST_BOOKED, book};
pub use compare::compare;

use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::LotId;
use crate::domain::quantity::Units;
use crate::wire::import::stock::Row;
use crate::wire::sheet::Fault;
use sha2::{Digest as _, Sha256};

/// What is done with rows of what is not on the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// Each is a fault.
    Refused,
    /// They are counted and left out: the software of a pharmacy knows every medicine.
    LeftOut,
}

/// A file of stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its rows.
    pub rows: Vec<Row>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
    /// What is done with what is not on the catalogue.
    pub strangers: Strangers,
}

impl File {
    /// Makes the file of its rows and bytes.
    pub fn new(rows: Vec<Row>, bytes: &[u8], strangers: Strangers) -> Self {
        Self {
            rows,
            hash: hex::encode(Sha256::digest(bytes)),
            strangers,
        }
    }

    /// Returns the sites that it has rows of.
    pub fn sites(&self) -> Vec<Finess> {
        let mut sites: Vec<Finess> = self.rows.iter().map(|row| row.site).collect();
        sites.sort_unstable();
        sites.dedup();
        sites
    }
}

/// What a file comes to beside the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Everything of it that cannot be; then nothing of it may be booked.
    pub faults: Vec<Fault>,
    /// Site by site, by number.
    pub sites: Vec<AtSite>,
    /// By which it is booked: of the file, and of how far each ledger has come. Sixteen digits.
    pub digest: String,
}

impl Compared {
    /// Returns how many lots differ, at all sites.
    pub fn differences(&self) -> usize {
        self.sites.iter().map(|site| site.differences.len()).sum()
    }
}

/// A site in a file of stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtSite {
    /// Which.
    pub site: Finess,
    /// How many movements its ledger has; none: the file opens it.
    pub movements: i64,
    /// How many lots are as the ledger says.
    pub same: usize,
    /// How many rows are of what is not on the catalogue, and were left out.
    pub left_out: usize,
    /// What differs, by presentation, number of the lot and expiry.
    pub differences: Vec<Difference>,
}

impl AtSite {
    /// Returns whether the file opens the stock of the site.
    pub const fn opens(&self) -> bool {
        self.movements == 0
    }
}

/// A lot that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its line in the file; nothing when only the ledger has it.
    pub line: Option<usize>,
    /// The lot in the ledger; nothing when only the file has it.
    pub lot_id: Option<LotId>,
    /// Of which presentation.
    pub cip13: Cip13,
    /// Its number.
    pub lot: LotNumber,
    /// Its expiry as the ledger has it; as the file has it, when the ledger does not know the lot.
    pub expiry: Day,
    /// The expiry in the file, where that is another. It is told and never booked: compare it with the box.
    pub expiry_in_file: Option<Day>,
    /// Usable units.
    pub usable: Side,
    /// Units in quarantine; nothing when the file does not speak of them.
    pub quarantined: Option<Side>,
    /// How many of the usable units are held for patients.
    pub held: Units,
}

/// A number of units on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// In the file.
    pub file: Units,
    /// In the ledger.
    pub ledger: Units,
}

impl Side {
    /// Returns how many more the file has.
    pub const fn more(self) -> Units {
        self.file.saturating_sub(self.ledger)
    }

    /// Returns how many fewer the file has.
    pub const fn fewer(self) -> Units {
        self.ledger.saturating_sub(self.file)
    }
}

impl Difference {
    fn sides(&self) -> impl Iterator<Item = Side> {
        std::iter::once(self.usable).chain(self.quarantined)
    }

    /// Returns whether the file has fewer units, usable or in quarantine.
    pub fn has_fewer(&self) -> bool {
        self.sides().any(|side| side.fewer() > Units::ZERO)
    }

    /// Returns whether the file has more.
    pub fn has_more(&self) -> bool {
        self.sides().any(|side| side.more() > Units::ZERO)
    }

    /// Returns the code of how it differs.
    pub fn code(&self) -> &'static str {
        match (self.line, &self.lot_id, self.has_more(), self.has_fewer()) {
            (_, None, ..) => "only-in-file",
            (None, ..) => "only-in-ledger",
            (_, _, true, true) => "moved",
            (_, _, true, false) => "more",
            (_, _, false, true) => "fewer",
            (_, _, false, false) => "expiry-differs",
        }
    }
}
