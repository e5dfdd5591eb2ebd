//! A decimal number, exactly: digits and a power of ten.

/// A number as sign, digits without idle zeros, and the power of ten of the last digit.
///
/// `358.80` is 3588 × 10⁻¹; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: String,
    power: i64,
}

impl Decimal {
    /// Reads a number as JSON writes it; nothing when it is none, or its exponent is past
    /// nine digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |r| (true, r));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let decimals = i64::try_from(fraction.len()).ok()?;
        let kept = all.trim_end_matches('0');
        let idle = i64::try_from(all.len().saturating_sub(kept.len())).ok()?;
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                power: 0,
            });
        }
        Some(Self {
            negative,
            digits,
            power: exponent.checked_sub(decimals)?.checked_add(idle)?,
        })
    }

    /// Returns the number written with digits and at most one point; nothing when that would take more
    /// than thirty noughts.
    pub fn plain(&self) -> Option<String> {
        const MOST_NOUGHTS: usize = 30;
        let sign = if self.negative { "-" } else { "" };
        if self.digits.is_empty() {
            return Some("0".to_owned());
        }
        let shift = usize::try_from(self.power.unsigned_abs()).ok()?;
        if shift > MOST_NOUGHTS.saturating_add(self.digits.len()) {
            return None;
        }
        if self.power >= 0 {
            return Some(format!("{sign}{}{}", self.digits, "0".repeat(shift)));
        }
        let padded = format!("{:0>width$}", self.digits, width = shift.saturating_add(1));
        let (whole, decimals) = padded.split_at_checked(padded.len().checked_sub(shift)?)?;
        Some(format!("{sign}{whole}.{decimals}"))
    }

    /// Returns the number in thousandths (milligrams in micrograms) when it is a whole number of
    /// them, not negative, and fits.
    pub fn thousandths(&self) -> Option<u64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = self.power.checked_add(3).filter(|n| (0..20).contains(n))?;
        let digits: u64 = self.digits.parse().ok().filter(|_| !self.negative)?;
        digits.checked_mul(10_u64.checked_pow(u32::try_from(zeros).ok()?)?)
    }
}

/// Returns a number as JSON writes it without its power of ten, where that can be written out; else as
/// it stands.
pub fn plain(digits: &str) -> String {
    if !digits.contains(['e', 'E']) {
        return digits.to_owned();
    }
    let written = Decimal::parse(digits).and_then(|decimal| decimal.plain());
    written.unwrap_or_else(|| digits.to_owned())
}

fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.trim_start_matches(['+', '-']);
    let short = digits.trim_start_matches('0');
    let value: i64 = match short {
        "" if digits.is_empty() => return None,
        "" => 0,
        _ if short.len() > 9 => return None,
        _ => short.parse().ok()?,
    };
    Some(if text.starts_with('-') { -value } else { value })
}
