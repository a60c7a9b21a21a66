//! Algorithms, keys bound to one algorithm, key sets.
//!
//! Knows nothing of tokens: the room above asks a set for the key that fits a
//! header, and the key whether a signature verifies.

mod algorithm;
mod der;
mod error;
#[cfg(feature = "discovery")]
mod fetcher;
mod hmac;
mod jwk;
mod key;
mod key_set;
mod pem;
mod rsa;
mod source;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod verifier;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::{DEFAULT_ALGORITHMS, KeyType, named};
pub use self::error::KeyError;
#[cfg(feature = "discovery")]
pub(crate) use self::fetcher::KeySetFetcher;
pub(crate) use self::key::Key;
pub(crate) use self::key_set::{KeySet, read_jwks};
#[cfg(feature = "discovery")]
pub(crate) use self::source::{FetchError, Origin};
pub(crate) use self::source::{KeySource, KeysUnavailable};
