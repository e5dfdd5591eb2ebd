//! Lots drawn between equals, so that anyone can check the draw.

use sha2::{Digest as _, Sha256};

/// A lot drawn: smaller ones come first.
///
/// Its bytes sort as their hexadecimal text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lot([u8; 32]);

/// What lots are drawn from: the seed is hashed once, however long it is.
#[derive(Clone, Debug)]
pub(super) struct Urn(Sha256);

impl Urn {
    /// Returns the urn of a seed.
    pub(super) fn of(seed: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed);
        hash.update(":");
        Self(hash)
    }

    /// Draws the lot of an id: SHA-256 of the seed, a colon and the id.
    pub(super) fn draw(&self, id: &str) -> Lot {
        Lot(self.0.clone().chain_update(id).finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_the_sha_256_of_seed_colon_id() {
        let Lot(bytes) = Urn::of("2021-10-20/ght-001").draw("req-1");
        let hex = bytes
            .iter()
            .fold(String::new(), |text, b| text + &format!("{b:02x}"));
        // printf '2021-10-20/ght-001:req-1' | sha256sum
        assert_eq!(
            hex,
            "47b886bd92bd2c043157886504f9807d6a8efe8270a895ebcc3a776b5040ea21"
        );
    }
}
