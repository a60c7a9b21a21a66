//! Keys behind a whole server: the choice of the key, signatures, and keys fetched from the issuer.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code")]

#[cfg(feature = "discovery")]
mod fetched;
pub(crate) mod samples;
mod verification;
mod wycheproof;
