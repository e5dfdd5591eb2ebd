//! Absolute neutrophil counts: as they were entered, compared exactly, given to rules in whole cells.
//!
//! [`Counted`] is a number of cells with its unit, read once; [`Count`] is one that was entered for a
//! patient. A rulebook looks at [`Counted::per_mm3`], whole cells per cubic millimetre rounded down, so
//! that no count that lies below a threshold ever reaches it.

mod error;
mod kept;
mod number;
mod unit;

#[cfg(test)]
mod tests;

pub use error::CountError;
pub use kept::{Count, CountState, Ended, Entry};
pub use unit::CountUnit;

use number::{SCALE, scaled};
use std::fmt;

/// The greatest count, in cells per cubic millimetre.
///
/// Choice: that of a rulebook's thresholds, ten times the greatest that is seen; more is a slip of the
/// keyboard (a count in /mm³ said to be in G/L).
pub const MOST_PER_MM3: u32 = 1_000_000;

/// The most decimals of a number, noughts at its end aside.
///
/// Choice: a thousandth of a cell per cubic millimetre for a count in 10⁹/L; no analyser has as many.
pub const MOST_DECIMALS: usize = 6;

/// A number of neutrophils in a volume of blood, as it was entered: `1.50` 10⁹/L.
///
/// Exact: [`size`](Self::size) compares two whatever their units are. `1.5` and `1.50` are the same size
/// and not equal, since what was entered is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    digits: String,
    unit: CountUnit,
    size: u64,
}

impl Counted {
    /// Reads a number written with digits and at most one point.
    ///
    /// # Errors
    /// [`CountError`] when it is no such number, is negative, has too many decimals or is more than
    /// [`MOST_PER_MM3`].
    pub fn new(text: &str, unit: CountUnit) -> Result<Self, CountError> {
        let found = || text.chars().take(40).collect::<String>();
        let millionths = scaled(text)?;
        let size = millionths.saturating_mul(u64::from(unit.cells_per_mm3()));
        if size > u64::from(MOST_PER_MM3).saturating_mul(SCALE) {
            return Err(CountError::TooMany {
                found: found(),
                unit,
            });
        }
        Ok(Self {
            digits: text.to_owned(),
            unit,
            size,
        })
    }

    /// Reads a cell of a spreadsheet, where a comma may stand for the point: `1,5`.
    ///
    /// A mark before three digits may separate thousands or decimals: `1,500` is 1.5 in Paris and 1500
    /// in London. It is refused and not guessed, as is `1.500` where cells are counted one by one. What
    /// can only be a decimal mark (`0,500`, `1234,567`) is read.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`CountError::Ambiguous`].
    pub fn from_cell(text: &str, unit: CountUnit) -> Result<Self, CountError> {
        let comma = text.matches(',').count();
        let point = text.matches('.').count();
        let grouped = text
            .split_once([',', '.'])
            .is_some_and(|(whole, decimals)| could_be_thousands(whole, decimals));
        if comma + point == 1 && grouped && (comma == 1 || unit.cells_per_mm3() == 1) {
            let found = text.chars().take(40).collect();
            return Err(CountError::Ambiguous { found });
        }
        if comma == 1 && point == 0 {
            let told = |error: CountError| error.told_of(text);
            return Self::new(&text.replace(',', "."), unit).map_err(told);
        }
        Self::new(text, unit)
    }

    /// Returns the digits as they were entered, with a point.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// Returns the unit in which it was entered.
    pub const fn unit(&self) -> CountUnit {
        self.unit
    }

    /// Returns how many neutrophils there are in a cubic millimetre, in millionths of a cell: exact.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the whole cells per cubic millimetre, rounded down: 0.4999 10⁹/L are 499.
    ///
    /// So `per_mm3() < n` if and only if the count is below `n`, for each whole `n`.
    pub fn per_mm3(&self) -> u32 {
        u32::try_from(self.size / SCALE).unwrap_or(MOST_PER_MM3)
    }
}

/// Whether digits before and after a mark look like `1,500`: one to three, not beginning with a nought,
/// and three.
fn could_be_thousands(whole: &str, decimals: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
        && decimals.len() == 3
        && digits(whole)
        && digits(decimals)
}

/// `1.50 10⁹/L`, `450 /mm³`.
impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.digits, self.unit)
    }
}
