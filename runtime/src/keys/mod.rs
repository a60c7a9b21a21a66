//! Algorithms, keys bound to one algorithm, and key sets from configuration or from the issuer.
//!
//! The room knows nothing about tokens: `token` above selects a key from a set, and verifies a
//! signature with it.

mod algorithm;
pub(crate) mod der;
mod error;
#[cfg(feature = "discovery")]
mod fetcher;
mod hmac;
mod jwk;
mod jwks;
mod key;
#[cfg(feature = "relying-party")]
mod key_pair;
mod key_set;
mod pem;
mod published;
mod rsa;
#[cfg(feature = "authorization-server")]
mod signing_key;
mod skipped;
mod source;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod verifier;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::{DEFAULT_ALGORITHMS, KeyType, algorithm_from_name};
pub use self::error::KeyError;
#[cfg(feature = "discovery")]
pub(crate) use self::fetcher::KeySetFetcher;
pub(crate) use self::jwks::parse_jwks;
pub(crate) use self::key::Key;
#[cfg(feature = "relying-party")]
pub(crate) use self::key_pair::KeyPair;
pub(crate) use self::key_set::KeySet;
#[cfg(feature = "authorization-server")]
pub(crate) use self::signing_key::SigningKey;
pub use self::skipped::{SkipReason, SkippedKey, SkippedKeys};
#[cfg(feature = "discovery")]
pub(crate) use self::source::{FetchConfig, FetchError};
pub(crate) use self::source::{KeySource, KeysUnavailable};
