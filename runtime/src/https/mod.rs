//! The HTTPS client for requests to issuers; http only to loopback, and only if allowed.

#[cfg(feature = "discovery")]
mod client;
#[cfg(feature = "discovery")]
mod error;
mod loopback;
#[cfg(feature = "discovery")]
mod telemetry;

#[cfg(feature = "discovery")]
pub(crate) use self::client::{Client, with_timeout};
#[cfg(feature = "discovery")]
pub use self::error::HttpsError;
pub(crate) use self::loopback::is_loopback;
#[cfg(feature = "discovery")]
pub(crate) use self::telemetry::{ExchangeRecord, Purpose, record_key_age};
