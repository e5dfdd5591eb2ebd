//! Whether a password may be set: long enough, none that everybody guesses first, and not made of what is
//! known of its owner. What characters it has is nobody's business.

use std::fmt;

/// The fewest characters of a password.
///
/// Choice: twelve. OWASP ASVS 5.0 (2025), 6.2.1 has 8 and recommends 15; the French CNIL (recommendation of
/// 21 July 2022) some 50 bits where attempts are slowed. Twelve characters that are on no list hold that, and
/// those who can do most show a second factor besides.
pub const LEAST: usize = 12;

/// The most characters of a password, so that a long one costs no more to read than any other.
///
/// Choice: 128, twice what ASVS 5.0, 6.2.9 asks to be allowed at least.
pub const MOST: usize = 128;

/// How few characters around a common word or one's own leave a password as easy to guess as the word.
///
/// Choice: what people put there is a year, a name of a month or a row of digits; eight characters or more of
/// anything are taken for a password of their own.
const AROUND: usize = 8;

/// How few different characters are no password.
const FEW: usize = 5;

/// Why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer characters than [`LEAST`].
    TooShort {
        /// How many it has.
        found: usize,
    },
    /// It has more characters than [`MOST`].
    TooLong,
    /// It is one that many have, or such a one with little around it.
    Common,
    /// It is made of the name, the address or the site of its owner, or of the service's, with little around it.
    Own,
}

impl Weakness {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong => "too-long",
            Self::Common => "common",
            Self::Own => "own",
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Says of a password, as it was normalised, what speaks against it; `own` are words known of its owner, and
/// `is_common` says of a word in small letters whether it is a password that many have.
///
/// # Errors
/// [`Weakness`], the first that there is.
pub fn judge(
    password: &str,
    own: &[String],
    is_common: impl Fn(&str) -> bool,
) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < LEAST {
        return Err(Weakness::TooShort { found: length });
    }
    if length > MOST {
        return Err(Weakness::TooLong);
    }
    let small = password.to_lowercase();
    if is_own(&small, own) {
        return Err(Weakness::Own);
    }
    if is_monotonous(&small) || is_common(&small) || is_common(unit(&small)) {
        return Err(Weakness::Common);
    }
    let letters = small.trim_matches(|c: char| !c.is_alphabetic());
    let around = length.saturating_sub(letters.chars().count());
    if around > 0 && around < AROUND && (is_common(letters) || is_common(unit(letters))) {
        return Err(Weakness::Common);
    }
    Ok(())
}

/// Whether little is left of it when the owner's words are taken out.
fn is_own(small: &str, own: &[String]) -> bool {
    let mut left = small.to_owned();
    let mut words: Vec<String> = own
        .iter()
        .map(|word| word.to_lowercase())
        .filter(|word| word.chars().count() >= 4)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    for word in &words {
        left = left.replace(word.as_str(), "");
    }
    left.len() < small.len() && left.chars().count() < AROUND
}

/// Whether it has few different characters, or each follows the one before: `aaaaaaaaaaaa`, `234567890123`.
fn is_monotonous(small: &str) -> bool {
    let mut all: Vec<char> = small.chars().collect();
    let steps = all.windows(2).filter(|pair| match pair {
        [one, next] => u32::from(*one).abs_diff(u32::from(*next)) <= 1,
        _ => false,
    });
    let small_steps = steps.count() + 3 >= all.len();
    all.sort_unstable();
    all.dedup();
    all.len() < FEW || small_steps
}

/// What a text repeats: `soleil` of `soleilsoleil`; the text itself when it repeats nothing.
fn unit(text: &str) -> &str {
    let length = text.len();
    let whole = |n: &usize| length.is_multiple_of(*n) && text.is_char_boundary(*n);
    let repeated = (1..=length / 2).filter(whole).find(|n| {
        let (first, rest) = text.split_at(*n);
        rest.as_bytes()
            .chunks(*n)
            .all(|chunk| chunk == first.as_bytes())
    });
    repeated.map_or(text, |n| text.split_at(n).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str, expected: Result<(), Weakness>) {
        let own = ["Anne", "Martin", "anne.martin", "dotation"].map(str::to_owned);
        let common = |word: &str| ["soleil", "password", "qwerty", "motdepasse12"].contains(&word);
        assert_eq!(judge(password, &own, common), expected, "{password}");
    }

    #[test]
    fn a_password_of_any_characters_is_good_that_is_long_and_ones_own() {
        check("correct cheval pile", Ok(()));
        check("ÎłéšßñØ漢字かなé", Ok(()));
        check("mfjwpqhtzkcv", Ok(()));
        check(&"un deux trois quatre ".repeat(6), Ok(()));
    }

    #[test]
    fn both_sides_of_each_length_are_as_said() {
        check("mfjwpqhtzkc", Err(Weakness::TooShort { found: 11 }));
        check("éééééàààààb", Err(Weakness::TooShort { found: 11 }));
        check(&"abéd9xkz".repeat(16), Ok(()));
        check(
            &format!("{}x", "abéd9xkz".repeat(16)),
            Err(Weakness::TooLong),
        );
    }

    #[test]
    fn what_is_guessed_first_is_refused_with_little_around_it_too() {
        for common in [
            "motdepasse12",
            "MotDePasse12",
            "Password2026!",
            "soleilsoleil",
            "SoleilSoleil1",
            "123456Qwerty!",
            "aaaaaaaaaaaaaaa",
            "123456789012",
            "abababababab",
        ] {
            check(common, Err(Weakness::Common));
        }
        // eight characters of one's own beside it are a password
        check("soleil-47x!rq93", Ok(()));
    }

    #[test]
    fn what_is_known_of_its_owner_is_refused_with_little_around_it_too() {
        for own in ["AnneMartin2026", "martin_martin", "dotation1234"] {
            check(own, Err(Weakness::Own));
        }
        check("martin-pêcheur-bleu", Ok(()));
    }
}
