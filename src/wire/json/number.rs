//! Which texts are numbers, and which numbers are equal.

use super::Decimal;

/// How many bytes at the beginning of `rest` are a number, if any are (RFC 8259, § 6).
pub(super) fn length(rest: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let run = rest.get(from..).unwrap_or_default();
        let count = run.iter().take_while(|b| b.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let start = usize::from(rest.first() == Some(&b'-'));
    let mut end = match rest.get(start) {
        Some(b'0') => start + 1,
        _ => digits(start)?,
    };
    if rest.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
}

/// Whether two numbers have the same value, exactly.
pub(super) fn equal(a: &str, b: &str) -> bool {
    a == b || matches!((Decimal::parse(a), Decimal::parse(b)), (Some(a), Some(b)) if a == b)
}
