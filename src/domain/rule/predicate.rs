//! The closed vocabulary of conditions: what a rule may ask of a request.
//!
//! A rule names some of them and holds when all hold. There is no "or", no "not" and no
//! arithmetic; a rule that needs another word needs it here, with its test.

use super::{IndicationRule, Slug};

/// Whether a treatment runs already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// It runs.
    Ongoing,
    /// It is to start.
    Initiation,
}

/// Whether something else could be given instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alternatives {
    /// Nothing else could.
    None,
    /// Something else could.
    Available,
}

/// What an interruption would put at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Life (pronostic vital).
    Vital,
    /// A function (pronostic fonctionnel).
    Functional,
    /// Neither.
    None,
}

/// Declares an enum of codes, each variant with its word in files and cases.
macro_rules! codes {
    ($($of:ident { $($variant:ident = $code:literal),+ $(,)? })+) => { $(
        impl $of {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word of files and cases.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Returns the value of a word, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.code() == code)
            }
        }
    )+ };
}

codes! {
    Treatment { Ongoing = "ongoing", Initiation = "initiation" }
    Alternatives { None = "none", Available = "available" }
    Risk { Vital = "vital", Functional = "functional", None = "none" }
    Predicate {
        Ongoing = "ongoing",
        Initiation = "initiation",
        NoAlternative = "no-alternative",
        VitalRisk = "vital-risk",
        FunctionalRisk = "functional-risk",
        ListedIndication = "listed-indication",
        ReserveIndication = "reserve-indication",
        OtherIndication = "other-indication",
    }
}

/// One condition, by its name in a rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Predicate {
    /// The treatment runs already.
    Ongoing,
    /// The treatment is to start.
    Initiation,
    /// Nothing else could be given.
    NoAlternative,
    /// Life is at stake.
    VitalRisk,
    /// A function is at stake.
    FunctionalRisk,
    /// The document lists the indication, at the patient's age; or a committee decided as if it did.
    ListedIndication,
    /// The indication is the one that the reserve is kept for.
    ReserveIndication,
    /// It is any other.
    OtherIndication,
}

/// What the conditions are asked of: the part of a request that rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What is treated.
    pub indication: &'a Slug,
    /// Whether a medicines committee approved the patient as if the indication were listed.
    pub approved_exception: bool,
    /// Whether the treatment runs already.
    pub treatment: Treatment,
    /// Whether something else could be given.
    pub alternatives: Alternatives,
    /// What is at stake.
    pub risk: Risk,
    /// The patient's age in whole years.
    pub age_years: u32,
}

impl Predicate {
    /// Whether it holds of a request; `reserve` is the indication that the reserve is kept for.
    pub fn holds(
        self,
        asked: &Asked<'_>,
        reserve: Option<&Slug>,
        indications: &[IndicationRule],
    ) -> bool {
        match self {
            Self::Ongoing => asked.treatment == Treatment::Ongoing,
            Self::Initiation => asked.treatment == Treatment::Initiation,
            Self::NoAlternative => asked.alternatives == Alternatives::None,
            Self::VitalRisk => asked.risk == Risk::Vital,
            Self::FunctionalRisk => asked.risk == Risk::Functional,
            Self::ListedIndication => {
                asked.approved_exception
                    || indications
                        .iter()
                        .any(|i| i.code == *asked.indication && i.listed_at(asked.age_years))
            }
            Self::ReserveIndication => reserve == Some(asked.indication),
            Self::OtherIndication => reserve != Some(asked.indication),
        }
    }
}
