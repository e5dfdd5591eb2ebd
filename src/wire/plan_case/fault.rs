//! What is wrong with a case, and where.

use std::fmt;

/// One thing that is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFault {
    /// Where it stands, as a JSON pointer (RFC 6901): `/requests/3/weight_g`; empty for the whole.
    pub pointer: String,
    /// What stood there, cut to sixty characters; nothing when it is missing.
    pub found: Option<String>,
    /// What was expected there.
    pub expected: String,
}

/// Everything that is wrong with a case, in the order of looking.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct CaseFaults(Vec<CaseFault>);

impl CaseFaults {
    pub(super) const fn new(faults: Vec<CaseFault>) -> Self {
        Self(faults)
    }

    /// Returns a single fault.
    pub fn one(pointer: &str, found: String, expected: &str) -> Self {
        Self(vec![CaseFault {
            pointer: pointer.to_owned(),
            found: Some(found),
            expected: expected.to_owned(),
        }])
    }

    /// Returns the faults.
    pub fn as_slice(&self) -> &[CaseFault] {
        &self.0
    }
}

/// `/requests/3/weight_g: found "61 kg", expected a whole number from 1 to 4294967295`.
impl fmt::Display for CaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = match self.pointer.as_str() {
            "" => "the case",
            pointer => pointer,
        };
        match &self.found {
            Some(found) => write!(f, "{pointer}: found {found}, expected {}", self.expected),
            None => write!(f, "{pointer}: is missing, expected {}", self.expected),
        }
    }
}

/// One line a fault.
impl fmt::Display for CaseFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}
