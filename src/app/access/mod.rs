//! How people prove who they are: passwords, codes of a second factor, and how both are kept.
//!
//! Nothing here decides whether somebody may do something: that is [`crate::domain::role`]. Start reading at
//! [`passwords`], then [`totp`]; the verbs are beside ([`super::sign_in`]).

pub mod hashing;
pub mod passwords;
pub mod sealed;
pub mod totp;

use crate::domain::person::SecondFactorFor;
use chrono::TimeDelta;
use sealed::Key;

/// What whoever runs the service has set about access.
#[derive(Clone, Debug)]
pub struct Access {
    /// How long a session may go unused.
    pub idle: TimeDelta,
    /// How long a session may last however much it is used.
    pub longest: TimeDelta,
    /// From whom a second factor is asked.
    pub second_factor: SecondFactorFor,
    /// For how long the glass is broken.
    pub breaking: TimeDelta,
    /// By what the secrets of second factors are sealed; without it they are kept as they are.
    pub key: Option<Key>,
}

/// The same as in `config/default.toml`, which says why.
impl Default for Access {
    fn default() -> Self {
        Self {
            idle: TimeDelta::minutes(30),
            longest: TimeDelta::hours(12),
            second_factor: SecondFactorFor::Privileged,
            breaking: TimeDelta::hours(2),
            key: None,
        }
    }
}

/// Makes a secret of 256 random bits, in hexadecimal.
pub(super) fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}
