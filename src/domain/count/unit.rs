//! In what neutrophils are counted.

use super::CountError;
use std::fmt;

/// The unit of a count, as it was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountUnit {
    /// 10⁹/L.
    TenTo9PerLitre,
    /// G/L: giga per litre, as French laboratories write.
    GigaPerLitre,
    /// 10³/µL.
    TenTo3PerMicrolitre,
    /// 10³/mm³.
    TenTo3PerMm3,
    /// /mm³.
    PerMm3,
    /// /µL.
    PerMicrolitre,
}

impl CountUnit {
    /// Every unit.
    pub const ALL: [Self; 6] = [
        Self::TenTo9PerLitre,
        Self::GigaPerLitre,
        Self::TenTo3PerMicrolitre,
        Self::TenTo3PerMm3,
        Self::PerMm3,
        Self::PerMicrolitre,
    ];

    /// Returns the code of the unit, in the letters of any keyboard: `10*9/L`, `G/L`, `10*3/uL`,
    /// `10*3/mm3`, `/mm3`, `/uL`. All but `G/L` are those of UCUM, where `G` is the gauss.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TenTo9PerLitre => "10*9/L",
            Self::GigaPerLitre => "G/L",
            Self::TenTo3PerMicrolitre => "10*3/uL",
            Self::TenTo3PerMm3 => "10*3/mm3",
            Self::PerMm3 => "/mm3",
            Self::PerMicrolitre => "/uL",
        }
    }

    /// Returns the unit of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// Returns how many cells per cubic millimetre one of it is: 10⁹/L = 10³/µL = 1000/mm³, since a
    /// cubic millimetre is a microlitre and a millionth of a litre.
    pub const fn cells_per_mm3(self) -> u32 {
        match self {
            Self::TenTo9PerLitre
            | Self::GigaPerLitre
            | Self::TenTo3PerMicrolitre
            | Self::TenTo3PerMm3 => 1_000,
            Self::PerMm3 | Self::PerMicrolitre => 1,
        }
    }

    /// Reads a unit as laboratories, spreadsheets and UCUM write it: `10⁹/L`, `10^9/L`, `10*9/L`,
    /// `x10^9/L`, `G/L`, `Giga/L`, `10³/µL`, `10^3/uL`, `10*3/uL`, `10³/mm³`, `/mm³`, `/mm3`, `/µL`,
    /// `/uL`; blanks and the annotation `{cells}` of UCUM say nothing; a litre may be `l`.
    ///
    /// Never guessed: `g/L` is a mass, and `109/L` has lost what was raised.
    ///
    /// # Errors
    /// [`CountError::NoUnit`] when nothing stands there, [`CountError::Unit`] when it is none of these.
    pub fn parse(text: &str) -> Result<Self, CountError> {
        let plain = plain(text);
        if plain.is_empty() {
            return Err(CountError::NoUnit);
        }
        let unit = match plain.as_str() {
            "10*9/L" => Self::TenTo9PerLitre,
            "G/L" | "Giga/L" | "giga/L" => Self::GigaPerLitre,
            "10*3/uL" => Self::TenTo3PerMicrolitre,
            "10*3/mm3" => Self::TenTo3PerMm3,
            "/mm3" => Self::PerMm3,
            "/uL" => Self::PerMicrolitre,
            _ => {
                let found = text.chars().take(40).collect();
                return Err(CountError::Unit { found });
            }
        };
        Ok(unit)
    }
}

/// The text in one way of writing: raised digits after a `*`, a micro sign as `u`, litres as `L`.
fn plain(text: &str) -> String {
    let blank = |c: char| c.is_whitespace();
    let text: String = text.chars().filter(|c| !blank(*c)).collect();
    let text = text
        .replace(['µ', 'μ'], "u")
        .replace("10⁹", "10*9")
        .replace("10³", "10*3")
        .replace("10^", "10*")
        .replace("mm³", "mm3")
        .replace("mm^3", "mm3")
        .replace("{cells}", "");
    let text = match text.strip_suffix('l') {
        Some(volume) => format!("{volume}L"),
        None => text,
    };
    let raised = text.strip_prefix(['x', '×']);
    raised
        .filter(|rest| rest.starts_with("10*"))
        .map_or_else(|| text.clone(), str::to_owned)
}

/// As it is printed: `10⁹/L`, `G/L`, `10³/µL`, `10³/mm³`, `/mm³`, `/µL`.
impl fmt::Display for CountUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::TenTo9PerLitre => "10⁹/L",
            Self::GigaPerLitre => "G/L",
            Self::TenTo3PerMicrolitre => "10³/µL",
            Self::TenTo3PerMm3 => "10³/mm³",
            Self::PerMm3 => "/mm³",
            Self::PerMicrolitre => "/µL",
        })
    }
}
