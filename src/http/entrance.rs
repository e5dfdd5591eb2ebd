//! What the handlers of the API hold.

use crate::app::Service;
use crate::clock::Clock;

/// The service behind the door, and the clock that is read here and passed in.
#[derive(Clone)]
pub struct Entrance {
    /// The service.
    pub service: Service,
    /// The clock.
    pub clock: Clock,
}
