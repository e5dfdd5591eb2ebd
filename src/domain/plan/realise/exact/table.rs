//! Places by short rows of small numbers, found quickly.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table of which nobody asks for the order.
pub(super) type Table<K> = HashMap<K, usize, BuildHasherDefault<Quick>>;

/// Mixes eight bytes at a time; nobody chooses rows so that they meet, and if they did it would only
/// take longer.
#[derive(Default)]
pub(super) struct Quick(u64);

impl Quick {
    const fn mix(&mut self, n: u64) {
        // Choice: an odd number without a pattern, 2⁶⁴ divided by the golden ratio
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<8>();
        for eight in whole {
            self.mix(u64::from_le_bytes(*eight));
        }
        for byte in rest {
            self.mix(u64::from(*byte));
        }
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(u64::try_from(n).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        // the upper bits are the better mixed, the lower choose the place
        self.0.rotate_left(26)
    }
}
