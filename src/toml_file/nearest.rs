//! Which known word somebody may have meant.

/// Returns the known name that takes the fewest changes from `typed`, the first in their order
/// among equals; nothing when that would change more than a third of its characters (rounded up).
///
/// Choice: a third keeps `lable` → `label` and lets no word become an unrelated one.
pub fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|name| (changes(typed, name), name))
        .filter(|(changes, name)| *changes <= name.chars().count().div_ceil(3))
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, name)| name)
}

/// The fewest characters to insert, take away or replace to get from `a` to `b` (Levenshtein).
fn changes(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, of_a) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, of_b) in row.iter_mut().skip(1).zip(b.chars()) {
            let replaced = diagonal + usize::from(of_a != of_b);
            diagonal = *cell;
            *cell = replaced.min(left + 1).min(*cell + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_as_levenshtein_does() {
        for (a, b, n) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("listne", "listen", 2),
            ("dose", "doses", 1),
        ] {
            assert_eq!(changes(a, b), n, "{a} {b}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["listen", "database_url", "mail_url"];
        assert_eq!(nearest("listne", known), Some("listen"));
        assert_eq!(nearest("databse_ulr", known), Some("database_url"));
        assert_eq!(nearest("colour", known), None);
    }
}
