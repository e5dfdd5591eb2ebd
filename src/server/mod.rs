//! Starting, and stopping without dropping what is under way.

pub mod http;
pub mod stop;
