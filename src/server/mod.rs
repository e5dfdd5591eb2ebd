//! Starting, and stopping without dropping what is under way.
//!
//! [`start()`] makes everything ready in the order in which it can fail, and [`Running`] serves
//! until its [`stop::Stop`] is asked for. Commands and tests start the same service.

mod copies;
pub mod http;
mod letters;
mod ready;
mod schedule;
mod sight;
mod signing;
mod situations;
mod start;
pub mod stop;
pub mod tls;
mod upkeep;
mod wire;

pub use letters::way;
pub use situations::write_sheets;
pub use start::{Before, Options, Running, access, before, start};

/// Runs a future to its end on the runtime that the service needs.
pub fn block_on<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}
