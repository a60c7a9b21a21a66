//! What issuers' servers are asked over: https, or http to this machine where that is allowed.

#[cfg(feature = "discovery")]
mod client;
#[cfg(feature = "discovery")]
mod error;
mod loopback;

#[cfg(feature = "discovery")]
pub(crate) use self::client::{Client, with_timeout};
#[cfg(feature = "discovery")]
pub use self::error::HttpsError;
pub(crate) use self::loopback::is_loopback;
