//! What a pharmacist wants to hear of a shelf in good time: that there is less than the minimum they set
//! themselves, and that units are about to expire.

mod expiring;
mod threshold;

pub use expiring::{Expiring, expiring};
pub use threshold::{MOST_MG, Measured, Subject, Threshold, reading};
