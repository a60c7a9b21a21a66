//! The HTTPS client for requests to issuers, directly or through a proxy; http only to loopback, and only
//! if allowed.

#[cfg(any(feature = "introspection", feature = "relying-party"))]
mod basic;
#[cfg(feature = "discovery")]
mod client;
#[cfg(feature = "discovery")]
mod connector;
#[cfg(feature = "discovery")]
mod error;
#[cfg(any(feature = "introspection", feature = "relying-party"))]
mod form;
#[cfg(feature = "relying-party")]
mod identity;
mod loopback;
#[cfg(feature = "discovery")]
mod proxy;
#[cfg(feature = "discovery")]
mod roots;
#[cfg(feature = "discovery")]
mod telemetry;
#[cfg(feature = "discovery")]
#[cfg(test)]
mod tests;

#[cfg(any(feature = "introspection", feature = "relying-party"))]
pub(crate) use self::basic::basic;
#[cfg(feature = "discovery")]
pub(crate) use self::client::{Client, ClientSettings};
#[cfg(feature = "discovery")]
pub use self::error::HttpsError;
#[cfg(any(feature = "introspection", feature = "relying-party"))]
pub(crate) use self::form::Form;
#[cfg(feature = "relying-party")]
pub use self::identity::{TlsClientKey, TlsClientKeyError};
pub(crate) use self::loopback::is_loopback;
#[cfg(feature = "discovery")]
pub(crate) use self::roots::RootCertificates;
#[cfg(feature = "discovery")]
pub(crate) use self::telemetry::{ExchangeRecord, Purpose, record_key_age};
