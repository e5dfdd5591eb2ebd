#![doc = include_str!("about.md")]
#[doc = include_str!("v01-encoding.md")]
pub mod v01_encoding {}
#[doc = include_str!("v02-validation.md")]
pub mod v02_validation {}
#[doc = include_str!("v03-web-frontend.md")]
pub mod v03_web_frontend {}
#[doc = include_str!("v04-api.md")]
pub mod v04_api {}
#[doc = include_str!("v05-files.md")]
pub mod v05_files {}
#[doc = include_str!("v06-authentication.md")]
pub mod v06_authentication {}
#[doc = include_str!("v07-sessions.md")]
pub mod v07_sessions {}
#[doc = include_str!("v08-authorization.md")]
pub mod v08_authorization {}
#[doc = include_str!("v09-tokens.md")]
pub mod v09_tokens {}
#[doc = include_str!("v10-oauth-and-oidc.md")]
pub mod v10_oauth_and_oidc {}
#[doc = include_str!("v12-communication.md")]
pub mod v12_communication {}
#[doc = include_str!("v14-data-protection.md")]
pub mod v14_data_protection {}
#[doc = include_str!("v16-logging-and-errors.md")]
pub mod v16_logging_and_errors {}
