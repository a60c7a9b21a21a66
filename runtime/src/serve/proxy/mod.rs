//! The proxies in front of a server, and the header fields that they add.
//!
//! Comes after HTTP, and before the layers of the API.

mod client;
mod entry;
mod fields;
mod network;
mod proxies;

#[cfg(test)]
pub(super) use self::entry::UnreliableFields;
#[cfg(feature = "explain")]
pub(super) use self::fields::has_proxy_field;
pub use self::network::{Network, NetworkError};
pub(super) use self::proxies::Proxies;
