//! A number of cells, exactly.

use super::{CountError, MOST_DECIMALS};

/// Parts of one.
pub(super) const SCALE: u64 = 1_000_000;

/// Reads digits with at most one point as millionths; what is too large to count is the largest there
/// is.
pub(super) fn scaled(text: &str) -> Result<u64, CountError> {
    let found = || text.chars().take(40).collect::<String>();
    if text.starts_with(['-', '−', '–']) {
        return Err(CountError::Negative { found: found() });
    }
    if text.starts_with(['<', '>', '≤', '≥', '~', '≈']) {
        return Err(CountError::Bound { found: found() });
    }
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let idle = whole.len() > 1 && whole.starts_with('0');
    if !digits(whole) || idle || decimals.is_some_and(|d| !digits(d)) || text.len() > MOST_LENGTH {
        return Err(CountError::NotANumber { found: found() });
    }
    let decimals = decimals.unwrap_or_default().trim_end_matches('0');
    if decimals.len() > MOST_DECIMALS {
        return Err(CountError::Decimals { found: found() });
    }
    let parts: u64 = format!("{decimals:0<MOST_DECIMALS$}").parse().unwrap_or(0);
    // what does not fit is past every limit
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    Ok(whole.saturating_mul(SCALE).saturating_add(parts))
}

/// The most characters of a number.
///
/// Choice: seven digits, a point and six decimals fit twice.
const MOST_LENGTH: usize = 30;
