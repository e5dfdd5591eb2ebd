//! Where a letter goes: an address that any mail server takes.

pub use crate::domain::email::{AddressError, AddressPart};
use std::{fmt, str::FromStr as _};

/// The address of one mailbox, as a mail server is told it: `pharmacie@chu-lyon.fr`.
///
/// At most 254 characters, 64 of them before the `@`; letters, digits and the punctuation of a
/// *dot-atom* before it; after it a domain with at least one dot, or `localhost`.
///
/// `Choice:` ASCII only (a domain with accents is written in its `xn--` form), no quoted part before
/// the `@`, no number in brackets after it, and no bare host such as `pharmacie@mail`: hospital
/// mailboxes have none of these, a typing error makes them, and each of them is refused somewhere
/// on the way. `localhost` is let through for a demonstration on one machine.
///
/// What is printed by `{:?}` leaves out who it is, so that a log cannot tell.
///
/// Source: RFC 5321, § 4.1.2 (dot-string), § 4.5.3.1.1 (64) and § 4.5.3.1.3 (a path of 256 with its
/// angle brackets, and so 254).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(lettre::Address);

impl EmailAddress {
    /// The most characters an address has.
    pub const MOST: usize = 254;
    /// The most characters that stand before its `@`.
    pub const MOST_LOCAL: usize = 64;

    /// Reads an address; spaces around it are not tolerated.
    ///
    /// # Errors
    /// [`AddressError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        length(AddressPart::Whole, text, Self::MOST)?;
        if let Some((place, character)) = text.chars().enumerate().find(|(_, c)| !belongs(*c)) {
            return Err(AddressError::Character {
                character,
                place: place + 1,
            });
        }
        let form = || AddressError::Form {
            found: text.to_owned(),
        };
        let (local, domain) = text.split_once('@').ok_or_else(form)?;
        if local.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(form());
        }
        length(AddressPart::Local, local, Self::MOST_LOCAL)?;
        if !full(domain) {
            return Err(AddressError::Domain {
                found: domain.to_owned(),
            });
        }
        lettre::Address::from_str(text)
            .map(Self)
            .map_err(|_lettre_names_no_place| form())
    }

    /// Returns the whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    pub(super) const fn inner(&self) -> &lettre::Address {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(…@{})", self.0.domain())
    }
}

fn length(part: AddressPart, text: &str, most: usize) -> Result<(), AddressError> {
    let length = text.chars().count();
    if length == 0 || length > most {
        return Err(AddressError::Length { part, length, most });
    }
    Ok(())
}

/// *atext*, the dot between atoms, and the `@`. Source: RFC 5322, § 3.2.3.
fn belongs(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@".contains(c)
}

/// A dotted name whose last label is not a number, as that of an IP address would be.
fn full(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let last_is_a_name = domain
        .rsplit('.')
        .next()
        .is_some_and(|l| l.chars().any(|c| c.is_ascii_alphabetic()));
    domain.eq_ignore_ascii_case("localhost")
        || (domain.contains('.') && domain.split('.').all(label) && last_is_a_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_hospitals_are_read() {
        for right in [
            "pharmacie@chu-lyon.fr",
            "pui.car-t+alertes@ap-hm.hopital.fr",
            "o'brien@example.org",
            "x@xn--hpital-sqa.fr",
            "demo@localhost",
        ] {
            assert_eq!(
                EmailAddress::parse(right).map(|a| a.to_string()),
                Ok(right.to_owned())
            );
        }
    }

    #[test]
    fn a_line_end_in_an_address_is_refused_with_its_place() {
        assert_eq!(
            EmailAddress::parse("a@b.fr\r\nBcc: c@d.fr"),
            Err(AddressError::Character {
                character: '\r',
                place: 7
            })
        );
        for wrong in [
            "a\n@b.fr",
            "a@b.fr\0",
            "a@b.fr\u{85}",
            "a@b.fr>",
            "<a@b.fr",
            "\"a b\"@b.fr",
        ] {
            assert!(
                matches!(
                    EmailAddress::parse(wrong),
                    Err(AddressError::Character { .. })
                ),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn half_an_address_is_refused() {
        for wrong in [
            "a",
            "@b.fr",
            "a@",
            "a@b@c.fr",
            ".a@b.fr",
            "a.@b.fr",
            "a..b@c.fr",
        ] {
            assert!(
                matches!(EmailAddress::parse(wrong), Err(AddressError::Form { .. })),
                "{wrong:?}"
            );
        }
        for wrong in [
            "a@mail",
            "a@127.0.0.1",
            "a@b..fr",
            "a@-b.fr",
            "a@b_c.fr",
            "a@b.fr.",
        ] {
            assert!(
                matches!(EmailAddress::parse(wrong), Err(AddressError::Domain { .. })),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn the_longest_address_has_254_characters() {
        let label = "d".repeat(60);
        let domain = format!("{label}.{label}.{label}.fr");
        let local = "a".repeat(EmailAddress::MOST_LOCAL);
        let longest = format!("{local}@{domain}{}", "r".repeat(4));
        assert_eq!(longest.len(), EmailAddress::MOST);
        assert!(EmailAddress::parse(&longest).is_ok());
        assert!(matches!(
            EmailAddress::parse(&format!("{longest}r")),
            Err(AddressError::Length { length: 255, .. })
        ));
        assert!(matches!(
            EmailAddress::parse(&format!("{local}a@b.fr")),
            Err(AddressError::Length { length: 65, .. })
        ));
        assert!(matches!(
            EmailAddress::parse(""),
            Err(AddressError::Length { length: 0, .. })
        ));
    }

    #[test]
    fn a_log_does_not_tell_whose_address_it_is() {
        let address = EmailAddress::parse("pharmacie@chu-lyon.fr").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(…@chu-lyon.fr)");
    }
}
