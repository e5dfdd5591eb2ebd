//! What comes in a box: one presentation of a medicine.

use super::code::Cip13;
use super::quantity::{Mg, Units};
use std::fmt;

/// One presentation of a medicine, as it stands on the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// The code on its box.
    pub cip13: Cip13,
    /// Its name in French, as the public medicines database or the rulebook writes it.
    pub label: String,
    /// How much of the active substance one unit holds.
    pub strength: Mg,
    /// How it is given.
    pub route: Route,
    /// How many single vials, syringes or pens one box holds: at least 1.
    pub units_per_box: Units,
}

/// How a medicine is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// By infusion into a vein.
    Intravenous,
    /// By injection under the skin.
    Subcutaneous,
    /// By mouth.
    Oral,
}

impl Route {
    /// Every route there is.
    pub const ALL: [Self; 3] = [Self::Intravenous, Self::Subcutaneous, Self::Oral];

    /// Returns the code of the route: `iv`, `sc`, `oral`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Intravenous => "iv",
            Self::Subcutaneous => "sc",
            Self::Oral => "oral",
        }
    }

    /// Returns the route of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
