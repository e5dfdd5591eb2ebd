//! What is wrong with a count.

use super::{CountUnit, MOST_DECIMALS, MOST_PER_MM3};

/// A text that is no count. What stood there is cut to forty characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// There is no unit.
    #[error("has no unit, and none is guessed; expected 10⁹/L, G/L, 10³/µL or /mm³")]
    NoUnit,
    /// The unit is none that is known.
    #[error("{found:?} is no unit of a count; expected 10⁹/L, G/L, 10³/µL or /mm³")]
    Unit {
        /// What stood there.
        found: String,
    },
    /// It is no number.
    #[error("{found:?} is no number; expected digits with at most one decimal mark, as 1.5")]
    NotANumber {
        /// What stood there.
        found: String,
    },
    /// It is below nought.
    #[error("{found:?} is below nought; expected a count")]
    Negative {
        /// What stood there.
        found: String,
    },
    /// It says that the count is below or above something.
    #[error("{found:?} is a bound and no count; expected the number that was counted")]
    Bound {
        /// What stood there.
        found: String,
    },
    /// Its mark may separate decimals or thousands.
    #[error(
        "{found:?} can be read in two ways, with three decimals or as thousands; expected another number of decimals, or none and no mark"
    )]
    Ambiguous {
        /// What stood there.
        found: String,
    },
    /// It has more decimals than any analyser.
    #[error("{found:?} has too many decimals; expected at most {MOST_DECIMALS}")]
    Decimals {
        /// What stood there.
        found: String,
    },
    /// It is more than anybody has.
    #[error("{found:?} {unit} is more than {MOST_PER_MM3} /mm³; is the unit right?")]
    TooMany {
        /// What stood there.
        found: String,
        /// Its unit.
        unit: CountUnit,
    },
}

impl CountError {
    /// The same of what stood there, where something else was read in its place.
    pub(super) fn told_of(mut self, text: &str) -> Self {
        match &mut self {
            Self::NoUnit => {}
            Self::Unit { found }
            | Self::NotANumber { found }
            | Self::Negative { found }
            | Self::Bound { found }
            | Self::Ambiguous { found }
            | Self::Decimals { found }
            | Self::TooMany { found, .. } => *found = text.chars().take(40).collect(),
        }
        self
    }
}
