//! Quantities that are exact: grams, micrograms, whole units, whole doses.
//!
//! grams × mg/kg is micrograms, so a dose computed from a weight loses nothing. There is no
//! floating point here, and milligrams do not add to doses.

use std::fmt;

/// A body weight in whole grams: from 500 g to 400 kg where somebody types it.
///
/// Choice: the bounds are those of a weight that a scale in a hospital shows; anything outside
/// is a slip of the keyboard (kilograms typed as grams, or a stray zero).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grams(u32);

impl Grams {
    /// The least weight that is believed: 500 g.
    pub const MIN: Self = Self(500);
    /// The greatest weight that is believed: 400 kg.
    pub const MAX: Self = Self(400_000);

    /// Returns the weight, or the value that was given when it is out of bounds.
    ///
    /// # Errors
    /// [`WeightError`] when `grams` is below [`Grams::MIN`] or above [`Grams::MAX`].
    pub fn new(grams: i64) -> Result<Self, WeightError> {
        u32::try_from(grams)
            .ok()
            .map(Self)
            .filter(|w| (Self::MIN..=Self::MAX).contains(w))
            .ok_or(WeightError { found_g: grams })
    }

    /// Returns a weight that was written down elsewhere, whatever it is but zero.
    ///
    /// A plan's case is taken at its word (the plan case's fields: a weight is above zero): what was
    /// asked somewhere is answered as asked. What people type goes through [`Grams::new`].
    pub const fn as_written(grams: u32) -> Option<Self> {
        if grams == 0 { None } else { Some(Self(grams)) }
    }

    /// Returns the number of grams.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A weight nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found_g} g is not a body weight; expected 500 to 400000 g")]
pub struct WeightError {
    /// What stood there, in grams.
    pub found_g: i64,
}

/// A mass of medicine, exact to the microgram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mg {
    ug: u64,
}

impl Mg {
    /// Nothing at all.
    pub const ZERO: Self = Self { ug: 0 };

    /// Returns a mass of whole milligrams.
    pub const fn from_mg(mg: u32) -> Self {
        // a `u32` of milligrams is at most 4.3e12 µg: it fits
        #[expect(
            clippy::as_conversions,
            reason = "widening, in a const fn where From is not yet allowed"
        )]
        Self {
            ug: mg as u64 * 1_000,
        }
    }

    /// Returns a mass of micrograms.
    pub const fn from_ug(ug: u64) -> Self {
        Self { ug }
    }

    /// Returns the mass in micrograms.
    pub const fn ug(self) -> u64 {
        self.ug
    }

    /// Returns `rate` milligrams a kilogram of `weight`: grams × mg/kg = µg, exactly.
    pub fn per_weight(rate: MgPerKg, weight: Grams) -> Self {
        Self {
            ug: u64::from(rate.0) * u64::from(weight.0),
        }
    }

    /// Returns the sum, at most the greatest mass that can be held.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self {
            ug: self.ug.saturating_add(other.ug),
        }
    }

    /// Returns what is left when `other` is taken away, never below zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self {
            ug: self.ug.saturating_sub(other.ug),
        }
    }

    /// Returns this mass taken `n` times, at most the greatest mass that can be held.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self {
            ug: self.ug.saturating_mul(n),
        }
    }
}

/// Milligrams with as many decimals as are needed and no more: `240 mg`, `358.8 mg`.
impl fmt::Display for Mg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.ug / 1_000, self.ug % 1_000);
        if rest == 0 {
            return write!(f, "{whole} mg");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{whole}.{} mg", decimals.trim_end_matches('0'))
    }
}

/// A dose rate in whole milligrams a kilogram of body weight, from 1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MgPerKg(u16);

impl MgPerKg {
    /// Returns the rate, or nothing when it is not within 1 to 1000 mg/kg.
    pub fn new(rate: i64) -> Option<Self> {
        u16::try_from(rate)
            .ok()
            .filter(|r| (1..=1_000).contains(r))
            .map(Self)
    }

    /// Returns the number of milligrams a kilogram.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A whole number of single vials, syringes or pens.
///
/// A box of four syringes is four units. Zero is a number of units; a movement of none is
/// refused where movements are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Units(u32);

impl Units {
    /// No unit.
    pub const ZERO: Self = Self(0);
    /// The most units one movement may carry: a million.
    ///
    /// Choice: more than any pharmacy of the country holds of one medicine, and far from where
    /// sums overflow.
    pub const MOST: u32 = 1_000_000;

    /// Returns `n` units.
    pub const fn new(n: u32) -> Self {
        Self(n)
    }

    /// Returns the number of units.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the sum, at most `u32::MAX`.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Returns what is left, never below zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Returns the sum of several, at most `u32::MAX`.
    pub fn sum(several: impl Iterator<Item = Self>) -> Self {
        several.fold(Self::ZERO, Self::saturating_add)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A whole number of doses; never the quotient of milligrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doses(u32);

impl Doses {
    /// No dose.
    pub const ZERO: Self = Self(0);

    /// Returns `n` doses.
    pub const fn new(n: u32) -> Self {
        Self(n)
    }

    /// Returns the number of doses in a list, at most `u32::MAX`.
    pub fn count(n: usize) -> Self {
        Self(u32::try_from(n).unwrap_or(u32::MAX))
    }

    /// Returns the number of doses.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns what is missing to reach `required`, never below zero.
    #[must_use]
    pub const fn missing_to(self, required: Self) -> Self {
        Self(required.0.saturating_sub(self.0))
    }
}

impl fmt::Display for Doses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_nine_point_nine_kilograms_at_twelve_a_kilogram_lose_nothing() {
        let dose = Mg::per_weight(MgPerKg::new(12).unwrap(), Grams::new(29_900).unwrap());
        assert_eq!(dose.to_string(), "358.8 mg");
        assert_eq!(dose.ug(), 358_800);
    }

    #[test]
    fn a_weight_outside_of_its_bounds_is_refused_with_its_value() {
        assert!(Grams::new(500).is_ok());
        assert_eq!(Grams::new(499), Err(WeightError { found_g: 499 }));
        assert!(Grams::new(400_000).is_ok());
        assert_eq!(Grams::new(400_001), Err(WeightError { found_g: 400_001 }));
        assert!(Grams::new(-1).is_err());
        assert_eq!(Grams::as_written(1).map(Grams::get), Some(1));
        assert_eq!(Grams::as_written(0), None);
        assert!(Grams::new(i64::MAX).is_err());
    }

    #[test]
    fn milligrams_are_written_without_idle_zeros() {
        assert_eq!(Mg::from_mg(800).to_string(), "800 mg");
        assert_eq!(Mg::from_ug(1).to_string(), "0.001 mg");
        assert_eq!(Mg::from_ug(358_120).to_string(), "358.12 mg");
    }

    #[test]
    fn a_rate_is_a_whole_number_from_one_to_a_thousand() {
        assert_eq!(MgPerKg::new(0), None);
        assert_eq!(MgPerKg::new(1).map(MgPerKg::get), Some(1));
        assert_eq!(MgPerKg::new(1_001), None);
    }
}
